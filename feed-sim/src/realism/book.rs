//! A book that is rebuilt from the rows of a tape.

use std::collections::{BTreeMap, HashMap};

use protocol::Side;

use crate::offline::{RowKind, TapeRow};

/// Orders by id, and what each price shows.
#[derive(Debug, Default)]
pub struct TapeBook {
    orders: HashMap<u64, TapeOrder>,
    bids: BTreeMap<i64, u64>,
    asks: BTreeMap<i64, u64>,
}

/// An order that the tape has added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TapeOrder {
    /// When it was added, in nanoseconds.
    pub at_ns: u64,
    side: Side,
    price: i64,
    lots: u64,
}

/// Best prices and what they show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TapeTop {
    /// Best bid: price and lots.
    pub bid: (i64, u64),
    /// Best ask: price and lots.
    pub ask: (i64, u64),
}

impl TapeBook {
    /// Best prices of both sides; `None` while a side is empty or the tape's book is crossed.
    pub fn top(&self) -> Option<TapeTop> {
        let bid = self
            .bids
            .last_key_value()
            .map(|(price, lots)| (*price, *lots))?;
        let ask = self
            .asks
            .first_key_value()
            .map(|(price, lots)| (*price, *lots))?;
        (bid.0 < ask.0).then_some(TapeTop { bid, ask })
    }

    /// Best price of one side.
    pub fn best(&self, side: Side) -> Option<i64> {
        match side {
            Side::Buy => self.bids.last_key_value(),
            Side::Sell => self.asks.first_key_value(),
        }
        .map(|(price, _)| *price)
    }

    /// Applies a row; says what the order was, where the row ends a whole one.
    pub fn apply(&mut self, row: &TapeRow) -> Option<TapeOrder> {
        match row.kind {
            RowKind::Add => {
                self.orders.insert(
                    row.order_id,
                    TapeOrder {
                        at_ns: row.at_ns,
                        side: row.side,
                        price: row.price,
                        lots: row.lots,
                    },
                );
                *self.level(row.side, row.price) += row.lots;
                None
            }
            RowKind::Reduce | RowKind::Trade => self.take(row.order_id, row.lots),
            RowKind::Delete => self.take(row.order_id, u64::MAX),
            RowKind::HiddenTrade => None,
        }
    }

    fn level(&mut self, side: Side, price: i64) -> &mut u64 {
        match side {
            Side::Buy => self.bids.entry(price),
            Side::Sell => self.asks.entry(price),
        }
        .or_default()
    }

    /// Takes from an order that the tape has added; others were there before it began.
    fn take(&mut self, order_id: u64, lots: u64) -> Option<TapeOrder> {
        let order = self.orders.get_mut(&order_id)?;
        let taken = lots.min(order.lots);
        order.lots -= taken;
        let order = *order;
        if order.lots == 0 {
            self.orders.remove(&order_id);
        }
        let level = self.level(order.side, order.price);
        *level = level.saturating_sub(taken);
        if *level == 0 {
            match order.side {
                Side::Buy => self.bids.remove(&order.price),
                Side::Sell => self.asks.remove(&order.price),
            };
        }
        (order.lots == 0).then_some(order)
    }

    /// What is shown at each of the first `ticks` ticks of a side from its best price on.
    pub fn shape(&self, side: Side, price_per_tick: i64, ticks: usize) -> Vec<u64> {
        let Some(best) = self.best(side) else {
            return vec![0; ticks];
        };
        (0..ticks)
            .map(|place| {
                let away = i64::try_from(place).unwrap_or(i64::MAX) * price_per_tick;
                match side {
                    Side::Buy => self.bids.get(&(best - away)),
                    Side::Sell => self.asks.get(&(best + away)),
                }
                .copied()
                .unwrap_or(0)
            })
            .collect()
    }
}
