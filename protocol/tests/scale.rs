//! Goal: decimals become integer units exactly or not at all. Method: literal cases.

use protocol::{DecimalError, ExactDecimal, Scale};
use rust_decimal::Decimal;

const SCALE: Scale = Scale {
    price_decimals: 2,
    quantity_decimals: 5,
};

fn price(text: &str) -> Result<i64, DecimalError> {
    SCALE.price_units(text.parse()?)
}

fn quantity(text: &str) -> Result<u64, DecimalError> {
    SCALE.quantity_units(text.parse()?)
}

fn parse(text: &str) -> Result<ExactDecimal, DecimalError> {
    text.parse()
}

#[test]
fn a_price_is_counted_in_its_unit() {
    assert_eq!(price("64250.10"), Ok(6_425_010));
    assert_eq!(price("64250.1"), Ok(6_425_010));
    assert_eq!(price("64250"), Ok(6_425_000));
    assert_eq!(price("0.01"), Ok(1));
    assert_eq!(price("0"), Ok(0));
}

#[test]
fn trailing_zeros_are_free() {
    assert_eq!(price("64250.1000000"), Ok(6_425_010));
    assert_eq!(quantity("1.00000000000000000000"), Ok(100_000));
}

#[test]
fn a_price_between_two_units_is_never_rounded() {
    assert_eq!(price("100.005"), Err(DecimalError::OffGrid { decimals: 2 }));
    assert_eq!(
        price("0.00000000000000000001"),
        Err(DecimalError::OffGrid { decimals: 2 })
    );
    assert_eq!(
        quantity("0.000001"),
        Err(DecimalError::OffGrid { decimals: 5 })
    );
}

#[test]
fn a_negative_number_is_told_as_such() {
    assert_eq!(price("-1"), Err(DecimalError::Negative));
    assert_eq!(quantity("-0.001"), Err(DecimalError::Negative));
    assert_eq!(price("-0"), Ok(0));
}

#[test]
fn a_number_that_does_not_fit_is_told_as_such() {
    assert_eq!(price("92233720368547758.07"), Ok(i64::MAX));
    assert_eq!(price("92233720368547758.08"), Err(DecimalError::Overflow));
    assert_eq!(quantity("184467440737095.51615"), Ok(u64::MAX));
    assert_eq!(
        quantity("184467440737095.51616"),
        Err(DecimalError::Overflow)
    );
    assert_eq!(
        price("9999999999999999999999999999999999999999"),
        Err(DecimalError::Overflow)
    );
    assert_eq!(
        SCALE.notional_units(ExactDecimal::new(i128::MAX, 0)),
        Err(DecimalError::Overflow)
    );
}

#[test]
fn what_is_no_decimal_is_refused() {
    for text in [
        "", "-", ".", "1.", ".5", "+1", "1e5", "1E5", "1,5", "1.2.3", "0x10", " 1", "1 ", "--1",
        "NaN", "inf", "١", "1_000",
    ] {
        assert_eq!(parse(text), Err(DecimalError::NotADecimal), "{text:?}");
    }
    assert_eq!(
        parse("0.000000000000000000000000000000000000001"),
        Err(DecimalError::TooLong)
    );
    assert_eq!(
        parse("00000000000000000000000000000000000000001"),
        Err(DecimalError::TooLong)
    );
}

#[test]
fn units_are_written_with_all_their_decimals() {
    assert_eq!(SCALE.price(6_425_010).to_string(), "64250.10");
    assert_eq!(SCALE.price(5).to_string(), "0.05");
    assert_eq!(SCALE.price(0).to_string(), "0.00");
    assert_eq!(SCALE.price(-7).to_string(), "-0.07");
    assert_eq!(SCALE.quantity(100_000).to_string(), "1.00000");
    assert_eq!(SCALE.notional(12_345_678).to_string(), "1.2345678");
    let whole = Scale {
        price_decimals: 0,
        quantity_decimals: 0,
    };
    assert_eq!(whole.price(42).to_string(), "42");
}

#[test]
fn people_can_calculate_with_it() {
    let exact: ExactDecimal = Decimal::new(1_050, 2).into();
    assert_eq!(exact.to_string(), "10.50");
    assert_eq!(Decimal::try_from(exact), Ok(Decimal::new(1_050, 2)));
    assert_eq!(
        Decimal::try_from(ExactDecimal::new(i128::MAX, 0)),
        Err(DecimalError::Overflow)
    );
}
