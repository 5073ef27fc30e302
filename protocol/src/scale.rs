//! The one place where decimals become an instrument's integer units, and units decimals.
//!
//! Nothing is ever rounded: a decimal that is no whole number of units is an error. Units are written
//! with all of their decimals (150 units of 0.01 are `1.50`), so a column of prices lines up and a
//! reader never has to guess the unit.

use crate::exact_decimal::{DecimalError, ExactDecimal};

/// How many decimals one price unit and one quantity unit of an instrument have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scale {
    /// A price unit is `10^-price_decimals` of the quote asset.
    pub price_decimals: u8,
    /// A quantity unit is `10^-quantity_decimals` of the base asset.
    pub quantity_decimals: u8,
}

impl Scale {
    /// The most decimals of either unit; a notional unit has the sum of both.
    pub const DECIMALS_MAX: u8 = 18;

    /// The price in price units; zero passes.
    ///
    /// # Errors
    /// The price is negative, off the unit grid, or does not fit.
    #[inline]
    pub fn price_units(self, price: ExactDecimal) -> Result<i64, DecimalError> {
        let units = non_negative(price)?.units_of(self.price_decimals)?;
        i64::try_from(units).map_err(|_| DecimalError::Overflow)
    }

    /// A difference of prices in price units; zero and negative ones pass.
    ///
    /// # Errors
    /// It is off the unit grid, or does not fit.
    pub fn price_difference(self, difference: ExactDecimal) -> Result<i64, DecimalError> {
        let units = difference.units_of(self.price_decimals)?;
        i64::try_from(units).map_err(|_| DecimalError::Overflow)
    }

    /// The quantity in quantity units; zero passes.
    ///
    /// # Errors
    /// The quantity is negative, off the unit grid, or does not fit.
    #[inline]
    pub fn quantity_units(self, quantity: ExactDecimal) -> Result<u64, DecimalError> {
        let units = non_negative(quantity)?.units_of(self.quantity_decimals)?;
        u64::try_from(units).map_err(|_| DecimalError::Overflow)
    }

    /// An amount of the quote asset in price units times quantity units; zero passes.
    ///
    /// # Errors
    /// The amount is negative, off the grid of notional units, or does not fit.
    #[inline]
    pub fn notional_units(self, amount: ExactDecimal) -> Result<i128, DecimalError> {
        non_negative(amount)?.units_of(self.notional_decimals())
    }

    /// The price of that many price units.
    #[inline]
    pub const fn price(self, units: i64) -> ExactDecimal {
        // A widening cast, lossless by its types; `i128::from` is not usable in a const fn.
        ExactDecimal::new(units as i128, self.price_decimals)
    }

    /// The quantity of that many quantity units.
    #[inline]
    pub const fn quantity(self, units: u64) -> ExactDecimal {
        // A widening cast, lossless by its types; `i128::from` is not usable in a const fn.
        ExactDecimal::new(units as i128, self.quantity_decimals)
    }

    /// The amount of the quote asset that is that many price units times quantity units.
    #[inline]
    pub const fn notional(self, units: i128) -> ExactDecimal {
        ExactDecimal::new(units, self.notional_decimals())
    }

    const fn notional_decimals(self) -> u8 {
        assert!(
            self.price_decimals <= Self::DECIMALS_MAX
                && self.quantity_decimals <= Self::DECIMALS_MAX,
            "a unit has at most 18 decimals"
        );
        self.price_decimals + self.quantity_decimals
    }
}

const fn non_negative(decimal: ExactDecimal) -> Result<ExactDecimal, DecimalError> {
    if decimal.is_negative() {
        return Err(DecimalError::Negative);
    }
    Ok(decimal)
}
