//! Candles of one instrument, without gaps, and sums over a window.

use std::collections::BTreeMap;

use engine::{Notional, Price, Quantity, Side, Trade};

use crate::binance::tape::interval::Interval;

/// Seconds in which something traded that are kept.
pub const SECONDS_KEPT_MAX: usize = 7_200;
/// Minutes in which something traded that are kept: a week of them.
pub const MINUTES_KEPT_MAX: usize = 10_080;
const MINUTE_S: u64 = 60;
const SECOND_US: u64 = 1_000_000;

/// What traded in a span of time. Sums are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candle {
    /// The second at which the span begins.
    pub start: u64,
    /// The first price; where nothing traded, the last one before.
    pub open: Price,
    /// The highest price.
    pub high: Price,
    /// The lowest price.
    pub low: Price,
    /// The last price.
    pub close: Price,
    /// What changed hands, in quantity units.
    pub volume: u128,
    /// What was paid for it.
    pub notional: Notional,
    /// What buyers took, in quantity units.
    pub taker_buy_volume: u128,
    /// What was paid for it.
    pub taker_buy_notional: Notional,
    /// How many trades there were.
    pub trades: u64,
    /// The first trade, and the last one; `None` where there was none.
    pub ids: Option<(u64, u64)>,
    /// The last trade's quantity.
    pub last_quantity: Quantity,
}

impl Candle {
    /// A span in which nothing traded.
    const fn empty(start: u64, price: Price) -> Self {
        Self {
            start,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: 0,
            notional: Notional::ZERO,
            taker_buy_volume: 0,
            taker_buy_notional: Notional::ZERO,
            trades: 0,
            ids: None,
            last_quantity: Quantity::ZERO,
        }
    }

    const fn recorded(candle: &history::Candle) -> Self {
        Self {
            start: candle.start.0 / 1_000_000_000,
            open: candle.open,
            high: candle.high,
            low: candle.low,
            close: candle.close,
            volume: candle.volume,
            notional: candle.notional,
            taker_buy_volume: candle.taker_buy_volume,
            taker_buy_notional: candle.taker_buy_notional,
            trades: candle.trades,
            ids: Some((candle.first_trade.0, candle.last_trade.0)),
            last_quantity: candle.last_quantity,
        }
    }

    /// A span in which this was the only trade.
    fn of(start: u64, trade: &Trade) -> Self {
        let volume = u128::from(trade.quantity.units());
        let notional = Notional::of(trade.price, trade.quantity);
        let is_bought = trade.aggressor_side == Side::Buy;
        Self {
            volume,
            notional,
            taker_buy_volume: if is_bought { volume } else { 0 },
            taker_buy_notional: if is_bought { notional } else { Notional::ZERO },
            trades: 1,
            ids: Some((trade.trade_id.0, trade.trade_id.0)),
            last_quantity: trade.quantity,
            ..Self::empty(start, trade.price)
        }
    }

    /// Adds what traded after it.
    fn extend(&mut self, later: &Self) {
        let add = |left: Notional, right: Notional| {
            left.checked_add(right)
                .expect("what is paid fits, each trade of it did")
        };
        self.high = self.high.max(later.high);
        self.low = self.low.min(later.low);
        self.close = later.close;
        self.volume = self.volume.saturating_add(later.volume);
        self.notional = add(self.notional, later.notional);
        self.taker_buy_volume = self.taker_buy_volume.saturating_add(later.taker_buy_volume);
        self.taker_buy_notional = add(self.taker_buy_notional, later.taker_buy_notional);
        self.trades = self.trades.saturating_add(later.trades);
        self.ids = match (self.ids, later.ids) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (ids, None) | (None, ids) => ids,
        };
        self.last_quantity = later.last_quantity;
    }
}

/// Which candles are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandleRange {
    /// The first second at which one may begin; `None` takes the newest.
    pub from: Option<u64>,
    /// The last second at which one may begin.
    pub until: u64,
    /// How many at most.
    pub count: usize,
    /// So many seconds are added before the clock is looked at: for days of another place.
    pub shift: i64,
}

/// Candles of one instrument.
#[derive(Debug, Default)]
pub struct Candles {
    // By their start; only those in which something traded.
    seconds: BTreeMap<u64, Candle>,
    minutes: BTreeMap<u64, Candle>,
}

impl Candles {
    /// What the history has of an instrument's newest seconds and minutes in which something traded, oldest first.
    pub fn recalled(seconds: &[history::Candle], minutes: &[history::Candle]) -> Self {
        let by_start = |candles: &[history::Candle]| {
            let candles = candles.iter().filter(|candle| !candle.is_empty());
            candles
                .map(Candle::recorded)
                .map(|it| (it.start, it))
                .collect()
        };
        Self {
            seconds: by_start(seconds),
            minutes: by_start(minutes),
        }
    }

    /// Takes in a trade.
    pub fn take(&mut self, trade: &Trade, at_us: u64) {
        let second = at_us / SECOND_US;
        let minute = Interval::Seconds(MINUTE_S).start_of(second);
        for (kept, start, most) in [
            (&mut self.seconds, second, SECONDS_KEPT_MAX),
            (&mut self.minutes, minute, MINUTES_KEPT_MAX),
        ] {
            let one = Candle::of(start, trade);
            kept.entry(start)
                .and_modify(|candle| candle.extend(&one))
                .or_insert(one);
            if kept.len() > most {
                kept.pop_first();
            }
        }
    }

    /// Candles without a gap, oldest first: where nothing traded, the price stays.
    pub fn range(&self, interval: Interval, range: CandleRange) -> Vec<Candle> {
        let kept = match interval {
            Interval::Seconds(1) => &self.seconds,
            Interval::Seconds(_) | Interval::Week | Interval::Month => &self.minutes,
        };
        let Some((oldest, _)) = kept.first_key_value() else {
            return Vec::new();
        };
        let start_of = |second: u64| {
            let local = second.saturating_add_signed(range.shift);
            interval
                .start_of(local)
                .saturating_add_signed(range.shift.saturating_neg())
        };
        let first = start_of(*oldest);
        let last = start_of(range.until);
        let back = u64::try_from(range.count.saturating_sub(1)).unwrap_or(u64::MAX);
        let begin = match range.from {
            Some(from) if start_of(from) < from => interval.next_after(start_of(from)),
            Some(from) => from,
            None => interval.back_from(last, back),
        }
        .max(first);
        let mut price = kept
            .range(..begin)
            .next_back()
            .map(|(_, before)| before.close);
        let mut candles = Vec::new();
        let mut start = begin;
        while start <= last && candles.len() < range.count {
            let next = interval.next_after(start);
            let sum = sum_of(start, kept.range(start..next).map(|(_, candle)| candle));
            let candle = match (sum, price) {
                (Some(sum), _) => sum,
                (None, Some(price)) => Candle::empty(start, price),
                (None, None) => {
                    start = next;
                    continue;
                }
            };
            price = Some(candle.close);
            candles.push(candle);
            start = next;
        }
        candles
    }

    /// What traded from a second on, in whole minutes, and the last price before that; `None` before the first trade.
    pub fn since(&self, from: u64) -> Option<(Candle, Option<Price>)> {
        let from = Interval::Seconds(MINUTE_S).start_of(from);
        let before = self
            .minutes
            .range(..from)
            .next_back()
            .map(|(_, before)| before.close);
        let sum = sum_of(from, self.minutes.range(from..).map(|(_, candle)| candle));
        let sum = sum.or_else(|| before.map(|price| Candle::empty(from, price)))?;
        Some((sum, before))
    }
}

fn sum_of<'a>(start: u64, candles: impl Iterator<Item = &'a Candle>) -> Option<Candle> {
    candles.fold(None, |sum: Option<Candle>, candle| match sum {
        Some(mut sum) => {
            sum.extend(candle);
            Some(sum)
        }
        None => Some(Candle { start, ..*candle }),
    })
}
