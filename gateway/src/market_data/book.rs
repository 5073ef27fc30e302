//! The L2 book that everyone may see, kept from the engine's level changes.

use std::collections::BTreeMap;

use engine::{Canonical, LevelChange, Price, Quantity, Side, StateError, StateReader};
use protocol::BookHash;

use crate::native::translate;

/// Displayed total of each price level of one instrument.
#[derive(Debug, Clone, Default)]
pub struct LevelBook {
    // Ordered maps: snapshots walk them from the touch, and the touch is the first or last key.
    bids: BTreeMap<Price, Quantity>,
    asks: BTreeMap<Price, Quantity>,
    hash: BookHash,
}

/// One price level as everyone sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// At which price.
    pub price: Price,
    /// Displayed total; zero in an update says that the level is gone.
    pub quantity: Quantity,
}

/// Best bid and ask with what they show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TopOfBook {
    /// The best bid.
    pub bid: Option<Level>,
    /// The best ask.
    pub ask: Option<Level>,
}

/// What one command changed, each level once, with its final total.
#[derive(Debug, Clone, Default)]
pub struct DepthUpdate {
    /// Changed bids, best first.
    pub bids: Vec<Level>,
    /// Changed asks, best first.
    pub asks: Vec<Level>,
}

impl DepthUpdate {
    /// Whether nothing that is displayed changed.
    pub fn is_empty(&self) -> bool {
        self.bids.is_empty() && self.asks.is_empty()
    }

    fn clear(&mut self) {
        self.bids.clear();
        self.asks.clear();
    }
}

impl LevelBook {
    /// Applies one command's level changes; `update` then holds what is different from before.
    pub fn apply(&mut self, changes: &[LevelChange], update: &mut DepthUpdate) {
        update.clear();
        for change in changes {
            let level = Level {
                price: change.price,
                quantity: change.displayed_quantity,
            };
            match change.side {
                Side::Buy => update.bids.push(level),
                Side::Sell => update.asks.push(level),
            }
        }
        keep_last_of_each_price(&mut update.bids);
        keep_last_of_each_price(&mut update.asks);
        update.bids.reverse();
        apply_side(Side::Buy, &mut self.bids, &mut update.bids, &mut self.hash);
        apply_side(Side::Sell, &mut self.asks, &mut update.asks, &mut self.hash);
    }

    /// Hash of all levels.
    pub const fn hash(&self) -> u64 {
        self.hash.value()
    }

    /// What a level shows; zero where it is not there.
    pub fn shown_at(&self, side: Side, price: Price) -> Quantity {
        let levels = match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        };
        levels.get(&price).copied().unwrap_or(Quantity::ZERO)
    }

    /// Spells out every level, bids first, from low to high.
    pub fn spell(&self, out: &mut Vec<u8>) {
        for side in [&self.bids, &self.asks] {
            (side.len() as u64).write(out);
            for (price, quantity) in side {
                price.write(out);
                quantity.write(out);
            }
        }
    }

    /// Takes levels that were spelled out.
    ///
    /// # Errors
    /// The bytes spell none.
    pub fn restore(&mut self, from: &mut StateReader<'_>) -> Result<(), StateError> {
        for (side, levels) in [(Side::Buy, &mut self.bids), (Side::Sell, &mut self.asks)] {
            let kept: Vec<(Price, Quantity)> = from.value()?;
            for (price, quantity) in kept {
                levels.insert(price, quantity);
                self.hash.change(
                    translate::wire_side(side),
                    price.units(),
                    0,
                    quantity.units(),
                );
            }
        }
        Ok(())
    }

    /// Bids from the best down.
    pub fn bids(&self) -> impl Iterator<Item = Level> {
        self.bids
            .iter()
            .rev()
            .map(|(&price, &quantity)| Level { price, quantity })
    }

    /// Asks from the best up.
    pub fn asks(&self) -> impl Iterator<Item = Level> {
        self.asks
            .iter()
            .map(|(&price, &quantity)| Level { price, quantity })
    }

    /// Best bid and ask.
    pub fn top(&self) -> TopOfBook {
        TopOfBook {
            bid: self.bids().next(),
            ask: self.asks().next(),
        }
    }

    /// What is published in continuous trading is never crossed or locked. (MD-5)
    ///
    /// # Panics
    /// It is.
    pub fn assert_not_crossed(&self) {
        let TopOfBook { bid, ask } = self.top();
        if let (Some(bid), Some(ask)) = (bid, ask) {
            assert!(
                bid.price < ask.price,
                "a published book has its best bid below its best ask"
            );
        }
    }
}

/// Leaves the changes in price order, of each price the last one.
fn keep_last_of_each_price(levels: &mut Vec<Level>) {
    if levels.len() < 2 {
        return;
    }
    // Stable, so that the changes of one price stay in their order; `dedup` keeps the first of a run.
    levels.sort_by_key(|level| level.price);
    levels.reverse();
    levels.dedup_by_key(|level| level.price);
    levels.reverse();
}

/// Applies the changes and drops those that change nothing.
fn apply_side(
    side: Side,
    levels: &mut BTreeMap<Price, Quantity>,
    changes: &mut Vec<Level>,
    hash: &mut BookHash,
) {
    changes.retain(|change| {
        let before = if change.quantity.is_zero() {
            levels.remove(&change.price)
        } else {
            levels.insert(change.price, change.quantity)
        };
        let before = before.unwrap_or(Quantity::ZERO);
        hash.change(
            translate::wire_side(side),
            change.price.units(),
            before.units(),
            change.quantity.units(),
        );
        before != change.quantity
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(side: Side, price: i64, quantity: u64) -> LevelChange {
        LevelChange {
            side,
            price: Price::from_units(price),
            displayed_quantity: Quantity::from_units(quantity),
            order_count: 1,
        }
    }

    fn level(price: i64, quantity: u64) -> Level {
        Level {
            price: Price::from_units(price),
            quantity: Quantity::from_units(quantity),
        }
    }

    #[test]
    fn the_last_change_of_a_level_counts() {
        let mut book = LevelBook::default();
        let mut update = DepthUpdate::default();

        book.apply(
            &[
                change(Side::Buy, 99, 5),
                change(Side::Buy, 98, 1),
                change(Side::Buy, 99, 2),
            ],
            &mut update,
        );

        assert_eq!(update.bids, [level(99, 2), level(98, 1)]);
        assert_eq!(
            book.bids().collect::<Vec<_>>(),
            [level(99, 2), level(98, 1)]
        );
    }

    #[test]
    fn a_level_that_ends_as_it_was_is_not_published() {
        let mut book = LevelBook::default();
        let mut update = DepthUpdate::default();
        book.apply(&[change(Side::Sell, 101, 5)], &mut update);

        book.apply(
            &[change(Side::Sell, 101, 7), change(Side::Sell, 101, 5)],
            &mut update,
        );

        assert!(update.is_empty());
    }

    #[test]
    fn a_level_that_comes_and_goes_is_not_published() {
        let mut book = LevelBook::default();
        let mut update = DepthUpdate::default();

        book.apply(
            &[change(Side::Sell, 101, 5), change(Side::Sell, 101, 0)],
            &mut update,
        );

        assert!(update.is_empty());
        assert_eq!(book.top(), TopOfBook::default());
    }

    #[test]
    #[should_panic(expected = "best bid below its best ask")]
    fn a_crossed_book_is_never_published() {
        let mut book = LevelBook::default();
        let mut update = DepthUpdate::default();

        book.apply(
            &[change(Side::Buy, 101, 1), change(Side::Sell, 101, 1)],
            &mut update,
        );
        book.assert_not_crossed();
    }
}
