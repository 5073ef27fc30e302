//! An order that others may be tied to enters.

use crate::conditions::Conditions;
use crate::event::{Conditioned, Event};
use crate::event_sink::EventSink;
use crate::id::{AccountId, OrderId};
use crate::listing::Listing;
use crate::matching::match_order::Residual;
use crate::matching::taker::{Concerns, Taker};
use crate::order::NewOrder;
use crate::outcome::report_rested;
use crate::quantity::Notional;
use crate::submit::has_more;

impl Listing {
    /// An order enters that others may be tied to: they find it while it takes.
    #[cold]
    #[inline(never)]
    pub(crate) fn enter_tied<S: EventSink>(
        &mut self,
        order: &NewOrder,
        slot: u32,
        taker: &mut Taker,
        shared: Notional,
        sink: &mut S,
    ) {
        if has_more(order) {
            self.note_more(slot, order);
        }
        self.book.list(slot, taker.order_id, order.external_id);
        if let Some(conditions) = order.conditions.as_deref() {
            self.tie(slot, conditions, shared);
        }
        self.tie_taker(taker, slot);
        if self.match_order(taker, sink) == Residual::Ended {
            let ended = *self.book.pool.get(slot);
            self.forget(slot, &ended);
            self.follow(sink);
            return self.settle_interruption(sink);
        }
        let price = taker.limit_price().expect("only a limited order rests");
        self.note_fills(slot, taker);
        self.note_iceberg(slot, order.display);
        let resting = self.rest(slot, price, sink);
        let shown = self.book.pool.shown_and_hidden(slot, &resting);
        let handle = resting.handle(slot);
        report_rested(&resting, handle, price, shown, taker.hold, sink);
        self.settle_interruption(sink);
    }

    /// A taker that has its slot: what it trades concerns those that are tied to it.
    pub(crate) fn tie_taker(&self, taker: &mut Taker, slot: u32) {
        let Some(ties) = self.book.pool.ties(slot) else {
            return;
        };
        taker.slot = slot;
        taker.concerns = Concerns::Others;
        taker.mmp_group = ties.mmp_group;
        taker.pending_units = ties.parent.map_or(0, |parent| parent.pending_units());
    }
}

/// Tells what an order waits for, and whom it is tied to.
#[cold]
pub(crate) fn report_conditions<S: EventSink>(
    account: AccountId,
    order_id: OrderId,
    conditions: &Conditions,
    sink: &mut S,
) {
    sink.event(Event::Conditioned(Conditioned {
        order_id,
        account,
        conditions: *conditions,
    }));
}
