//! `GET /v1/admin/state`: where every book stands, as a replay of the journal must say it too.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sequencer::{MatcherState, state_hash_of};
use serde::Serialize;

use crate::admin::AdminView;
use crate::http::ErrorAnswer;

/// Where every book stands.
#[derive(Debug, Serialize)]
pub struct StateAnswer {
    /// Over everything that decides, of all books.
    state_hash: String,
    instruments: Vec<InstrumentAnswer>,
}

#[derive(Debug, Serialize)]
struct InstrumentAnswer {
    symbol: String,
    /// The last command that was applied.
    seq: u64,
    state_hash: String,
}

/// `GET /v1/admin/state`.
pub async fn state(State(view): State<AdminView>) -> Result<Json<StateAnswer>, ErrorAnswer> {
    let unavailable =
        |text: String| ErrorAnswer::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", text);
    let ports = &view.edge.ports;
    let answers = ports
        .inspect()
        .map_err(|refused| unavailable(refused.to_string()))?;
    let mut states: Vec<MatcherState> = Vec::new();
    while let Ok(state) = answers.recv_async().await {
        states.push(state);
    }
    let mut books: Vec<_> = states.iter().flat_map(|state| &state.books).collect();
    books.sort_by_key(|book| book.instrument);
    if books.len() < view.edge.instruments.len() {
        return Err(unavailable("the exchange stops".to_owned()));
    }
    let instruments = books.iter().filter_map(|book| {
        Some(InstrumentAnswer {
            symbol: view.edge.by_id(book.instrument)?.listed.symbol.to_string(),
            seq: book.sequence.0,
            state_hash: format!("{:016x}", book.state_hash),
        })
    });
    Ok(Json(StateAnswer {
        state_hash: format!("{:016x}", state_hash_of(&states)),
        instruments: instruments.collect(),
    }))
}
