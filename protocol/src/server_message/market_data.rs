//! What everyone sees: depth, trades, top of book.
//!
//! `seq` counts the messages of one channel and symbol within an epoch, without gaps.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::Symbol;
use crate::json_writer::{JsonWriter, write_decimal};
use crate::words::Side;

/// A price level: `["price","quantity"]` on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// At this price.
    pub price: ExactDecimal,
    /// This much is displayed in all; zero in a change means that the level is gone.
    pub quantity: ExactDecimal,
}

/// The aggregated book as it stands after the change with its `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DepthSnapshot {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of `seq`.
    pub epoch: u64,
    /// The last change that it contains; 0 before the first.
    pub seq: u64,
    /// Engine time of that change, or the exchange's time before the first.
    pub at_us: u64,
    /// Best first.
    pub bids: Vec<Level>,
    /// Best first.
    pub asks: Vec<Level>,
    /// Orders are collected for an auction: the best bid may be at or above the best ask.
    #[serde(default)]
    pub may_be_crossed: bool,
    /// See [`crate::BookChecksum`].
    pub checksum: Option<u32>,
}

/// Changes of the aggregated book by one command, or by all from change `from` to change `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Depth {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of `seq`.
    pub epoch: u64,
    /// The first change that it contains, where there may be several: one more than the last one of the message before.
    pub from: Option<u64>,
    /// The last change that it contains; without `from` one more than that of the change before it.
    pub seq: u64,
    /// Engine time of the last command.
    pub at_us: u64,
    /// New totals of bid levels.
    pub bids: Vec<Level>,
    /// New totals of ask levels.
    pub asks: Vec<Level>,
    /// Orders are collected for an auction: the best bid may be at or above the best ask.
    #[serde(default)]
    pub may_be_crossed: bool,
    /// See [`crate::BookChecksum`]; of the book after the changes.
    pub checksum: Option<u32>,
}

/// One trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Trade {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of `seq`.
    pub epoch: u64,
    /// One more than that of the trade before it.
    pub seq: u64,
    /// Engine time of the trade.
    pub at_us: u64,
    /// Id of the execution.
    pub trade_id: u64,
    /// At this price.
    pub price: ExactDecimal,
    /// This much.
    pub quantity: ExactDecimal,
    /// The taker's side.
    pub aggressor_side: Side,
}

/// A trade was taken back by an operator: it does not count any more. Nothing that it caused is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct TradeBusted {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of `seq`.
    pub epoch: u64,
    /// Counted together with the trades: one more than that of the message before it.
    pub seq: u64,
    /// Engine time at which it was taken back.
    pub at_us: u64,
    /// Id of the execution.
    pub trade_id: u64,
    /// The price it had.
    pub price: ExactDecimal,
    /// The quantity it had.
    pub quantity: ExactDecimal,
    /// The taker's side.
    pub aggressor_side: Side,
    /// Engine time of the trade.
    pub traded_at_us: u64,
}

/// The best bid and ask; sent when one of them changes, and once at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Top {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of `seq`.
    pub epoch: u64,
    /// The first change that it contains, where there may be several.
    pub from: Option<u64>,
    /// One more than that of the change before it; the first message repeats the last one.
    pub seq: u64,
    /// Engine time of the change.
    pub at_us: u64,
    /// The best bid; absent where there is none.
    pub bid: Option<Level>,
    /// The best ask; absent where there is none.
    pub ask: Option<Level>,
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (price, quantity) = Deserialize::deserialize(deserializer)?;
        Ok(Self { price, quantity })
    }
}

impl Level {
    fn encode(self, buffer: &mut Vec<u8>) {
        buffer.push(b'[');
        write_decimal(buffer, self.price);
        buffer.push(b',');
        write_decimal(buffer, self.quantity);
        buffer.push(b']');
    }
}

/// Writes where in its channel a message stands.
pub(super) fn write_place(
    json: &mut JsonWriter<'_>,
    symbol: &Symbol,
    epoch: u64,
    seq: u64,
    at_us: u64,
) {
    write_span(json, symbol, epoch, (None, seq), at_us);
}

/// Writes which part of its channel a message covers.
pub(super) fn write_span(
    json: &mut JsonWriter<'_>,
    symbol: &Symbol,
    epoch: u64,
    (from, seq): (Option<u64>, u64),
    at_us: u64,
) {
    json.name("symbol", symbol);
    json.number("epoch", epoch);
    json.maybe_number("from", from);
    json.number("seq", seq);
    json.number("at_us", at_us);
}

/// Writes what a follower checks its book by.
pub(super) fn write_check(json: &mut JsonWriter<'_>, may_be_crossed: bool, checksum: Option<u32>) {
    if may_be_crossed {
        json.boolean("may_be_crossed", true);
    }
    json.maybe_number("checksum", checksum.map(u64::from));
}

fn write_levels(json: &mut JsonWriter<'_>, key: &'static str, levels: &[Level]) {
    json.list(key, levels, |buffer, level| level.encode(buffer));
}

impl DepthSnapshot {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "depth_snapshot", None);
        write_place(&mut json, &self.symbol, self.epoch, self.seq, self.at_us);
        write_levels(&mut json, "bids", &self.bids);
        write_levels(&mut json, "asks", &self.asks);
        write_check(&mut json, self.may_be_crossed, self.checksum);
        json.close();
    }
}

impl Depth {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "depth", None);
        let span = (self.from, self.seq);
        write_span(&mut json, &self.symbol, self.epoch, span, self.at_us);
        write_levels(&mut json, "bids", &self.bids);
        write_levels(&mut json, "asks", &self.asks);
        write_check(&mut json, self.may_be_crossed, self.checksum);
        json.close();
    }
}

impl Trade {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "trade", None);
        write_place(&mut json, &self.symbol, self.epoch, self.seq, self.at_us);
        json.number("trade_id", self.trade_id);
        json.decimal("price", self.price);
        json.decimal("quantity", self.quantity);
        json.word("aggressor_side", self.aggressor_side.word());
        json.close();
    }
}

impl TradeBusted {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "trade_busted", None);
        write_place(&mut json, &self.symbol, self.epoch, self.seq, self.at_us);
        json.number("trade_id", self.trade_id);
        json.decimal("price", self.price);
        json.decimal("quantity", self.quantity);
        json.word("aggressor_side", self.aggressor_side.word());
        json.number("traded_at_us", self.traded_at_us);
        json.close();
    }
}

impl Top {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "top", None);
        let span = (self.from, self.seq);
        write_span(&mut json, &self.symbol, self.epoch, span, self.at_us);
        if let Some(bid) = self.bid {
            json.value("bid", |buffer| bid.encode(buffer));
        }
        if let Some(ask) = self.ask {
            json.value("ask", |buffer| ask.encode(buffer));
        }
        json.close();
    }
}
