//! What each method does, whichever way it was asked.

mod account;
mod change;
mod entry;
mod general;
mod hand_over;
mod market;
mod outside;
mod queries;

use std::sync::Arc;

use protocol::Symbol;

use crate::binance::keys::Caller;
use crate::binance::methods::Method;
use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::binance::time_unit::TimeUnit;
use crate::binance::wire::Writing;
use crate::edge::{Edge, InstrumentState};

/// A request whose caller is known and whose weight is charged.
#[derive(Debug)]
pub struct Call {
    /// What is asked.
    pub method: Method,
    /// With which parameters.
    pub params: Params,
    /// By whom, where the method asks for that.
    pub caller: Option<Caller>,
    /// The unit of times.
    pub unit: TimeUnit,
    /// Which surface it came by: the lists of limits differ.
    pub surface: Surface,
}

/// A way to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// HTTP.
    Rest,
    /// The WebSocket API.
    Socket,
}

impl Call {
    /// Who asks; methods that need nobody do not call it.
    ///
    /// # Errors
    /// Nobody is known.
    fn caller(&self) -> Result<Caller, Refusal> {
        self.caller
            .clone()
            .ok_or_else(|| Refusal::new(-1002, "You are not authorized to execute this request."))
    }
}

/// Answers a call with the JSON text of its result.
///
/// # Errors
/// The venue's refusal.
pub async fn answer(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    for name in [
        "timestamp",
        "recvWindow",
        "signature",
        "apiKey",
        "returnRateLimits",
    ] {
        call.params.ignore(name);
    }
    match call.method {
        Method::Ping
        | Method::Time
        | Method::Listing
        | Method::ExecutionRules
        | Method::ReferencePrice
        | Method::ReferencePriceCalculation => general::answer(&edge, call),
        Method::Depth
        | Method::RecentTrades
        | Method::HistoricalTrades
        | Method::BlockTrades
        | Method::AggregateTrades
        | Method::Klines
        | Method::UiKlines
        | Method::AveragePrice
        | Method::Ticker24h
        | Method::TickerTradingDay
        | Method::TickerRolling
        | Method::TickerPrice
        | Method::TickerBook => market::answer(&edge, call),
        Method::PlaceOrder => entry::place(edge, call).await,
        Method::TestOrder => entry::test(&edge, call),
        Method::CancelReplace => entry::cancel_replace(edge, call).await,
        Method::CancelOrder => change::cancel(edge, call).await,
        Method::CancelOpenOrders => change::cancel_open_orders(edge, call).await,
        Method::Amend => change::amend(edge, call).await,
        Method::PlaceLegacyOco
        | Method::PlaceOco
        | Method::PlaceOto
        | Method::PlaceOtoco
        | Method::PlaceOpo
        | Method::PlaceOpoco
        | Method::CancelList
        | Method::QueryList
        | Method::PlaceSor
        | Method::TestSor => Err(Refusal::not_supported()),
        Method::QueryOrder
        | Method::OpenOrders
        | Method::AllOrders
        | Method::MyTrades
        | Method::PreventedMatches
        | Method::Amendments => queries::answer(&edge, call),
        Method::OpenLists
        | Method::AllLists
        | Method::Account
        | Method::OrderLimits
        | Method::Allocations
        | Method::Commission
        | Method::MyFilters => account::answer(&edge, call),
        Method::StartListenKey
        | Method::KeepListenKey
        | Method::EndListenKey
        | Method::TradeFees
        | Method::Coins
        | Method::EmptyList
        | Method::EmptyListing => outside::answer(&edge, call),
    }
}

/// The instrument that a request names.
///
/// # Errors
/// It names none, or one that is not listed.
fn needed_symbol<'a>(edge: &'a Edge, params: &mut Params) -> Result<&'a InstrumentState, Refusal> {
    let name = params.needed_text("symbol")?;
    find_symbol(edge, &name)
}

/// The instrument with this name.
///
/// # Errors
/// There is none.
fn find_symbol<'a>(edge: &'a Edge, name: &str) -> Result<&'a InstrumentState, Refusal> {
    let is_plain = name.len() <= 20
        && name.bytes().all(|byte| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-_.".contains(&byte)
        });
    if name.is_ascii() && !is_plain {
        return Err(Refusal::illegal_characters("symbol", "^[A-Z0-9-_.]{1,20}$"));
    }
    Symbol::new(name)
        .ok()
        .and_then(|symbol| edge.by_symbol(&symbol))
        .ok_or_else(Refusal::bad_symbol)
}

/// The instrument that a request names, if it names one.
///
/// # Errors
/// It is not listed.
fn maybe_symbol<'a>(
    edge: &'a Edge,
    params: &mut Params,
) -> Result<Option<&'a InstrumentState>, Refusal> {
    match params.text("symbol")? {
        Some(name) => find_symbol(edge, &name).map(Some),
        None => Ok(None),
    }
}

/// The instruments that a request lists.
///
/// # Errors
/// One is not listed here, or stands twice.
fn listed_symbols<'a>(
    edge: &'a Edge,
    names: &[String],
) -> Result<Vec<&'a InstrumentState>, Refusal> {
    for (place, name) in names.iter().enumerate() {
        if names[..place].contains(name) {
            return Err(Refusal::new(
                -1151,
                "Symbol is present multiple times in the list.",
            ));
        }
    }
    names.iter().map(|name| find_symbol(edge, name)).collect()
}

/// How an instrument is written to a caller.
const fn writing(state: &InstrumentState, unit: TimeUnit) -> Writing<'_> {
    Writing {
        listed: &state.listed,
        unit,
    }
}
