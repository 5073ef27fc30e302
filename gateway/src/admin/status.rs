//! Counters, queue depths and sessions, as JSON.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::admin::AdminView;
use crate::counters::CounterReadings;
use crate::edge::InstrumentState;
use crate::lock::{lock, read};
use crate::measure::Condition;
use crate::past::PastReadings;

/// The answer of `/v1/status`.
#[derive(Debug, Serialize)]
pub struct Status {
    version: &'static str,
    condition: Condition,
    uptime_s: u64,
    clock: &'static str,
    epoch: u64,
    at_us: u64,
    connections: usize,
    sessions: usize,
    in_flight: u64,
    gateway: CounterReadings,
    history: PastReadings,
    matchers: Vec<MatcherStatus>,
    instruments: Vec<InstrumentStatus>,
}

/// What one matcher counted.
#[derive(Debug, Serialize)]
struct MatcherStatus {
    commands: u64,
    events: u64,
    trades: u64,
    batches: u64,
    batch_commands_max: u64,
    refused_full: u64,
    egress_full_turns: u64,
    queue_depth: u64,
}

/// Where one instrument stands.
#[derive(Debug, Serialize)]
struct InstrumentStatus {
    symbol: String,
    bid: Option<String>,
    ask: Option<String>,
    last: Option<String>,
    open_orders: usize,
    queue_depth: Option<usize>,
}

/// `/v1/status`.
pub async fn status(State(view): State<AdminView>) -> Json<Status> {
    let edge = &view.edge;
    Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        condition: Condition::of(edge),
        uptime_s: edge.uptime_s(),
        clock: edge.clock.word(),
        epoch: edge.epoch.0,
        at_us: edge.at_us(),
        connections: view.permits.admitted(),
        sessions: read(&edge.routing).count(),
        in_flight: edge.in_flight(),
        gateway: edge.counters.readings(),
        history: edge.past.readings(),
        matchers: edge
            .ports
            .matcher_counters()
            .iter()
            .map(matcher_status)
            .collect(),
        instruments: edge
            .instruments
            .iter()
            .map(|state| instrument_status(state, edge.ports.queue_depth(state.id())))
            .collect(),
    })
}

fn matcher_status(counters: &sequencer::Counters) -> MatcherStatus {
    MatcherStatus {
        commands: counters.commands,
        events: counters.events,
        trades: counters.trades,
        batches: counters.batches,
        batch_commands_max: counters.batch_commands_max,
        refused_full: counters.refused_full,
        egress_full_turns: counters.egress_full_turns,
        queue_depth: counters.queue_depth,
    }
}

fn instrument_status(state: &InstrumentState, queue_depth: Option<usize>) -> InstrumentStatus {
    let price = |price: engine::Price| state.listed.scale.price(price.units()).to_string();
    let top = lock(&state.market).top();
    InstrumentStatus {
        symbol: state.listed.symbol.to_string(),
        bid: top.bid.map(|level| price(level.price)),
        ask: top.ask.map(|level| price(level.price)),
        last: state.reference.last().map(price),
        open_orders: lock(&state.orders).count(),
        queue_depth,
    }
}
