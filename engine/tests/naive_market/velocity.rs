//! Velocity: a move of so many ticks within so much time.

use super::NaiveMarket;

impl NaiveMarket {
    /// Whether a fill at this price would be too far from a print that is not long ago.
    pub(super) fn is_too_fast(&self, price: i64) -> bool {
        let Some(velocity) = self.terms.velocity else {
            return false;
        };
        let ticks = i64::try_from(velocity.first).expect("a distance is small");
        self.prints.iter().any(|(at, print)| {
            let is_recent = self.now - at <= velocity.second;
            is_recent && (price - print).abs() >= ticks * self.tick()
        })
    }
}
