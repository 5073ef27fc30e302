//! `GET /v1/performance`: what the exchange does and how fast, for the page's engine screen and `rialto top`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use sequencer::Latencies;
use serde::Serialize;

use crate::counters::CounterReadings;
use crate::edge::Edge;
use crate::lock::read;
use crate::measure::condition::Condition;
use crate::measure::stage_times::StageTimes;

/// Everything at one moment. Totals are since the start of the generation: who wants a rate asks twice.
#[derive(Debug, Serialize)]
pub struct Performance {
    version: &'static str,
    condition: Condition,
    uptime_s: u64,
    clock: &'static str,
    epoch: u64,
    at_us: u64,
    sessions: usize,
    in_flight: u64,
    gateway: CounterReadings,
    rejects: BTreeMap<&'static str, u64>,
    matchers: Vec<MatcherFigures>,
    stages: Vec<StageFigures>,
    journal_sync: Times,
    recovery: RecoveryFigures,
}

#[derive(Debug, Serialize)]
struct MatcherFigures {
    commands: u64,
    trades: u64,
    batches: u64,
    queue_depth: u64,
    refused_full: u64,
    egress_full_turns: u64,
}

#[derive(Debug, Serialize)]
struct StageFigures {
    stage: &'static str,
    #[serde(flatten)]
    times: Times,
}

/// Times since the start.
#[derive(Debug, Serialize)]
struct Times {
    count: u64,
    sum_ns: u64,
    p50_ns: u64,
    p99_ns: u64,
    max_ns: u64,
    /// Pairs: the first ns beyond a bucket, and how many times are in it. Two readings differ by what was
    /// between them.
    buckets: Vec<(u64, u64)>,
}

#[derive(Debug, Serialize)]
struct RecoveryFigures {
    commands: u64,
    took_us: Option<u128>,
}

/// `GET /v1/performance`.
pub async fn performance(State(edge): State<Arc<Edge>>) -> Json<Performance> {
    let recovery = edge.ports.recovery();
    Json(Performance {
        version: env!("CARGO_PKG_VERSION"),
        condition: Condition::of(&edge),
        uptime_s: edge.uptime_s(),
        clock: edge.clock.word(),
        epoch: edge.epoch.0,
        at_us: edge.at_us(),
        sessions: read(&edge.routing).count(),
        in_flight: edge.in_flight(),
        gateway: edge.counters.readings(),
        rejects: edge
            .rejects
            .readings()
            .map(|(reason, count)| (reason.word(), count))
            .collect(),
        matchers: edge
            .ports
            .matcher_counters()
            .iter()
            .map(MatcherFigures::of)
            .collect(),
        stages: StageTimes::readings(&edge.stage_times)
            .iter()
            .map(|(stage, latencies)| StageFigures {
                stage,
                times: Times::of(latencies),
            })
            .collect(),
        journal_sync: Times::of(&edge.ports.syncs()),
        recovery: RecoveryFigures {
            commands: recovery.commands(),
            took_us: recovery.took().map(|took| took.as_micros()),
        },
    })
}

impl MatcherFigures {
    fn of(counted: &sequencer::Counters) -> Self {
        Self {
            commands: counted.commands,
            trades: counted.trades,
            batches: counted.batches,
            queue_depth: counted.queue_depth,
            refused_full: counted.refused_full,
            egress_full_turns: counted.egress_full_turns,
        }
    }
}

impl Times {
    fn of(latencies: &Latencies) -> Self {
        Self {
            count: latencies.count(),
            sum_ns: latencies.sum_ns(),
            p50_ns: latencies.quantile_ns(500_000),
            p99_ns: latencies.quantile_ns(990_000),
            max_ns: latencies.max_ns(),
            buckets: latencies.buckets().collect(),
        }
    }
}
