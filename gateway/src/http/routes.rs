//! Which path leads where.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};

use crate::binance::{self, Serving};
use crate::edge::Edge;
use crate::faults;
use crate::http::error::ErrorAnswer;
use crate::http::{account, documents, market, past, upgrade};
use crate::listener::{AllowedHosts, refuse_foreign};
use crate::measure;
use crate::page;

/// The routes of the public port.
pub fn public_routes(edge: Arc<Edge>, allowed: Arc<AllowedHosts>) -> Router {
    let personas = match edge.binance.serving {
        Serving::Offered => binance::routes(),
        Serving::Off => Router::new(),
    };
    Router::new()
        .route("/", get(page::public_page))
        .route("/page/{name}", get(page::asset))
        .route("/healthz", get(measure::health))
        .route("/health/live", get(measure::live))
        .route("/health/ready", get(measure::ready))
        .route("/metrics", get(measure::metrics_on_loopback))
        .route("/v1/performance", get(measure::performance))
        .merge(market_routes())
        .merge(personas)
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&edge), faults::meddle))
        .layer(from_fn_with_state(allowed, refuse_foreign))
        .with_state(edge)
}

/// What everybody may see and ask: market data and sessions of the native protocol.
pub fn market_routes() -> Router<Arc<Edge>> {
    Router::new()
        .route("/v1/asyncapi.json", get(documents::asyncapi))
        .route("/v1/openapi.json", get(documents::openapi))
        .route("/v1/instruments", get(market::instruments))
        .route("/v1/depth/{symbol}", get(market::depth))
        .route("/v1/orders/{symbol}", get(market::orders))
        .route("/v1/trades/{symbol}", get(market::trades))
        .route("/v1/candles/{symbol}", get(past::candles))
        .route("/v1/statistics/{symbol}", get(past::statistics))
        .route("/v1/account/orders/{symbol}", get(account::orders))
        .route("/v1/account/executions/{symbol}", get(account::executions))
        .route("/v1/account/amendments/{symbol}", get(account::amendments))
        .route("/v1/account/prevented/{symbol}", get(account::prevented))
        .route("/v1/ws", any(upgrade::native))
}

/// A JSON body that is written already.
pub fn json(body: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}

/// Appends the elements as one JSON list.
pub fn write_list<T>(body: &mut Vec<u8>, elements: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    body.push(b'[');
    for (place, element) in elements.iter().enumerate() {
        if place > 0 {
            body.push(b',');
        }
        write(body, element);
    }
    body.push(b']');
}

async fn unknown_path() -> ErrorAnswer {
    ErrorAnswer::unknown_path()
}

async fn wrong_method() -> ErrorAnswer {
    ErrorAnswer::wrong_method()
}
