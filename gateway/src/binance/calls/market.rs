//! Market data for those who ask once: book, trades, last price.

use serde::Serialize;

use crate::binance::amount::Amount;
use crate::binance::calls::status::WantedStatus;
use crate::binance::calls::{Call, listed_symbols, maybe_symbol, needed_symbol, writing};
use crate::binance::refusal::Refusal;
use crate::binance::time_unit::TimeUnit;
use crate::binance::wire::{BookTicker, DepthAnswer, PriceTicker, TradeListed, json};
use crate::edge::{Edge, InstrumentState};
use crate::lock::lock;
use crate::market_data::Interval;
use crate::market_data::book::Level;
use crate::session::WakeList;

/// The intervals of the streams of diffs.
const DIFF_INTERVALS_MS: [u64; 2] = [100, 1_000];
const DEPTH_DEFAULT: usize = 100;
const DEPTH_MAX: usize = 5_000;
const TRADES_DEFAULT: usize = 500;
const TRADES_MAX: usize = 1_000;

/// Block trades: there are none.
///
/// # Errors
/// The venue's refusal.
pub fn block_trades(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    needed_symbol(edge, &mut call.params)?;
    call.params
        .whole("fromId")?
        .ok_or_else(|| Refusal::mandatory("fromId"))?;
    call.params.limit(TRADES_DEFAULT, TRADES_MAX)?;
    call.params.finish()?;
    Ok("[]".to_owned())
}

/// The last prices.
///
/// # Errors
/// The venue's refusal.
pub fn price_tickers(edge: &Edge, call: Call) -> Result<String, Refusal> {
    tickers(edge, call, price_ticker)
}

/// Best bids and asks.
///
/// # Errors
/// The venue's refusal.
pub fn book_tickers(edge: &Edge, call: Call) -> Result<String, Refusal> {
    tickers(edge, call, book_ticker)
}

/// The book.
///
/// # Errors
/// The venue's refusal.
pub fn depth(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(edge, &mut call.params)?;
    let limit = call.params.limit(DEPTH_DEFAULT, DEPTH_MAX)?;
    let wanted = WantedStatus::read(&mut call.params)?;
    call.params.finish()?;
    wanted.must_be_of(edge, state)?;
    let mut wakes = WakeList::default();
    let mut market = lock(&state.market);
    // The diffs end here: whoever follows them meets this book at the end of one.
    for interval in DIFF_INTERVALS_MS.into_iter().filter_map(Interval::of_ms) {
        market.flush(interval, &mut wakes);
    }
    let answer = DepthAnswer::of(writing(state, call.unit), &market.depth_view(limit));
    drop(market);
    wakes.wake(&edge.flusher);
    Ok(json(&answer))
}

/// The newest trades.
///
/// # Errors
/// The venue's refusal.
pub fn recent_trades(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(edge, &mut call.params)?;
    let limit = call.params.limit(TRADES_DEFAULT, TRADES_MAX)?;
    call.params.finish()?;
    let trades = lock(&state.market).newest_trades(limit);
    let writing = writing(state, call.unit);
    let listed: Vec<TradeListed> = trades
        .iter()
        .map(|(_, trade)| TradeListed::of(writing, trade))
        .collect();
    Ok(json(&listed))
}

/// Trades from an id on.
///
/// # Errors
/// The venue's refusal.
pub fn historical_trades(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(edge, &mut call.params)?;
    let from = call.params.whole("fromId")?;
    let limit = call.params.limit(TRADES_DEFAULT, TRADES_MAX)?;
    call.params.finish()?;
    let trades = lock(&state.market).newest_trades(edge.limits.trades_kept_max);
    let writing = writing(state, call.unit);
    let is_in = |id: u64| from.is_none_or(|from| id >= from);
    let mut listed: Vec<TradeListed> = trades
        .iter()
        .filter(|(_, trade)| is_in(trade.trade_id.0))
        .map(|(_, trade)| TradeListed::of(writing, trade))
        .collect();
    match from {
        Some(_) => listed.truncate(limit),
        None => {
            listed.drain(..listed.len().saturating_sub(limit));
        }
    }
    Ok(json(&listed))
}

/// One symbol's ticker as an object, several as a list.
fn tickers<T: Serialize>(
    edge: &Edge,
    mut call: Call,
    ticker: impl Fn(&InstrumentState) -> T,
) -> Result<String, Refusal> {
    let params = &mut call.params;
    if params.has("symbol") && params.has("symbols") {
        return Err(Refusal::bad_combination());
    }
    let one = maybe_symbol(edge, params)?;
    let names = params.words("symbols")?;
    let wanted = WantedStatus::read(params)?;
    call.params.finish()?;
    if let Some(state) = one {
        wanted.must_be_of(edge, state)?;
        return Ok(json(&ticker(state)));
    }
    let states: Vec<&InstrumentState> = match names {
        Some(names) => listed_symbols(edge, &names)?,
        None => edge.instruments.iter().collect(),
    };
    let states = states.into_iter().filter(|it| wanted.is_of(edge, it));
    let tickers: Vec<T> = states.map(ticker).collect();
    Ok(json(&tickers))
}

/// The last price; zero where nothing has traded.
fn price_ticker(state: &InstrumentState) -> PriceTicker {
    let price = state.reference.last().map_or(Amount::ZERO, |last| {
        Amount::of_price(last, state.listed.scale)
    });
    PriceTicker {
        symbol: state.listed.symbol.to_string(),
        price,
    }
}

fn book_ticker(state: &InstrumentState) -> BookTicker {
    let top = lock(&state.market).top();
    let writing = writing(state, TimeUnit::default());
    let side = |level: Option<Level>| {
        level.map_or((Amount::ZERO, Amount::ZERO), |level| {
            (writing.price(level.price), writing.quantity(level.quantity))
        })
    };
    let ((bid_price, bid_qty), (ask_price, ask_qty)) = (side(top.bid), side(top.ask));
    BookTicker {
        symbol: writing.symbol().to_owned(),
        bid_price,
        bid_qty,
        ask_price,
        ask_qty,
    }
}
