//! The page itself, as each listener serves it.

use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};

use crate::admin::{AdminView, PageKey};
use crate::listener::Peer;
use crate::page::asset::NO_SNIFF;

const PAGE: &str = include_str!("../../page/index.html");
/// What the page says of the listener that it is from.
const PUBLIC: &str = "<body data-port=\"public\">";

/// Scripts and connections of its own only; charts write styles into their elements, and draw pictures.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";

/// `GET /` of the public listener: no panel of operators.
pub async fn public_page() -> Response {
    page(PAGE.to_owned())
}

/// `GET /` of the admin listener. In a demo of this machine the key is entered already.
pub async fn admin_page(
    State(view): State<AdminView>,
    Extension(peer): Extension<Peer>,
) -> Response {
    let is_here = peer.address.ip().to_canonical().is_loopback();
    let key = match view.operations.page_key {
        PageKey::Entered if is_here => view.operations.key.reveal(),
        PageKey::Entered | PageKey::Asked => "",
    };
    let body = format!(
        "<body data-port=\"admin\" data-admin-key=\"{}\">",
        escaped(key)
    );
    page(PAGE.replacen(PUBLIC, &body, 1))
}

fn page(text: String) -> Response {
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            HeaderName::from_static("x-frame-options"),
            HeaderValue::from_static("DENY"),
        ),
        (
            HeaderName::from_static("referrer-policy"),
            HeaderValue::from_static("no-referrer"),
        ),
        NO_SNIFF,
    ];
    (headers, text).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_once_which_listener_it_is_from() {
        assert_eq!(PAGE.matches(PUBLIC).count(), 1);
    }

    #[test]
    fn a_key_cannot_leave_its_attribute() {
        assert_eq!(escaped(r#"a"><&"#), "a&quot;>&lt;&amp;");
    }
}
