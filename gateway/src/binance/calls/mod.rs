//! What each method does, whichever way it was asked.

mod account;
mod cancel_replace;
mod change;
mod entry;
mod general;
mod hand_over;
mod list_entry;
mod list_legs;
mod list_shape;
mod lists;
mod market;
mod one_pays_other;
mod outside;
mod queries;
mod span;
pub mod statistics;
mod status;

use std::sync::Arc;

use protocol::Symbol;

use crate::binance::ids::IdSource;
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
    call.params.ids = IdSource::of(&edge);
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
        Method::Ping => general::ping(call),
        Method::Time => general::time(&edge, call),
        Method::Listing => general::listing(&edge, call),
        Method::ExecutionRules => general::rules(&edge, call),
        Method::ReferencePrice => general::reference_price(&edge, call),
        Method::ReferencePriceCalculation => general::reference_calculation(&edge, call),
        Method::Depth => market::depth(&edge, call),
        Method::RecentTrades => market::recent_trades(&edge, call),
        Method::HistoricalTrades => market::historical_trades(&edge, call),
        Method::BlockTrades => market::block_trades(&edge, call),
        Method::TickerPrice => market::price_tickers(&edge, call),
        Method::TickerBook => market::book_tickers(&edge, call),
        Method::PlaceOrder => entry::place(edge, call).await,
        Method::TestOrder => entry::test(&edge, call),
        Method::CancelReplace => cancel_replace::cancel_replace(edge, call).await,
        Method::CancelOrder => change::cancel(edge, call).await,
        Method::CancelOpenOrders => change::cancel_open_orders(edge, call).await,
        Method::Amend => change::amend(edge, call).await,
        Method::QueryOrder => queries::query(&edge, call),
        Method::OpenOrders => queries::open_orders(&edge, call),
        Method::AllOrders => queries::all_orders(&edge, call),
        Method::MyTrades => queries::my_trades(&edge, call),
        Method::PreventedMatches => queries::prevented(&edge, call),
        Method::Amendments => queries::amendments(&edge, call),
        Method::Account => account::account(&edge, call),
        Method::OrderLimits => account::order_limits(&edge, call),
        Method::Commission => account::commission(&edge, call),
        Method::MyFilters => account::my_filters(&edge, call),
        Method::Allocations => account::allocations(&edge, call),
        Method::PlaceLegacyOco => list_entry::place_legacy_oco(edge, call).await,
        Method::PlaceOco => list_entry::place_oco(edge, call).await,
        Method::PlaceOto => list_entry::place_oto(edge, call).await,
        Method::PlaceOtoco => list_entry::place_otoco(edge, call).await,
        Method::CancelList => lists::cancel(edge, call).await,
        Method::QueryList => lists::query(&edge, call),
        Method::OpenLists => lists::open_lists(&edge, call),
        Method::AllLists => lists::all_lists(&edge, call),
        Method::StartListenKey => outside::start_listen_key(&edge, call),
        Method::KeepListenKey => outside::keep_listen_key(&edge, call),
        Method::EndListenKey => outside::end_listen_key(&edge, call),
        Method::TradeFees => outside::trade_fees(&edge, call),
        Method::Coins => outside::coins(&edge, &call),
        Method::SystemStatus => Ok(r#"{"status":0,"msg":"normal"}"#.to_owned()),
        Method::EmptyList => Ok("[]".to_owned()),
        Method::EmptyListing => Ok(outside::empty_listing(&edge, &call)),
        Method::AggregateTrades => statistics::aggregate_trades(&edge, call),
        Method::Klines | Method::UiKlines => statistics::klines(&edge, call),
        Method::AveragePrice => statistics::average(&edge, call),
        Method::Ticker24h => statistics::ticker_24h(&edge, call),
        Method::TickerTradingDay => statistics::ticker_trading_day(&edge, call),
        Method::TickerRolling => statistics::ticker_rolling(&edge, call),
        Method::PlaceOpo => one_pays_other::place_opo(edge, call).await,
        Method::PlaceOpoco => one_pays_other::place_opoco(edge, call).await,
        Method::PlaceSor | Method::TestSor => Err(Refusal::not_supported()),
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
