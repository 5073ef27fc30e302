//! The one source of chance of the workloads: small, seeded, the same on every machine.

/// A `SplitMix64` generator. Everything drawn from it is integer or plain IEEE arithmetic, so that a
/// seed names the same workload on every platform.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator that repeats itself for the same `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, by multiplication; its bias is below `bound` / 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).expect("the upper half of 128 bits has 64")
    }

    /// An index below `length`.
    pub fn index(&mut self, length: usize) -> usize {
        let bound = u64::try_from(length).expect("a length has at most 64 bits");
        usize::try_from(self.below(bound)).expect("it is below a length")
    }

    /// Whether something happens that happens in `per_mille` of 1,000 cases.
    pub fn happens(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// A number in [0, 1) of 53 bits.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number of nearly normal distribution: the sum of twelve uniform ones has variance one, and
    /// needs no transcendental function that platforms round differently.
    pub fn normal(&mut self) -> f64 {
        let mut sum = -6.0;
        for _ in 0..12 {
            sum += self.unit();
        }
        sum
    }
}

/// Draws indices by weight: a binary search in the running sums.
#[derive(Debug, Clone)]
pub struct Weighted {
    sums: Vec<f64>,
}

impl Weighted {
    /// Draws index `i` with probability proportional to the `i`-th weight.
    pub fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut total = 0.0;
        let sums = weights.into_iter().map(|weight| {
            total += weight;
            total
        });
        Self {
            sums: sums.collect(),
        }
    }

    /// The next index.
    pub fn draw(&self, random: &mut Random) -> usize {
        let total = self.sums.last().expect("there is at least one weight");
        let mark = random.unit() * total;
        self.sums
            .partition_point(|sum| *sum < mark)
            .min(self.sums.len() - 1)
    }
}
