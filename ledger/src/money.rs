//! Amounts of an asset.

/// An amount in an asset's smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Money(i128);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The most of one asset that can be deposited in all.
    ///
    /// It leaves room for a fee's product and for 2^34 trades of all the money there is, so that no sum
    /// of an exchange's life overflows.
    pub const MAX: Self = Self(10_i128.pow(28));

    /// An amount of `units` smallest units.
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// How many smallest units this amount is.
    pub const fn units(self) -> i128 {
        self.0
    }

    /// Whether this is exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether this is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The sum, or `None` where it would not fit.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The difference, or `None` where it would not fit.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The sum of amounts that [`Money::MAX`] bounds.
    pub(crate) fn plus(self, other: Self) -> Self {
        self.checked_add(other)
            .expect("deposits are bounded, so that no sum of money overflows")
    }

    /// The difference of amounts that [`Money::MAX`] bounds.
    pub(crate) fn minus(self, other: Self) -> Self {
        self.checked_sub(other)
            .expect("deposits are bounded, so that no difference of money overflows")
    }
}
