//! What is demanded, and whether it holds.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::bench::summary::TargetLine;
use crate::cli::BenchArgs;

const US_PER_S: f64 = 1e6;

/// A threshold and what it was held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Of which target.
    pub target: String,
    /// What is demanded, such as `p99_us <= 10000`.
    pub threshold: String,
    /// What it is; `None` where there are too few samples to say.
    pub value: Option<f64>,
    /// Whether it holds.
    pub held: bool,
}

/// Each threshold that was given, for each target.
pub fn judge(arguments: &BenchArgs, targets: &[TargetLine]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for line in targets {
        let mut most = |name: &str, limit: Option<Duration>, value: Option<f64>| {
            if let Some(limit) = limit {
                let limit = limit.as_secs_f64() * US_PER_S;
                let held = value.is_some_and(|value| value <= limit);
                verdicts.push(verdict(line, format!("{name} <= {limit}"), value, held));
            }
        };
        most("p50_us", arguments.p50_max, line.p50_us);
        most("p99_us", arguments.p99_max, line.p99_us);
        most("p999_us", arguments.p999_max, line.p999_us);
        if let Some(least) = arguments.rate_min {
            verdicts.push(rate(line, least));
        }
        let held = line.errors == 0 || line.rate_held.is_some();
        verdicts.push(verdict(
            line,
            "errors == 0".to_owned(),
            Some(whole(line.errors)),
            held,
        ));
    }
    verdicts
}

fn rate(line: &TargetLine, least: u64) -> Verdict {
    let (name, value) = match line.rate_held {
        Some(held) => ("rate_held", whole(held)),
        None => ("answers_per_s", line.answers_per_s),
    };
    let held = value >= whole(least);
    verdict(line, format!("{name} >= {least}"), Some(value), held)
}

fn verdict(line: &TargetLine, threshold: String, value: Option<f64>, held: bool) -> Verdict {
    Verdict {
        target: line.target.name().to_owned(),
        threshold,
        value,
        held,
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates and counts fit exactly")]
const fn whole(count: u64) -> f64 {
    count as f64
}
