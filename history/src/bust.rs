//! Trades that were taken back.

use engine::{AccountId, Price, Quantity, Timestamp, TradeId};

use crate::place::EventPlace;
use crate::spelled::spelled_struct;

/// An operator took a trade back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BustRecord {
    /// Where and when.
    pub event: EventPlace,
    /// Which trade.
    pub trade_id: TradeId,
    /// When it was made.
    pub traded_at: Timestamp,
    /// The price it had.
    pub price: Price,
    /// The quantity it had.
    pub quantity: Quantity,
    /// Who owned the order that had arrived.
    pub taker_account: AccountId,
    /// Who owned the order that had rested.
    pub maker_account: AccountId,
}

spelled_struct!(BustRecord {
    event,
    trade_id,
    traded_at,
    price,
    quantity,
    taker_account,
    maker_account,
});
