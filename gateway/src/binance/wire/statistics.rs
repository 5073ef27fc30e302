//! Sums of what was traded: candles, tickers, averages.

use engine::{Notional, Price};
use serde::Serialize;

use crate::binance::amount::{Amount, DECIMALS};
use crate::binance::tape::Candle;
use crate::binance::wire::Writing;
use crate::market_data::book::{Level, TopOfBook};

/// What traded in a window.
#[derive(Debug, Clone, Copy)]
pub struct Windowed {
    /// When it begins.
    pub open_us: u64,
    /// When it ends.
    pub close_us: u64,
    /// What traded, and the last price before; `None` before the first trade.
    pub sum: Option<(Candle, Option<Price>)>,
}

/// Price times quantity divided by quantity, in units of the eighth place; `None` where nothing traded.
pub fn average_units(writing: Writing<'_>, notional: Notional, volume: u128) -> Option<i128> {
    let volume = i128::try_from(volume).ok()?;
    let missing = DECIMALS.checked_sub(writing.listed.scale.price_decimals)?;
    notional
        .units()
        .checked_mul(10_i128.checked_pow(u32::from(missing))?)?
        .checked_div(volume)
}

pub(super) fn volume(writing: Writing<'_>, volume: u128) -> Amount {
    Amount::new(
        i128::try_from(volume).unwrap_or(i128::MAX),
        writing.listed.scale.quantity_decimals,
    )
}

/// The numbers of a window, in this wire's decimals.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    change: Amount,
    change_percent: Percent,
    average: Amount,
    open: Amount,
    high: Amount,
    low: Amount,
    last: Amount,
    before: Amount,
    last_quantity: Amount,
    volume: Amount,
    notional: Amount,
    first_id: i64,
    last_id: i64,
    trades: u64,
}

/// A part of a hundred, with three places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Percent(i128);

impl Percent {
    /// How much of `whole` it is, rounded to the nearest thousandth.
    fn of(part: i128, whole: i128) -> Self {
        if whole == 0 {
            return Self(0);
        }
        let doubled = part.saturating_mul(200_000) / whole;
        Self(doubled.midpoint(doubled.signum()))
    }
}

impl Serialize for Percent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const PLACES: u8 = 3;
        serializer.collect_str(&protocol::ExactDecimal::new(self.0, PLACES))
    }
}

impl Numbers {
    fn of(writing: Writing<'_>, windowed: &Windowed) -> Self {
        let Some((sum, before)) = windowed.sum else {
            return Self::none();
        };
        let change = i128::from(sum.close.units()) - i128::from(sum.open.units());
        let id = |id: Option<u64>| id.map_or(-1, |id| i64::try_from(id).unwrap_or(i64::MAX));
        Self {
            change: Amount::new(change, writing.listed.scale.price_decimals),
            change_percent: Percent::of(change, i128::from(sum.open.units())),
            average: average_units(writing, sum.notional, sum.volume)
                .map_or(writing.price(sum.close), Amount::of_units),
            open: writing.price(sum.open),
            high: writing.price(sum.high),
            low: writing.price(sum.low),
            last: writing.price(sum.close),
            before: writing.price(before.unwrap_or(sum.open)),
            last_quantity: writing.quantity(sum.last_quantity),
            volume: volume(writing, sum.volume),
            notional: writing.notional(sum.notional),
            first_id: id(sum.ids.map(|(first, _)| first)),
            last_id: id(sum.ids.map(|(_, last)| last)),
            trades: sum.trades,
        }
    }

    const fn none() -> Self {
        Self {
            change: Amount::ZERO,
            change_percent: Percent(0),
            average: Amount::ZERO,
            open: Amount::ZERO,
            high: Amount::ZERO,
            low: Amount::ZERO,
            last: Amount::ZERO,
            before: Amount::ZERO,
            last_quantity: Amount::ZERO,
            volume: Amount::ZERO,
            notional: Amount::ZERO,
            first_id: -1,
            last_id: -1,
            trades: 0,
        }
    }
}

/// Prices and quantities of the best bid and ask.
fn touch(writing: Writing<'_>, top: TopOfBook) -> [(Amount, Amount); 2] {
    let side = |level: Option<Level>| {
        level.map_or((Amount::ZERO, Amount::ZERO), |level| {
            (writing.price(level.price), writing.quantity(level.quantity))
        })
    };
    [side(top.bid), side(top.ask)]
}

/// A message with the numbers of a window: its struct, and where each of them goes.
macro_rules! ticker {
    ($(#[$about:meta])* $name:ident { $($key:literal $field:ident: $type:ty = $number:ident,)+ } and { $($(#[$extra_meta:meta])* $extra:ident: $extra_type:ty = $value:expr,)* } with ($writing:ident, $windowed:ident $(, $argument:ident: $argument_type:ty)*)) => {
        $(#[$about])*
        #[derive(Debug, Serialize)]
        pub struct $name {
            $($(#[$extra_meta])* $extra: $extra_type,)*
            $(#[serde(rename = $key)] $field: $type,)+
        }

        impl $name {
            /// The numbers of a window.
            pub fn of($writing: Writing<'_>, $($argument: $argument_type,)* $windowed: &Windowed) -> Self {
                let numbers = Numbers::of($writing, $windowed);
                Self {
                    $($extra: $value,)*
                    $($field: numbers.$number,)+
                }
            }
        }
    };
}

ticker! {
    /// A small ticker.
    MiniTicker {
        "openPrice" open: Amount = open,
        "highPrice" high: Amount = high,
        "lowPrice" low: Amount = low,
        "lastPrice" last: Amount = last,
        "volume" volume: Amount = volume,
        "quoteVolume" notional: Amount = notional,
        "firstId" first_id: i64 = first_id,
        "lastId" last_id: i64 = last_id,
        "count" trades: u64 = trades,
    } and {
        symbol: String = writing.symbol().to_owned(),
        #[serde(rename = "openTime")]
        open_time: u64 = writing.time(windowed.open_us),
        #[serde(rename = "closeTime")]
        close_time: u64 = writing.time(windowed.close_us),
    } with (writing, windowed)
}

ticker! {
    /// A ticker of a window.
    WindowTicker {
        "priceChange" change: Amount = change,
        "priceChangePercent" change_percent: Percent = change_percent,
        "weightedAvgPrice" average: Amount = average,
        "openPrice" open: Amount = open,
        "highPrice" high: Amount = high,
        "lowPrice" low: Amount = low,
        "lastPrice" last: Amount = last,
        "volume" volume: Amount = volume,
        "quoteVolume" notional: Amount = notional,
        "firstId" first_id: i64 = first_id,
        "lastId" last_id: i64 = last_id,
        "count" trades: u64 = trades,
    } and {
        symbol: String = writing.symbol().to_owned(),
        #[serde(rename = "openTime")]
        open_time: u64 = writing.time(windowed.open_us),
        #[serde(rename = "closeTime")]
        close_time: u64 = writing.time(windowed.close_us),
    } with (writing, windowed)
}

/// A ticker of the last 24 hours.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FullTicker {
    #[serde(flatten)]
    window: WindowTicker,
    prev_close_price: Amount,
    last_qty: Amount,
    bid_price: Amount,
    bid_qty: Amount,
    ask_price: Amount,
    ask_qty: Amount,
}

impl FullTicker {
    /// The numbers of a window, with the best bid and ask.
    pub fn of(writing: Writing<'_>, windowed: &Windowed, top: TopOfBook) -> Self {
        let numbers = Numbers::of(writing, windowed);
        let [(bid_price, bid_qty), (ask_price, ask_qty)] = touch(writing, top);
        Self {
            window: WindowTicker::of(writing, windowed),
            prev_close_price: numbers.before,
            last_qty: numbers.last_quantity,
            bid_price,
            bid_qty,
            ask_price,
            ask_qty,
        }
    }
}

ticker! {
    /// A small ticker on its stream.
    MiniTickerEvent {
        "c" last: Amount = last,
        "o" open: Amount = open,
        "h" high: Amount = high,
        "l" low: Amount = low,
        "v" volume: Amount = volume,
        "q" notional: Amount = notional,
    } and {
        e: &'static str = "24hrMiniTicker",
        #[serde(rename = "E")]
        event_time: u64 = writing.time(windowed.close_us),
        s: String = writing.symbol().to_owned(),
    } with (writing, windowed)
}

ticker! {
    /// A ticker of a window on its stream.
    WindowTickerEvent {
        "p" change: Amount = change,
        "P" change_percent: Percent = change_percent,
        "o" open: Amount = open,
        "h" high: Amount = high,
        "l" low: Amount = low,
        "c" last: Amount = last,
        "w" average: Amount = average,
        "v" volume: Amount = volume,
        "q" notional: Amount = notional,
        "F" first_id: i64 = first_id,
        "L" last_id: i64 = last_id,
        "n" trades: u64 = trades,
    } and {
        e: &'static str = name,
        #[serde(rename = "E")]
        event_time: u64 = writing.time(windowed.close_us),
        s: String = writing.symbol().to_owned(),
        #[serde(rename = "O")]
        open_time: u64 = writing.time(windowed.open_us),
        #[serde(rename = "C")]
        close_time: u64 = writing.time(windowed.close_us),
    } with (writing, windowed, name: &'static str)
}

/// A ticker of the last 24 hours on its stream.
#[derive(Debug, Serialize)]
pub struct FullTickerEvent {
    #[serde(flatten)]
    window: WindowTickerEvent,
    x: Amount,
    #[serde(rename = "Q")]
    last_quantity: Amount,
    b: Amount,
    #[serde(rename = "B")]
    bid_quantity: Amount,
    a: Amount,
    #[serde(rename = "A")]
    ask_quantity: Amount,
}

impl FullTickerEvent {
    /// The numbers of a window, with the best bid and ask.
    pub fn of(writing: Writing<'_>, windowed: &Windowed, top: TopOfBook) -> Self {
        let numbers = Numbers::of(writing, windowed);
        let [(b, bid_quantity), (a, ask_quantity)] = touch(writing, top);
        Self {
            window: WindowTickerEvent::of(writing, "24hrTicker", windowed),
            x: numbers.before,
            last_quantity: numbers.last_quantity,
            b,
            bid_quantity,
            a,
            ask_quantity,
        }
    }
}
