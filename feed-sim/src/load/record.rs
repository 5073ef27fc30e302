//! What a load has found out: latencies, by interval too, and what was refused.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::load::percentile::{Percentiles, has_enough_beyond, us};

/// Three digits of each latency are kept, in a few hundred KiB.
const DIGITS: u8 = 3;
/// What takes longer counts as this.
const LATENCY_NS_MAX: u64 = 100_000_000_000;
/// Intervals of the course over time, at most.
const INTERVALS_MAX: u64 = 200;
/// None is shorter than this.
const INTERVAL_NS_MIN: u64 = 100_000_000;
const NS_PER_S: f64 = 1e9;

/// How often something was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCount {
    /// What.
    pub kind: String,
    /// How often.
    pub count: u64,
}

/// One interval of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntervalLine {
    /// When it began, in seconds from the end of the warm-up.
    pub at_s: f64,
    /// Answers that came in it.
    pub answers: u64,
    /// Their median in microseconds, with samples enough.
    pub p50_us: Option<f64>,
    /// Likewise.
    pub p99_us: Option<f64>,
    /// The largest.
    pub max_us: f64,
}

/// What a load has found out. Latencies are those of orders that were meant to leave after the warm-up.
#[derive(Debug)]
pub struct LoadRecord {
    /// Latency of each answer from the intended time, in ns.
    pub latencies: Histogram<u64>,
    /// How late each order left, in ns: what of the latency is the sender's own.
    pub lateness: Histogram<u64>,
    /// The course over time.
    pub intervals: Vec<IntervalLine>,
    /// Orders that left, with those of the warm-up.
    pub sent: u64,
    /// Orders that were meant to leave after the warm-up.
    pub intended: u64,
    /// Answers to those.
    pub answered: u64,
    /// Orders without an answer.
    pub unanswered: u64,
    /// Seconds from the end of the warm-up to the last intended moment, or to the last answer if that is later.
    pub seconds: f64,
    /// Every answer, by kind.
    pub answers: BTreeMap<String, u64>,
    /// What must not happen, by kind.
    pub errors: BTreeMap<String, u64>,
    course: Course,
}

/// The interval that runs.
#[derive(Debug)]
struct Course {
    /// When counting began.
    from_ns: u64,
    interval_ns: u64,
    begun_ns: u64,
    latencies: Histogram<u64>,
    last_answer_ns: u64,
    last_intended_ns: u64,
}

impl LoadRecord {
    /// Nothing is found yet. Counted is what was meant to leave at `from_ns` or later, for `run_ns`.
    pub fn new(from_ns: u64, run_ns: u64) -> Self {
        let histogram = || {
            Histogram::new_with_bounds(1, LATENCY_NS_MAX, DIGITS).expect("the bounds are allowed")
        };
        Self {
            latencies: histogram(),
            lateness: histogram(),
            intervals: Vec::new(),
            sent: 0,
            intended: 0,
            answered: 0,
            unanswered: 0,
            seconds: 0.0,
            answers: BTreeMap::new(),
            errors: BTreeMap::new(),
            course: Course {
                from_ns,
                interval_ns: (run_ns / INTERVALS_MAX).max(INTERVAL_NS_MIN),
                begun_ns: from_ns,
                latencies: histogram(),
                last_answer_ns: from_ns,
                last_intended_ns: from_ns,
            },
        }
    }

    /// An order left at `now_ns`.
    pub fn note_sent(&mut self, intended_ns: u64, now_ns: u64) {
        self.sent += 1;
        if intended_ns >= self.course.from_ns {
            self.intended += 1;
            self.course.last_intended_ns = intended_ns;
            self.lateness
                .saturating_record(now_ns.saturating_sub(intended_ns));
        }
    }

    /// An order that was meant to leave at `intended_ns` was answered at `now_ns`.
    pub fn note_answer(&mut self, intended_ns: u64, now_ns: u64) {
        if intended_ns < self.course.from_ns {
            return;
        }
        let latency_ns = now_ns.saturating_sub(intended_ns);
        self.answered += 1;
        self.latencies.saturating_record(latency_ns);
        while now_ns >= self.course.begun_ns + self.course.interval_ns {
            self.end_interval();
        }
        self.course.latencies.saturating_record(latency_ns);
        self.course.last_answer_ns = now_ns;
    }

    /// Counts an answer by its kind.
    pub fn note_kind(&mut self, kind: &str) {
        count(&mut self.answers, kind, 1);
    }

    /// Counts what must not happen.
    pub fn note_error(&mut self, kind: &str) {
        count(&mut self.errors, kind, 1);
    }

    /// The load is over; so many orders have no answer.
    pub fn finish(&mut self, unanswered: u64) {
        self.end_interval();
        self.unanswered = unanswered;
        if unanswered > 0 {
            count(&mut self.errors, "unanswered", unanswered);
        }
        let last_ns = self.course.last_answer_ns.max(self.course.last_intended_ns);
        self.seconds = seconds(last_ns - self.course.from_ns);
    }

    /// The percentiles of the latencies.
    pub fn percentiles(&self) -> Percentiles {
        Percentiles::of(&self.latencies)
    }

    /// How many things happened that must not.
    pub fn error_count(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Answers a second.
    #[expect(clippy::cast_precision_loss, reason = "counts of answers fit exactly")]
    pub fn answers_per_s(&self) -> f64 {
        if self.seconds > 0.0 {
            self.answered as f64 / self.seconds
        } else {
            0.0
        }
    }

    fn end_interval(&mut self) {
        let course = &mut self.course;
        let latencies = &course.latencies;
        let told = |per_million, share| {
            has_enough_beyond(latencies.len(), per_million)
                .then(|| us(latencies.value_at_quantile(share)))
        };
        self.intervals.push(IntervalLine {
            at_s: seconds(course.begun_ns - course.from_ns),
            answers: latencies.len(),
            p50_us: told(500_000, 0.5),
            p99_us: told(990_000, 0.99),
            max_us: us(latencies.max()),
        });
        course.latencies.reset();
        course.begun_ns += course.interval_ns;
    }
}

fn count(counts: &mut BTreeMap<String, u64>, kind: &str, more: u64) {
    match counts.get_mut(kind) {
        Some(count) => *count += more,
        None => {
            counts.insert(kind.to_owned(), more);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a run is far below 2^53 ns")]
fn seconds(ns: u64) -> f64 {
    ns as f64 / NS_PER_S
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn latency_counts_from_the_intended_moment_however_late_the_order_left() {
        let mut record = LoadRecord::new(0, SECOND);

        record.note_sent(1_000, 900_000);
        record.note_answer(1_000, 1_001_000);
        record.finish(0);

        assert_eq!(record.latencies.max() / 10_000, 100);
        assert_eq!(record.lateness.max() / 10_000, 89);
    }

    #[test]
    fn what_was_meant_for_the_warm_up_is_sent_and_not_counted() {
        let mut record = LoadRecord::new(SECOND, SECOND);

        record.note_sent(SECOND - 1, SECOND + 5);
        record.note_answer(SECOND - 1, SECOND + 9);
        record.note_sent(SECOND, SECOND + 1);
        record.note_answer(SECOND, SECOND + 11);
        record.finish(0);

        assert_eq!((record.sent, record.intended, record.answered), (2, 1, 1));
    }

    #[test]
    fn a_standstill_is_an_interval_without_answers() {
        let mut record = LoadRecord::new(0, SECOND);

        record.note_answer(1, 50_000_000);
        record.note_answer(1, 250_000_000);
        record.finish(0);

        let answers: Vec<u64> = record.intervals.iter().map(|line| line.answers).collect();
        assert_eq!(answers, [1, 0, 1]);
    }

    #[test]
    fn what_has_no_answer_is_an_error() {
        let mut record = LoadRecord::new(0, SECOND);

        record.note_sent(1, 2);
        record.finish(1);

        assert_eq!(record.errors.get("unanswered"), Some(&1));
        assert_eq!(record.error_count(), 1);
    }
}
