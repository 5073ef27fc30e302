//! The chance of a fault: one stream for each, by the plan's seed.

/// A stream of chance: splitmix64.
#[derive(Debug, Clone)]
pub struct Chance(u64);

/// What a figure of chance is out of.
const MILLION: u64 = 1_000_000;

impl Chance {
    /// The stream of the fault at a place of a plan.
    pub const fn of(seed: u64, place: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ place.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Whether something of this likelihood happens now.
    pub fn strikes(&mut self, ppm: u32) -> bool {
        self.next() % MILLION < u64::from(ppm)
    }

    /// From 0 to `most`, evenly.
    pub fn up_to(&mut self, most: u64) -> u64 {
        self.next() % most.saturating_add(1)
    }

    /// From 0 to four times `mean`, near zero most often: the sum of a falling series of halves.
    pub fn falling(&mut self, mean: u64) -> u64 {
        let halves = (self.next() | 1 << 3).trailing_zeros();
        let part = self.up_to(mean);
        mean.saturating_mul(u64::from(halves)).saturating_add(part)
    }

    /// Around `mean`, seldom further than three times `spread` away: the mean of twelve even draws.
    pub fn around(&mut self, mean: u64, spread: u64) -> u64 {
        let draws: u64 = (0..12).map(|_| self.up_to(spread)).sum();
        let drawn = mean.saturating_add(draws);
        drawn.saturating_sub(spread.saturating_mul(6))
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn the_same_seed_strikes_at_the_same_places() {
        let strikes = |seed| {
            let mut chance = Chance::of(seed, 1);
            (0..64).map(|_| chance.strikes(250_000)).collect::<Vec<_>>()
        };

        assert_eq!(strikes(7), strikes(7));
        assert_ne!(strikes(7), strikes(8));
        let struck = strikes(7).into_iter().filter(|struck| *struck).count();
        assert!((6..=28).contains(&struck), "{struck} of 64 at one in four");
    }

    #[test]
    fn never_and_always_are_what_they_say() {
        let mut chance = Chance::of(1, 1);

        assert!((0..1_000).all(|_| !chance.strikes(0)));
        assert!((0..1_000).all(|_| chance.strikes(1_000_000)));
    }
}
