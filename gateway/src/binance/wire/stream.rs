//! Market data on streams.

use engine::Side;
use history::PublicTrade;
use serde::{Deserialize, Serialize};

use crate::binance::amount::Amount;
use crate::binance::tape::Aggregate;
use crate::binance::wire::Writing;
use crate::binance::wire::depth::WireLevel;
use crate::native::translate::at_us;

/// A trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeEvent {
    /// `trade`.
    pub e: String,
    /// When it is told.
    #[serde(rename = "E")]
    pub event_time: u64,
    /// Of which instrument.
    pub s: String,
    /// Its id.
    pub t: u64,
    /// At which price.
    pub p: Amount,
    /// How much.
    pub q: Amount,
    /// When it was.
    #[serde(rename = "T")]
    pub trade_time: u64,
    /// Whether the buyer rested.
    pub m: bool,
    /// Says nothing any more.
    #[serde(rename = "M")]
    pub always: bool,
}

impl TradeEvent {
    /// A trade, told at once.
    pub fn of(writing: Writing<'_>, trade: &PublicTrade) -> Self {
        let time = writing.time(at_us(trade.at));
        Self {
            e: "trade".to_owned(),
            event_time: time,
            s: writing.symbol().to_owned(),
            t: trade.trade_id.0,
            p: writing.price(trade.price),
            q: writing.quantity(trade.quantity),
            trade_time: time,
            m: trade.aggressor_side == Side::Sell,
            always: true,
        }
    }
}

/// What one taker traded at one price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AggregateEvent {
    e: &'static str,
    #[serde(rename = "E")]
    event_time: u64,
    s: String,
    #[serde(flatten)]
    aggregate: AggregateAnswer,
}

/// What one taker traded at one price, in answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AggregateAnswer {
    a: u64,
    p: Amount,
    q: Amount,
    f: u64,
    l: u64,
    #[serde(rename = "T")]
    trade_time: u64,
    m: bool,
    #[serde(rename = "M")]
    always: bool,
}

impl AggregateAnswer {
    /// What one taker traded.
    pub fn of(writing: Writing<'_>, aggregate: &Aggregate) -> Self {
        Self {
            a: aggregate.id,
            p: writing.price(aggregate.price),
            q: writing.quantity(aggregate.quantity),
            f: aggregate.first.0,
            l: aggregate.last.0,
            trade_time: writing.time(aggregate.at_us),
            m: aggregate.aggressor_side == Side::Sell,
            always: true,
        }
    }
}

impl AggregateEvent {
    /// What one taker traded, told at once.
    pub fn of(writing: Writing<'_>, aggregate: &Aggregate) -> Self {
        Self {
            e: "aggTrade",
            event_time: writing.time(aggregate.at_us),
            s: writing.symbol().to_owned(),
            aggregate: AggregateAnswer::of(writing, aggregate),
        }
    }
}

/// What changed of the book, from one update to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepthUpdate {
    /// `depthUpdate`.
    pub e: String,
    /// When it is told.
    #[serde(rename = "E")]
    pub event_time: u64,
    /// Of which instrument.
    pub s: String,
    /// First update that is in it.
    #[serde(rename = "U")]
    pub first_update_id: u64,
    /// Last update that is in it.
    pub u: u64,
    /// Bids, as they are now.
    pub b: Vec<WireLevel>,
    /// Asks, as they are now.
    pub a: Vec<WireLevel>,
}

/// Best bid and ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookTickerEvent {
    /// The update that it stands at.
    pub u: u64,
    /// Of which instrument.
    pub s: String,
    /// Best bid.
    pub b: Amount,
    /// How much there is.
    #[serde(rename = "B")]
    pub bid_quantity: Amount,
    /// Best ask.
    pub a: Amount,
    /// How much there is.
    #[serde(rename = "A")]
    pub ask_quantity: Amount,
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
