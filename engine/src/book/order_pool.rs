//! The slots in which open orders live.
//!
//! Arrays by slot. What every order needs, and what trades and changes add to it, is one cache line; what few
//! orders have (client id, expiry) is further off: a plain order that comes and goes touches one line. Free
//! slots are chained, and the last one freed is the next one used: it is still in the cache.

use crate::book::order_extras::{NO_EXTRAS, OrderExtras};
use crate::book::order_traits::Traits;
use crate::book::price_level::{Counted, NO_SLOT};
use crate::id::{AccountId, ClientOrderId, ExternalId, OrderHandle, OrderId, StpGroup};
use crate::order::TimeInForce;
use crate::quantity::Quantity;
use crate::sequence::Timestamp;
use crate::side::Side;

/// Slots for which memory is set aside, untouched, before the first order.
const SLOTS_SET_ASIDE_MAX: usize = 1 << 20;

/// How many slots are added when none is free.
const SLOTS_ADDED: u32 = 64;

/// One open order, in one cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct OrderSlot {
    /// The order id, with the traits above its 52 bits.
    pub(crate) tagged_id: u64,
    pub(crate) leaves_units: u64,
    /// Next younger order of its level; for a free slot the next free one.
    pub(crate) next: u32,
    /// Next older order of its level.
    pub(crate) previous: u32,
    pub(crate) level: u32,
    pub(crate) account: AccountId,
    /// The embedder's id; means something where the traits say so.
    pub(crate) external_id: u64,
    pub(crate) filled_units: u64,
    pub(crate) stp_group: Option<StpGroup>,
    pub(crate) replace_count: u32,
}

const _: () = assert!(size_of::<OrderSlot>() == 64);

/// What trades and changes add to an order.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OrderDetail {
    pub(crate) filled_units: u64,
    pub(crate) stp_group: Option<StpGroup>,
    pub(crate) replace_count: u32,
}

impl OrderSlot {
    /// An order that nothing happened to yet, in no queue.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) const fn entering(tagged_id: u64, leaves_units: u64, account: AccountId) -> Self {
        Self {
            tagged_id,
            leaves_units,
            next: NO_SLOT,
            previous: NO_SLOT,
            level: NO_SLOT,
            account,
            external_id: 0,
            filled_units: 0,
            stp_group: None,
            replace_count: 0,
        }
    }

    #[inline]
    pub(crate) const fn traits(&self) -> Traits {
        Traits::of(self.tagged_id)
    }

    #[inline]
    pub(crate) const fn id(&self) -> OrderId {
        OrderId(self.tagged_id & Traits::ID_MASK)
    }

    #[inline]
    pub(crate) const fn side(&self) -> Side {
        self.traits().side()
    }

    #[inline]
    pub(crate) const fn is_hidden(&self) -> bool {
        self.traits().is_hidden()
    }

    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) const fn external_id(&self) -> Option<ExternalId> {
        if self.traits().has_external_id() {
            Some(ExternalId(self.external_id))
        } else {
            None
        }
    }

    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) const fn detail(&self) -> OrderDetail {
        OrderDetail {
            filled_units: self.filled_units,
            stp_group: self.stp_group,
            replace_count: self.replace_count,
        }
    }

    /// What its level counts of it.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(super) const fn counted(&self) -> Counted {
        Counted {
            leaves_units: self.leaves_units,
            is_hidden: self.is_hidden(),
        }
    }

    /// Its handle, if it is in this slot.
    #[inline]
    pub(crate) fn handle(&self, slot: u32) -> OrderHandle {
        OrderHandle {
            slot,
            generation: generation_of(self),
        }
    }

    /// Whether this is the open order with this id, in one comparison.
    #[inline]
    pub(crate) const fn is_open_as(&self, id: OrderId) -> bool {
        self.tagged_id & (Traits::ID_MASK | Traits::OPEN) == id.0 | Traits::OPEN
    }
}

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
        let slots = (open_orders_max as usize).min(SLOTS_SET_ASIDE_MAX);
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
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
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
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
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
                ..OrderSlot::entering(0, 0, AccountId(0))
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
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
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
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn resolve(&self, handle: OrderHandle) -> Option<u32> {
        let place = self.slots.get(handle.slot as usize)?;
        let is_same = place.traits().is_open() && generation_of(place) == handle.generation;
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
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
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

/// What tells an order from those that had its slot before: the low half of its id, never reused.
#[inline]
fn generation_of(order: &OrderSlot) -> u32 {
    (order.tagged_id & 0xFFFF_FFFF) as u32
}
