//! One open order, as it lies in its slot.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

use crate::book::order_traits::Traits;
use crate::book::price_level::{Counted, NO_SLOT};
use crate::id::{AccountId, ExternalId, OrderHandle, OrderId, SessionNumber, StpGroup};
use crate::side::Side;

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
    /// The connection that it came by.
    pub(crate) session: SessionNumber,
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
    #[inline(always)]
    pub(crate) const fn entering(
        tagged_id: u64,
        leaves_units: u64,
        account: AccountId,
        session: SessionNumber,
    ) -> Self {
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
            session,
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

    #[inline(always)]
    pub(crate) const fn external_id(&self) -> Option<ExternalId> {
        if self.traits().has_external_id() {
            Some(ExternalId(self.external_id))
        } else {
            None
        }
    }

    #[inline(always)]
    pub(crate) const fn detail(&self) -> OrderDetail {
        OrderDetail {
            filled_units: self.filled_units,
            stp_group: self.stp_group,
            replace_count: self.replace_count,
        }
    }

    /// What its level counts of it.
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
            generation: self.generation(),
        }
    }

    /// Whether this is the open order with this id, in one comparison.
    #[inline]
    pub(crate) const fn is_open_as(&self, id: OrderId) -> bool {
        self.tagged_id & (Traits::ID_MASK | Traits::OPEN) == id.0 | Traits::OPEN
    }

    /// What tells an order from those that had its slot before: the low half of its id, never reused.
    #[inline]
    pub(crate) const fn generation(&self) -> u32 {
        (self.tagged_id & 0xFFFF_FFFF) as u32
    }
}
