//! `GET /metrics`: everything that is counted, for Prometheus. docs/operations.md says what to alarm on.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::edge::Edge;
use crate::http::ErrorAnswer;
use crate::listener::Peer;
use crate::lock::{lock, read};
use crate::measure::condition::Condition;
use crate::measure::exposition::{Exposition, Kind, seconds};
use crate::measure::stage_times::StageTimes;

const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`.
pub async fn metrics(State(edge): State<Arc<Edge>>) -> Response {
    let headers = [(CONTENT_TYPE, TEXT_FORMAT), (CACHE_CONTROL, "no-store")];
    (headers, page(&edge)).into_response()
}

/// `GET /metrics` of the public port: told to this machine only.
pub async fn metrics_on_loopback(
    state: State<Arc<Edge>>,
    Extension(peer): Extension<Peer>,
) -> Result<Response, ErrorAnswer> {
    if !peer.address.ip().to_canonical().is_loopback() {
        return Err(ErrorAnswer::unknown_path());
    }
    Ok(metrics(state).await)
}

fn page(edge: &Edge) -> String {
    let mut page = Exposition::default();
    tell_condition(&mut page, edge);
    tell_flow(&mut page, edge);
    tell_connections(&mut page, edge);
    tell_matchers(&mut page, edge);
    tell_history(&mut page, edge);
    tell_times(&mut page, edge);
    tell_instruments(&mut page, edge);
    page.finish()
}

fn tell_condition(page: &mut Exposition, edge: &Edge) {
    let version = "rialto_build_info";
    page.begin(version, Kind::Gauge, "Always 1; which program runs.");
    page.sample(version, &[("version", env!("CARGO_PKG_VERSION"))], 1);
    let condition = Condition::of(edge);
    for (name, help, is_so) in [
        (
            "rialto_ready",
            "1 where commands are taken.",
            condition.is_ready(),
        ),
        (
            "rialto_halted",
            "1 where the log failed and nothing is taken any more.",
            condition == Condition::Halted,
        ),
        (
            "rialto_low_disk",
            "1 where the disk is nearly full and new orders are refused.",
            condition == Condition::LowDisk,
        ),
    ] {
        page.single(name, Kind::Gauge, help, u8::from(is_so));
    }
    for (name, help, value) in [
        (
            "rialto_uptime_seconds",
            "Since the start of this generation.",
            edge.uptime_s(),
        ),
        (
            "rialto_epoch",
            "The generation of published numbers.",
            edge.epoch.0,
        ),
        (
            "rialto_recovery_commands",
            "Commands of the journal that the start applied.",
            edge.ports.recovery().commands(),
        ),
    ] {
        page.single(name, Kind::Gauge, help, value);
    }
    let took = edge.ports.recovery().took().unwrap_or_default();
    let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
    let help = "How long the start applied the journal.";
    page.single("rialto_recovery_seconds", Kind::Gauge, help, seconds(took));
}

fn tell_flow(page: &mut Exposition, edge: &Edge) {
    let counted = edge.counters.readings();
    for (name, help, value) in [
        (
            "rialto_orders_total",
            "Orders that an engine accepted.",
            counted.accepted,
        ),
        (
            "rialto_commands_total",
            "Commands that sessions handed to matchers.",
            counted.commands,
        ),
        ("rialto_trades_total", "Trades.", counted.trades),
        (
            "rialto_busy_total",
            "Commands refused because a queue was full.",
            counted.busy,
        ),
        (
            "rialto_request_errors_total",
            "Requests answered before they reached a matcher.",
            counted.errors,
        ),
        (
            "rialto_reloads_total",
            "Reloads of the configuration.",
            counted.reloads,
        ),
        (
            "rialto_reloads_refused_total",
            "Reloads that changed nothing, because the files were wrong.",
            counted.reloads_refused,
        ),
    ] {
        page.single(name, Kind::Counter, help, value);
    }
    let rejects = "rialto_rejects_total";
    page.begin(rejects, Kind::Counter, "Refused requests, by reason.");
    for (reason, count) in edge.rejects.readings() {
        page.sample(rejects, &[("reason", reason.word())], count);
    }
    let refused = "rialto_binance_refusals_total";
    let help = "Refused requests of the Binance persona, by the venue's code.";
    page.begin(refused, Kind::Counter, help);
    for (code, count) in edge.binance.refusals.readings() {
        page.sample(refused, &[("code", &code.to_string())], count);
    }
    let help = "Commands without an outcome yet.";
    page.single("rialto_in_flight", Kind::Gauge, help, edge.in_flight());
}

fn tell_connections(page: &mut Exposition, edge: &Edge) {
    let counted = edge.counters.readings();
    let sessions = read(&edge.routing).count();
    page.single("rialto_sessions", Kind::Gauge, "Open sessions.", sessions);
    for (name, help, value) in [
        (
            "rialto_sessions_opened_total",
            "Sessions that were opened.",
            counted.sessions,
        ),
        (
            "rialto_slow_consumers_total",
            "Sessions cut off because they did not read.",
            counted.slow_consumers,
        ),
        (
            "rialto_fallen_behind_total",
            "Subscriptions that fell behind, or were cut off, because their sessions did not read.",
            edge.flusher.fallen_behind(),
        ),
        (
            "rialto_idle_sessions_total",
            "Sessions closed because they said nothing.",
            counted.idle_sessions,
        ),
        (
            "rialto_rate_refusals_total",
            "Requests refused because their session had asked too many of late.",
            counted.rate_refusals,
        ),
        (
            "rialto_rate_limited_sessions_total",
            "Sessions closed because they went on asking too many.",
            counted.rate_limited_sessions,
        ),
        (
            "rialto_connections_refused_total",
            "Connections refused for a limit.",
            counted.connections_refused,
        ),
        (
            "rialto_frames_in_total",
            "Frames that came in.",
            counted.frames_in,
        ),
        (
            "rialto_messages_out_total",
            "Messages handed to sockets.",
            counted.messages_out,
        ),
    ] {
        page.single(name, Kind::Counter, help, value);
    }
}

/// A matcher's figure: its name, what it does, what it is, and where it is read.
type MatcherFigure = (
    &'static str,
    Kind,
    &'static str,
    fn(&sequencer::Counters) -> u64,
);

const MATCHER_FIGURES: [MatcherFigure; 7] = [
    (
        "rialto_queue_depth",
        Kind::Gauge,
        "Commands that wait for a matcher.",
        |counted| counted.queue_depth,
    ),
    (
        "rialto_queue_full_total",
        Kind::Counter,
        "Commands refused because a matcher's queue was full.",
        |counted| counted.refused_full,
    ),
    (
        "rialto_low_disk_refused_total",
        Kind::Counter,
        "Commands refused because the disk is nearly full.",
        |counted| counted.refused_low_disk,
    ),
    (
        "rialto_egress_full_total",
        Kind::Counter,
        "Turns of a matcher that waited for its readers.",
        |counted| counted.egress_full_turns,
    ),
    (
        "rialto_matched_commands_total",
        Kind::Counter,
        "Commands that a matcher applied, ticks included.",
        |counted| counted.commands,
    ),
    (
        "rialto_events_total",
        Kind::Counter,
        "Events that a matcher emitted.",
        |counted| counted.events,
    ),
    (
        "rialto_batches_total",
        Kind::Counter,
        "Batches that a matcher applied.",
        |counted| counted.batches,
    ),
];

fn tell_matchers(page: &mut Exposition, edge: &Edge) {
    let matchers = edge.ports.matcher_counters();
    for (name, kind, help, figure) in MATCHER_FIGURES {
        page.begin(name, kind, help);
        for (number, counted) in matchers.iter().enumerate() {
            let matcher = number.to_string();
            page.sample(name, &[("matcher", &matcher)], figure(counted));
        }
    }
}

fn tell_history(page: &mut Exposition, edge: &Edge) {
    let past = edge.past.readings();
    let waits = "rialto_history_waits_total";
    let help = "How often reports waited for the history to take batches in.";
    page.single(waits, Kind::Counter, help, past.egress_waits);
    for (name, help, value) in [
        (
            "rialto_history_batches_waiting",
            "Batches that the history has not taken in.",
            past.batches_waiting,
        ),
        (
            "rialto_history_failed",
            "1 where the history's files cannot be written.",
            usize::from(past.has_failed),
        ),
    ] {
        page.single(name, Kind::Gauge, help, value);
    }
}

fn tell_times(page: &mut Exposition, edge: &Edge) {
    let stages = "rialto_stage_seconds";
    let help =
        "How long commands took to pass a stage of their life, and from read to published (total).";
    page.begin_histogram(stages, help);
    for (stage, latencies) in StageTimes::readings(&edge.stage_times) {
        page.histogram(stages, &[("stage", stage)], &latencies);
    }
    let syncs = "rialto_journal_sync_seconds";
    page.begin_histogram(syncs, "How long syncs of the journal took.");
    page.histogram(syncs, &[], &edge.ports.syncs());
}

fn tell_instruments(page: &mut Exposition, edge: &Edge) {
    let open = "rialto_open_orders";
    page.begin(open, Kind::Gauge, "Orders that are open.");
    for state in &edge.instruments {
        let orders = lock(&state.orders).count();
        page.sample(open, &[("symbol", state.listed.symbol.as_str())], orders);
    }
}
