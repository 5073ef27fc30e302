//! The bids or the asks: levels from the touch outwards.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

use crate::book::order_pool::OrderPool;
use crate::book::order_slot::OrderSlot;
use crate::book::price_index::PriceIndex;
use crate::book::price_level::{Counted, NO_SLOT, PriceLevel};
use crate::event_sink::LevelChange;
use crate::price::Price;
use crate::quantity::Quantity;
use crate::side::Side;

/// One side of a book.
#[derive(Debug)]
pub(crate) struct BookSide {
    side: Side,
    /// The level nearest the touch, or [`NO_SLOT`].
    best: u32,
    /// Its rank; of an empty side one that no limit reaches first.
    best_rank: i64,
    index: PriceIndex,
}

/// A price as a rank on one side: smaller is nearer the touch. Its own inverse.
#[inline]
pub(crate) const fn rank_of(side: Side, price_units: i64) -> i64 {
    // All ones for a buy, all zeros for a sell: a branch on the side would be a coin toss.
    price_units ^ (side as i64 - 1)
}

impl BookSide {
    pub(crate) fn new(side: Side) -> Self {
        Self {
            side,
            best: NO_SLOT,
            best_rank: i64::MAX,
            index: PriceIndex::new(),
        }
    }

    /// The level nearest the touch, or [`NO_SLOT`].
    #[inline]
    pub(crate) const fn best(&self) -> u32 {
        self.best
    }

    /// The level nearest the touch if a taker with this limit reaches it, or [`NO_SLOT`].
    #[inline(always)]
    pub(crate) const fn best_within(&self, rank_limit: i64) -> u32 {
        if self.best_rank <= rank_limit {
            self.best
        } else {
            NO_SLOT
        }
    }

    /// Best price, hidden orders included.
    #[inline]
    pub(crate) fn best_price(&self) -> Option<Price> {
        (self.best != NO_SLOT).then(|| Price::from_units(rank_of(self.side, self.best_rank)))
    }

    #[inline]
    pub(crate) fn level(&self, level: u32) -> &PriceLevel {
        self.index.level(level)
    }

    #[inline]
    pub(crate) fn level_mut(&mut self, level: u32) -> &mut PriceLevel {
        self.index.level_mut(level)
    }

    #[inline(always)]
    pub(crate) fn price(&self, level: u32) -> Price {
        Price::from_units(rank_of(self.side, self.index.level(level).rank))
    }

    /// What a level shows now.
    #[inline(always)]
    pub(crate) fn displayed(&self, level: u32) -> LevelChange {
        let place = self.index.level(level);
        LevelChange {
            side: self.side,
            price: Price::from_units(rank_of(self.side, place.rank)),
            displayed_quantity: Quantity::from_units(place.displayed_units),
            order_count: place.displayed_count(),
        }
    }

    /// The level at a price, or [`NO_SLOT`].
    pub(crate) fn level_at(&self, price: Price) -> u32 {
        self.index.find(rank_of(self.side, price.units()))
    }

    /// Slot of the newest order at a price, or [`NO_SLOT`].
    #[inline]
    pub(crate) fn last_at(&self, price: Price) -> u32 {
        match self.level_at(price) {
            NO_SLOT => NO_SLOT,
            level => self.level(level).tail,
        }
    }

    /// Loads the cache line of a level. What is returned means nothing.
    #[inline]
    pub(crate) fn touch(&self, level: u32) -> u32 {
        self.index.touch(level)
    }

    /// The next level behind one, or [`NO_SLOT`].
    #[inline]
    pub(crate) fn behind(&self, level: u32) -> u32 {
        self.index.next_behind(level)
    }

    /// Levels from the touch outwards.
    pub(crate) fn levels(&self) -> impl Iterator<Item = u32> + '_ {
        let listed = |level: u32| (level != NO_SLOT).then_some(level);
        std::iter::successors(listed(self.best), move |level| listed(self.behind(*level)))
    }

    /// Orders of a level, oldest first.
    pub(crate) fn queue<'a>(
        &self,
        level: u32,
        pool: &'a OrderPool,
    ) -> impl Iterator<Item = u32> + 'a {
        let level = self.index.level(level);
        let (head, tail) = (level.head, level.tail);
        std::iter::successors((head != NO_SLOT).then_some(head), move |slot| {
            (*slot != tail).then(|| pool.get(*slot).next)
        })
    }

    /// Makes room at the tail of a level for an order that is about to be written to `slot`.
    #[inline(always)]
    pub(crate) fn link(
        &mut self,
        pool: &mut OrderPool,
        slot: u32,
        order: &mut OrderSlot,
        price: Price,
    ) {
        assert!(order.leaves_units != 0, "an empty order cannot rest");
        let rank = rank_of(order.side(), price.units());
        (order.level, order.previous) = match self.index.with_orders(rank) {
            Some((level, place)) => {
                place.count_in(order.counted());
                let previous = std::mem::replace(&mut place.tail, slot);
                pool.get_mut(previous).next = slot;
                (level, previous)
            }
            None => self.open(pool, slot, rank, order.counted()),
        };
    }

    /// The same, where the level is out of the window or has no orders yet. Says which level it is, and which
    /// order is ahead.
    #[inline(never)]
    fn open(&mut self, pool: &mut OrderPool, slot: u32, rank: i64, counted: Counted) -> (u32, u32) {
        let level = self.index.find_or_open(rank);
        if rank < self.best_rank || self.best == NO_SLOT {
            self.best = level;
            self.best_rank = rank;
        }
        let place = self.index.level_mut(level);
        let previous = std::mem::replace(&mut place.tail, slot);
        if place.order_count == 0 {
            place.head = slot;
        } else {
            pool.get_mut(previous).next = slot;
        }
        place.count_in(counted);
        (level, previous)
    }

    /// Takes an order out of its level's queue; what the level shows goes down by what the order has left.
    ///
    /// The level stays, perhaps empty, until [`Self::close_if_empty`]; says whether that was the last order.
    #[inline(always)]
    pub(crate) fn unlink(&mut self, pool: &mut OrderPool, slot: u32, order: &OrderSlot) -> bool {
        let place = self.index.level_mut(order.level);
        if place.head == slot {
            place.head = order.next;
        } else {
            pool.get_mut(order.previous).next = order.next;
        }
        if place.tail == slot {
            place.tail = order.previous;
        } else {
            pool.get_mut(order.next).previous = order.previous;
        }
        place.count_out(order.counted());
        place.order_count == 0
    }

    /// Removes a level that has no orders left, so that the best price never is an empty one.
    #[inline(always)]
    pub(crate) fn close_if_empty(&mut self, level: u32) {
        if self.index.level(level).order_count == 0 {
            self.close(level);
        }
    }

    /// Removes a level that has no orders left.
    #[inline(never)]
    pub(crate) fn close(&mut self, level: u32) {
        if self.best == level {
            self.best = self.index.next_behind(level);
            self.best_rank = if self.best == NO_SLOT {
                i64::MAX
            } else {
                self.index.level(self.best).rank
            };
        }
        self.index.close(level);
    }
}
