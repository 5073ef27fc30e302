//! A named stream of chance: the same seed and name give the same draws, whoever else draws.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::flow::arithmetic::{count, logarithm, real};

/// One participant's, or one purpose's, own source of chance.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `name` under `seed`. Streams of other names share nothing with it.
    pub fn named(seed: u64, name: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&fnv_1a(name.bytes()).to_le_bytes());
        key[16..24].copy_from_slice(&fnv_1a(name.bytes().rev()).to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A whole number from 0 to `bound - 1`, each as likely as the others.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "there is no number below zero");
        // The high half of the product; its bias is bound / 2^64, which nobody can measure.
        let wide = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).expect("the high half of a 128-bit product has 64 bits")
    }

    /// A whole number from `-bound` to `bound`.
    pub fn within(&mut self, bound: i64) -> i64 {
        let width = bound.unsigned_abs() * 2 + 1;
        let drawn = i64::try_from(self.below(width)).expect("the width is below 2^63");
        drawn - bound.abs()
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// A number above 0 and at most 1, in steps of 2^-53.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        const UNIT: f64 = 1.0 / 9_007_199_254_740_992.0;
        real((self.0.next_u64() >> 11) + 1) * UNIT
    }

    /// A number of the normal distribution with mean 0 and deviation 1, by Marsaglia's polar method.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        loop {
            let across = 2.0 * self.uniform() - 1.0;
            let along = 2.0 * self.uniform() - 1.0;
            let square = across * across + along * along;
            if square < 1.0 && square > 0.0 {
                return across * (-2.0 * logarithm(square) / square).sqrt();
            }
        }
    }

    /// A Poisson gap: exponential with this mean, at least 1 ns.
    pub fn exponential_ns(&mut self, mean_ns: u64) -> u64 {
        count(-logarithm(self.uniform()) * real(mean_ns)).max(1)
    }
}

/// A name's 64-bit hash, fixed for good: paths of a seed depend on it.
fn fnv_1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    //! Draws depend on seed and name alone, and have the asked-for spread.

    use super::Stream;

    #[test]
    fn a_stream_depends_on_seed_and_name_alone() {
        let draws = |seed, name| {
            let mut stream = Stream::named(seed, name);
            [
                stream.below(1_000),
                stream.below(1_000),
                stream.below(1_000),
            ]
        };

        assert_eq!(draws(1, "taker/0"), draws(1, "taker/0"));
        assert_ne!(draws(1, "taker/0"), draws(1, "taker/1"));
        assert_ne!(draws(1, "taker/0"), draws(2, "taker/0"));
    }

    #[test]
    fn gaps_have_the_mean_that_was_asked_for() {
        let mut stream = Stream::named(7, "gaps");

        let sum: u64 = (0..100_000).map(|_| stream.exponential_ns(1_000_000)).sum();

        assert!((990_000..1_010_000).contains(&(sum / 100_000)));
    }

    #[test]
    fn numbers_within_a_bound_reach_both_ends() {
        let mut stream = Stream::named(7, "within");

        let drawn: Vec<i64> = (0..100).map(|_| stream.within(1)).collect();

        assert!([-1, 0, 1].iter().all(|wanted| drawn.contains(wanted)));
        assert!(drawn.iter().all(|number| number.abs() <= 1));
    }
}
