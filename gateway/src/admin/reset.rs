//! `POST /v1/admin/reset`: everything begins again, the old state is kept.

use axum::Json;
use axum::extract::{Extension, State};
use http::StatusCode;
use serde::Deserialize;
use tracing::info;

use crate::admin::AdminView;
use crate::admin::body::Body;
use crate::admin::operations::{ResetDone, ResetRequest};
use crate::http::ErrorAnswer;
use crate::listener::Peer;

/// A reset takes nothing but the wish.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reset {}

/// `POST /v1/admin/reset`.
pub async fn reset(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(Reset {}): Body<Reset>,
) -> Result<Json<ResetDone>, ErrorAnswer> {
    let unavailable = |text: &str| {
        ErrorAnswer::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            text.to_owned(),
        )
    };
    let (reply, outcome) = flume::bounded(1);
    info!(target: "admin", who = %who.address, "asked for a reset");
    view.operations
        .resets
        .try_send(ResetRequest { reply })
        .map_err(|_| unavailable("a reset is under way, or the exchange stops"))?;
    match outcome.recv_async().await {
        Ok(Ok(done)) => {
            info!(
                target: "admin",
                who = %who.address, generation = done.generation, epoch = done.epoch.0, took_ms = done.took_ms,
                "the exchange was reset"
            );
            Ok(Json(done))
        }
        Ok(Err(reason)) => Err(ErrorAnswer::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "not_reset",
            format!("nothing was reset: {reason}"),
        )),
        Err(flume::RecvError::Disconnected) => Err(unavailable("the exchange stops")),
    }
}
