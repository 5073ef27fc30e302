//! The slots in which open orders live.
//!
//! Arrays by slot. What every order needs, and what trades and changes add to it, is one cache line; what few
//! orders have (client id, expiry) is further off: a plain order that comes and goes touches one line. Free
//! slots are chained, and the last one freed is the next one used: it is still in the cache.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

use crate::book::order_extras::{NO_EXTRAS, OrderExtras};
use crate::book::order_slot::{OrderDetail, OrderSlot};
use crate::book::order_traits::Traits;
use crate::book::price_level::NO_SLOT;
use crate::id::{AccountId, ClientOrderId, ExternalId, OrderHandle, OrderId, SessionNumber};
use crate::order::TimeInForce;
use crate::quantity::Quantity;
use crate::sequence::Timestamp;

/// Slots for which memory is set aside, untouched, before the first order.
const SLOTS_SET_ASIDE_MAX: usize = 1 << 20;

/// How many slots are added when none is free.
const SLOTS_ADDED: u32 = 64;

/// All slots of one book.
#[derive(Debug)]
pub(crate) struct OrderPool {
    slots: Vec<OrderSlot>,
    extras: Vec<OrderExtras>,
    first_free: u32,
    open_count: u32,
    /// Open orders with extras.
    extras_count: u32,
}

impl OrderPool {
    /// A pool for up to `open_orders_max` orders. Memory is set aside, and touched only as it is used.
    pub(crate) fn new(open_orders_max: u32) -> Self {
        let slots = (open_orders_max as usize)
            .min(SLOTS_SET_ASIDE_MAX)
            .next_multiple_of(SLOTS_ADDED as usize); // else the last ones added move all others
        Self {
            slots: Vec::with_capacity(slots),
            extras: Vec::new(),
            first_free: NO_SLOT,
            open_count: 0,
            extras_count: 0,
        }
    }

    #[inline]
    pub(crate) const fn open_count(&self) -> u32 {
        self.open_count
    }

    #[inline]
    pub(crate) const fn extras_count(&self) -> u32 {
        self.extras_count
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> &OrderSlot {
        &self.slots[slot as usize]
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, slot: u32) -> &mut OrderSlot {
        &mut self.slots[slot as usize]
    }

    /// How many slots were ever in use at once.
    #[inline]
    pub(crate) const fn slots_used(&self) -> usize {
        self.slots.len()
    }

    /// What a slot holds, if there is such a one.
    #[inline]
    pub(crate) fn peek(&self, slot: u32) -> Option<&OrderSlot> {
        self.slots.get(slot as usize)
    }

    /// Loads the cache line of a slot, if there is such a one. What is returned means nothing.
    #[inline]
    pub(crate) fn touch(&self, slot: u32) -> u32 {
        self.peek(slot).map_or(0, |order| order.next)
    }

    /// Whether a slot, if there is such a one, holds the open order with this id.
    #[inline]
    pub(crate) fn is_open_as(&self, slot: u32, id: OrderId) -> bool {
        self.slots
            .get(slot as usize)
            .is_some_and(|order| order.is_open_as(id))
    }

    /// The slot that is taken next.
    #[inline(always)]
    pub(crate) fn next_slot(&mut self) -> u32 {
        if self.first_free == NO_SLOT {
            self.grow();
        }
        self.first_free
    }

    /// Takes the next slot.
    #[inline]
    pub(crate) fn take(&mut self, order: OrderSlot) -> u32 {
        let slot = self.next_slot();
        self.take_next(order);
        slot
    }

    /// Takes the slot that [`Self::next_slot`] has just named.
    #[inline(always)]
    pub(crate) fn take_next(&mut self, order: OrderSlot) {
        let place = &mut self.slots[self.first_free as usize];
        assert!(!place.traits().is_open(), "a free slot holds no order");
        self.first_free = place.next;
        *place = order;
        self.open_count += 1;
    }

    /// Adds slots that were never used to the chain of free ones, which is empty.
    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let first = u32::try_from(self.slots.len()).expect("open orders are bounded");
        for next in first + 1..=first + SLOTS_ADDED {
            let next = if next == first + SLOTS_ADDED {
                NO_SLOT
            } else {
                next
            };
            self.slots.push(OrderSlot {
                next,
                ..OrderSlot::entering(0, 0, AccountId(0), SessionNumber::NONE)
            });
        }
        self.first_free = first;
    }

    /// Frees a slot; its handle is stale from now on.
    #[inline]
    pub(crate) fn free(&mut self, slot: u32) {
        self.extras_count -= u32::from(self.get(slot).traits().has_extras());
        self.free_plain(slot);
    }

    /// Frees the slot of an order without extras.
    #[inline(always)]
    pub(crate) fn free_plain(&mut self, slot: u32) {
        let place = &mut self.slots[slot as usize];
        assert!(place.traits().is_open(), "an order ends once");
        place.tagged_id &= !Traits::OPEN;
        place.next = self.first_free;
        self.first_free = slot;
        self.open_count -= 1;
    }

    #[inline]
    pub(crate) fn handle(&self, slot: u32) -> OrderHandle {
        self.get(slot).handle(slot)
    }

    /// The slot of a handle that is not stale.
    #[inline(always)]
    pub(crate) fn resolve(&self, handle: OrderHandle) -> Option<u32> {
        let place = self.slots.get(handle.slot as usize)?;
        let is_same = place.traits().is_open() && place.generation() == handle.generation;
        is_same.then_some(handle.slot)
    }

    /// Open slots, unordered. Walks the whole pool.
    pub(crate) fn open_slots(&self) -> impl Iterator<Item = u32> {
        (0..)
            .zip(&self.slots)
            .filter_map(|(slot, order)| order.traits().is_open().then_some(slot))
    }

    /// Open slots of one account, unordered. Walks the whole pool.
    pub(crate) fn slots_of(&self, account: AccountId) -> impl Iterator<Item = u32> {
        self.open_slots()
            .filter(move |slot| self.get(*slot).account == account)
    }

    pub(crate) fn mark_elder(&mut self, slot: u32) {
        self.get_mut(slot).tagged_id |= Traits::ELDER;
    }

    pub(crate) fn detail(&self, slot: u32) -> OrderDetail {
        self.get(slot).detail()
    }

    /// Whether the order of a slot has this external id, if it has one.
    #[inline(always)]
    pub(crate) fn is_external(&self, slot: u32, id: u64) -> bool {
        self.peek(slot).is_some_and(|order| order.external_id == id)
    }

    #[inline]
    pub(crate) fn set_external_id(&mut self, slot: u32, id: ExternalId) {
        let place = self.get_mut(slot);
        place.external_id = id.0;
        place.tagged_id |= Traits::EXTERNAL;
    }

    #[inline]
    pub(crate) fn set_detail(&mut self, slot: u32, detail: OrderDetail) {
        let place = self.get_mut(slot);
        place.filled_units = detail.filled_units;
        place.stp_group = detail.stp_group;
        place.replace_count = detail.replace_count;
    }

    pub(crate) fn client_order_id(&self, slot: u32) -> Option<ClientOrderId> {
        self.extras(slot).client_order_id
    }

    pub(crate) fn expiry(&self, slot: u32) -> Option<Timestamp> {
        self.time_in_force(slot).expiry()
    }

    pub(crate) fn time_in_force(&self, slot: u32) -> TimeInForce {
        self.extras(slot).time_in_force
    }

    /// What an order has open beyond what its slot says: an iceberg's part below the water.
    #[inline]
    pub(crate) fn reserve_units(&self, slot: u32, order: &OrderSlot) -> u64 {
        if order.traits().is_special() {
            self.iceberg(slot).map_or(0, |iceberg| iceberg.hidden_units)
        } else {
            0
        }
    }

    /// All that an order has open.
    #[inline]
    pub(crate) fn open_units(&self, slot: u32, order: &OrderSlot) -> u64 {
        order.leaves_units + self.reserve_units(slot, order)
    }

    /// What the market sees of an order, and what it does not see.
    #[inline]
    pub(crate) fn shown_and_hidden(&self, slot: u32, order: &OrderSlot) -> (Quantity, Quantity) {
        let leaves_quantity = Quantity::from_units(order.leaves_units);
        if order.is_hidden() {
            (Quantity::ZERO, leaves_quantity)
        } else {
            let hidden_units = self.reserve_units(slot, order);
            (leaves_quantity, Quantity::from_units(hidden_units))
        }
    }

    pub(crate) fn set_client_order_id(&mut self, slot: u32, id: ClientOrderId) {
        self.extras_mut(slot).client_order_id = Some(id);
    }

    pub(crate) fn set_time_in_force(&mut self, slot: u32, time_in_force: TimeInForce) {
        self.extras_mut(slot).time_in_force = time_in_force;
    }

    pub(super) fn extras(&self, slot: u32) -> &OrderExtras {
        if self.get(slot).traits().has_extras() {
            &self.extras[slot as usize]
        } else {
            &NO_EXTRAS
        }
    }

    pub(super) fn extras_mut(&mut self, slot: u32) -> &mut OrderExtras {
        let place = slot as usize;
        if self.extras.len() <= place {
            self.extras.resize_with(place + 1, || NO_EXTRAS);
        }
        if !self.get(slot).traits().has_extras() {
            self.extras[place] = NO_EXTRAS;
            self.get_mut(slot).tagged_id |= Traits::EXTRAS;
            self.extras_count += 1;
        }
        &mut self.extras[place]
    }
}
