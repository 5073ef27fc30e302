//! From an order id to its slot, without a hash.
//!
//! Order ids follow each other, so the young ones lie in a ring that the id itself addresses: an
//! insert writes where the last one wrote, a look-up is one load, a removal clears one bit. An order
//! that outlives its ring place moves to a small table.
//!
//! An embedder that names orders by ids of its own, or by handles, never needs the index: it is kept from the
//! first command on that may name an order by the exchange's id. Until then a look-up walks the pool.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

use crate::book::order_pool::OrderPool;
use crate::book::price_level::NO_SLOT;
use crate::book::slot_table::SlotTable;
use crate::id::OrderId;

const RING_MIN: usize = 1_024;
/// The ring is at least this many times as long as there are open orders, so that few outlive their place.
const ORDERS_TIMES: usize = 4;

/// Slots of open orders, by order id.
#[derive(Debug)]
pub(crate) struct OrderIndex {
    keeping: Keeping,
    ring: Vec<u32>,
    /// One bit per ring place: whether an open order is listed there.
    listed: Vec<u64>,
    /// Open orders that were overtaken by the ring.
    elders: SlotTable,
}

/// Whether the index lists orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeping {
    NotYet,
    Every,
}

impl OrderIndex {
    pub(crate) fn new() -> Self {
        Self {
            keeping: Keeping::NotYet,
            ring: vec![NO_SLOT; RING_MIN],
            listed: vec![0; RING_MIN / 64],
            elders: SlotTable::new(),
        }
    }

    #[inline]
    pub(crate) fn is_kept(&self) -> bool {
        self.keeping == Keeping::Every
    }

    /// Lists what is listed nowhere yet: the open orders of `pool`. From now on every order is listed.
    #[cold]
    pub(crate) fn keep(&mut self, pool: &mut OrderPool) {
        assert!(!self.is_kept(), "an order is listed once");
        self.keeping = Keeping::Every;
        let open: Vec<u32> = pool.open_slots().collect();
        for slot in open {
            self.insert(pool.get(slot).id(), slot, pool);
        }
    }

    /// The slot of an open order.
    #[inline]
    pub(crate) fn get(&self, id: OrderId, pool: &OrderPool) -> Option<u32> {
        let slot = self.ring[self.place(id.0)];
        if pool.is_open_as(slot, id) {
            return Some(slot);
        }
        self.get_elder(id, pool)
    }

    #[cold]
    fn get_elder(&self, id: OrderId, pool: &OrderPool) -> Option<u32> {
        if !self.is_kept() {
            return pool.open_slots().find(|slot| pool.is_open_as(*slot, id));
        }
        let slot = self.elders.get(id.0, |slot| pool.is_open_as(slot, id));
        (slot != NO_SLOT).then_some(slot)
    }

    /// The slot of an order, if it is young and open; else any number.
    #[inline]
    pub(crate) fn likely_slot(&self, id: OrderId) -> u32 {
        self.ring[self.place(id.0)]
    }

    /// Lists an order that is in the pool, if orders are listed.
    #[inline(always)]
    pub(crate) fn insert(&mut self, id: OrderId, slot: u32, pool: &mut OrderPool) {
        if !self.is_kept() {
            return;
        }
        let mut place = self.place(id.0);
        while self.is_listed(place) {
            self.make_room(place, pool);
            place = self.place(id.0);
        }
        self.ring[place] = slot;
        self.listed[place / 64] |= 1 << (place % 64);
    }

    /// Forgets an order in the ring. The place stays, stale: a look-up compares ids in the pool.
    #[inline(always)]
    pub(crate) fn remove_young(&mut self, id: OrderId) {
        if !self.is_kept() {
            return;
        }
        let place = self.place(id.0);
        let listed = &mut self.listed[place / 64];
        assert!(
            *listed >> (place % 64) & 1 != 0,
            "every open order is listed"
        );
        *listed &= !(1 << (place % 64));
    }

    /// Forgets an order that the ring had overtaken.
    #[cold]
    pub(crate) fn remove_elder(&mut self, id: OrderId, slot: u32) {
        self.elders.remove(id.0, slot);
    }

    #[inline]
    fn place(&self, id: u64) -> usize {
        let last = (self.ring.len() as u64).wrapping_sub(1); // a ring is never empty
        usize::try_from(id & last).expect("a ring fits in memory")
    }

    #[inline]
    fn is_listed(&self, place: usize) -> bool {
        self.listed[place / 64] >> (place % 64) & 1 != 0
    }

    /// The ring came round to an order that is still open: widen the ring, or let the order go to the elders.
    #[cold]
    fn make_room(&mut self, place: usize, pool: &mut OrderPool) {
        if (pool.open_count() as usize) * ORDERS_TIMES > self.ring.len() {
            self.widen(pool);
            return;
        }
        let slot = self.ring[place];
        self.listed[place / 64] &= !(1 << (place % 64));
        self.elders.insert(pool.get(slot).id().0, slot);
        pool.mark_elder(slot);
    }

    /// Doubles the ring. Two ids that shared no place before share none now.
    fn widen(&mut self, pool: &OrderPool) {
        let length = self.ring.len() * 2;
        let narrow = std::mem::replace(&mut self.ring, vec![NO_SLOT; length]);
        let listed = std::mem::replace(&mut self.listed, vec![0; length / 64]);
        for (place, slot) in narrow.into_iter().enumerate() {
            if listed[place / 64] >> (place % 64) & 1 != 0 {
                let place = self.place(pool.get(slot).id().0);
                self.ring[place] = slot;
                self.listed[place / 64] |= 1 << (place % 64);
            }
        }
    }
}
