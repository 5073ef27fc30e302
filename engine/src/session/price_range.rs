//! Percentages of a reference price, in exact integers.

use crate::price::Price;

const BIPS: i128 = 10_000;

/// Prices from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) low: Price,
    pub(crate) high: Price,
}

impl Range {
    /// Every price.
    pub(crate) const ALL: Self = Self {
        low: Price::MIN,
        high: Price::MAX,
    };

    /// The prices that are at most `bips` hundredths of a percent of `reference` away from it.
    ///
    /// Exact: a price belongs to it if and only if `|price - reference| x 10,000 <= |reference| x bips`.
    pub(crate) fn around(reference: Price, bips: u32) -> Self {
        let units = i128::from(reference.units());
        let width = units.abs() * i128::from(bips);
        let low = -(-(units * BIPS - width)).div_euclid(BIPS);
        let high = (units * BIPS + width).div_euclid(BIPS);
        Self {
            low: saturated(low),
            high: saturated(high),
        }
    }

    /// The prices that are at most `distance` price units away from `reference`.
    pub(crate) fn within(reference: Price, distance: u64) -> Self {
        let units = i128::from(reference.units());
        Self {
            low: saturated(units - i128::from(distance)),
            high: saturated(units + i128::from(distance)),
        }
    }

    /// Its outermost ticks.
    pub(crate) fn on_grid(self, tick_size: i64) -> Self {
        let (low, high) = (self.low.units(), self.high.units());
        let up = (tick_size - low.rem_euclid(tick_size)) % tick_size;
        Self {
            low: Price::from_units(low.saturating_add(up)),
            high: Price::from_units(high - high.rem_euclid(tick_size)),
        }
    }

    pub(crate) fn contains(self, price: Price) -> bool {
        self.low <= price && price <= self.high
    }
}

/// A price, or the outermost one: what lies beyond every price bounds nothing.
fn saturated(units: i128) -> Price {
    let clamped = units.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
    Price::from_units(i64::try_from(clamped).expect("it was clamped"))
}

#[cfg(test)]
mod tests {
    use super::{Price, Range};

    fn around(reference: i64, bips: u32) -> (i64, i64) {
        let range = Range::around(Price::from_units(reference), bips);
        (range.low.units(), range.high.units())
    }

    #[test]
    fn both_ends_belong_to_it() {
        assert_eq!(around(1_000, 200), (980, 1_020));
        assert_eq!(around(10_100, 500), (9_595, 10_605));
    }

    #[test]
    fn a_price_that_is_a_fraction_too_far_does_not_belong_to_it() {
        assert_eq!(around(1_001, 200), (981, 1_021)); // 980.98 and 1,021.02
        assert_eq!(around(-1_001, 200), (-1_021, -981));
    }

    #[test]
    fn on_a_grid_it_shrinks_to_its_outermost_ticks() {
        let range = Range::around(Price::from_units(1_000), 200).on_grid(25);

        assert_eq!((range.low.units(), range.high.units()), (1_000, 1_000));
    }

    #[test]
    fn what_lies_beyond_every_price_bounds_nothing() {
        assert_eq!(Range::around(Price::MAX, 10_000).high, Price::MAX);
        assert_eq!(Range::within(Price::MIN, 1).low, Price::MIN);
    }
}
