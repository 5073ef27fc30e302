//! Faults of requests over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Extension, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_LENGTH, HeaderName};
use http::{HeaderValue, StatusCode};

use crate::binance::{BinanceRefusal, refused};
use crate::edge::Edge;
use crate::faults::plan::{Kind, Struck};
use crate::faults::room::{BoundPlan, Place};
use crate::faults::words::{Surface, Wish, refusal_of, skewed, wish_of, worded};
use crate::http::ErrorAnswer;
use crate::listener::Peer;

const API_KEY: HeaderName = HeaderName::from_static("x-mbx-apikey");
/// Longest answer that is read to be changed.
const BODY_BYTES_MAX: usize = 16 << 20;
/// What is written of an answer has left by then.
const FLUSH_TIME: Duration = Duration::from_millis(20);
/// How long a request without an end waits.
const HALF_OPEN: Duration = Duration::from_secs(60);

/// A request over HTTP and the plans that are for it.
struct Meddler {
    edge: Arc<Edge>,
    plans: Vec<Arc<BoundPlan>>,
    line: String,
    wish: Wish,
    is_persona: bool,
}

/// Lets requests through as plans ask; all of them where none is bound.
pub async fn meddle(
    State(edge): State<Arc<Edge>>,
    Extension(_peer): Extension<Peer>,
    request: Request,
    next: Next,
) -> Response {
    if !edge.faults.are_any() || is_apart(request.uri().path()) {
        return next.run(request).await;
    }
    let key = request.headers().get(API_KEY);
    let key = key.and_then(|key| key.to_str().ok()).map(str::to_owned);
    let path = request.uri().path();
    let meddler = Meddler {
        plans: edge.faults.plans_for(key.as_deref(), None),
        line: format!("{} {path}", request.method()),
        wish: wish_of(request.method(), path),
        is_persona: !path.starts_with("/v1/"),
        edge,
    };
    meddler.answer(request, next).await
}

/// Sockets have their own, and nobody's health, figures or page are to be bad.
fn is_apart(path: &str) -> bool {
    let sockets = ["/v1/ws", "/ws-api", "/ws", "/stream"];
    let is_asked =
        path.starts_with("/api") || path.starts_with("/sapi") || path.starts_with("/v1/");
    !is_asked || sockets.iter().any(|socket| path.starts_with(socket))
}

impl Meddler {
    fn strike(&self, kind: Kind, what: &str) -> Option<Struck> {
        let mut plans = self.plans.iter();
        let (bound, struck) = plans.find_map(|bound| Some((bound, bound.strike(kind)?)))?;
        let place = Place {
            session: None,
            surface: Surface::Http,
        };
        let what = match struck.delay_us {
            0 => format!("{} {what}", self.line),
            late => format!("{} {what}, {late} us late", self.line),
        };
        self.edge.faults.note(bound, place, kind, what);
        Some(struck)
    }

    async fn answer(self, request: Request, next: Next) -> Response {
        if let Some(struck) = self.strike(Kind::Latency, "comes late") {
            tokio::time::sleep(Duration::from_micros(struck.delay_us)).await;
        }
        if self
            .strike(Kind::Disconnect, "finds the connection broken")
            .is_some()
        {
            return cut(Vec::new(), 1);
        }
        if let Some(struck) = self.strike(Kind::HalfOpen, "gets no answer") {
            let last = struck
                .fault
                .last_us
                .map_or(HALF_OPEN, Duration::from_micros);
            tokio::time::sleep(last).await;
            return cut(Vec::new(), 1);
        }
        if let Some(refusal) = self.refusal() {
            return self.refuse(&refusal);
        }
        let is_unknown = self.wish != Wish::Other
            && self
                .strike(Kind::UnknownOutcome, "is done and nobody is told")
                .is_some();
        let response = next.run(request).await;
        if is_unknown {
            return self.refuse(&BinanceRefusal::timeout());
        }
        self.changed(response).await
    }

    /// The refusal that it gets instead of an answer.
    fn refusal(&self) -> Option<BinanceRefusal> {
        if self
            .strike(Kind::Maintenance, "finds it closed for maintenance")
            .is_some()
        {
            return Some(BinanceRefusal::unavailable());
        }
        if let Some(struck) = self.strike(Kind::RateLimit, "is too many") {
            let seconds = struck
                .fault
                .last_us
                .unwrap_or(1_000_000)
                .div_ceil(1_000_000);
            let mut refusal = BinanceRefusal::too_many(seconds);
            worded(&mut refusal, &struck.fault);
            return Some(refusal);
        }
        let kind = match self.wish {
            Wish::Entry => Kind::Reject,
            Wish::Cancel => Kind::CancelReject,
            Wish::Other => return None,
        };
        let struck = self.strike(kind, "is refused")?;
        Some(refusal_of(self.wish, &struck.fault))
    }

    fn refuse(&self, refusal: &BinanceRefusal) -> Response {
        if self.is_persona {
            return refused(refusal);
        }
        let status =
            StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let code = if status == StatusCode::TOO_MANY_REQUESTS {
            "rate_limited"
        } else {
            "unavailable"
        };
        ErrorAnswer::new(status, code, refusal.text.to_string()).into_response()
    }

    /// The answer with other times, or cut in its middle.
    async fn changed(&self, response: Response) -> Response {
        let skew = self.strike(Kind::ClockSkew, "is told other times");
        let truncation = self.strike(Kind::TruncatedFrame, "is answered by half");
        if skew.is_none() && truncation.is_none() {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
            return cut(Vec::new(), 1);
        };
        let mut bytes = bytes.to_vec();
        if let (Some(struck), Ok(text)) = (skew, std::str::from_utf8(&bytes)) {
            bytes = skewed(text, struck.fault.skew_us).into_bytes();
        }
        if truncation.is_some() {
            let whole = bytes.len().max(2);
            bytes.truncate(whole / 2);
            return cut(bytes, whole);
        }
        parts
            .headers
            .insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        Response::from_parts(parts, Body::from(bytes))
    }
}

/// An answer that announces more than it has, and breaks when that has left. Of nothing at all not even the head is seen.
fn cut(bytes: Vec<u8>, announced: usize) -> Response {
    let has_left = if bytes.is_empty() {
        Duration::ZERO
    } else {
        FLUSH_TIME
    };
    let broken = async move {
        tokio::time::sleep(has_left).await;
        Err(std::io::Error::other("a fault plan breaks the connection"))
    };
    let parts = stream::iter([Ok(Bytes::from(bytes))]).chain(stream::once(broken));
    let mut response = Response::new(Body::from_stream(parts));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(announced));
    response
}
