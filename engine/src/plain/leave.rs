//! A plain order is canceled by whoever owns it.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

use super::{Lane, show, tell};
use crate::book::order_slot::OrderSlot;
use crate::book::plain_orders::PlainParts;
use crate::cancel_reason::CancelReason;
use crate::command::{Cancel, OrderRef};
use crate::event::{Canceled, Event};
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::id::AccountId;
use crate::listing::Listing;
use crate::outcome::report_order;
use crate::quantity::{Notional, Quantity};

/// A plain order that a command names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) slot: u32,
    pub(super) order: OrderSlot,
    /// Its place in the table of external ids, if it was found there.
    place: Option<usize>,
}

impl Listing {
    /// Ends a plain order.
    #[inline(always)]
    pub(super) fn cancel_plainly<S: EventSink>(&mut self, cancel: &Cancel, sink: &mut S) -> Lane {
        let Some(Named { slot, order, place }) = self.named_plainly(cancel.account, cancel.order)
        else {
            return Lane::NotHere;
        };
        let side = order.side();
        let PlainParts { levels, mut rest } = self.book.plain_parts(side);
        let filled_units = order.filled_units;
        let external_id = order.external_id();
        let is_last = levels.unlink(rest.pool, slot, &order);
        show(sink, |sink| {
            let price = levels.price(order.level);
            report_order(&order, price, OrderChangeKind::Removed, sink);
        });
        tell(sink, || {
            Event::Canceled(Canceled {
                order_id: order.id(),
                external_id,
                account: order.account,
                side,
                price: Some(levels.price(order.level)),
                canceled_quantity: Quantity::from_units(order.leaves_units),
                filled_quantity: Quantity::from_units(filled_units),
                unspent: Notional::ZERO,
                reason: CancelReason::Requested,
            })
        });
        match place {
            Some(place) => rest.forget_at(slot, &order, place),
            None => rest.forget(slot, &order, external_id),
        }
        show(sink, |sink| {
            if !order.is_hidden() {
                sink.level_changed(levels.displayed(order.level));
            }
        });
        if is_last {
            levels.close(order.level);
        }
        Lane::Done
    }

    /// The plain order that a command names, if it is of the account that asks. Whatever else it is, is not
    /// said here.
    #[inline(always)]
    pub(super) fn named_plainly(&self, account: AccountId, order: OrderRef) -> Option<Named> {
        let mut place = None;
        let slot = match order {
            OrderRef::External(id) => {
                let pool = &self.book.pool;
                let table = self.book.externals.as_ref()?;
                let found = table.find(id.0, |slot| pool.is_external(slot, id.0))?;
                place = Some(found.place);
                found.slot
            }
            OrderRef::Handle(handle) => self.book.pool.resolve(handle)?,
            OrderRef::Id(id) => self.book.ids.get(id, &self.book.pool)?,
            OrderRef::Client(_) => return None,
        };
        let order = *self.book.pool.get(slot);
        // An order outside the queues has extras that say why it waits.
        let is_plain = order.account == account && !order.traits().has_extras();
        is_plain.then_some(Named { slot, order, place })
    }
}
