//! Market data on streams.

use serde::{Deserialize, Serialize};

use crate::binance::amount::Amount;
use crate::binance::wire::depth::WireLevel;

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
