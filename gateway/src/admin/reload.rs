//! `POST /v1/admin/reload`: the configuration is read again, and what may change while it runs does.

use axum::Json;
use axum::extract::{Extension, State};
use http::StatusCode;
use serde::Deserialize;

use crate::admin::AdminView;
use crate::admin::body::Body;
use crate::admin::instruments::unavailable;
use crate::admin::operations::{ReloadDone, ReloadRequest};
use crate::http::ErrorAnswer;
use crate::listener::Peer;

/// A reload takes nothing but the wish.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reload {}

/// `POST /v1/admin/reload`.
pub async fn reload(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(Reload {}): Body<Reload>,
) -> Result<Json<ReloadDone>, ErrorAnswer> {
    let (reply, outcome) = flume::bounded(1);
    let request = ReloadRequest {
        who: who.address.to_string(),
        reply,
    };
    let asked = view.operations.reloads.try_send(request);
    asked.map_err(|_| unavailable("a reload is under way, or the exchange stops".to_owned()))?;
    match outcome.recv_async().await {
        Ok(Ok(done)) => Ok(Json(done)),
        Ok(Err(reason)) => Err(ErrorAnswer::new(
            StatusCode::BAD_REQUEST,
            "not_reloaded",
            reason,
        )),
        Err(flume::RecvError::Disconnected) => Err(unavailable("the exchange stops".to_owned())),
    }
}
