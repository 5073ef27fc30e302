//! Pro-rata: a level is shared out by size. CME A, C and K.
//!
//! First the top order, then a part oldest first, then shares by size rounded down, then what is left over
//! oldest first. What a maker gets in all of it is one trade.

use crate::book::order_slot::OrderSlot;
use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::listing::Listing;
use crate::matching::match_order::Stop;
use crate::matching::taker::Taker;
use crate::price::Price;
use crate::rules::{MatchingAlgorithm, ProRata, TopOrder};
use crate::side::Side;

const BIPS: u128 = 10_000;

/// What one maker of a level shows, and what it gets of the taker.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    slot: u32,
    order_id: OrderId,
    shown_units: u64,
    pub(super) units: u64,
}

impl Share {
    pub(super) const fn of(slot: u32, order_id: OrderId, shown_units: u64) -> Self {
        Self {
            slot,
            order_id,
            shown_units,
            units: 0,
        }
    }

    const fn left(&self) -> u64 {
        self.shown_units - self.units
    }
}

impl Listing {
    /// Shares a taker out among the makers of a level; a reason to stop ends it.
    #[cold]
    #[inline(never)]
    pub(super) fn trade_by_size<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        level: u32,
        price: Price,
        sink: &mut S,
    ) -> Option<Stop> {
        let MatchingAlgorithm::ProRata(terms) = self.instrument.rules.matching else {
            unreachable!("only pro-rata shares by size");
        };
        let makers = taker.side.opposite();
        if let Some(stop) = self.prevent_at_level(taker, level, price, sink) {
            return Some(stop);
        }
        loop {
            let wanted = taker.wanted_units(price, self.instrument.lot_size);
            if self.book.side(makers).level(level).order_count == 0 {
                return None;
            }
            if wanted == 0 || u128::from(wanted) >= self.open_at_level(makers, level) {
                // All of the level: nothing is to be shared out.
                return self.trade_in_time(taker, level, price, sink);
            }
            for share in self.shares(makers, level, wanted, terms) {
                let is_there = self.book.pool.is_open_as(share.slot, share.order_id)
                    && self.book.pool.get(share.slot).level == level;
                if share.units > 0
                    && is_there
                    && let Some(stop) = self.fill(taker, share.slot, share.units, sink)
                {
                    return Some(stop);
                }
            }
            if taker.leaves_units == 0 {
                return Some(self.quantity_is_used_up(taker, price));
            }
        }
    }

    /// Own orders of a level are resolved before the shares are made.
    fn prevent_at_level<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        level: u32,
        price: Price,
        sink: &mut S,
    ) -> Option<Stop> {
        let levels = self.book.side(taker.side.opposite());
        let queue = levels.queue(level, &self.book.pool);
        let queue: Vec<(u32, OrderId)> = queue
            .map(|slot| (slot, self.book.pool.get(slot).id()))
            .collect();
        for (maker, order_id) in queue {
            // It may have gone with another one of its own.
            if !self.book.pool.is_open_as(maker, order_id) || !self.is_own_order(taker, maker) {
                continue;
            }
            let wanted = taker.wanted_units(price, self.instrument.lot_size);
            if wanted == 0 {
                return Some(self.money_is_spent(taker, price));
            }
            if let Some(stop) = self.prevent(taker, maker, wanted, sink) {
                return Some(stop);
            }
            if taker.leaves_units == 0 {
                return Some(self.quantity_is_used_up(taker, price));
            }
        }
        None
    }

    fn open_at_level(&self, side: Side, level: u32) -> u128 {
        let queue = self.book.side(side).queue(level, &self.book.pool);
        queue
            .map(|slot| u128::from(self.book.pool.open_units(slot, self.book.pool.get(slot))))
            .sum()
    }

    /// What each maker of a level gets of a taker that takes less than all of it, in time order.
    fn shares(&self, side: Side, level: u32, wanted: u64, terms: ProRata) -> Vec<Share> {
        let queue = self.book.side(side).queue(level, &self.book.pool);
        let share = |slot| {
            let order = self.book.pool.get(slot);
            Share::of(slot, order.id(), order.leaves_units)
        };
        self.shares_of(queue.map(share).collect(), side, wanted, terms)
    }

    /// What each of these gets of a taker that takes less than all they show, or all of it.
    pub(super) fn shares_of(
        &self,
        mut shares: Vec<Share>,
        side: Side,
        wanted: u64,
        terms: ProRata,
    ) -> Vec<Share> {
        let mut left = wanted;
        if let TopOrder::On { quantity_max, .. } = terms.top_order {
            let top = self.top_orders[side as usize];
            let top = shares.iter_mut().find(|share| Some(share.order_id) == top);
            if let Some(share) = top {
                give(share, left.min(quantity_max.units()), &mut left);
            }
        }
        let first = u128::from(left) * u128::from(terms.first_in_first_out_bips) / BIPS;
        let mut first = self.whole_lots(first);
        left -= first;
        give_in_time(&mut shares, &mut first);
        left += first;
        self.give_by_size(&mut shares, &mut left, terms);
        give_in_time(&mut shares, &mut left);
        shares
    }

    /// Each gets its part of `left` by what it still shows, rounded down; parts that are too small are none.
    fn give_by_size(&self, shares: &mut [Share], left: &mut u64, terms: ProRata) {
        let quantity = u128::from(*left);
        let shown: u128 = shares.iter().map(|share| u128::from(share.left())).sum();
        if shown == 0 {
            return;
        }
        for share in shares {
            // Two quantities of 64 bits: their product fits.
            let units = self.whole_lots(quantity * u128::from(share.left()) / shown);
            if units >= terms.minimum_allocation.units() {
                give(share, units, left);
            }
        }
    }

    fn whole_lots(&self, units: u128) -> u64 {
        let units = u64::try_from(units).unwrap_or(u64::MAX);
        units - units % self.instrument.lot_size
    }

    /// An order is about to rest: it is the top order if it betters what its side shows.
    #[cold]
    pub(crate) fn note_top_order(&mut self, order: &OrderSlot, open_units: u64, price: Price) {
        let MatchingAlgorithm::ProRata(ProRata {
            top_order: TopOrder::On { quantity_min, .. },
            ..
        }) = self.instrument.rules.matching
        else {
            return;
        };
        let side = order.side();
        let best = self.book.best_shown(side);
        let betters = best.is_none_or(|best| price.is_better_than(side, best));
        if order.is_hidden() || !betters {
            return;
        }
        let is_large = open_units >= quantity_min.units();
        let becomes_top = is_large && self.is_matching();
        self.top_orders[side as usize] = becomes_top.then_some(order.id());
    }

    /// An order is the top order no longer.
    pub(crate) fn forget_top_order(&mut self, side: Side, order_id: OrderId) {
        let top = &mut self.top_orders[side as usize];
        if *top == Some(order_id) {
            *top = None;
        }
    }
}

/// Gives a share up to `units` of what is left.
fn give(share: &mut Share, units: u64, left: &mut u64) {
    let units = units.min(share.left()).min(*left);
    share.units += units;
    *left -= units;
}

/// Gives what is left, oldest first.
fn give_in_time(shares: &mut [Share], left: &mut u64) {
    for share in shares {
        give(share, u64::MAX, left);
    }
}
