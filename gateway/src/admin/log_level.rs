//! `POST /v1/admin/log_level`: the process logs more, or less, from now on.

use std::fmt;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::admin::AdminView;
use crate::admin::body::Body;
use crate::http::ErrorAnswer;
use crate::listener::Peer;

/// What sets the filter of the process's log.
#[derive(Clone)]
pub struct LogFilter(Arc<SetFilter>);

type SetFilter = dyn Fn(&str) -> Result<(), String> + Send + Sync;

impl LogFilter {
    /// Filters are set by `set`, which refuses what is none.
    pub fn new(set: impl Fn(&str) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(set))
    }
}

impl fmt::Debug for LogFilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LogFilter(..)")
    }
}

/// A level such as `debug`, or levels by target such as `warn,gateway=debug`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogLevel {
    filter: String,
}

/// `POST /v1/admin/log_level`.
pub async fn log_level(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(level): Body<LogLevel>,
) -> Result<Json<LogLevel>, ErrorAnswer> {
    let LogFilter(set) = &view.operations.log_filter;
    // Said before and after: one of both passes any filter that passes it at all.
    info!(target: "admin", who = %who.address, filter = level.filter, "sets the filter of the log");
    set(&level.filter).map_err(|reason| {
        ErrorAnswer::new(
            StatusCode::BAD_REQUEST,
            "bad_request",
            format!("`filter`: {reason}"),
        )
    })?;
    info!(target: "admin", who = %who.address, filter = level.filter, "the filter of the log is set");
    Ok(Json(level))
}
