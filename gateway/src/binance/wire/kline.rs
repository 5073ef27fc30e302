//! Candles and average prices.

use serde::Serialize;

use crate::binance::amount::Amount;
use crate::binance::tape::{Candle, Interval};
use crate::binance::wire::Writing;
use crate::binance::wire::statistics::volume;

/// A candle in an answer: a list of twelve.
#[derive(Debug, Serialize)]
pub struct KlineAnswer(
    u64,
    Amount,
    Amount,
    Amount,
    Amount,
    Amount,
    u64,
    Amount,
    u64,
    Amount,
    Amount,
    &'static str,
);

const SECOND_US: u64 = 1_000_000;

impl KlineAnswer {
    /// A candle.
    pub fn of(writing: Writing<'_>, interval: Interval, candle: &Candle) -> Self {
        Self(
            writing.time(candle.start.saturating_mul(SECOND_US)),
            writing.price(candle.open),
            writing.price(candle.high),
            writing.price(candle.low),
            writing.price(candle.close),
            volume(writing, candle.volume),
            writing.time(interval.end_us(candle.start)),
            writing.notional(candle.notional),
            candle.trades,
            volume(writing, candle.taker_buy_volume),
            writing.notional(candle.taker_buy_notional),
            "0",
        )
    }
}

/// A candle on its stream.
#[derive(Debug, Serialize)]
pub struct KlineEvent {
    e: &'static str,
    #[serde(rename = "E")]
    event_time: u64,
    s: String,
    k: KlinePart,
}

#[derive(Debug, Serialize)]
struct KlinePart {
    t: u64,
    #[serde(rename = "T")]
    close_time: u64,
    s: String,
    i: &'static str,
    f: i64,
    #[serde(rename = "L")]
    last_id: i64,
    o: Amount,
    c: Amount,
    h: Amount,
    l: Amount,
    v: Amount,
    n: u64,
    x: bool,
    q: Amount,
    #[serde(rename = "V")]
    taker_volume: Amount,
    #[serde(rename = "Q")]
    taker_notional: Amount,
    #[serde(rename = "B")]
    unused: &'static str,
}

impl KlineEvent {
    /// A candle as it stands at a time.
    pub fn of(writing: Writing<'_>, interval: Interval, candle: &Candle, now_us: u64) -> Self {
        let id = |id: Option<u64>| id.map_or(-1, |id| i64::try_from(id).unwrap_or(i64::MAX));
        let end_us = interval.end_us(candle.start);
        Self {
            e: "kline",
            event_time: writing.time(now_us),
            s: writing.symbol().to_owned(),
            k: KlinePart {
                t: writing.time(candle.start.saturating_mul(SECOND_US)),
                close_time: writing.time(end_us),
                s: writing.symbol().to_owned(),
                i: interval.name(),
                f: id(candle.ids.map(|(first, _)| first)),
                last_id: id(candle.ids.map(|(_, last)| last)),
                o: writing.price(candle.open),
                c: writing.price(candle.close),
                h: writing.price(candle.high),
                l: writing.price(candle.low),
                v: volume(writing, candle.volume),
                n: candle.trades,
                x: now_us > end_us,
                q: writing.notional(candle.notional),
                taker_volume: volume(writing, candle.taker_buy_volume),
                taker_notional: writing.notional(candle.taker_buy_notional),
                unused: "0",
            },
        }
    }
}

/// An average price in an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AverageAnswer {
    /// Of so many minutes.
    pub mins: u64,
    /// The price.
    pub price: Amount,
    /// When it was.
    pub close_time: u64,
}

/// An average price on its stream.
#[derive(Debug, Serialize)]
pub struct AverageEvent {
    e: &'static str,
    #[serde(rename = "E")]
    event_time: u64,
    s: String,
    i: &'static str,
    w: Amount,
    #[serde(rename = "T")]
    last_time: u64,
}

impl AverageEvent {
    /// A price at a time in the client's unit.
    pub fn new(symbol: &str, price: Amount, time: u64) -> Self {
        Self {
            e: "avgPrice",
            event_time: time,
            s: symbol.to_owned(),
            i: "5m",
            w: price,
            last_time: time,
        }
    }
}
