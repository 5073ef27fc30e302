//! Fault plans in the hands of operators: bound, listed with what they did, taken off.

use axum::Json;
use axum::extract::{Extension, Query, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::admin::AdminView;
use crate::admin::body::Body;
use crate::faults::{FaultPlan, FaultPlanPart, Injected, PlanView};
use crate::http::ErrorAnswer;
use crate::listener::Peer;

/// `GET /v1/admin/faults`.
#[derive(Debug, Serialize)]
pub struct FaultReport {
    plans: Vec<PlanView>,
    /// Faults that were injected since the start; the newest are listed.
    injected_total: u64,
    injected: Vec<Injected>,
}

/// What may stand behind the question mark.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// The first number that is listed.
    #[serde(default)]
    from: u64,
}

/// `POST /v1/admin/faults/clear`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clear {
    name: Option<String>,
}

/// How many plans were taken off.
#[derive(Debug, Serialize)]
pub struct Cleared {
    cleared: usize,
}

/// `GET /v1/admin/faults`.
pub async fn report(
    State(view): State<AdminView>,
    Query(query): Query<ReportQuery>,
) -> Json<FaultReport> {
    let faults = &view.edge.faults;
    let (injected_total, injected) = faults.injected(query.from);
    Json(FaultReport {
        plans: faults.plans(),
        injected_total,
        injected,
    })
}

/// `POST /v1/admin/faults`.
pub async fn bind(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(part): Body<FaultPlanPart>,
) -> Result<Json<PlanView>, ErrorAnswer> {
    let bad = |text: String| ErrorAnswer::new(StatusCode::BAD_REQUEST, "bad_request", text);
    let plan = FaultPlan::derive(&part).map_err(|error| {
        bad(format!(
            "field `{}`: {}; {}",
            error.key, error.problem, error.remedy
        ))
    })?;
    let bound = view
        .edge
        .faults
        .bind(plan)
        .map_err(|text| ErrorAnswer::new(StatusCode::CONFLICT, "too_many_plans", text))?;
    info!(target: "admin", who = %who.address, plan = part.name, "bound a fault plan");
    Ok(Json(bound))
}

/// `POST /v1/admin/faults/clear`.
pub async fn clear(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(clear): Body<Clear>,
) -> Json<Cleared> {
    let cleared = view.edge.faults.clear(clear.name.as_deref());
    info!(target: "admin", who = %who.address, cleared, "took off fault plans");
    Json(Cleared { cleared })
}
