//! What a plain order touches of a book, in parts: a level and an order are changed at once.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

use crate::book::book_side::BookSide;
use crate::book::order_book::OrderBook;
use crate::book::order_index::OrderIndex;
use crate::book::order_pool::OrderPool;
use crate::book::order_slot::OrderSlot;
use crate::book::slot_table::{SlotTable, Vacancy};
use crate::id::{ExternalId, OrderId};
use crate::side::Side;

/// One side of a book, and all else that a plain order touches.
pub(crate) struct PlainParts<'a> {
    pub(crate) levels: &'a mut BookSide,
    pub(crate) rest: PlainRest<'a>,
}

/// The orders of a book, and how they are found.
pub(crate) struct PlainRest<'a> {
    pub(crate) pool: &'a mut OrderPool,
    ids: &'a mut OrderIndex,
    externals: Option<&'a mut SlotTable>,
}

impl OrderBook {
    /// The book in parts. Nobody's open orders are watched.
    #[inline]
    pub(crate) fn plain_parts(&mut self, side: Side) -> PlainParts<'_> {
        PlainParts {
            levels: &mut self.sides[side as usize],
            rest: PlainRest {
                pool: &mut self.pool,
                ids: &mut self.ids,
                externals: self.externals.as_mut(),
            },
        }
    }
}

impl PlainRest<'_> {
    /// Forgets an order without extras that left its queue, and frees its slot.
    #[inline(always)]
    pub(crate) fn forget(&mut self, slot: u32, order: &OrderSlot, external_id: Option<ExternalId>) {
        self.forget_id(slot, order);
        if let (Some(id), Some(externals)) = (external_id, &mut self.externals) {
            externals.remove(id.0, slot);
        }
        self.pool.free_plain(slot);
    }

    /// The same, for one that was found at this place of the external ids' table.
    #[inline(always)]
    pub(crate) fn forget_at(&mut self, slot: u32, order: &OrderSlot, place: usize) {
        self.forget_id(slot, order);
        if let Some(externals) = &mut self.externals {
            externals.remove_at(place);
        }
        self.pool.free_plain(slot);
    }

    #[inline]
    fn forget_id(&mut self, slot: u32, order: &OrderSlot) {
        if order.traits().is_elder() {
            self.ids.remove_elder(order.id(), slot);
        } else {
            self.ids.remove_young(order.id());
        }
    }

    /// Lists an order that came to rest, so that it can be found; an external id has its vacancy.
    #[inline(always)]
    pub(crate) fn list(&mut self, slot: u32, order_id: OrderId, vacancy: Option<Vacancy>) {
        self.ids.insert(order_id, slot, self.pool);
        if let (Some(vacancy), Some(externals)) = (vacancy, &mut self.externals) {
            externals.insert_at(vacancy, slot);
        }
    }
}
