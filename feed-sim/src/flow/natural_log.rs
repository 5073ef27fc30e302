//! Natural logarithm from basic arithmetic alone.
//!
//! A platform's own `ln` may differ in the last bit from another's; the flow of a seed must not.

/// The natural logarithm of a number above zero and at most one.
pub fn natural_log(value: f64) -> f64 {
    assert!(value > 0.0 && value <= 1.0, "only (0, 1] is asked for");
    // Scaling by two is exact, so `mantissa` ends in (1/2, 1] without rounding.
    let mut mantissa = value;
    let mut halvings = 0.0;
    while mantissa <= 0.5 {
        mantissa *= 2.0;
        halvings += 1.0;
    }
    // ln(m) = 2 artanh((m - 1) / (m + 1)), whose argument is within a third: 17 terms reach 1e-17.
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let mut sum = 0.0;
    for odd in (0..17_u32).rev().map(|term| f64::from(2 * term + 1)) {
        sum = sum * square + 1.0 / odd;
    }
    2.0 * ratio * sum - halvings * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    //! Against the platform's logarithm, within rounding.

    use super::natural_log;

    #[test]
    fn it_agrees_with_the_platform() {
        for value in [1.0, 0.999_999, 0.75, 0.5, 0.3, 1e-3, 1e-9, 1.2e-16] {
            assert!(
                (natural_log(value) - f64::ln(value)).abs() < 1e-13,
                "{value}"
            );
        }
    }
}
