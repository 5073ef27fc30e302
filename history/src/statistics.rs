//! What traded in a window of time that rolls with the clock.

use engine::{Notional, Price, Quantity, Timestamp, TradeId};

use crate::candle::Candle;

/// What traded in a window. Sums are exact; the average is theirs to divide: `notional / volume`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// When the window begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// The last price before the window; `None` where nothing traded before it.
    pub close_before: Option<Price>,
    /// The first price in it; where nothing traded, the last one before.
    pub open: Price,
    /// The highest price.
    pub high: Price,
    /// The lowest price.
    pub low: Price,
    /// The last price.
    pub last: Price,
    /// The last trade's quantity; zero where nothing traded.
    pub last_quantity: Quantity,
    /// What changed hands, in quantity units.
    pub volume: u128,
    /// What was paid for it, in price units x quantity units.
    pub notional: Notional,
    /// How many trades there were.
    pub trades: u64,
    /// The first trade; 0 where there was none.
    pub first_trade: TradeId,
    /// The last trade; 0 where there was none.
    pub last_trade: TradeId,
}

impl Statistics {
    pub(crate) const fn new(
        sum: &Candle,
        from: Timestamp,
        until: Timestamp,
        close_before: Option<Price>,
    ) -> Self {
        Self {
            from,
            until,
            close_before,
            open: sum.open,
            high: sum.high,
            low: sum.low,
            last: sum.close,
            last_quantity: sum.last_quantity,
            volume: sum.volume,
            notional: sum.notional,
            trades: sum.trades,
            first_trade: sum.first_trade,
            last_trade: sum.last_trade,
        }
    }
}
