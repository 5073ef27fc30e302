//! Market data for those who ask once.

use crate::binance::amount::Amount;
use crate::binance::calls::Call;
use crate::binance::refusal::Refusal;
use crate::edge::{Edge, InstrumentState};

/// Answers what is asked of the market.
///
/// # Errors
/// The venue's refusal.
pub fn answer(_edge: &Edge, _call: Call) -> Result<String, Refusal> {
    Err(Refusal::not_supported())
}

/// The price that filters measure by, in units of the eighth place: the last one; `None` before the first trade.
pub fn average_price(state: &InstrumentState) -> Option<i128> {
    let last = state.reference.last()?;
    let exact = Amount::of_price(last, state.listed.scale);
    exact.decimal().units_of(crate::binance::amount::DECIMALS).ok()
}
