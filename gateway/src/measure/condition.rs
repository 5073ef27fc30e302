//! Whether the exchange serves: liveness (the process answers) apart from readiness (it takes orders).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sequencer::Intake;
use serde::Serialize;

use crate::edge::Edge;

/// What the exchange as a whole is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It serves.
    Ok,
    /// The journal is being applied: nothing new is taken before it is over.
    Recovering,
    /// The disk is nearly full: new orders are refused, cancels are taken.
    LowDisk,
    /// It was asked to stop: what is due still comes.
    Stopping,
    /// Its log failed: nothing is taken and no report leaves.
    Halted,
}

/// The answer of `/healthz`, `/health/live` and `/health/ready`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Health {
    status: Condition,
}

impl Condition {
    /// What it is doing now.
    pub fn of(edge: &Edge) -> Self {
        if edge.ports.is_halted() {
            Self::Halted
        } else if !edge.is_admitting() {
            Self::Stopping
        } else if !edge.ports.recovery().is_over() {
            Self::Recovering
        } else {
            match edge.ports.intake() {
                Intake::All => Self::Ok,
                Intake::CancelsOnly => Self::LowDisk,
            }
        }
    }

    /// Whether commands are taken; with a disk that is nearly full at least cancels are.
    pub const fn is_ready(self) -> bool {
        match self {
            Self::Ok | Self::LowDisk => true,
            Self::Recovering | Self::Stopping | Self::Halted => false,
        }
    }
}

/// `GET /health/live`: the process answers, whatever it says. Who gets no answer restarts it.
pub async fn live(State(edge): State<Arc<Edge>>) -> Json<Health> {
    Json(Health {
        status: Condition::of(&edge),
    })
}

/// `GET /health/ready`: 200 where commands are taken, else 503. Who routes participants looks here.
pub async fn ready(State(edge): State<Arc<Edge>>) -> (StatusCode, Json<Health>) {
    health(State(edge)).await
}

/// `GET /healthz`: the same as `/health/ready`, under the name that balancers know.
pub async fn health(State(edge): State<Arc<Edge>>) -> (StatusCode, Json<Health>) {
    let status = Condition::of(&edge);
    let code = if status.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, Json(Health { status }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_takes_commands_is_ready() {
        for (condition, is_ready) in [
            (Condition::Ok, true),
            (Condition::LowDisk, true),
            (Condition::Recovering, false),
            (Condition::Stopping, false),
            (Condition::Halted, false),
        ] {
            assert_eq!(condition.is_ready(), is_ready, "{condition:?}");
        }
    }
}
