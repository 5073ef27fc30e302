//! The account: balances, costs, counts.

use engine::FeeTier;
use ledger::FeeRates;

use crate::binance::calls::span::Span;
use crate::binance::calls::{Call, needed_symbol};
use crate::binance::refusal::Refusal;
use crate::binance::wire::{AccountAnswer, CommissionAnswer, EmptyBalances, json};
use crate::edge::Edge;

/// How many orders the account has entered.
///
/// # Errors
/// The venue's refusal.
pub fn order_limits(edge: &Edge, call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    call.params.finish()?;
    let limits = &edge.binance.limits;
    let counts = limits.orders_of(caller.account, edge.at_us());
    Ok(json(&limits.of_orders(counts)))
}

/// What trading a symbol costs.
///
/// # Errors
/// The venue's refusal.
pub fn commission(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(edge, &mut call.params)?;
    call.params.finish()?;
    let rates = state.fees().of(FeeTier::default());
    Ok(json(&CommissionAnswer::new(
        state.listed.symbol.as_str(),
        rates,
    )))
}

/// Filters of the account: there are none beside the symbol's.
///
/// # Errors
/// The venue's refusal.
pub fn my_filters(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    needed_symbol(edge, &mut call.params)?;
    call.params.finish()?;
    Ok(r#"{"exchangeFilters":[],"symbolFilters":[],"assetFilters":[]}"#.to_owned())
}

/// Allocations of orders for several books: there are none.
///
/// # Errors
/// The venue's refusal.
pub fn allocations(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    needed_symbol(edge, &mut call.params)?;
    Span::read(&mut call.params)?;
    for name in ["fromAllocationId", "limit", "orderId"] {
        call.params.whole(name)?;
    }
    call.params.finish()?;
    Ok("[]".to_owned())
}

/// Balances.
///
/// # Errors
/// The venue's refusal.
pub fn account(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let empty = if call.params.flag("omitZeroBalances")?.unwrap_or(false) {
        EmptyBalances::Omitted
    } else {
        EmptyBalances::Shown
    };
    call.params.finish()?;
    let rates = edge.instruments.first().map_or(
        FeeRates {
            maker_ppm: 0,
            taker_ppm: 0,
        },
        |state| state.fees().of(FeeTier::default()),
    );
    let balances = edge.ledger.balances(caller.account);
    Ok(json(&AccountAnswer::new(
        caller.account,
        rates,
        (&edge.listing, &balances),
        empty,
        call.unit.of_us(edge.at_us()),
    )))
}
