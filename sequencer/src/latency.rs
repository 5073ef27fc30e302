//! How long things took: counted by one writer where they happen, read by anybody elsewhere.

use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets below [`LINEAR_NS`], of [`LINEAR_STEP_NS`] each.
const LINEAR_BUCKETS: usize = 8;
/// From here on each doubling has [`PER_DOUBLING`] buckets.
const LINEAR_NS: u64 = 1 << FIRST_EXPONENT;
const LINEAR_STEP_NS: u64 = LINEAR_NS / LINEAR_BUCKETS as u64;
const FIRST_EXPONENT: u32 = 10;
/// What takes longer than 2^35 ns, half a minute, is counted in the last bucket.
const LAST_EXPONENT: u32 = 34;
const PER_DOUBLING_BITS: u32 = 3;
const PER_DOUBLING: usize = 1 << PER_DOUBLING_BITS;
const DOUBLINGS: usize = (LAST_EXPONENT - FIRST_EXPONENT + 1) as usize;
const BUCKETS: usize = LINEAR_BUCKETS + DOUBLINGS * PER_DOUBLING;

/// Times counted in buckets that are at most an eighth wider than where they begin. One thread counts.
#[derive(Debug)]
pub struct LatencyHistogram {
    counts: [AtomicU64; BUCKETS],
    sum_ns: AtomicU64,
    max_ns: AtomicU64,
}

/// What a [`LatencyHistogram`] had counted at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latencies {
    counts: [u64; BUCKETS],
    sum_ns: u64,
    max_ns: u64,
}

impl Default for LatencyHistogram {
    fn default() -> Self {
        Self {
            counts: [const { AtomicU64::new(0) }; BUCKETS],
            sum_ns: AtomicU64::new(0),
            max_ns: AtomicU64::new(0),
        }
    }
}

impl Default for Latencies {
    fn default() -> Self {
        Self {
            counts: [0; BUCKETS],
            sum_ns: 0,
            max_ns: 0,
        }
    }
}

impl LatencyHistogram {
    /// Counts a time. One thread only calls it, so that no count needs the bus to itself.
    pub fn note(&self, ns: u64) {
        let add = |counter: &AtomicU64, more: u64| {
            let sum = counter.load(Ordering::Relaxed).saturating_add(more);
            counter.store(sum, Ordering::Relaxed);
        };
        add(&self.counts[bucket_of(ns)], 1);
        add(&self.sum_ns, ns);
        if ns > self.max_ns.load(Ordering::Relaxed) {
            self.max_ns.store(ns, Ordering::Relaxed);
        }
    }

    /// What was counted so far.
    pub fn read(&self) -> Latencies {
        Latencies {
            counts: self
                .counts
                .each_ref()
                .map(|count| count.load(Ordering::Relaxed)),
            sum_ns: self.sum_ns.load(Ordering::Relaxed),
            max_ns: self.max_ns.load(Ordering::Relaxed),
        }
    }
}

impl Latencies {
    /// How many times were counted.
    pub fn count(&self) -> u64 {
        self.counts
            .iter()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// All times together, in ns.
    pub const fn sum_ns(&self) -> u64 {
        self.sum_ns
    }

    /// The longest time, in ns.
    pub const fn max_ns(&self) -> u64 {
        self.max_ns
    }

    /// Both as one.
    #[must_use]
    pub fn merged(mut self, other: &Self) -> Self {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more);
        }
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
        self.max_ns = self.max_ns.max(other.max_ns);
        self
    }

    /// Buckets in which anything was counted: the first ns that is beyond it, and how many there are.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> {
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(bucket, count)| (end_ns(bucket), *count))
    }

    /// How many took less than `end_ns`. Exact where that is a power of two of at least 1,024.
    pub fn count_below(&self, end: u64) -> u64 {
        self.buckets()
            .take_while(|(bucket_end, _)| *bucket_end <= end)
            .fold(0, |sum, (_, count)| sum.saturating_add(count))
    }

    /// So many millionths of the times are at most this long, in ns: the end of the bucket that holds the
    /// last of them, and never more than the longest time. 0 where nothing was counted.
    pub fn quantile_ns(&self, millionths: u32) -> u64 {
        let count = u128::from(self.count());
        let wanted = (count.saturating_mul(u128::from(millionths))).div_ceil(1_000_000);
        let mut seen: u128 = 0;
        for (end, count) in self.buckets() {
            seen = seen.saturating_add(u128::from(count));
            if seen >= wanted {
                return end.min(self.max_ns);
            }
        }
        self.max_ns
    }
}

/// The bucket that counts a time.
fn bucket_of(ns: u64) -> usize {
    if ns < LINEAR_NS {
        return place(ns / LINEAR_STEP_NS);
    }
    let exponent = ns.ilog2();
    if exponent > LAST_EXPONENT {
        return BUCKETS - 1;
    }
    let within = place(ns >> (exponent - PER_DOUBLING_BITS)) - PER_DOUBLING;
    LINEAR_BUCKETS + place(u64::from(exponent - FIRST_EXPONENT)) * PER_DOUBLING + within
}

/// The first ns that is beyond a bucket.
fn end_ns(bucket: usize) -> u64 {
    let Some(beyond) = bucket.checked_sub(LINEAR_BUCKETS) else {
        return (bucket as u64 + 1) * LINEAR_STEP_NS;
    };
    let (doubling, within) = (beyond / PER_DOUBLING, beyond % PER_DOUBLING);
    ((PER_DOUBLING + within + 1) as u64) << (LINEAR_STEP_NS.ilog2() as usize + doubling)
}

fn place(number: u64) -> usize {
    usize::try_from(number).expect("a bucket's place is small")
}

#[cfg(test)]
mod tests {
    //! Goal: a time is found again in its bucket, and quantiles never flatter.
    //! Method: bounds of buckets against literal times.

    use super::*;

    fn of(times: &[u64]) -> Latencies {
        let histogram = LatencyHistogram::default();
        for ns in times {
            histogram.note(*ns);
        }
        histogram.read()
    }

    #[test]
    fn a_time_is_below_the_end_of_its_bucket_and_not_below_the_end_of_the_one_before() {
        for ns in [
            0,
            1,
            127,
            128,
            1_023,
            1_024,
            1_151,
            1_152,
            4_097,
            999_999,
            1 << 34,
            (1 << 35) - 1,
        ] {
            let bucket = bucket_of(ns);
            assert!(ns < end_ns(bucket), "{ns}");
            if bucket > 0 {
                assert!(ns >= end_ns(bucket - 1), "{ns}");
            }
        }
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn a_quantile_is_the_end_of_the_bucket_that_holds_it() {
        let latencies = of(&[1_000, 1_000, 1_000, 50_000]);

        assert_eq!(latencies.quantile_ns(500_000), 1_024);
        assert_eq!(latencies.quantile_ns(750_000), 1_024);
        assert_eq!(latencies.quantile_ns(990_000), 50_000);
        assert_eq!(latencies.max_ns(), 50_000);
        assert_eq!(latencies.sum_ns(), 53_000);
        assert_eq!(of(&[]).quantile_ns(500_000), 0);
    }

    #[test]
    fn what_is_below_a_power_of_two_is_counted_exactly() {
        let latencies = of(&[1_023, 1_024, 2_047, 2_048]);

        assert_eq!(latencies.count_below(1_024), 1);
        assert_eq!(latencies.count_below(2_048), 3);
        assert_eq!(latencies.count_below(4_096), 4);
    }

    #[test]
    fn two_histograms_are_one_where_they_are_merged() {
        let both = of(&[100]).merged(&of(&[100, 7_000]));

        assert_eq!(both.count(), 3);
        assert_eq!(both.buckets().next(), Some((128, 2)));
        assert_eq!(both.max_ns(), 7_000);
    }
}
