//! Which percentiles a number of samples can carry: a percentile is told only with ten samples beyond it.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Samples that must lie beyond a percentile before it says anything.
pub const SAMPLES_BEYOND_MIN: u64 = 10;

/// What is told where the samples suffice: percentile in millionths, and its name.
const TOLD: [(u64, &str); 8] = [
    (500_000, "p50"),
    (750_000, "p75"),
    (900_000, "p90"),
    (990_000, "p99"),
    (999_000, "p99.9"),
    (999_900, "p99.99"),
    (999_990, "p99.999"),
    (999_999, "p99.9999"),
];

/// One percentile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Percentile {
    /// Such as `p99.9`.
    pub name: String,
    /// So many of a million samples are at most `us`.
    pub per_million: u64,
    /// Microseconds.
    pub us: f64,
}

/// The percentiles that a number of samples can carry, and the largest sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// How many samples there are.
    pub samples: u64,
    /// Those with ten samples beyond them, ascending.
    pub told: Vec<Percentile>,
    /// The mean in microseconds.
    pub mean_us: f64,
    /// The largest sample in microseconds: one sample, no percentile.
    pub max_us: f64,
}

impl Percentiles {
    /// Of a histogram of nanoseconds.
    pub fn of(histogram: &Histogram<u64>) -> Self {
        let samples = histogram.len();
        let told = TOLD
            .iter()
            .filter(|(per_million, _)| has_enough_beyond(samples, *per_million))
            .map(|&(per_million, name)| Percentile {
                name: name.to_owned(),
                per_million,
                us: us(histogram.value_at_quantile(share(per_million))),
            })
            .collect();
        Self {
            samples,
            told,
            mean_us: histogram.mean() / 1_000.0,
            max_us: us(histogram.max()),
        }
    }

    /// The percentile of this name, where there are samples enough.
    pub fn us(&self, name: &str) -> Option<f64> {
        let named = self.told.iter().find(|percentile| percentile.name == name);
        named.map(|percentile| percentile.us)
    }
}

/// Whether ten of so many samples lie beyond a percentile.
pub fn has_enough_beyond(samples: u64, per_million: u64) -> bool {
    let beyond = u128::from(samples) * u128::from(1_000_000 - per_million);
    beyond >= u128::from(SAMPLES_BEYOND_MIN) * 1_000_000
}

/// Nanoseconds as microseconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "latencies are far below 2^53 ns"
)]
pub fn us(ns: u64) -> f64 {
    ns as f64 / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "millionths fit exactly")]
fn share(per_million: u64) -> f64 {
    per_million as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_samples(count: u64) -> Percentiles {
        let mut histogram = Histogram::new(3).unwrap();
        for sample in 1..=count {
            histogram.record(sample * 1_000).unwrap();
        }
        Percentiles::of(&histogram)
    }

    fn names(percentiles: &Percentiles) -> Vec<&str> {
        let told = percentiles.told.iter();
        told.map(|percentile| percentile.name.as_str()).collect()
    }

    #[test]
    fn a_percentile_is_told_with_ten_samples_beyond_it_and_not_with_nine() {
        assert_eq!(names(&of_samples(19)), [""; 0]);
        assert_eq!(names(&of_samples(20)), ["p50"]);
        assert_eq!(names(&of_samples(999)), ["p50", "p75", "p90"]);
        assert_eq!(names(&of_samples(1_000)), ["p50", "p75", "p90", "p99"]);
        assert_eq!(
            names(&of_samples(10_000)),
            ["p50", "p75", "p90", "p99", "p99.9"]
        );
        assert!(!has_enough_beyond(999_999, 999_990));
        assert!(has_enough_beyond(1_000_000, 999_990));
    }

    #[test]
    fn percentiles_are_those_of_the_samples() {
        let percentiles = of_samples(1_000);

        let p50 = percentiles.us("p50").unwrap();
        let p99 = percentiles.us("p99").unwrap();
        assert!((499.0..502.0).contains(&p50), "{p50}");
        assert!((989.0..992.0).contains(&p99), "{p99}");
        assert_eq!(percentiles.us("p99.9"), None);
    }
}
