//! Merges changes of the book: for an interval, and for a window of its best levels.

use std::collections::BTreeSet;

use engine::{Price, Quantity, Side};

use crate::market_data::book::{DepthUpdate, Level, LevelBook};

/// Levels that changed since they were last told of.
#[derive(Debug, Default)]
pub struct ChangedLevels {
    // Ordered, so that they are told from the touch outward.
    bids: BTreeSet<Price>,
    asks: BTreeSet<Price>,
}

impl ChangedLevels {
    /// Notes what one command changed.
    pub fn note(&mut self, update: &DepthUpdate) {
        self.bids
            .extend(update.bids.iter().map(|level| level.price));
        self.asks
            .extend(update.asks.iter().map(|level| level.price));
    }

    /// The totals now of all that changed, best first; then nothing is noted any more.
    pub fn take(&mut self, book: &LevelBook) -> DepthUpdate {
        let level = |side, price| Level {
            price,
            quantity: book.shown_at(side, price),
        };
        let bids = std::mem::take(&mut self.bids);
        let asks = std::mem::take(&mut self.asks);
        DepthUpdate {
            bids: bids
                .into_iter()
                .rev()
                .map(|price| level(Side::Buy, price))
                .collect(),
            asks: asks
                .into_iter()
                .map(|price| level(Side::Sell, price))
                .collect(),
        }
    }
}

/// The best levels of both sides as they were last told.
#[derive(Debug, Default)]
pub struct WindowTold {
    bids: Vec<Level>,
    asks: Vec<Level>,
}

impl WindowTold {
    /// What is different now within the best `levels_max`: a level that left the window is told as gone.
    pub fn take(&mut self, book: &LevelBook, levels_max: usize) -> DepthUpdate {
        let bids: Vec<Level> = book.bids().take(levels_max).collect();
        let asks: Vec<Level> = book.asks().take(levels_max).collect();
        let update = DepthUpdate {
            bids: differences(&self.bids, &bids, |level| std::cmp::Reverse(level.price)),
            asks: differences(&self.asks, &asks, |level| level.price),
        };
        self.bids = bids;
        self.asks = asks;
        update
    }
}

/// What turns `before` into `after`, both sorted by `rank`.
fn differences<R: Ord>(
    before: &[Level],
    after: &[Level],
    rank: impl Fn(&Level) -> R,
) -> Vec<Level> {
    let mut changes = Vec::new();
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    loop {
        match (old.peek(), new.peek()) {
            (None, None) => return changes,
            (Some(gone), None) => {
                changes.push(empty(gone));
                old.next();
            }
            (None, Some(come)) => {
                changes.push(**come);
                new.next();
            }
            (Some(was), Some(is)) => match rank(was).cmp(&rank(is)) {
                std::cmp::Ordering::Less => {
                    changes.push(empty(was));
                    old.next();
                }
                std::cmp::Ordering::Greater => {
                    changes.push(**is);
                    new.next();
                }
                std::cmp::Ordering::Equal => {
                    if was.quantity != is.quantity {
                        changes.push(**is);
                    }
                    old.next();
                    new.next();
                }
            },
        }
    }
}

const fn empty(level: &Level) -> Level {
    Level {
        price: level.price,
        quantity: Quantity::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use engine::LevelChange;

    use super::*;

    fn level(price: i64, quantity: u64) -> Level {
        Level {
            price: Price::from_units(price),
            quantity: Quantity::from_units(quantity),
        }
    }

    fn changed(book: &mut LevelBook, side: Side, price: i64, quantity: u64) -> DepthUpdate {
        let mut update = DepthUpdate::default();
        let change = LevelChange {
            side,
            price: Price::from_units(price),
            displayed_quantity: Quantity::from_units(quantity),
            order_count: 1,
        };
        book.apply(&[change], &mut update);
        update
    }

    #[test]
    fn an_interval_tells_each_level_once_with_its_last_total() {
        let mut book = LevelBook::default();
        let mut levels = ChangedLevels::default();
        for (price, quantity) in [(99, 5), (98, 1), (99, 7), (98, 0)] {
            levels.note(&changed(&mut book, Side::Buy, price, quantity));
        }

        let update = levels.take(&book);

        assert_eq!(update.bids, [level(99, 7), level(98, 0)]);
        assert!(levels.take(&book).is_empty());
    }

    #[test]
    fn a_window_tells_what_enters_and_what_leaves_it() {
        let mut book = LevelBook::default();
        let mut window = WindowTold::default();
        for price in [100, 99, 98] {
            changed(&mut book, Side::Buy, price, 5);
        }
        assert_eq!(window.take(&book, 2).bids, [level(100, 5), level(99, 5)]);

        changed(&mut book, Side::Buy, 101, 1);
        assert_eq!(window.take(&book, 2).bids, [level(101, 1), level(99, 0)]);

        changed(&mut book, Side::Buy, 100, 0);
        assert_eq!(window.take(&book, 2).bids, [level(100, 0), level(99, 5)]);

        changed(&mut book, Side::Buy, 98, 9);
        assert!(window.take(&book, 2).is_empty());
    }
}
