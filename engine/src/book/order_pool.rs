//! The slots in which open orders live.
//!
//! What matching touches is one cache line per order; what only some orders have (client id, expiry)
//! lies in a second array that plain orders never touch. Free slots are chained, the last one freed
//! is the next one used: it is still in the cache.

use crate::book::price_level::NO_SLOT;
use crate::id::{AccountId, ClientOrderId, ExternalId, OrderHandle, OrderId, StpGroup};
use crate::order::{Display, PostOnly, SelfTradePrevention, TimeInForce};
use crate::sequence::Timestamp;
use crate::side::Side;

/// Slots for which memory is set aside, untouched, before the first order.
const SLOTS_SET_ASIDE_MAX: usize = 1 << 20;

/// One open order: what matching needs of it, in one cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct OrderSlot {
    pub(crate) order_id: u64,
    pub(crate) leaves_units: u64,
    pub(crate) filled_units: u64,
    pub(crate) external_id: u64,
    /// Next younger order of its level; for a free slot the next free one.
    pub(crate) next: u32,
    /// Next older order of its level.
    pub(crate) previous: u32,
    pub(crate) level: u32,
    pub(crate) account: AccountId,
    pub(crate) stp_group: u32,
    pub(crate) generation: u32,
    pub(crate) replace_count: u32,
    pub(crate) traits: Traits,
}

/// What only some orders have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrderExtras {
    pub(crate) client_order_id: Option<ClientOrderId>,
    pub(crate) expiry: Timestamp,
}

/// An order's yes-and-no answers, packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits(u32);

impl Traits {
    const SELL: u32 = 1;
    const HIDDEN: u32 = 1 << 1;
    const EXTERNAL: u32 = 1 << 2;
    const GROUPED: u32 = 1 << 3;
    const STP_SHIFT: u32 = 4;
    const STP_MASK: u32 = 7 << Self::STP_SHIFT;
    const POST_REJECT: u32 = 1 << 7;
    const POST_SLIDE: u32 = 1 << 8;
    const CLIENT_ID: u32 = 1 << 9;
    const EXPIRES: u32 = 1 << 10;
    const OPEN: u32 = 1 << 11;
    const ELDER: u32 = 1 << 12;

    pub(crate) const fn new(side: Side, stp: SelfTradePrevention) -> Self {
        let side = match side {
            Side::Buy => 0,
            Side::Sell => Self::SELL,
        };
        let stp = match stp {
            SelfTradePrevention::None => 0,
            SelfTradePrevention::CancelNewest => 1,
            SelfTradePrevention::CancelOldest => 2,
            SelfTradePrevention::CancelBoth => 3,
            SelfTradePrevention::Decrement => 4,
        };
        Self(side | stp << Self::STP_SHIFT | Self::OPEN)
    }

    pub(crate) const fn with_display(self, display: Display) -> Self {
        match display {
            Display::Full => self,
            Display::Hidden => Self(self.0 | Self::HIDDEN),
        }
    }

    pub(crate) const fn with_post_only(self, post_only: PostOnly) -> Self {
        match post_only {
            PostOnly::No => self,
            PostOnly::Reject => Self(self.0 | Self::POST_REJECT),
            PostOnly::Slide => Self(self.0 | Self::POST_SLIDE),
        }
    }

    const fn with(self, trait_bit: u32, holds: bool) -> Self {
        if holds {
            Self(self.0 | trait_bit)
        } else {
            Self(self.0 & !trait_bit)
        }
    }

    #[inline]
    pub(crate) const fn side(self) -> Side {
        if self.0 & Self::SELL == 0 {
            Side::Buy
        } else {
            Side::Sell
        }
    }

    #[inline]
    pub(crate) const fn is_hidden(self) -> bool {
        self.0 & Self::HIDDEN != 0
    }

    #[inline]
    pub(crate) const fn has_external_id(self) -> bool {
        self.0 & Self::EXTERNAL != 0
    }

    #[inline]
    pub(crate) const fn is_open(self) -> bool {
        self.0 & Self::OPEN != 0
    }

    /// Whether the order index keeps it among its elders.
    #[inline]
    pub(crate) const fn is_elder(self) -> bool {
        self.0 & Self::ELDER != 0
    }

    #[inline]
    pub(crate) const fn has_extras(self) -> bool {
        self.0 & (Self::CLIENT_ID | Self::EXPIRES) != 0
    }

    pub(crate) const fn has_client_id(self) -> bool {
        self.0 & Self::CLIENT_ID != 0
    }

    pub(crate) const fn expires(self) -> bool {
        self.0 & Self::EXPIRES != 0
    }

    pub(crate) const fn display(self) -> Display {
        if self.is_hidden() {
            Display::Hidden
        } else {
            Display::Full
        }
    }

    pub(crate) const fn post_only(self) -> PostOnly {
        if self.0 & Self::POST_REJECT != 0 {
            PostOnly::Reject
        } else if self.0 & Self::POST_SLIDE != 0 {
            PostOnly::Slide
        } else {
            PostOnly::No
        }
    }

    pub(crate) const fn stp(self) -> SelfTradePrevention {
        match (self.0 & Self::STP_MASK) >> Self::STP_SHIFT {
            1 => SelfTradePrevention::CancelNewest,
            2 => SelfTradePrevention::CancelOldest,
            3 => SelfTradePrevention::CancelBoth,
            4 => SelfTradePrevention::Decrement,
            _ => SelfTradePrevention::None,
        }
    }
}

impl OrderSlot {
    #[inline]
    pub(crate) const fn side(&self) -> Side {
        self.traits.side()
    }

    #[inline]
    pub(crate) const fn id(&self) -> OrderId {
        OrderId(self.order_id)
    }

    #[inline]
    pub(crate) const fn external_id(&self) -> Option<ExternalId> {
        if self.traits.has_external_id() {
            Some(ExternalId(self.external_id))
        } else {
            None
        }
    }

    #[inline]
    pub(crate) const fn stp_group(&self) -> Option<StpGroup> {
        if self.traits.0 & Traits::GROUPED != 0 {
            Some(StpGroup(self.stp_group))
        } else {
            None
        }
    }

    pub(crate) fn set_external_id(&mut self, external_id: Option<ExternalId>) {
        self.external_id = external_id.map_or(0, |id| id.0);
        self.traits = self.traits.with(Traits::EXTERNAL, external_id.is_some());
    }

    pub(crate) fn set_stp_group(&mut self, group: Option<StpGroup>) {
        self.stp_group = group.map_or(0, |group| group.0);
        self.traits = self.traits.with(Traits::GROUPED, group.is_some());
    }
}

/// All slots of one book.
#[derive(Debug)]
pub(crate) struct OrderPool {
    slots: Vec<OrderSlot>,
    extras: Vec<OrderExtras>,
    first_free: u32,
    open_count: u32,
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
        }
    }

    pub(crate) const fn open_count(&self) -> u32 {
        self.open_count
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> &OrderSlot {
        &self.slots[slot as usize]
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, slot: u32) -> &mut OrderSlot {
        &mut self.slots[slot as usize]
    }

    /// Takes the next slot.
    #[inline]
    pub(crate) fn take(&mut self, mut order: OrderSlot) -> u32 {
        self.open_count += 1;
        let slot = self.first_free;
        if slot == NO_SLOT {
            order.generation = 0;
            self.slots.push(order);
            return u32::try_from(self.slots.len() - 1).expect("open orders are bounded");
        }
        let place = &mut self.slots[slot as usize];
        assert!(!place.traits.is_open(), "a free slot holds no order");
        self.first_free = place.next;
        order.generation = place.generation;
        *place = order;
        slot
    }

    /// Frees a slot; its handle is stale from now on.
    #[inline]
    pub(crate) fn free(&mut self, slot: u32) {
        let place = &mut self.slots[slot as usize];
        assert!(place.traits.is_open(), "an order ends once");
        place.traits = place.traits.with(Traits::OPEN, false);
        place.generation = place.generation.wrapping_add(1);
        place.next = self.first_free;
        self.first_free = slot;
        self.open_count -= 1;
    }

    #[inline]
    pub(crate) fn handle(&self, slot: u32) -> OrderHandle {
        OrderHandle {
            slot,
            generation: self.slots[slot as usize].generation,
        }
    }

    /// The slot of a handle that is not stale.
    #[inline]
    pub(crate) fn resolve(&self, handle: OrderHandle) -> Option<u32> {
        let place = self.slots.get(handle.slot as usize)?;
        (place.generation == handle.generation && place.traits.is_open()).then_some(handle.slot)
    }

    /// Whether some order had this handle before.
    pub(crate) fn was_used(&self, handle: OrderHandle) -> bool {
        self.slots
            .get(handle.slot as usize)
            .is_some_and(|place| handle.generation < place.generation)
    }

    /// Open slots of one account, unordered. Walks the whole pool.
    pub(crate) fn slots_of(&self, account: AccountId) -> impl Iterator<Item = u32> {
        (0..).zip(&self.slots).filter_map(move |(slot, order)| {
            (order.traits.is_open() && order.account == account).then_some(slot)
        })
    }

    pub(crate) fn client_order_id(&self, slot: u32) -> Option<ClientOrderId> {
        if self.get(slot).traits.has_client_id() {
            self.extras[slot as usize].client_order_id
        } else {
            None
        }
    }

    pub(crate) fn expiry(&self, slot: u32) -> Option<Timestamp> {
        if self.get(slot).traits.expires() {
            Some(self.extras[slot as usize].expiry)
        } else {
            None
        }
    }

    pub(crate) fn time_in_force(&self, slot: u32) -> TimeInForce {
        self.expiry(slot)
            .map_or(TimeInForce::GoodTillCanceled, TimeInForce::GoodTillDate)
    }

    pub(crate) fn set_client_order_id(&mut self, slot: u32, id: ClientOrderId) {
        self.extras_mut(slot).client_order_id = Some(id);
        let order = self.get_mut(slot);
        order.traits = order.traits.with(Traits::CLIENT_ID, true);
    }

    pub(crate) fn set_expiry(&mut self, slot: u32, expiry: Timestamp) {
        self.extras_mut(slot).expiry = expiry;
        let order = self.get_mut(slot);
        order.traits = order.traits.with(Traits::EXPIRES, true);
    }

    pub(crate) fn mark_elder(&mut self, slot: u32) {
        let order = self.get_mut(slot);
        order.traits = order.traits.with(Traits::ELDER, true);
    }

    fn extras_mut(&mut self, slot: u32) -> &mut OrderExtras {
        let place = slot as usize;
        if self.extras.len() <= place {
            let none = OrderExtras {
                client_order_id: None,
                expiry: Timestamp(0),
            };
            self.extras.resize(place + 1, none);
        }
        &mut self.extras[place]
    }
}
