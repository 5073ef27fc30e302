//! How a field says that it has no value, and how decimals become units.
//!
//! Writers answer `None` where a value does not fit its field: then the whole goes as text.

use zerocopy::little_endian::{I64, I128, U64};

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::InlineText;
use crate::scale::Scale;

/// A count, id or quantity that is absent.
pub(super) const NO_NUMBER: u64 = u64::MAX;
/// A price that is absent.
pub(super) const NO_PRICE: i64 = i64::MIN;
/// An amount that is absent.
pub(super) const NO_AMOUNT: i128 = i128::MIN;

#[inline]
pub(super) fn number(value: Option<u64>) -> Option<U64> {
    match value {
        Some(NO_NUMBER) => None,
        Some(value) => Some(U64::new(value)),
        None => Some(U64::new(NO_NUMBER)),
    }
}

#[inline]
pub(super) fn read_number(field: U64) -> Option<u64> {
    Some(field.get()).filter(|value| *value != NO_NUMBER)
}

#[inline]
pub(super) fn price(value: Option<ExactDecimal>, scale: Scale) -> Option<I64> {
    let Some(value) = value else {
        return Some(I64::new(NO_PRICE));
    };
    let units = i64::try_from(value.units_of(scale.price_decimals).ok()?).ok()?;
    (units != NO_PRICE).then(|| I64::new(units))
}

#[inline]
pub(super) fn read_price(field: I64, scale: Scale) -> Option<ExactDecimal> {
    Some(field.get())
        .filter(|units| *units != NO_PRICE)
        .map(|units| scale.price(units))
}

#[inline]
pub(super) fn quantity(value: Option<ExactDecimal>, scale: Scale) -> Option<U64> {
    let Some(value) = value else {
        return Some(U64::new(NO_NUMBER));
    };
    number(Some(
        u64::try_from(value.units_of(scale.quantity_decimals).ok()?).ok()?,
    ))
}

#[inline]
pub(super) fn read_quantity(field: U64, scale: Scale) -> Option<ExactDecimal> {
    read_number(field).map(|units| scale.quantity(units))
}

pub(super) fn amount(value: Option<ExactDecimal>, scale: Scale) -> Option<I128> {
    let Some(value) = value else {
        return Some(I128::new(NO_AMOUNT));
    };
    let decimals = scale
        .price_decimals
        .checked_add(scale.quantity_decimals)
        .filter(|decimals| *decimals <= ExactDecimal::DECIMALS_MAX)?;
    let units = value.units_of(decimals).ok()?;
    (units != NO_AMOUNT).then(|| I128::new(units))
}

pub(super) fn read_amount(field: I128, scale: Scale) -> Option<ExactDecimal> {
    Some(field.get())
        .filter(|units| *units != NO_AMOUNT)
        .map(|units| scale.notional(units))
}

/// A name, filled up with zeros; `None` becomes all zeros.
#[inline]
pub(super) fn name<const LENGTH: usize>(name: Option<&InlineText<LENGTH>>) -> [u8; LENGTH] {
    name.map_or([0; LENGTH], InlineText::padded)
}
