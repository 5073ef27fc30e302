//! An earlier run beside this one: each figure of each target that both have.

use serde::{Deserialize, Serialize};

use crate::bench::summary::{BenchSummary, TargetLine};

/// One figure, then and now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Of which target.
    pub target: String,
    /// Which figure.
    pub figure: String,
    /// What it was.
    pub before: f64,
    /// What it is.
    pub now: f64,
    /// How much better or worse.
    pub judgement: Judgement,
}

/// How a figure compares with an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Judgement {
    /// By more than the tolerance.
    Better,
    /// Within the tolerance.
    Same,
    /// By more than the tolerance.
    Worse,
}

/// Which way is better.
#[derive(Debug, Clone, Copy)]
enum Good {
    Low,
    High,
}

/// Compares every target that both runs have.
pub fn compare(old: &BenchSummary, now: &[TargetLine], tolerance_percent: u32) -> Vec<Comparison> {
    let mut comparisons = Vec::new();
    for line in now {
        let Some(before) = old.targets.iter().find(|old| old.target == line.target) else {
            continue;
        };
        let mut figure = |name: &str, good: Good, pair: (Option<f64>, Option<f64>)| {
            if let (Some(before), Some(now)) = pair {
                comparisons.push(Comparison {
                    target: line.target.name().to_owned(),
                    figure: name.to_owned(),
                    before,
                    now,
                    judgement: judge(good, before, now, tolerance_percent),
                });
            }
        };
        figure("p50_us", Good::Low, (before.p50_us, line.p50_us));
        figure("p99_us", Good::Low, (before.p99_us, line.p99_us));
        figure("p999_us", Good::Low, (before.p999_us, line.p999_us));
        figure(
            "answers_per_s",
            Good::High,
            (Some(before.answers_per_s), Some(line.answers_per_s)),
        );
        figure(
            "exchange_rss_mib",
            Good::Low,
            (Some(before.exchange_rss_mib), Some(line.exchange_rss_mib)),
        );
    }
    comparisons
}

fn judge(good: Good, before: f64, now: f64, tolerance_percent: u32) -> Judgement {
    let factor = 1.0 + f64::from(tolerance_percent) / 100.0;
    let (smaller_is, larger_is) = match good {
        Good::Low => (Judgement::Better, Judgement::Worse),
        Good::High => (Judgement::Worse, Judgement::Better),
    };
    if now > before * factor {
        larger_is
    } else if now * factor < before {
        smaller_is
    } else {
        Judgement::Same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_worse_beyond_the_tolerance_and_not_before() {
        assert_eq!(judge(Good::Low, 100.0, 125.0, 25), Judgement::Same);
        assert_eq!(judge(Good::Low, 100.0, 126.0, 25), Judgement::Worse);
        assert_eq!(judge(Good::Low, 126.0, 100.0, 25), Judgement::Better);
        assert_eq!(judge(Good::High, 100.0, 79.0, 25), Judgement::Worse);
        assert_eq!(judge(Good::High, 100.0, 81.0, 25), Judgement::Same);
        assert_eq!(judge(Good::High, 100.0, 130.0, 25), Judgement::Better);
    }
}
