//! A decimal as it stands on the wire: digits and where the dot is, never a float.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Visitor};

/// A number of `10^-decimals` units, exactly as written: `1.50` is 150 with two decimals.
///
/// Equality is of the text, not of the value: `1.5` and `1.50` differ. Compare values in the units of
/// a [`crate::Scale`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExactDecimal {
    units: i128,
    decimals: u8,
}

/// Why a text is no decimal, or a decimal no whole number of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// It is not an optional minus sign, digits, and optionally a dot and digits.
    #[error("a decimal is digits with at most one dot between them, no exponent, no plus sign")]
    NotADecimal,
    /// It has more than [`ExactDecimal::LENGTH_MAX`] bytes.
    #[error("a decimal has at most 40 characters")]
    TooLong,
    /// It is below zero where nothing below zero has a meaning.
    #[error("it must not be negative")]
    Negative,
    /// It has a non-zero digit beyond the last decimal that counts; it is never rounded.
    #[error("it has more than {decimals} decimals")]
    OffGrid {
        /// How many decimals there may be.
        decimals: u8,
    },
    /// It does not fit in the integer that holds it.
    #[error("it is too large")]
    Overflow,
}

impl ExactDecimal {
    /// The longest text that is read.
    pub const LENGTH_MAX: usize = 40;
    /// The most decimals that one can have; with a `0.` before them they are the longest text.
    pub const DECIMALS_MAX: u8 = 38;
    /// Nothing, without decimals.
    pub const ZERO: Self = Self::new(0, 0);

    /// `units` times `10^-decimals`.
    ///
    /// # Panics
    /// `decimals` is above [`Self::DECIMALS_MAX`].
    #[inline]
    pub const fn new(units: i128, decimals: u8) -> Self {
        assert!(
            decimals <= Self::DECIMALS_MAX,
            "a decimal has at most 38 decimals"
        );
        Self { units, decimals }
    }

    /// Reads a decimal.
    ///
    /// # Errors
    /// The text is too long, is no decimal, or has more digits than fit.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        Self::parse_bytes(text.as_bytes())
    }

    /// The same of bytes, which are ASCII where they are a decimal.
    pub(crate) fn parse_bytes(text: &[u8]) -> Result<Self, DecimalError> {
        if text.len() > Self::LENGTH_MAX {
            return Err(DecimalError::TooLong);
        }
        let (is_negative, digits) = match text.strip_prefix(b"-") {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (magnitude, decimals) = read_digits(digits)?;
        let units = if is_negative { -magnitude } else { magnitude };
        Ok(Self { units, decimals })
    }

    /// How many `10^-decimals` it is.
    #[inline]
    pub const fn units(self) -> i128 {
        self.units
    }

    /// How many digits stand behind the dot.
    #[inline]
    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    /// Whether it is below zero.
    #[inline]
    pub const fn is_negative(self) -> bool {
        self.units < 0
    }

    /// Whether it is nothing, however it is written.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.units == 0
    }

    /// The same value counted in units of `10^-decimals`.
    ///
    /// # Errors
    /// The value is no whole number of such units ([`DecimalError::OffGrid`]), or does not fit.
    #[inline]
    pub fn units_of(self, decimals: u8) -> Result<i128, DecimalError> {
        if self.decimals == decimals {
            return Ok(self.units);
        }
        self.scaled_to(decimals)
    }

    fn scaled_to(self, decimals: u8) -> Result<i128, DecimalError> {
        if self.units == 0 {
            return Ok(0);
        }
        if let Some(missing) = decimals.checked_sub(self.decimals) {
            return 10_i128
                .checked_pow(u32::from(missing))
                .and_then(|factor| self.units.checked_mul(factor))
                .ok_or(DecimalError::Overflow);
        }
        let excess = u32::from(self.decimals.abs_diff(decimals));
        let divisor = 10_i128
            .checked_pow(excess)
            .expect("38 decimals at most, and 10^38 fits");
        if self.units % divisor != 0 {
            return Err(DecimalError::OffGrid { decimals });
        }
        Ok(self.units / divisor)
    }

    /// Appends its text to `buffer`.
    pub(crate) fn write(self, buffer: &mut Vec<u8>) {
        if self.units < 0 {
            buffer.push(b'-');
        }
        let mut digits = itoa::Buffer::new();
        let magnitude = self.units.unsigned_abs();
        // The 64-bit path is several times faster and covers all but the largest sums of money.
        let digits = match u64::try_from(magnitude) {
            Ok(short) => digits.format(short),
            Err(_) => digits.format(magnitude),
        }
        .as_bytes();
        let decimals = usize::from(self.decimals);
        if decimals == 0 {
            buffer.extend_from_slice(digits);
            return;
        }
        if let Some(split) = digits
            .len()
            .checked_sub(decimals)
            .filter(|split| *split > 0)
        {
            buffer.extend_from_slice(&digits[..split]);
            buffer.push(b'.');
            buffer.extend_from_slice(&digits[split..]);
        } else {
            buffer.extend_from_slice(b"0.");
            buffer.resize(buffer.len() + decimals - digits.len(), b'0');
            buffer.extend_from_slice(digits);
        }
    }
}

/// All digits as one number, and how many of them stand behind the dot.
fn read_digits(text: &[u8]) -> Result<(i128, u8), DecimalError> {
    let mut short = 0_u64;
    let mut long = None;
    let mut digits = 0_usize;
    let mut dot = None;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            if *byte != b'.' || digits == 0 || dot.is_some() {
                return Err(DecimalError::NotADecimal);
            }
            dot = Some(digits);
            continue;
        }
        digits += 1;
        // Nineteen digits fit in 64 bits whatever they are; only sums of money need the long way.
        if digits <= 19 {
            short = short * 10 + u64::from(digit);
        } else {
            long = Some(append(long.unwrap_or(i128::from(short)), digit)?);
        }
    }
    let decimals = digits - dot.unwrap_or(digits);
    if digits == 0 || (dot.is_some() && decimals == 0) {
        return Err(DecimalError::NotADecimal);
    }
    match u8::try_from(decimals) {
        Ok(decimals) if decimals <= ExactDecimal::DECIMALS_MAX => {
            Ok((long.unwrap_or(i128::from(short)), decimals))
        }
        Ok(_) | Err(_) => Err(DecimalError::TooLong),
    }
}

fn append(value: i128, digit: u8) -> Result<i128, DecimalError> {
    value
        .checked_mul(10)
        .and_then(|value| value.checked_add(i128::from(digit)))
        .ok_or(DecimalError::Overflow)
}

impl fmt::Display for ExactDecimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(Self::LENGTH_MAX + 1);
        self.write(&mut text);
        formatter.pad(str::from_utf8(&text).expect("a decimal is written in ASCII"))
    }
}

impl std::str::FromStr for ExactDecimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        Self::parse(text)
    }
}

impl From<Decimal> for ExactDecimal {
    fn from(decimal: Decimal) -> Self {
        let decimals = u8::try_from(decimal.scale()).expect("rust_decimal has at most 28 decimals");
        Self::new(decimal.mantissa(), decimals)
    }
}

impl TryFrom<ExactDecimal> for Decimal {
    type Error = DecimalError;

    /// For people's arithmetic; fails above 96 bits or 28 decimals.
    fn try_from(exact: ExactDecimal) -> Result<Self, DecimalError> {
        Self::try_from_i128_with_scale(exact.units, u32::from(exact.decimals))
            .map_err(|_| DecimalError::Overflow)
    }
}

impl<'de> Deserialize<'de> for ExactDecimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = ExactDecimal;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a decimal as a string")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ExactDecimal, E> {
                ExactDecimal::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
