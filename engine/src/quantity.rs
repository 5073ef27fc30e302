//! Quantities, and the product of a price and a quantity.

use crate::price::Price;

/// A quantity in the instrument's smallest quantity units; the lot size is a multiple of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Quantity(u64);

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest representable quantity.
    pub const MAX: Self = Self(u64::MAX);

    /// A quantity of `units` smallest quantity units.
    #[inline]
    pub const fn from_units(units: u64) -> Self {
        Self(units)
    }

    /// How many smallest quantity units this quantity is.
    #[inline]
    pub const fn units(self) -> u64 {
        self.0
    }

    /// Whether nothing is left.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or `None` where it would not fit.
    #[inline]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The difference, or `None` where `other` is larger.
    #[inline]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }
}

/// Price units times quantity units: what a trade costs, before it is scaled to the quote asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Notional(i128);

impl Notional {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The most that a market order can be for: with the largest surcharge it still fits, many times over.
    pub(crate) const QUOTE_AMOUNT_MAX: Self = Self(i128::MAX >> 24);

    /// A notional of `units` price units x quantity units.
    #[inline]
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// The cost of `quantity` at `price`. Cannot overflow: 64 x 64 bits fit in 128.
    #[inline]
    pub const fn of(price: Price, quantity: Quantity) -> Self {
        // Widening casts, lossless by their types; `i128::from` is not usable in a const fn.
        Self((price.units() as i128) * (quantity.units() as i128))
    }

    /// Price units x quantity units.
    #[inline]
    pub const fn units(self) -> i128 {
        self.0
    }

    /// Whether this is exactly nothing.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or `None` where it would not fit.
    #[inline]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The difference (which may be negative), or `None` where it would not fit.
    #[inline]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }
}

impl std::ops::Add for Notional {
    type Output = Self;

    /// The sum; an instrument's bounds make it fit.
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Notional {
    type Output = Self;

    /// The difference; an instrument's bounds make it fit.
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}
