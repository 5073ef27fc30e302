//! The bids or the asks: levels from the touch outwards.

use crate::book::order_pool::OrderPool;
use crate::book::price_index::PriceIndex;
use crate::book::price_level::{Displayed, LevelPool, NO_SLOT, PriceLevel};
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
    levels: LevelPool,
    index: PriceIndex,
}

/// A price as a rank on one side: smaller is nearer the touch. Its own inverse.
#[inline]
pub(crate) const fn rank_of(side: Side, price_units: i64) -> i64 {
    match side {
        Side::Buy => !price_units,
        Side::Sell => price_units,
    }
}

impl BookSide {
    pub(crate) fn new(side: Side) -> Self {
        Self {
            side,
            best: NO_SLOT,
            best_rank: i64::MAX,
            levels: LevelPool::default(),
            index: PriceIndex::new(),
        }
    }

    /// Slot of the level nearest the touch, or [`NO_SLOT`].
    #[inline]
    pub(crate) const fn best(&self) -> u32 {
        self.best
    }

    /// Slot of the level nearest the touch if a taker with this limit reaches it, or [`NO_SLOT`].
    #[inline]
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
        self.levels.get(level)
    }

    #[inline]
    pub(crate) fn level_mut(&mut self, level: u32) -> &mut PriceLevel {
        self.levels.get_mut(level)
    }

    #[inline]
    pub(crate) fn price(&self, level: u32) -> Price {
        Price::from_units(rank_of(self.side, self.levels.get(level).rank))
    }

    #[inline]
    pub(crate) fn displayed(&self, level: u32) -> Displayed {
        let place = self.levels.get(level);
        Displayed {
            price: Price::from_units(rank_of(self.side, place.rank)),
            quantity: Quantity::from_units(place.displayed_units),
            order_count: place.displayed_count,
        }
    }

    /// The level at a price, or [`NO_SLOT`].
    pub(crate) fn level_at(&self, price: Price) -> u32 {
        self.index.get(rank_of(self.side, price.units()))
    }

    /// The next level behind one, or [`NO_SLOT`].
    #[inline]
    pub(crate) fn behind(&self, level: u32) -> u32 {
        self.index.next_behind(self.levels.get(level).rank)
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
        let level = self.levels.get(level);
        let (head, tail) = (level.head, level.tail);
        std::iter::successors((head != NO_SLOT).then_some(head), move |slot| {
            (*slot != tail).then(|| pool.get(*slot).next)
        })
    }

    /// Puts an order at the tail of its level.
    #[inline]
    pub(crate) fn push_back(&mut self, pool: &mut OrderPool, slot: u32, price: Price) -> u32 {
        let rank = rank_of(self.side, price.units());
        let level = self.level_for(rank);
        let place = self.levels.get_mut(level);
        let tail = place.tail;
        if place.order_count == 0 {
            place.head = slot;
        } else {
            pool.get_mut(tail).next = slot;
        }
        place.tail = slot;
        place.order_count += 1;
        let order = pool.get_mut(slot);
        assert!(order.leaves_units != 0, "an empty order cannot rest");
        order.previous = tail;
        order.level = level;
        if !order.is_hidden() {
            place.displayed_count += 1;
            place.displayed_units += order.leaves_units;
        }
        level
    }

    /// Takes an order out of its level's queue; what the level shows goes down by what the order has left.
    ///
    /// The level stays, perhaps empty, until [`Self::close_if_empty`].
    #[inline]
    pub(crate) fn unlink(&mut self, pool: &mut OrderPool, slot: u32) -> u32 {
        let order = *pool.get(slot);
        let place = self.levels.get_mut(order.level);
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
        place.order_count -= 1;
        if !order.is_hidden() {
            place.displayed_count -= 1;
            place.displayed_units -= order.leaves_units;
        }
        order.level
    }

    /// Removes a level that has no orders left, so that the best price never is an empty one.
    #[inline]
    pub(crate) fn close_if_empty(&mut self, level: u32) {
        let place = self.levels.get(level);
        if place.order_count != 0 {
            return;
        }
        let rank = place.rank;
        self.index.remove(rank);
        self.levels.close(level);
        if self.best == level {
            self.set_best(self.index.first());
        }
    }

    #[inline]
    fn level_for(&mut self, rank: i64) -> u32 {
        let listed = self.index.get(rank);
        if listed != NO_SLOT {
            return listed;
        }
        let level = self.levels.open(rank);
        self.index.insert(rank, level);
        if self.best == NO_SLOT || rank < self.best_rank {
            self.set_best(level);
        }
        level
    }

    #[inline]
    fn set_best(&mut self, level: u32) {
        self.best = level;
        self.best_rank = if level == NO_SLOT {
            i64::MAX
        } else {
            self.levels.get(level).rank
        };
    }
}
