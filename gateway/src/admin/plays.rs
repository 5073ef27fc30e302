//! The playbill: which plays are performed on this exchange, as whoever performs them says, for the page.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::extract::{Extension, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::admin::AdminView;
use crate::admin::body::Body;
use crate::http::ErrorAnswer;
use crate::listener::Peer;
use crate::lock::lock;

/// Plays that are kept.
const PLAYS_MAX: usize = 20;
/// Steps and verdicts of one play, at most.
const LINES_MAX: usize = 500;

/// The plays of this generation, newest first.
#[derive(Debug, Clone, Default)]
pub struct Playbill(Arc<Mutex<VecDeque<Play>>>);

/// A play that is performed, or was.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    /// Its name.
    #[serde(rename = "play")]
    name: String,
    /// What it is about.
    about: String,
    /// The seed of its chance.
    seed: u64,
    /// Engine time at its beginning.
    began_at_us: u64,
    /// How long it takes, in engine time.
    for_ms: u64,
    /// What is done when.
    steps: Vec<Step>,
    /// How it ended; empty until then.
    #[serde(default)]
    verdicts: Vec<Verdict>,
    /// Whether everything that was expected held; `None` until it is over.
    #[serde(default)]
    passed: Option<bool>,
}

/// A step of a play.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    at_ms: u64,
    what: String,
}

/// An expectation that was judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    name: String,
    held: bool,
    measured: String,
}

/// `POST /v1/admin/plays/verdict`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    play: String,
    passed: bool,
    verdicts: Vec<Verdict>,
}

/// `GET /v1/admin/plays`.
#[derive(Debug, Serialize)]
pub struct Plays {
    /// Engine time now.
    at_us: u64,
    plays: Vec<Play>,
}

/// `GET /v1/admin/plays`.
pub async fn plays(State(view): State<AdminView>) -> Json<Plays> {
    Json(Plays {
        at_us: view.edge.at_us(),
        plays: lock(&view.plays.0).iter().cloned().collect(),
    })
}

/// `POST /v1/admin/plays`: a play begins.
pub async fn begin(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(play): Body<Play>,
) -> Result<Json<Play>, ErrorAnswer> {
    if play.steps.len() > LINES_MAX {
        return Err(too_long());
    }
    info!(target: "admin", who = %who.address, play = play.name, seed = play.seed, "a play begins");
    let mut plays = lock(&view.plays.0);
    plays.push_front(play.clone());
    plays.truncate(PLAYS_MAX);
    Ok(Json(play))
}

/// `POST /v1/admin/plays/verdict`: it is over.
pub async fn judge(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(judged): Body<Judged>,
) -> Result<Json<Play>, ErrorAnswer> {
    if judged.verdicts.len() > LINES_MAX {
        return Err(too_long());
    }
    let mut plays = lock(&view.plays.0);
    let mut open = plays.iter_mut();
    let meant = open.find(|play| play.name == judged.play && play.passed.is_none());
    let Some(play) = meant else {
        let text = format!("no play called `{}` is under way", judged.play);
        return Err(ErrorAnswer::new(
            StatusCode::NOT_FOUND,
            "unknown_play",
            text,
        ));
    };
    info!(target: "admin", who = %who.address, play = play.name, passed = judged.passed, "a play is over");
    (play.passed, play.verdicts) = (Some(judged.passed), judged.verdicts);
    Ok(Json(play.clone()))
}

fn too_long() -> ErrorAnswer {
    let text = format!("a play has at most {LINES_MAX} steps and as many expectations");
    ErrorAnswer::new(StatusCode::BAD_REQUEST, "bad_request", text)
}
