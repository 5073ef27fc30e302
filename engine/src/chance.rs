//! The instrument's own stream of chance: seeded, journaled with the terms, part of the state.
//!
//! `SplitMix64`: one word of state, every seed is a good one. It decides when a call ends and how much an
//! iceberg shows: nobody can foresee that who does not know the seed, and a replay repeats it.

/// A stream of numbers that its seed decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// The stream from its start.
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to `highest`, both included.
    pub(crate) fn up_to(&mut self, highest: u64) -> u64 {
        let choices = u128::from(highest) + 1;
        let scaled = (u128::from(self.next()) * choices) >> 64;
        u64::try_from(scaled).expect("it is below the number of choices")
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn a_seed_always_gives_the_same_numbers() {
        let mut chance = Chance::seeded(1_234_567);

        // The published test vector of SplitMix64.
        assert_eq!(chance.next(), 6_457_827_717_110_365_317);
        assert_eq!(chance.next(), 3_203_168_211_198_807_973);
        assert_eq!(chance.next(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn a_number_lies_within_its_bounds_and_reaches_both() {
        let mut chance = Chance::seeded(7);
        let numbers: Vec<u64> = (0..1_000).map(|_| chance.up_to(9)).collect();

        assert_eq!(numbers.iter().min(), Some(&0));
        assert_eq!(numbers.iter().max(), Some(&9));
        assert_eq!(chance.up_to(0), 0);
    }
}
