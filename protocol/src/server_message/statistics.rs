//! What traded in the last 24 hours.

use serde::Deserialize;

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::Symbol;
use crate::json_writer::JsonWriter;
use crate::server_message::market_data::write_span;

/// What traded in a window that rolls with the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Statistics {
    /// When the window begins.
    pub from_us: u64,
    /// When it ends.
    pub to_us: u64,
    /// The first price in it; where nothing traded, the last one before.
    pub open: ExactDecimal,
    /// The highest price.
    pub high: ExactDecimal,
    /// The lowest price.
    pub low: ExactDecimal,
    /// The last price.
    pub last: ExactDecimal,
    /// The last trade's quantity.
    pub last_quantity: ExactDecimal,
    /// The last price before the window; absent where there is none.
    pub previous_close: Option<ExactDecimal>,
    /// What changed hands, in the base asset.
    pub volume: ExactDecimal,
    /// What was paid for it, in the quote asset.
    pub quote_volume: ExactDecimal,
    /// `quote_volume / volume`, truncated to the price's decimals; absent where nothing traded.
    pub average_price: Option<ExactDecimal>,
    /// How many trades there were.
    pub trades: u64,
    /// The first trade; 0 where there was none.
    pub first_trade_id: u64,
    /// The last trade; 0 where there was none.
    pub last_trade_id: u64,
}

/// Answers `statistics`, and tells them when they have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct StatisticsUpdate {
    /// The request's number.
    pub request: Option<u64>,
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of `seq`.
    pub epoch: u64,
    /// The first second that it covers: one more than the `seq` of the message before it.
    pub from: Option<u64>,
    /// The second in which the window ends, counted from 1970-01-01 UTC.
    pub seq: u64,
    /// The exchange's time.
    pub at_us: u64,
    /// The statistics; absent where nothing ever traded.
    pub statistics: Option<Statistics>,
}

impl Statistics {
    /// Appends it to `buffer` as one JSON object.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.number("from_us", self.from_us);
        json.number("to_us", self.to_us);
        json.decimal("open", self.open);
        json.decimal("high", self.high);
        json.decimal("low", self.low);
        json.decimal("last", self.last);
        json.decimal("last_quantity", self.last_quantity);
        json.maybe_decimal("previous_close", self.previous_close);
        json.decimal("volume", self.volume);
        json.decimal("quote_volume", self.quote_volume);
        json.maybe_decimal("average_price", self.average_price);
        json.number("trades", self.trades);
        json.number("first_trade_id", self.first_trade_id);
        json.number("last_trade_id", self.last_trade_id);
        json.close();
    }
}

impl StatisticsUpdate {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "statistics", self.request);
        let span = (self.from, self.seq);
        write_span(&mut json, &self.symbol, self.epoch, span, self.at_us);
        if let Some(statistics) = &self.statistics {
            json.value("statistics", |buffer| statistics.encode(buffer));
        }
        json.close();
    }
}
