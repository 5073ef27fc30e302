//! The account: balances, costs, counts.

use engine::FeeTier;
use ledger::FeeRates;

use crate::binance::calls::{Call, needed_symbol};
use crate::binance::methods::Method;
use crate::binance::refusal::Refusal;
use crate::binance::wire::{AccountAnswer, CommissionAnswer, EmptyBalances, json};
use crate::edge::Edge;

/// Answers what is asked of an account.
///
/// # Errors
/// The venue's refusal.
pub fn answer(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    match call.method {
        Method::Account => account(edge, call),
        Method::OrderLimits => {
            call.params.finish()?;
            let limits = &edge.binance.limits;
            let counts = limits.orders_of(caller.account, edge.at_us());
            Ok(json(&limits.of_orders(counts)))
        }
        Method::Commission => {
            let state = needed_symbol(edge, &mut call.params)?;
            call.params.finish()?;
            let rates = state.listed.terms.fees.of(FeeTier::default());
            Ok(json(&CommissionAnswer::new(
                state.listed.symbol.as_str(),
                rates,
            )))
        }
        Method::MyFilters => {
            needed_symbol(edge, &mut call.params)?;
            call.params.finish()?;
            Ok(r#"{"exchangeFilters":[],"symbolFilters":[],"assetFilters":[]}"#.to_owned())
        }
        Method::Allocations => {
            needed_symbol(edge, &mut call.params)?;
            for name in [
                "startTime",
                "endTime",
                "fromAllocationId",
                "limit",
                "orderId",
            ] {
                call.params.whole(name)?;
            }
            call.params.finish()?;
            Ok("[]".to_owned())
        }
        // Lists of orders: none was ever entered here.
        _ => {
            for name in ["fromId", "startTime", "endTime", "limit"] {
                call.params.whole(name)?;
            }
            call.params.finish()?;
            Ok("[]".to_owned())
        }
    }
}

fn account(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let empty = if call.params.flag("omitZeroBalances")?.unwrap_or(false) {
        EmptyBalances::Omitted
    } else {
        EmptyBalances::Shown
    };
    call.params.finish()?;
    let rates = edge.listing.instruments().first().map_or(
        FeeRates {
            maker_ppm: 0,
            taker_ppm: 0,
        },
        |listed| listed.terms.fees.of(FeeTier::default()),
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
