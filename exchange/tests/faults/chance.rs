//! Chance with a seed: printed, and taken from `RIALTO_SEED`.

/// Numbers that look like chance.
pub struct Chance(u64);

impl Chance {
    /// From `RIALTO_SEED`, or from a seed that stands here.
    pub fn new(test: &str) -> Self {
        let seed = std::env::var("RIALTO_SEED").ok();
        let seed = seed.map_or(20_261_123, |text| {
            text.parse().expect("RIALTO_SEED is a number")
        });
        println!("{test}: RIALTO_SEED={seed}");
        Self(seed)
    }

    /// Another one, for somebody who takes numbers at the same time.
    pub fn fork(&mut self) -> Self {
        Self(self.between(0, u64::MAX))
    }

    /// A number from `low` on, below `high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        low + (mixed ^ (mixed >> 31)) % (high - low)
    }
}

/// How often something is done: from the variable, or as often as every run of the tests can afford.
pub fn times(variable: &str, usual: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().expect("the variable is a number"),
        Err(_) => usual,
    }
}
