//! The simulated flow in the hands of operators: it stands still, and goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Json;
use axum::extract::{Extension, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::admin::AdminView;
use crate::admin::body::Body;
use crate::http::ErrorAnswer;
use crate::listener::Peer;

/// The switch of the flow that this process simulates itself.
#[derive(Debug, Clone)]
pub struct FlowSwitch {
    seed: u64,
    is_paused: Arc<AtomicBool>,
}

impl FlowSwitch {
    /// Of a flow with this seed; it runs.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            is_paused: Arc::default(),
        }
    }

    /// Where the flow looks whether it is to stand still.
    pub fn is_paused(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_paused)
    }
}

/// `GET` and `POST /v1/admin/flow`.
#[derive(Debug, Serialize)]
pub struct FlowAnswer {
    /// `running`, `paused`, or `none`: this process simulates nobody.
    flow: &'static str,
    /// What it was begun with.
    seed: Option<u64>,
    /// How engine time passes.
    clock: &'static str,
}

/// `POST /v1/admin/flow`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetFlow {
    paused: bool,
}

/// `GET /v1/admin/flow`.
pub async fn flow(State(view): State<AdminView>) -> Json<FlowAnswer> {
    Json(FlowAnswer::of(&view))
}

/// `POST /v1/admin/flow`.
pub async fn set_flow(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(SetFlow { paused }): Body<SetFlow>,
) -> Result<Json<FlowAnswer>, ErrorAnswer> {
    let conflict = |text| ErrorAnswer::new(StatusCode::CONFLICT, "no_flow", text);
    let Some(switch) = &view.operations.flow else {
        return Err(conflict(
            "this process simulates nobody; `rialto demo` does, and `rialto feed` stops with Ctrl-C",
        ));
    };
    if view.edge.clock == protocol::ClockMode::Lockstep {
        return Err(conflict(
            "in lockstep time passes when all are ready; a session that says no tick_done holds it",
        ));
    }
    switch.is_paused.store(paused, Ordering::Relaxed);
    info!(target: "admin", who = %who.address, paused, "turned the simulated flow");
    Ok(Json(FlowAnswer::of(&view)))
}

impl FlowAnswer {
    fn of(view: &AdminView) -> Self {
        let switch = view.operations.flow.as_ref();
        let is_paused = switch.map(|switch| switch.is_paused.load(Ordering::Relaxed));
        Self {
            flow: match is_paused {
                Some(true) => "paused",
                Some(false) => "running",
                None => "none",
            },
            seed: switch.map(|switch| switch.seed),
            clock: view.edge.clock.word(),
        }
    }
}
