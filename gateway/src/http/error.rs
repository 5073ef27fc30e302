//! How HTTP refuses: a status, a stable code and a sentence, as JSON.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorAnswer {
    status: StatusCode,
    code: &'static str,
    text: String,
}

#[derive(serde::Serialize)]
struct ErrorBody<'a> {
    error: &'static str,
    text: &'a str,
}

impl ErrorAnswer {
    /// A refusal with `status`, a stable `code` and a sentence for people.
    pub fn new(status: StatusCode, code: &'static str, text: impl Into<String>) -> Self {
        Self {
            status,
            code,
            text: text.into(),
        }
    }

    /// No instrument has this symbol.
    pub fn unknown_symbol(symbol: &str) -> Self {
        let shown: String = symbol.chars().take(40).collect();
        Self::new(
            StatusCode::NOT_FOUND,
            "unknown_symbol",
            format!("no instrument is called `{shown}`"),
        )
    }

    /// No route has this path.
    pub fn unknown_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown_path", "no such path")
    }

    /// The route does not answer this method.
    pub fn wrong_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "wrong_method",
            "this path does not answer this method",
        )
    }
}

impl IntoResponse for ErrorAnswer {
    fn into_response(self) -> Response {
        let body = ErrorBody {
            error: self.code,
            text: &self.text,
        };
        (self.status, Json(body)).into_response()
    }
}
