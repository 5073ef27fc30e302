//! The price around which an instrument's participants quote: a bounded random walk in time.
//!
//! It is a function of seed and time alone, so sessions that share an instrument agree on it without
//! talking to each other.

use crate::flow::stream::Stream;

/// The walk takes a step this often.
const STEP_NS: u64 = 50_000_000;
/// Finer than a tick, so that a walk slower than a tick per step still moves.
const PARTS_PER_TICK: i64 = 1_000;
/// Each step goes back this fraction of the way to where the walk began: the market stays in its range.
const PULL: i64 = 512;

/// A moving reference price.
#[derive(Debug, Clone)]
pub struct ReferencePrice {
    stream: Stream,
    anchor_parts: i64,
    current_parts: i64,
    step_parts_max: i64,
    next_step_at_ns: u64,
}

impl ReferencePrice {
    /// A walk that begins at `anchor_ticks` and whose steps go up to `step_ppm_max` millionths of it.
    pub fn new(stream: Stream, anchor_ticks: i64, step_ppm_max: u32) -> Self {
        let anchor_parts = anchor_ticks.saturating_mul(PARTS_PER_TICK);
        let step = i128::from(anchor_parts) * i128::from(step_ppm_max) / 1_000_000;
        Self {
            stream,
            anchor_parts,
            current_parts: anchor_parts,
            step_parts_max: i64::try_from(step).expect("a step is smaller than the price"),
            next_step_at_ns: STEP_NS,
        }
    }

    /// The reference at a time that is not before the last one asked for, in ticks.
    pub fn at(&mut self, at_ns: u64) -> i64 {
        while self.next_step_at_ns <= at_ns {
            let pull = (self.anchor_parts - self.current_parts) / PULL;
            self.current_parts += self.stream.within(self.step_parts_max) + pull;
            self.next_step_at_ns += STEP_NS;
        }
        (self.current_parts / PARTS_PER_TICK).max(1)
    }
}

#[cfg(test)]
mod tests {
    //! The walk depends on time alone and stays in its range.

    use super::ReferencePrice;
    use crate::flow::stream::Stream;

    fn walk() -> ReferencePrice {
        ReferencePrice::new(Stream::named(3, "reference"), 100_000, 50)
    }

    #[test]
    fn it_does_not_depend_on_how_often_it_is_asked() {
        let mut often = walk();
        let mut seldom = walk();
        for step in 0..1_000 {
            often.at(step * 10_000_000);
        }

        assert_eq!(often.at(10_000_000_000), seldom.at(10_000_000_000));
    }

    #[test]
    fn it_moves_and_stays_near_its_anchor_for_an_hour() {
        let mut walk = walk();

        let prices: Vec<i64> = (0..3_600)
            .map(|second| walk.at(second * 1_000_000_000))
            .collect();

        assert!(prices.iter().any(|price| *price != 100_000));
        assert!(prices.iter().all(|price| (98_000..102_000).contains(price)));
    }
}
