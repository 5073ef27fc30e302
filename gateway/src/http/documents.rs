//! What machines read of the protocol: the documents that docs/ has.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

const ASYNCAPI: &str = include_str!("../../../docs/asyncapi.json");
const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// The WebSocket, as an `AsyncAPI` 3 document.
pub async fn asyncapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], ASYNCAPI).into_response()
}

/// The HTTP beside it, as an `OpenAPI` 3.1 document.
pub async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
