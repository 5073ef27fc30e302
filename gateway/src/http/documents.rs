//! What machines read of the protocol: the documents that docs/ has.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

const ASYNCAPI: &str = include_str!("../../../docs/asyncapi.json");
const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// The WebSocket, as AsyncAPI 3.
pub async fn asyncapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], ASYNCAPI).into_response()
}

/// The HTTP beside it, as OpenAPI 3.1.
pub async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
