//! A price that is to be taken from the book, as it is asked for.

use crate::binance::order_request::Names;
use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::binance::words::PegPriceType;

const PEG_LEVELS_MAX: u64 = 100;

/// A price that is to be taken from the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PegRequest {
    /// From which side.
    pub price_type: PegPriceType,
    /// So many levels behind the best one.
    pub offset_levels: Option<u64>,
}

/// Reads it, if it is asked for.
///
/// # Errors
/// A part of it is wrong, or there without the part that it belongs to.
pub fn read_peg(params: &mut Params, names: Names<'_>) -> Result<Option<PegRequest>, Refusal> {
    let price_type = params.word(&names.of("pegPriceType"), PegPriceType::parse, || {
        Refusal::new(-1210, "Invalid pegPriceType.")
    })?;
    let offset_type = params.text(&names.of("pegOffsetType"))?;
    let value_name = names.of("pegOffsetValue");
    let offset_levels = params.whole(&value_name)?;
    if offset_type.as_deref().is_some_and(|it| it != "PRICE_LEVEL") {
        return Err(Refusal::new(-1211, "Invalid pegOffsetType."));
    }
    if offset_levels.is_some_and(|levels| levels > PEG_LEVELS_MAX) {
        return Err(Refusal::bad_value(&value_name));
    }
    if offset_type.is_some() != offset_levels.is_some() {
        return Err(Refusal::bad_combination());
    }
    match price_type {
        Some(price_type) => Ok(Some(PegRequest {
            price_type,
            offset_levels,
        })),
        None if offset_levels.is_some() => Err(Refusal::mandatory(&names.of("pegPriceType"))),
        None => Ok(None),
    }
}
