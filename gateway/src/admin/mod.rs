//! The admin port: what the exchange is doing. Its verbs are not reachable from the public port.

mod status;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use crate::edge::Edge;
use crate::http::ErrorAnswer;
use crate::listener::{AllowedHosts, Permits, refuse_foreign};

/// What the admin port shows.
#[derive(Debug, Clone)]
pub struct AdminView {
    /// The gateway.
    pub edge: Arc<Edge>,
    /// Connections of the public port.
    pub permits: Arc<Permits>,
}

/// The routes of the admin port.
pub fn admin_routes(view: AdminView, allowed: Arc<AllowedHosts>) -> Router {
    Router::new()
        .route("/healthz", get(status::health))
        .route("/v1/status", get(status::status))
        .fallback(async || ErrorAnswer::unknown_path())
        .layer(from_fn_with_state(allowed, refuse_foreign))
        .with_state(view)
}
