//! Prices as integers, and which price may trade with which.

use crate::side::Side;

/// A price in the instrument's smallest price units; the tick size is a multiple of one unit.
///
/// Any `i64` is a price as far as the book is concerned; an instrument's bounds say which it admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Price(i64);

impl Price {
    /// The lowest representable price.
    pub const MIN: Self = Self(i64::MIN);
    /// The highest representable price.
    pub const MAX: Self = Self(i64::MAX);

    /// A price of `units` smallest price units.
    #[inline]
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// How many smallest price units this price is.
    #[inline]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Whether an order on `side` limited to `self` may trade with a maker at `maker`.
    ///
    /// A buy may trade at its limit or lower, a sell at its limit or higher.
    #[inline]
    pub const fn is_marketable_against(self, side: Side, maker: Self) -> bool {
        match side {
            Side::Buy => self.0 >= maker.0,
            Side::Sell => self.0 <= maker.0,
        }
    }

    /// Whether `self` is nearer the touch than `other` on the given side of the book.
    #[inline]
    pub const fn is_better_than(self, side: Side, other: Self) -> bool {
        match side {
            Side::Buy => self.0 > other.0,
            Side::Sell => self.0 < other.0,
        }
    }
}
