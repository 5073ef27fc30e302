//! What traded in spans of time.

use serde::Deserialize;

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::Symbol;
use crate::json_writer::JsonWriter;
use crate::server_message::market_data::write_place;
use crate::words::CandleInterval;

/// What traded in one span of time. A span in which nothing did stays where the price was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Candle {
    /// When it begins.
    pub start_us: u64,
    /// When the next one begins.
    pub end_us: u64,
    /// The first price.
    pub open: ExactDecimal,
    /// The highest price.
    pub high: ExactDecimal,
    /// The lowest price.
    pub low: ExactDecimal,
    /// The last price.
    pub close: ExactDecimal,
    /// What changed hands, in the base asset.
    pub volume: ExactDecimal,
    /// What was paid for it, in the quote asset.
    pub quote_volume: ExactDecimal,
    /// What buyers took; in an auction nobody takes.
    pub taker_buy_volume: ExactDecimal,
    /// What was paid for what buyers took.
    pub taker_buy_quote_volume: ExactDecimal,
    /// How many trades there were.
    pub trades: u64,
    /// How many of them were made by an auction.
    pub auction_trades: u64,
    /// What changed hands in an auction.
    pub auction_volume: ExactDecimal,
    /// Whether its time is over.
    pub is_closed: bool,
}

/// A candle that runs, or is over. It replaces what was told before under the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct CandleUpdate {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of `seq`.
    pub epoch: u64,
    /// The candle's number among those of its interval: one more than that of the candle before it.
    pub seq: u64,
    /// The exchange's time.
    pub at_us: u64,
    /// How long it lasts.
    pub interval: CandleInterval,
    /// The candle.
    pub candle: Candle,
}

/// Answers `candles`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Candles {
    /// The request's number.
    pub request: Option<u64>,
    /// Of which instrument.
    pub symbol: Symbol,
    /// How long each lasts.
    pub interval: CandleInterval,
    /// The epoch of `seq`.
    pub epoch: u64,
    /// The number of the first one, as on the channel `candles`; absent where there is none.
    pub seq: Option<u64>,
    /// Oldest first, without a gap.
    pub candles: Vec<Candle>,
}

impl Candle {
    /// Appends it to `buffer` as one JSON object.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.number("start_us", self.start_us);
        json.number("end_us", self.end_us);
        json.decimal("open", self.open);
        json.decimal("high", self.high);
        json.decimal("low", self.low);
        json.decimal("close", self.close);
        json.decimal("volume", self.volume);
        json.decimal("quote_volume", self.quote_volume);
        json.decimal("taker_buy_volume", self.taker_buy_volume);
        json.decimal("taker_buy_quote_volume", self.taker_buy_quote_volume);
        json.number("trades", self.trades);
        json.number("auction_trades", self.auction_trades);
        json.decimal("auction_volume", self.auction_volume);
        json.boolean("is_closed", self.is_closed);
        json.close();
    }
}

impl CandleUpdate {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "candle", None);
        write_place(&mut json, &self.symbol, self.epoch, self.seq, self.at_us);
        json.word("interval", self.interval.word());
        json.value("candle", |buffer| self.candle.encode(buffer));
        json.close();
    }
}

impl Candles {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "candles", self.request);
        json.name("symbol", &self.symbol);
        json.word("interval", self.interval.word());
        json.number("epoch", self.epoch);
        json.maybe_number("seq", self.seq);
        json.list("candles", &self.candles, |buffer, candle| {
            candle.encode(buffer);
        });
        json.close();
    }
}
