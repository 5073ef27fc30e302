//! When orders are meant to leave: pure, by rate, kind and seed.

use std::fmt;
use std::str::FromStr;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const NS_PER_S: f64 = 1e9;
/// The largest burst; the mean is half of it and a half.
const BURST_ORDERS_MAX: u64 = 99;

/// How orders arrive at a given mean rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arrivals {
    /// One after the other, at equal distances.
    Constant,
    /// Each without regard to the others, as from many independent senders.
    #[default]
    Poisson,
    /// In bursts of 1 to 99 at one moment; the bursts come without regard to each other.
    Bursty,
}

/// The moments at which orders are meant to leave, in ns from the start, without an end.
#[derive(Debug, Clone)]
pub struct Schedule {
    arrivals: Arrivals,
    rate: u64,
    chance: ChaCha8Rng,
    /// Orders so far.
    number: u64,
    /// When the last one was due.
    at_ns: f64,
    burst_left: u64,
}

impl Schedule {
    /// A schedule of `rate` orders a second in the mean.
    ///
    /// # Panics
    /// The rate is zero.
    pub fn new(arrivals: Arrivals, rate: u64, seed: u64) -> Self {
        assert!(rate > 0, "a load has a rate");
        Self {
            arrivals,
            rate,
            chance: ChaCha8Rng::seed_from_u64(seed),
            number: 0,
            at_ns: 0.0,
            burst_left: 0,
        }
    }

    /// When the next order is due.
    pub fn next_ns(&mut self) -> u64 {
        let at_ns = match self.arrivals {
            Arrivals::Constant => whole_ns(as_float(self.number) * NS_PER_S / as_float(self.rate)),
            Arrivals::Poisson => {
                self.at_ns += self.gap_ns(1.0);
                whole_ns(self.at_ns)
            }
            Arrivals::Bursty => {
                if self.burst_left == 0 {
                    self.burst_left = 1 + self.chance.next_u64() % BURST_ORDERS_MAX;
                    self.at_ns += self.gap_ns(as_float(1 + BURST_ORDERS_MAX) / 2.0);
                }
                self.burst_left -= 1;
                whole_ns(self.at_ns)
            }
        };
        self.number += 1;
        at_ns
    }

    /// A random distance between two arrivals that bring `orders` in the mean.
    fn gap_ns(&mut self, orders: f64) -> f64 {
        // 53 random bits, above zero: the logarithm is finite.
        let share = as_float((self.chance.next_u64() >> 11) + 1) / as_float(1 << 53);
        -share.ln() * orders * NS_PER_S / as_float(self.rate)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of orders and 53 random bits fit a float exactly"
)]
const fn as_float(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times from the start are positive and far below 2^53 ns"
)]
const fn whole_ns(at_ns: f64) -> u64 {
    at_ns as u64
}

impl FromStr for Arrivals {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "constant" => Ok(Self::Constant),
            "poisson" => Ok(Self::Poisson),
            "bursty" => Ok(Self::Bursty),
            other => Err(format!(
                "arrivals are `constant`, `poisson` or `bursty`, not `{other}`"
            )),
        }
    }
}

impl fmt::Display for Arrivals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Constant => "constant",
            Self::Poisson => "poisson",
            Self::Bursty => "bursty",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(arrivals: Arrivals, rate: u64, seed: u64, count: usize) -> Vec<u64> {
        let mut schedule = Schedule::new(arrivals, rate, seed);
        (0..count).map(|_| schedule.next_ns()).collect()
    }

    #[test]
    fn constant_arrivals_have_equal_distances_and_never_drift() {
        assert_eq!(
            times(Arrivals::Constant, 3, 1, 4),
            [0, 333_333_333, 666_666_666, 1_000_000_000]
        );
    }

    #[test]
    fn random_arrivals_keep_the_mean_rate() {
        for arrivals in [Arrivals::Poisson, Arrivals::Bursty] {
            let last = times(arrivals, 10_000, 7, 200_000)[199_999];

            // 20 s in the mean; bursts stray further.
            assert!(
                (19_000_000_000..21_000_000_000).contains(&last),
                "{arrivals}: {last}"
            );
        }
    }

    #[test]
    fn random_arrivals_have_gaps_of_all_sizes_and_bursts_none_within() {
        let poisson = times(Arrivals::Poisson, 1_000, 3, 10_000);
        let bursty = times(Arrivals::Bursty, 1_000, 3, 10_000);
        let gaps = |times: &[u64], fits: fn(u64) -> bool| {
            let pairs = times.windows(2);
            pairs.filter(|pair| fits(pair[1] - pair[0])).count()
        };

        // Of exponential gaps with a mean of 1 ms, 9.5 % are below 0.1 ms and 5 % above 3 ms.
        assert!((850..1_050).contains(&gaps(&poisson, |gap| gap < 100_000)));
        assert!((420..580).contains(&gaps(&poisson, |gap| gap > 3_000_000)));
        assert!(gaps(&bursty, |gap| gap == 0) > 9_500);
    }

    #[test]
    fn the_same_seed_gives_the_same_moments_and_another_one_others() {
        let first = times(Arrivals::Poisson, 1_000, 5, 100);

        assert_eq!(times(Arrivals::Poisson, 1_000, 5, 100), first);
        assert_ne!(times(Arrivals::Poisson, 1_000, 6, 100), first);
    }
}
