//! The book in answers.

use serde::{Deserialize, Serialize};

use crate::binance::amount::Amount;
use crate::binance::wire::Writing;
use crate::market_data::book::{Level, LevelBook};
use crate::market_data::news::DepthView;

/// A price and how much there is at it; `"0.00000000"` in an update says that the level is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireLevel(pub Amount, pub Amount);

/// The book at one update id.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DepthAnswer {
    /// The update that it stands at.
    pub last_update_id: u64,
    /// Best first.
    pub bids: Vec<WireLevel>,
    /// Best first.
    pub asks: Vec<WireLevel>,
}

impl DepthAnswer {
    /// The book as it stands.
    pub fn of(writing: Writing<'_>, view: &DepthView<'_>) -> Self {
        Self::new(writing, view.place.seq, (view.book, view.levels_max))
    }

    /// The best levels of a book after so many updates.
    pub fn new(
        writing: Writing<'_>,
        last_update_id: u64,
        (book, levels_max): (&LevelBook, usize),
    ) -> Self {
        let level =
            |level: Level| WireLevel(writing.price(level.price), writing.quantity(level.quantity));
        Self {
            last_update_id,
            bids: book.bids().take(levels_max).map(level).collect(),
            asks: book.asks().take(levels_max).map(level).collect(),
        }
    }
}

/// The last price.
#[derive(Debug, Serialize)]
pub struct PriceTicker {
    /// Of which instrument.
    pub symbol: String,
    /// The price.
    pub price: Amount,
}

/// Best bid and ask; zero where there is none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BookTicker {
    /// Of which instrument.
    pub symbol: String,
    /// Best bid.
    pub bid_price: Amount,
    /// How much there is.
    pub bid_qty: Amount,
    /// Best ask.
    pub ask_price: Amount,
    /// How much there is.
    pub ask_qty: Amount,
}
