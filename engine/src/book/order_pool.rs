//! The slots in which open orders live.
//!
//! Arrays by slot. What every order needs is half a cache line; what trades and changes add
//! (filled quantity, group) is beside it, and what few orders have (client id, expiry) is further
//! off: a plain order that comes and goes touches the first array alone. Free slots are chained, and
//! the last one freed is the next one used: it is still in the cache.

use crate::book::order_extras::{NO_EXTRAS, OrderExtras};
use crate::book::order_traits::Traits;
use crate::book::price_level::NO_SLOT;
use crate::id::{AccountId, ClientOrderId, ExternalId, OrderHandle, OrderId, StpGroup};
use crate::order::TimeInForce;
use crate::quantity::Quantity;
use crate::sequence::Timestamp;
use crate::side::Side;

/// Slots for which memory is set aside, untouched, before the first order.
const SLOTS_SET_ASIDE_MAX: usize = 1 << 20;

/// One open order: what every order needs, in half a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(32))]
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
}

/// What trades and changes add to an order. Orders without the trait have the default.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OrderDetail {
    pub(crate) filled_units: u64,
    pub(crate) stp_group: Option<StpGroup>,
    pub(crate) replace_count: u32,
}

impl OrderSlot {
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
    details: Vec<OrderDetail>,
    /// External ids, eight to a cache line: the external index compares them.
    external_ids: Vec<u64>,
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
            details: Vec::new(),
            external_ids: Vec::new(),
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

    /// The slot that [`Self::take`] takes next.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn next_slot(&self) -> u32 {
        if self.first_free == NO_SLOT {
            u32::try_from(self.slots.len()).expect("open orders are bounded")
        } else {
            self.first_free
        }
    }

    /// Takes the next slot.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn take(&mut self, order: OrderSlot) -> u32 {
        self.open_count += 1;
        let slot = self.first_free;
        if slot == NO_SLOT {
            return self.take_untouched(order);
        }
        let place = &mut self.slots[slot as usize];
        assert!(!place.traits().is_open(), "a free slot holds no order");
        self.first_free = place.next;
        *place = order;
        slot
    }

    #[cold]
    fn take_untouched(&mut self, order: OrderSlot) -> u32 {
        self.slots.push(order);
        u32::try_from(self.slots.len() - 1).expect("open orders are bounded")
    }

    /// Frees a slot; its handle is stale from now on.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn free(&mut self, slot: u32) {
        let place = &mut self.slots[slot as usize];
        assert!(place.traits().is_open(), "an order ends once");
        self.extras_count -= u32::from(place.traits().has_extras());
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
        self.detail_of(slot, self.get(slot))
    }

    /// The details of an order that was read already.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn detail_of(&self, slot: u32, order: &OrderSlot) -> OrderDetail {
        if order.traits().has_detail() {
            self.details[slot as usize]
        } else {
            OrderDetail::default()
        }
    }

    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn external_id(&self, slot: u32, order: &OrderSlot) -> Option<ExternalId> {
        if order.traits().has_external_id() {
            Some(ExternalId(self.external_ids[slot as usize]))
        } else {
            None
        }
    }

    /// Loads the cache line of a slot's external id, if it may have one. What is returned means nothing.
    #[inline]
    pub(crate) fn touch_external_id(&self, slot: u32) -> u64 {
        self.external_ids.get(slot as usize).copied().unwrap_or(0)
    }

    /// The external ids of all slots; those of slots without one mean nothing.
    #[inline]
    pub(crate) fn external_ids(&self) -> &[u64] {
        &self.external_ids
    }

    #[inline]
    pub(crate) fn set_external_id(&mut self, slot: u32, id: ExternalId) {
        let place = slot as usize;
        if self.external_ids.len() <= place {
            self.external_ids.resize(self.slots.len(), 0);
        }
        self.external_ids[place] = id.0;
        self.get_mut(slot).tagged_id |= Traits::EXTERNAL;
    }

    /// Notes the external id of an order that has the trait already.
    #[inline]
    pub(crate) fn note_external_id(&mut self, slot: u32, id: ExternalId) {
        match self.external_ids.get_mut(slot as usize) {
            Some(place) => *place = id.0,
            None => self.set_external_id(slot, id),
        }
    }

    #[inline]
    pub(crate) fn set_detail(&mut self, slot: u32, detail: OrderDetail) {
        let place = slot as usize;
        if self.details.len() <= place {
            self.make_details(place);
        }
        self.details[place] = detail;
        self.get_mut(slot).tagged_id |= Traits::DETAIL;
    }

    #[cold]
    fn make_details(&mut self, place: usize) {
        if self.details.capacity() == 0 {
            self.details.reserve(self.slots.capacity());
        }
        self.details.resize(place + 1, OrderDetail::default());
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
