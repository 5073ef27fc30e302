//! Cancel, mass cancel, and which order a command means.

use crate::book::order_slot::OrderSlot;
use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::command::{Cancel, MassCancel, OrderRef, SessionFilter, SideFilter};
use crate::event::{Event, Rejected};
use crate::event_sink::EventSink;
use crate::id::AccountId;
use crate::listing::Listing;
use crate::price::Price;
use crate::reject::RejectReason;

impl Listing {
    /// Ends an open order that its owner names.
    #[inline]
    pub(crate) fn cancel<S: EventSink>(&mut self, cancel: &Cancel, sink: &mut S) {
        match self.resolve(cancel.account, cancel.order) {
            Ok(slot) => self.cancel_resting(slot, CancelReason::Requested, sink),
            Err(reason) => self.report_ref_refused(cancel.account, cancel.order, reason, sink),
        }
    }

    /// Ends an account's open orders, in entry order.
    pub(crate) fn mass_cancel<S: EventSink>(&mut self, mass_cancel: &MassCancel, sink: &mut S) {
        let mut meant = self.book.open_of(mass_cancel.account);
        meant.retain(|(_, slot)| self.is_meant(mass_cancel, *slot));
        self.cancel_in_entry_order(meant, CancelReason::MassCancel, sink);
    }

    /// The price that a filter looks at: the limit, of a waiting order without one the stop price. A market order
    /// that waits for an uncross has neither.
    fn price_meant(&self, slot: u32, order: &OrderSlot) -> Option<Price> {
        if order.level != NO_SLOT {
            return Some(self.book.price_of(order));
        }
        let waiting = self.book.waiting_record(slot);
        waiting.limit_price().or(waiting.stop_price())
    }

    fn is_meant(&self, mass_cancel: &MassCancel, slot: u32) -> bool {
        let order = self.book.pool.get(slot);
        let price = self.price_meant(slot, order);
        let on_side = match mass_cancel.side {
            SideFilter::Both => true,
            SideFilter::Only(side) => order.side() == side,
        };
        let (from, to) = (mass_cancel.price_from, mass_cancel.price_to);
        let in_range = match price {
            Some(price) => from <= price && price <= to,
            None => (from, to) == (Price::MIN, Price::MAX),
        };
        let by_session = match mass_cancel.session {
            SessionFilter::Any => true,
            SessionFilter::Only(session) => order.session == session,
        };
        on_side && in_range && by_session
    }

    /// The slot of the open order that a command means, if it is of the account that asks.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn resolve(&self, account: AccountId, order: OrderRef) -> Result<u32, RejectReason> {
        let found = match order {
            OrderRef::Id(id) => self.book.ids.get(id, &self.book.pool),
            OrderRef::Handle(handle) => self.book.pool.resolve(handle),
            OrderRef::External(id) => self.book.slot_by_external_id(id),
            OrderRef::Client(id) => self.client_ids.slot(account, id),
        };
        match found {
            Some(slot) if self.book.pool.get(slot).account == account => Ok(slot),
            Some(_) => Err(RejectReason::UnknownOrder),
            None => Err(self.why_absent(account, order)),
        }
    }

    /// An order that is not open was never accepted, or is gone.
    #[cold]
    fn why_absent(&self, account: AccountId, order: OrderRef) -> RejectReason {
        let was_accepted = match order {
            OrderRef::Id(id) => id.0 != 0 && id.0 < self.next_order_id,
            OrderRef::Client(id) => self.client_ids.was_accepted(account, id),
            OrderRef::Handle(handle) => {
                handle.generation != 0 && u64::from(handle.generation) < self.next_order_id
            }
            OrderRef::External(_) => false, // reusable, so nobody remembers them
        };
        if was_accepted {
            RejectReason::TooLate
        } else {
            RejectReason::UnknownOrder
        }
    }

    pub(crate) fn report_ref_refused<S: EventSink>(
        &self,
        account: AccountId,
        order: OrderRef,
        reason: RejectReason,
        sink: &mut S,
    ) {
        let mut rejected = Rejected {
            account,
            order_id: None,
            client_order_id: None,
            external_id: None,
            reason,
        };
        match order {
            OrderRef::Id(id) => rejected.order_id = Some(id),
            OrderRef::Handle(handle) => {
                rejected.order_id = self
                    .book
                    .pool
                    .resolve(handle)
                    .map(|slot| self.book.pool.get(slot))
                    .filter(|order| order.account == account)
                    .map(OrderSlot::id);
            }
            OrderRef::Client(id) => rejected.client_order_id = Some(id),
            OrderRef::External(id) => rejected.external_id = Some(id),
        }
        sink.event(Event::Rejected(rejected));
    }
}
