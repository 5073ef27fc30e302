//! What a bench found out, as it is printed with `--json` and read again with `--baseline`.

use std::collections::BTreeMap;

use feed_sim::load::{IntervalLine, LoadRecord, Percentiles};
use serde::{Deserialize, Serialize};

use crate::bench::baseline::Comparison;
use crate::bench::stages::StageLine;
use crate::bench::target::Target;
use crate::bench::thresholds::Verdict;
use crate::bench::usage::Usage;

/// The whole bench.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchSummary {
    /// `bench`.
    pub command: String,
    /// Of the program.
    pub version: String,
    /// Of the repository that the program lies in, if it does.
    pub commit: String,
    /// Where it ran.
    pub machine: Machine,
    /// How it was called.
    pub flags: Vec<String>,
    /// What was sent.
    pub load: Load,
    /// One line a target.
    pub targets: Vec<TargetLine>,
    /// Every run, in the order in which they were made.
    pub runs: Vec<RunLine>,
    /// Targets that could not be measured, and why.
    pub skipped: BTreeMap<String, String>,
    /// Each threshold, with what it was held against.
    pub thresholds: Vec<Verdict>,
    /// Against `--baseline`.
    pub comparisons: Vec<Comparison>,
    /// Whether nothing is missed.
    pub ok: bool,
}

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Its processor.
    pub cpu: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Its memory.
    pub memory_mib: u64,
    /// Its kernel.
    pub system: String,
    /// `apart` or `free`: whether the load had a core of its own.
    pub placement: String,
    /// `ahead` or `ordinary`: whether load and exchanges go before other processes of the machine.
    #[serde(default)]
    pub priority: String,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Open loop, always: latency counts from the intended send time.
    pub kind: String,
    /// What was spoken.
    pub protocol: String,
    /// How orders arrived.
    pub arrivals: String,
    /// The rate that was asked for, or with which a sweep began.
    pub rate: u64,
    /// Sessions.
    pub connections: u32,
    /// Instruments.
    pub instruments: u32,
    /// Counted time of a run.
    pub seconds: f64,
    /// Time before it.
    pub warm_up_seconds: f64,
    /// Of orders and times.
    pub seed: u64,
    /// Whether the highest rate was looked for.
    pub sweep: bool,
}

/// One run on one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunLine {
    /// On what.
    pub target: Target,
    /// Of which round, from 1.
    pub round: u32,
    /// Orders and cancels a second that were intended.
    pub rate: u64,
    /// Seconds that were counted.
    pub seconds: f64,
    /// Orders that were meant to leave in them.
    pub intended: u64,
    /// Answers to those.
    pub answered: u64,
    /// Orders without an answer.
    pub unanswered: u64,
    /// Answers a second.
    pub answers_per_s: f64,
    /// From the intended send time to the answer.
    pub latency: Percentiles,
    /// From the intended send time to the call that sent it: the load's own part of the latency.
    pub lateness: Percentiles,
    /// Every answer by kind.
    pub answers: BTreeMap<String, u64>,
    /// What must not happen, by kind.
    pub errors: BTreeMap<String, u64>,
    /// What the exchange took.
    pub exchange: Usage,
    /// What the load took.
    pub client: Usage,
    /// Where the time went inside the exchange, in the mean; empty where it does not say.
    pub stages: Vec<StageLine>,
    /// The course over time.
    pub intervals: Vec<IntervalLine>,
    /// Points of the percentile plot.
    pub curve: Vec<CurvePoint>,
    /// Bars of the histogram.
    pub histogram: Vec<HistogramBar>,
}

/// A point of the percentile plot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// 1 / (1 - p): 100 is p99, 1000 is p99.9.
    pub nines: f64,
    /// Latency there.
    pub us: f64,
}

/// A bar of the histogram.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HistogramBar {
    /// Latencies up to this.
    pub up_to_us: f64,
    /// So many, above those of the bar before.
    pub count: u64,
}

/// A target over all rounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetLine {
    /// Which.
    pub target: Target,
    /// The highest rate that held, of a sweep: the median of the rounds.
    pub rate_held: Option<u64>,
    /// Medians over the rounds; of a sweep those at the rate that held.
    pub answers_per_s: f64,
    /// Likewise.
    pub p50_us: Option<f64>,
    /// Likewise.
    pub p99_us: Option<f64>,
    /// Likewise.
    pub p999_us: Option<f64>,
    /// Cores that the exchange kept busy.
    pub exchange_cores: f64,
    /// Memory of the exchange at most.
    pub exchange_rss_mib: f64,
    /// What must not happen, in all rounds.
    pub errors: u64,
}

impl RunLine {
    /// What a load has found out on a target.
    pub fn new(
        (target, round, rate): (Target, u32, u64),
        record: &LoadRecord,
        (exchange, client): (Usage, Usage),
        stages: Vec<StageLine>,
    ) -> Self {
        Self {
            target,
            round,
            rate,
            seconds: record.seconds,
            intended: record.intended,
            answered: record.answered,
            unanswered: record.unanswered,
            answers_per_s: record.answers_per_s(),
            latency: record.percentiles(),
            lateness: Percentiles::of(&record.lateness),
            answers: record.answers.clone(),
            errors: record.errors.clone(),
            exchange,
            client,
            stages,
            intervals: record.intervals.clone(),
            curve: curve(record),
            histogram: histogram(record),
        }
    }

    /// How many things happened that must not.
    pub fn error_count(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Whether it kept the rate, lost nothing, and has p99 at most at `p99_max_us`.
    #[expect(clippy::cast_precision_loss, reason = "rates fit exactly")]
    pub fn holds(&self, p99_max_us: f64) -> bool {
        const RATE_KEPT: f64 = 0.98;
        let p99_us = self.latency.us("p99").unwrap_or(self.latency.max_us);
        self.error_count() == 0
            && p99_us <= p99_max_us
            && self.answers_per_s >= self.rate as f64 * RATE_KEPT
    }
}

/// The percentile plot ends where ten samples are left.
#[expect(clippy::cast_precision_loss, reason = "counts of samples fit exactly")]
fn curve(record: &LoadRecord) -> Vec<CurvePoint> {
    const TICKS_PER_HALVING: u32 = 5;
    const BEYOND_MIN: f64 = 9.5;
    let samples = record.latencies.len() as f64;
    record
        .latencies
        .iter_quantiles(TICKS_PER_HALVING)
        .take_while(|point| samples * (1.0 - point.quantile()) >= BEYOND_MIN)
        .map(|point| CurvePoint {
            nines: 1.0 / (1.0 - point.quantile()),
            us: us(point.value_iterated_to()),
        })
        .collect()
}

fn histogram(record: &LoadRecord) -> Vec<HistogramBar> {
    const FIRST_BAR_NS: u64 = 1_000;
    const GROWTH: f64 = 1.122_018_454;
    record
        .latencies
        .iter_log(FIRST_BAR_NS, GROWTH)
        .map(|bar| HistogramBar {
            up_to_us: us(bar.value_iterated_to()),
            count: bar.count_since_last_iteration(),
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "latencies fit exactly")]
fn us(ns: u64) -> f64 {
    ns as f64 / 1_000.0
}

impl TargetLine {
    /// The medians over the runs of a target; `None` where it was never measured.
    pub fn new(target: Target, runs: &[&RunLine], rate_held: Option<u64>) -> Option<Self> {
        if runs.is_empty() && rate_held.is_none() {
            return None;
        }
        let over = |figure: fn(&RunLine) -> Option<f64>| {
            let told: Option<Vec<f64>> = runs.iter().map(|run| figure(run)).collect();
            median(told?)
        };
        Some(Self {
            target,
            rate_held,
            answers_per_s: over(|run| Some(run.answers_per_s)).unwrap_or(0.0),
            p50_us: over(|run| run.latency.us("p50")),
            p99_us: over(|run| run.latency.us("p99")),
            p999_us: over(|run| run.latency.us("p99.9")),
            exchange_cores: over(|run| Some(run.exchange.cores)).unwrap_or(0.0),
            exchange_rss_mib: over(|run| Some(run.exchange.rss_mib)).unwrap_or(0.0),
            errors: runs.iter().map(|run| run.error_count()).sum(),
        })
    }
}

fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_that_one_run_cannot_carry_is_told_of_none() {
        let mut long = LoadRecord::new(0, 1_000_000_000);
        for number in 0..2_000 {
            long.note_sent(number, number);
            long.note_answer(number, number + 5_000);
        }
        let mut short = LoadRecord::new(0, 1_000_000_000);
        for number in 0..100 {
            short.note_sent(number, number);
            short.note_answer(number, number + 5_000);
        }
        let line = |record: &LoadRecord| {
            let usage = (Usage::default(), Usage::default());
            RunLine::new((Target::Rialto, 1, 1_000), record, usage, Vec::new())
        };
        let (long, short) = (line(&long), line(&short));

        let told = TargetLine::new(Target::Rialto, &[&long, &short], None).unwrap();

        assert!(told.p50_us.is_some());
        assert_eq!(told.p99_us, None);
    }

    #[test]
    fn the_percentile_plot_ends_where_ten_samples_are_left() {
        let mut record = LoadRecord::new(0, 1_000_000_000);
        for number in 0..1_000 {
            record.note_answer(number, number * 1_000);
        }

        let last = curve(&record).last().copied().unwrap();

        assert!((50.0..=105.0).contains(&last.nines), "{last:?}");
    }
}
