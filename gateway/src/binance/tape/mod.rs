//! What was traded, in the venue's sums: aggregate trades, candles, statistics of a window.

mod candle;
mod interval;

use std::collections::VecDeque;

use engine::{OrderId, Price, Quantity, SequenceNumber, Side, Trade, TradeId};
use history::TradeRecord;

use crate::native::translate::at_us;

pub use candle::{Candle, CandleRange, Candles, MINUTES_KEPT_MAX, SECONDS_KEPT_MAX};
pub use interval::Interval;

/// Aggregate trades that are kept; the oldest make room.
pub const AGGREGATES_KEPT_MAX: usize = 10_000;

/// What was traded in one instrument.
#[derive(Debug, Default)]
pub struct Tape {
    aggregates: VecDeque<Aggregate>,
    /// Candles without a gap.
    pub candles: Candles,
}

/// What one taker traded at one price in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aggregate {
    /// Its number: that of its first trade, so that it is the same after a restart.
    pub id: u64,
    /// Who took.
    pub taker: OrderId,
    /// At which price.
    pub price: Price,
    /// How much.
    pub quantity: Quantity,
    /// The first trade of it.
    pub first: TradeId,
    /// The last trade of it.
    pub last: TradeId,
    /// Which side took.
    pub aggressor_side: Side,
    /// When.
    pub at_us: u64,
}

impl Tape {
    /// What the history has: seconds and minutes in which something traded, and the newest trades, oldest first.
    pub fn recalled(
        seconds: &[history::Candle],
        minutes: &[history::Candle],
        trades: &[TradeRecord],
    ) -> Self {
        let mut aggregates: VecDeque<Aggregate> = VecDeque::new();
        let mut last_command = SequenceNumber(0);
        for trade in trades {
            let same = aggregates.back_mut().filter(|sum| {
                last_command == trade.event.sequence
                    && sum.taker == trade.taker.order_id
                    && sum.price == trade.price
                    && sum.aggressor_side == trade.aggressor_side
            });
            last_command = trade.event.sequence;
            if let Some(sum) = same {
                sum.quantity = sum
                    .quantity
                    .checked_add(trade.quantity)
                    .expect("an order's trades fit in its quantity");
                sum.last = trade.trade_id;
                continue;
            }
            aggregates.push_back(Aggregate {
                id: trade.trade_id.0,
                taker: trade.taker.order_id,
                price: trade.price,
                quantity: trade.quantity,
                first: trade.trade_id,
                last: trade.trade_id,
                aggressor_side: trade.aggressor_side,
                at_us: at_us(trade.event.at),
            });
        }
        Self {
            aggregates,
            candles: Candles::recalled(seconds, minutes),
        }
    }

    /// Takes in the trades of one command; returns what they add up to.
    pub fn take(&mut self, trades: &[&Trade], at_us: u64) -> Vec<Aggregate> {
        let mut sums: Vec<Aggregate> = Vec::new();
        for trade in trades {
            self.candles.take(trade, at_us);
            let same = sums.last_mut().filter(|sum| {
                sum.taker == trade.taker.order_id
                    && sum.price == trade.price
                    && sum.aggressor_side == trade.aggressor_side
            });
            if let Some(sum) = same {
                sum.quantity = sum
                    .quantity
                    .checked_add(trade.quantity)
                    .expect("an order's trades fit in its quantity");
                sum.last = trade.trade_id;
                continue;
            }
            sums.push(Self::begin(trade, at_us));
        }
        for sum in &sums {
            if self.aggregates.len() >= AGGREGATES_KEPT_MAX {
                self.aggregates.pop_front();
            }
            self.aggregates.push_back(*sum);
        }
        sums
    }

    fn begin(trade: &Trade, at_us: u64) -> Aggregate {
        Aggregate {
            id: trade.trade_id.0,
            taker: trade.taker.order_id,
            price: trade.price,
            quantity: trade.quantity,
            first: trade.trade_id,
            last: trade.trade_id,
            aggressor_side: trade.aggressor_side,
            at_us,
        }
    }

    /// Aggregate trades that are kept, oldest first.
    pub const fn aggregates(&self) -> &VecDeque<Aggregate> {
        &self.aggregates
    }
}
