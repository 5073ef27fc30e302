//! What the page is made of, by name.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::http::ErrorAnswer;

/// Ask each time, and be told that nothing has changed.
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// A file of the page.
struct Asset {
    name: &'static str,
    kind: &'static str,
    encoding: Option<&'static str>,
    bytes: &'static [u8],
}

/// A file of `gateway/page/`, as it is.
macro_rules! own {
    ($name:literal, $kind:expr) => {
        Asset {
            name: $name,
            kind: $kind,
            encoding: None,
            bytes: include_bytes!(concat!("../../page/", $name)),
        }
    };
}

const ASSETS: [Asset; 18] = [
    own!("accounts.mjs", JAVASCRIPT),
    own!("book.mjs", JAVASCRIPT),
    own!("charts.mjs", JAVASCRIPT),
    own!("engine.mjs", JAVASCRIPT),
    own!("engine_charts.mjs", JAVASCRIPT),
    own!("ladder.mjs", JAVASCRIPT),
    own!("main.mjs", JAVASCRIPT),
    own!("market.mjs", JAVASCRIPT),
    own!("market_charts.mjs", JAVASCRIPT),
    own!("faults.mjs", JAVASCRIPT),
    own!("operate.mjs", JAVASCRIPT),
    own!("plays.mjs", JAVASCRIPT),
    own!("session.mjs", JAVASCRIPT),
    own!("style.css", STYLE),
    own!("symbols.mjs", JAVASCRIPT),
    own!("tape.mjs", JAVASCRIPT),
    own!("ticket.mjs", JAVASCRIPT),
    own!("words.mjs", JAVASCRIPT),
];

/// plotly.js of the `plotly` crate as gzip, packed when the program was built; see NOTICE.
pub const PLOTLY_GZIP: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/plotly.min.js.gz"));

const PLOTLY: Asset = Asset {
    name: "plotly.min.js",
    kind: JAVASCRIPT,
    encoding: Some("gzip"),
    bytes: PLOTLY_GZIP,
};

/// `GET /page/NAME`.
pub async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, ErrorAnswer> {
    let asset = ASSETS
        .iter()
        .chain([&PLOTLY])
        .find(|asset| asset.name == name)
        .ok_or_else(ErrorAnswer::unknown_path)?;
    let tag = asset.tag();
    if headers.get(IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let mut response = asset.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(CACHE_CONTROL, REVALIDATED);
    headers.insert(ETAG, tag);
    headers.insert(NO_SNIFF.0, NO_SNIFF.1);
    if let Some(encoding) = asset.encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

/// A browser takes a file for what it is said to be.
pub const NO_SNIFF: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-content-type-options"),
    HeaderValue::from_static("nosniff"),
);

impl Asset {
    /// Two files of one name and one tag are the same.
    fn tag(&self) -> HeaderValue {
        // FNV-1a: nobody gains by a collision.
        let hash = self
            .bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
            });
        HeaderValue::from_str(&format!("\"{hash:016x}\"")).expect("a tag is quoted hexadecimal")
    }
}
