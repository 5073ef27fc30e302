//! Exponential, logarithm and power from basic arithmetic alone, and the few casts that a flow needs.
//!
//! A platform's own `ln` or `exp` may differ in the last bit from another's; the flow of a seed must not.
//! What is used here (+ - * / and the square root) is exact to the last bit by the standard of floats.

use std::f64::consts::{LN_2, LOG2_E};

/// Beyond it the exponential leaves the range of floats.
const EXPONENT_MAX: f64 = 700.0;
/// Adding and subtracting it rounds to the nearest whole number.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// ln(2) in two parts, the first one short enough that its products with whole numbers are exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// e to the power of `value`; what is out of range is taken at its end.
#[inline]
pub fn exponential(value: f64) -> f64 {
    let value = value.clamp(-EXPONENT_MAX, EXPONENT_MAX);
    let halvings = value * LOG2_E + ROUNDER;
    let whole = halvings - ROUNDER;
    // Within ln(2)/2 of zero, where eleven terms of the series reach 1e-14.
    let rest = (value - whole * LN_2_HIGH) - whole * LN_2_LOW;
    let series = 1.0
        + rest
            * (1.0
                + rest
                    * (0.5
                        + rest
                            * (1.0 / 6.0
                                + rest
                                    * (1.0 / 24.0
                                        + rest
                                            * (1.0 / 120.0
                                                + rest
                                                    * (1.0 / 720.0
                                                        + rest
                                                            * (1.0 / 5_040.0
                                                                + rest * (1.0 / 40_320.0
                                                                    + rest * (1.0
                                                                        / 362_880.0
                                                                        + rest
                                                                            / 3_628_800.0)))))))));
    series * power_of_two(whole)
}

/// The natural logarithm of a number above zero.
#[inline]
pub fn logarithm(value: f64) -> f64 {
    assert!(value > 0.0, "there is no logarithm of {value}");
    let bits = value.to_bits();
    let exponent = real_signed(i64::from(low_word(bits >> 52 & 0x7ff)) - 1_023);
    let mantissa = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    // Around one, so that the series is short: its argument is within 0.172.
    let (mantissa, exponent) = if mantissa > std::f64::consts::SQRT_2 {
        (mantissa * 0.5, exponent + 1.0)
    } else {
        (mantissa, exponent)
    };
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let series = 1.0
        + square
            * (1.0 / 3.0
                + square
                    * (1.0 / 5.0
                        + square
                            * (1.0 / 7.0
                                + square
                                    * (1.0 / 9.0
                                        + square
                                            * (1.0 / 11.0
                                                + square * (1.0 / 13.0 + square / 15.0))))));
    2.0 * ratio * series + exponent * LN_2
}

/// `base` above zero, to the power of `exponent`.
#[inline]
pub fn power(base: f64, exponent: f64) -> f64 {
    exponential(exponent * logarithm(base))
}

/// Two to the power of a whole number between -1,022 and 1,023.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the caller keeps it within the exponents of floats"
)]
fn power_of_two(whole: f64) -> f64 {
    f64::from_bits(((whole as i64 + 1_023) as u64) << 52)
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "eleven bits are left")]
fn low_word(bits: u64) -> u32 {
    bits as u32
}

/// A count as a float; exact below 2^53.
#[inline]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts and times here are below 2^53"
)]
pub fn real(count: u64) -> f64 {
    count as f64
}

/// A whole number as a float; exact within 2^53.
#[inline]
#[expect(
    clippy::cast_precision_loss,
    reason = "prices and differences here are within 2^53"
)]
pub fn real_signed(whole: i64) -> f64 {
    whole as f64
}

/// The whole number below a float; what is out of range is taken at its end.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "floats are cut at the ends of the range"
)]
pub fn floor(value: f64) -> i64 {
    value.floor() as i64
}

/// The whole number above a float; what is out of range is taken at its end.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "floats are cut at the ends of the range"
)]
pub fn ceiling(value: f64) -> i64 {
    value.ceil() as i64
}

/// A float cut to a count; below zero it is zero.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "floats are cut at the ends of the range"
)]
pub fn count(value: f64) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests {
    //! Against the platform's functions, within rounding.

    use super::*;

    #[test]
    fn the_logarithm_agrees_with_the_platforms() {
        for value in [
            1.0, 0.999_999, 0.75, 0.5, 0.3, 1e-3, 1e-9, 1.2e-16, 2.0, 58_500.0, 1e300,
        ] {
            let error = (logarithm(value) - f64::ln(value)).abs();
            assert!(error < 1e-12 * f64::ln(value).abs().max(1.0), "{value}");
        }
    }

    #[test]
    fn the_exponential_agrees_with_the_platforms() {
        for value in [
            0.0, 1e-9, -1e-9, 0.3, -0.3, 1.0, -1.0, 10.5, -10.5, 300.0, -300.0,
        ] {
            let error = (exponential(value) / f64::exp(value) - 1.0).abs();
            assert!(error < 1e-12, "{value}: {error}");
        }
    }

    #[test]
    fn a_power_is_a_repeated_product() {
        assert!((power(3.0, 4.0) - 81.0).abs() < 1e-9);
        assert!((power(2.0, -1.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn floats_become_whole_numbers_on_the_side_that_was_asked_for() {
        assert_eq!((floor(-1.5), ceiling(-1.5)), (-2, -1));
        assert_eq!((floor(1.5), ceiling(1.5)), (1, 2));
        assert_eq!((count(-3.0), count(3.9)), (0, 3));
    }
}
