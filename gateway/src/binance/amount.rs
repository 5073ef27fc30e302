//! Prices, quantities and amounts of money as the venue writes them: decimals in strings, eight places.

use std::fmt;

use engine::{Notional, Price, Quantity};
use ledger::Money;
use protocol::{ExactDecimal, Scale};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// Decimals that a price, a quantity or a balance has on this wire.
pub const DECIMALS: u8 = 8;
const DIGITS_MAX: usize = 38;

/// A decimal of this wire: written with at least eight places, exact, never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount(ExactDecimal);

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadAmount {
    /// It has a character or a shape that no decimal has.
    NotADecimal,
    /// It has digits beyond the eighth place.
    TooPrecise,
    /// It has more digits than fit.
    TooLarge,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(ExactDecimal::ZERO);

    /// So many units of `10^-decimals`.
    pub const fn new(units: i128, decimals: u8) -> Self {
        Self(ExactDecimal::new(units, decimals))
    }

    /// So many units of the eighth place.
    pub const fn of_units(units: i128) -> Self {
        Self::new(units, DECIMALS)
    }

    /// A decimal of the exchange.
    pub const fn of_decimal(decimal: ExactDecimal) -> Self {
        Self(decimal)
    }

    /// A price of an instrument.
    pub const fn of_price(price: Price, scale: Scale) -> Self {
        Self(scale.price(price.units()))
    }

    /// A quantity of an instrument.
    pub const fn of_quantity(quantity: Quantity, scale: Scale) -> Self {
        Self(scale.quantity(quantity.units()))
    }

    /// Price times quantity of an instrument.
    pub const fn of_notional(notional: Notional, scale: Scale) -> Self {
        Self(scale.notional(notional.units()))
    }

    /// Money of an asset with so many decimals.
    pub const fn of_money(money: Money, decimals: u8) -> Self {
        Self::new(money.units(), decimals)
    }

    /// Reads digits with at most one dot between them.
    ///
    /// # Errors
    /// It is something else, or more than eight places count.
    pub fn parse(text: &str) -> Result<Self, BadAmount> {
        let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
        let decimals = text.split_once('.').map(|(_, decimals)| decimals);
        let are_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        if !are_digits(whole) || !decimals.is_none_or(are_digits) {
            return Err(BadAmount::NotADecimal);
        }
        Self::from_parts(whole, decimals.unwrap_or(""), 0)
    }

    /// Reads a JSON number exactly as it is written, exponent included: `1e-05` is 0.00001.
    ///
    /// # Errors
    /// It is negative or no number, or more than eight places count.
    pub fn parse_number(text: &str) -> Result<Self, BadAmount> {
        let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
            return Self::parse(text);
        };
        let exponent: i32 = exponent.parse().map_err(|_| BadAmount::NotADecimal)?;
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let are_digits = |part: &str| part.bytes().all(|it| it.is_ascii_digit());
        if whole.is_empty() || !are_digits(whole) || !are_digits(decimals) {
            return Err(BadAmount::NotADecimal);
        }
        Self::from_parts(whole, decimals, exponent)
    }

    fn from_parts(whole: &str, decimals: &str, exponent: i32) -> Result<Self, BadAmount> {
        let decimals = decimals.trim_end_matches('0');
        let digits: String = [whole, decimals].concat();
        let significant = digits.trim_start_matches('0');
        if significant.is_empty() {
            return Ok(Self::ZERO);
        }
        let places = i64::try_from(decimals.len()).map_err(|_| BadAmount::TooLarge)?;
        let shift = i64::from(DECIMALS)
            .saturating_sub(places)
            .saturating_add(i64::from(exponent));
        // A whole number such as 100 still has zeros that an exponent can take away.
        let kept = significant.trim_end_matches('0');
        let zeros = i64::try_from(significant.len().saturating_sub(kept.len()))
            .map_err(|_| BadAmount::TooLarge)?;
        let shift = shift.saturating_add(zeros);
        if shift < 0 {
            return Err(BadAmount::TooPrecise);
        }
        let shift = usize::try_from(shift).map_err(|_| BadAmount::TooLarge)?;
        if kept.len().saturating_add(shift) > DIGITS_MAX {
            return Err(BadAmount::TooLarge);
        }
        let units: i128 = kept.parse().map_err(|_| BadAmount::TooLarge)?;
        let factor = 10_i128.pow(u32::try_from(shift).map_err(|_| BadAmount::TooLarge)?);
        units
            .checked_mul(factor)
            .map(Self::of_units)
            .ok_or(BadAmount::TooLarge)
    }

    /// As a decimal of the exchange.
    pub const fn decimal(self) -> ExactDecimal {
        self.0
    }

    /// In units of the eighth place.
    ///
    /// # Panics
    /// It has more places: only amounts that were read are asked.
    pub fn units(self) -> i128 {
        self.0
            .units_of(DECIMALS)
            .expect("an amount that was read has at most eight places")
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Its text without zeros at its end, for sentences.
    pub fn short(self) -> String {
        let text = self.to_string();
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.0.decimals().max(DECIMALS);
        let padded = match self.0.units_of(decimals) {
            Ok(units) => ExactDecimal::new(units, decimals),
            Err(_) => self.0,
        };
        let text = padded.to_string();
        if decimals == DECIMALS {
            return formatter.write_str(&text);
        }
        // More than eight places stand only where they say something.
        let excess = usize::from(decimals.saturating_sub(DECIMALS));
        let (kept, tail) = text.split_at(text.len().saturating_sub(excess));
        write!(formatter, "{kept}{}", tail.trim_end_matches('0'))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Amount;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a decimal in a string")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Amount, E> {
                let (sign, magnitude) = match text.strip_prefix('-') {
                    Some(magnitude) => (-1, magnitude),
                    None => (1, text),
                };
                let amount = Amount::parse(magnitude)
                    .map_err(|bad| E::custom(format!("{bad:?}: `{text}`")))?;
                Ok(Amount::of_units(amount.units() * sign))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_eight_places() {
        for (amount, text) in [
            (Amount::ZERO, "0.00000000"),
            (Amount::new(1, 0), "1.00000000"),
            (Amount::new(-12_345, 2), "-123.45000000"),
            (Amount::new(5_000_000_000_001, 12), "5.000000000001"),
            (Amount::new(5_000_000_000_000, 12), "5.00000000"),
        ] {
            assert_eq!(amount.to_string(), text);
        }
    }

    #[test]
    fn a_json_number_is_taken_exactly() {
        for (text, written) in [
            ("0.0006", "0.00060000"),
            ("48500.23", "48500.23000000"),
            ("1e-05", "0.00001000"),
            ("1E2", "100.00000000"),
            ("1.50e1", "15.00000000"),
            ("1000e-10", "0.00000010"),
            ("0.1e-7", "0.00000001"),
            ("0e99", "0.00000000"),
        ] {
            assert_eq!(Amount::parse_number(text).unwrap().to_string(), written);
        }
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        for text in [
            "", ".", "1.", ".5", "-1", "+1", "1e5", "0x1", "1 ", "1,0", "abc",
        ] {
            assert_eq!(Amount::parse(text), Err(BadAmount::NotADecimal), "{text}");
        }
        for text in ["-1e2", "1e", "e5", "1e1.5", "--1e2"] {
            let refused = Amount::parse_number(text);
            assert_eq!(refused, Err(BadAmount::NotADecimal), "{text}");
        }
    }

    #[test]
    fn a_ninth_place_is_too_precise_unless_it_is_zero() {
        assert_eq!(Amount::parse("0.123456789"), Err(BadAmount::TooPrecise));
        assert_eq!(Amount::parse_number("1e-9"), Err(BadAmount::TooPrecise));
        assert_eq!(
            Amount::parse("0.1234567800"),
            Ok(Amount::of_units(12_345_678))
        );
    }

    #[test]
    fn what_does_not_fit_is_too_large() {
        assert_eq!(Amount::parse_number("1e31"), Err(BadAmount::TooLarge));
        assert_eq!(
            Amount::parse_number("1e2147483647"),
            Err(BadAmount::TooLarge)
        );
        assert_eq!(Amount::parse(&"9".repeat(60)), Err(BadAmount::TooLarge));
    }
}
