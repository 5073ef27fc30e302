//! Every change that an operator asks for stands in the journal with who asked, before it is done.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, StatusCode};
use sequencer::{ControlCommand, OperatorNote};

use crate::admin::money::sequence;
use crate::admin::{AdminView, BODY_BYTES_MAX};
use crate::http::ErrorAnswer;
use crate::listener::Peer;

/// What operators call themselves; the key says who may, not who it was.
const OPERATOR: HeaderName = HeaderName::from_static("x-rialto-operator");
/// Below it are all verbs; what is called here has the rest of the path.
const VERBS: &str = "/v1/admin";
const NAME_BYTES_MAX: usize = 64;
/// Of longer requests the journal keeps the beginning.
const REQUEST_BYTES_MAX: usize = 2_000;

/// Notes who asks for what, and lets it through when that is durable. What only looks is not noted.
pub async fn journal_who(State(view): State<AdminView>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        let text = format!("a request has at most {BODY_BYTES_MAX} bytes");
        return ErrorAnswer::new(StatusCode::BAD_REQUEST, "bad_request", text).into_response();
    };
    let note = OperatorNote {
        who: who(&parts),
        request: worded(&parts, &bytes),
    };
    match sequence(&view, ControlCommand::Note(Box::new(note))).await {
        Ok(_) => {
            let request = Request::from_parts(parts, Body::from(bytes));
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// Such as `desk (admin) at 127.0.0.1`. Ports are left out: two runs in lockstep have the same journal.
fn who(parts: &Parts) -> String {
    let peer = parts.extensions.get::<Peer>();
    let place = peer.map_or_else(|| "?".to_owned(), |peer| peer.address.ip().to_string());
    match name_of(&parts.headers) {
        Some(name) => format!("{name} (admin) at {place}"),
        None => format!("admin at {place}"),
    }
}

fn name_of(headers: &HeaderMap) -> Option<&str> {
    let name = headers.get(OPERATOR)?.to_str().ok()?.trim();
    (!name.is_empty() && name.len() <= NAME_BYTES_MAX).then_some(name)
}

/// The verb and its body. No verb takes a secret: those of API keys are made here.
fn worded(parts: &Parts, body: &[u8]) -> String {
    let mut text = format!("{} {VERBS}{}", parts.method, parts.uri.path());
    if !body.is_empty() {
        text.push(' ');
        text.push_str(&String::from_utf8_lossy(body));
    }
    if text.len() > REQUEST_BYTES_MAX {
        let mut end = REQUEST_BYTES_MAX;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts(name: Option<&str>) -> Parts {
        let mut request = Request::post("/session?x=1");
        if let Some(name) = name {
            request = request.header(OPERATOR, name);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn an_operator_is_called_what_he_calls_himself() {
        assert_eq!(who(&parts(Some("desk"))), "desk (admin) at ?");
        assert_eq!(who(&parts(None)), "admin at ?");
        assert_eq!(who(&parts(Some(&"n".repeat(65)))), "admin at ?");
    }

    #[test]
    fn of_a_long_request_the_beginning_is_kept() {
        let parts = parts(None);

        assert_eq!(worded(&parts, b""), "POST /v1/admin/session");
        assert_eq!(worded(&parts, b"{}"), "POST /v1/admin/session {}");
        let long = worded(&parts, "ü".repeat(5_000).as_bytes());
        assert!(long.len() <= REQUEST_BYTES_MAX + '…'.len_utf8() && long.ends_with('…'));
    }
}
