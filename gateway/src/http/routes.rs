//! Which path leads where.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};

use crate::binance;
use crate::edge::Edge;
use crate::http::error::ErrorAnswer;
use crate::http::{market, upgrade};
use crate::listener::{AllowedHosts, refuse_foreign};

/// The routes of the public port.
pub fn public_routes(edge: Arc<Edge>, allowed: Arc<AllowedHosts>) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .route("/v1/instruments", get(market::instruments))
        .route("/v1/depth/{symbol}", get(market::depth))
        .route("/v1/orders/{symbol}", get(market::orders))
        .route("/v1/trades/{symbol}", get(market::trades))
        .route("/v1/ws", any(upgrade::native))
        .merge(binance::routes())
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(allowed, refuse_foreign))
        .with_state(edge)
}

async fn health(axum::extract::State(edge): axum::extract::State<Arc<Edge>>) -> Response {
    let (status, body) = if edge.ports.is_halted() {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            &br#"{"status":"halted"}"#[..],
        )
    } else if edge.is_admitting() {
        (StatusCode::OK, &br#"{"status":"ok"}"#[..])
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            &br#"{"status":"stopping"}"#[..],
        )
    };
    (status, json(body.to_vec())).into_response()
}

/// A JSON body that is written already.
pub fn json(body: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}

async fn unknown_path() -> ErrorAnswer {
    ErrorAnswer::unknown_path()
}

async fn wrong_method() -> ErrorAnswer {
    ErrorAnswer::wrong_method()
}
