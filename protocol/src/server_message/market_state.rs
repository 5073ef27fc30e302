//! What everyone is told of an instrument beside its book and trades, and of the channels themselves.

use serde::Deserialize;

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::Symbol;
use crate::json_writer::JsonWriter;
use crate::server_message::market_data::write_place;
use crate::server_message::session::InstrumentTerms;
use crate::words::{CandleInterval, Channel, Side, TradingState};

/// How an instrument treats orders now; sent when that or the indicative auction changes, and once at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Status {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of `seq`.
    pub epoch: u64,
    /// One more than that of the message before it; the first message repeats the last one.
    pub seq: u64,
    /// Engine time of the change.
    pub at_us: u64,
    /// What it does with orders.
    pub state: TradingState,
    /// At which price an auction would trade now; absent where nothing crosses or nothing is collected.
    pub indicative_price: Option<ExactDecimal>,
    /// How much would trade then.
    pub indicative_volume: Option<ExactDecimal>,
    /// Of which side something would be left at that price; absent where nothing would.
    pub imbalance_side: Option<Side>,
    /// How much would be left.
    pub imbalance: Option<ExactDecimal>,
}

/// What an instrument is; sent at the start and when it changes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InstrumentDefinition {
    /// The epoch of `seq`.
    pub epoch: u64,
    /// One more than that of the definition before it; the first message repeats the last one.
    pub seq: u64,
    /// Engine time of the change; 0 before the first.
    pub at_us: u64,
    /// Its grid and bounds.
    pub instrument: InstrumentTerms,
}

/// Where an instrument's other channels stand, with a hash of the whole displayed book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Heartbeat {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of all numbers.
    pub epoch: u64,
    /// One more than that of the heartbeat before it.
    pub seq: u64,
    /// Engine time of the last change.
    pub at_us: u64,
    /// The last number of the channel `depth`.
    pub depth_seq: u64,
    /// The last number of the channel `orders`.
    pub orders_seq: u64,
    /// The last number of the channel `trades`.
    pub trades_seq: u64,
    /// The last number of the channel `top`.
    pub top_seq: u64,
    /// Hash of all displayed levels after change `depth_seq`; see [`crate::BookHash`].
    pub book_hash: u64,
}

/// Messages of a subscription were dropped, because they were not read in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Lagged {
    /// Of which channel.
    pub channel: Channel,
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of the numbers.
    pub epoch: u64,
    /// The first number that was dropped.
    pub from: u64,
    /// The last number that was dropped.
    pub to: u64,
    /// Of candles of which interval; candles alone have it.
    pub interval: Option<CandleInterval>,
}

impl Status {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "status", None);
        write_place(&mut json, &self.symbol, self.epoch, self.seq, self.at_us);
        json.word("state", self.state.word());
        json.maybe_decimal("indicative_price", self.indicative_price);
        json.maybe_decimal("indicative_volume", self.indicative_volume);
        json.maybe_word("imbalance_side", self.imbalance_side.map(Side::word));
        json.maybe_decimal("imbalance", self.imbalance);
        json.close();
    }
}

impl InstrumentDefinition {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "instrument", None);
        json.number("epoch", self.epoch);
        json.number("seq", self.seq);
        json.number("at_us", self.at_us);
        json.value("instrument", |buffer| self.instrument.encode(buffer));
        json.close();
    }
}

impl Heartbeat {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "heartbeat", None);
        write_place(&mut json, &self.symbol, self.epoch, self.seq, self.at_us);
        json.number("depth_seq", self.depth_seq);
        json.number("orders_seq", self.orders_seq);
        json.number("trades_seq", self.trades_seq);
        json.number("top_seq", self.top_seq);
        json.number("book_hash", self.book_hash);
        json.close();
    }
}

impl Lagged {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "lagged", None);
        json.word("channel", self.channel.word());
        json.name("symbol", &self.symbol);
        json.number("epoch", self.epoch);
        json.number("from", self.from);
        json.number("to", self.to);
        json.maybe_word("interval", self.interval.map(CandleInterval::word));
        json.close();
    }
}
