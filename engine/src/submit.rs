//! A new order enters: admission, acceptance, matching, rest.

use crate::admission::may_rest;
use crate::book::order_pool::{OrderSlot, Traits};
use crate::book::price_level::NO_SLOT;
use crate::client_ids::{ClientIdClaim, fingerprint_of};
use crate::event::{Accepted, Event, OriginalOutcome, Rejected, Repeated};
use crate::event_sink::EventSink;
use crate::id::OrderHandle;
use crate::listing::Listing;
use crate::matching::match_order::Residual;
use crate::matching::taker::Taker;
use crate::order::{NewOrder, TimeInForce};
use crate::quantity::Notional;
use crate::reject::RejectReason;

/// The handle of an order that cannot rest.
const NO_HANDLE: OrderHandle = OrderHandle {
    slot: NO_SLOT,
    generation: 0,
};

impl Listing {
    /// Enters a new order, unless its client id says that this was done before.
    #[inline]
    pub(crate) fn submit<S: EventSink>(&mut self, order: &NewOrder, sink: &mut S) {
        let claim = self.claim_client_id(order, || fingerprint_of(order, None));
        if self.is_answered_by(claim, order, sink) {
            return;
        }
        self.enter(order, claim, Notional::ZERO, sink);
    }

    /// Answers an order whose client id was used before. Nothing changes.
    #[inline]
    pub(crate) fn is_answered_by<S: EventSink>(
        &self,
        claim: ClientIdClaim,
        order: &NewOrder,
        sink: &mut S,
    ) -> bool {
        match claim {
            ClientIdClaim::Free | ClientIdClaim::Remember(_) => return false,
            ClientIdClaim::Repeats(original) => report_repeated(order, original, sink),
            ClientIdClaim::UsedOtherwise => {
                report_refused(order, RejectReason::DuplicateClientOrderId, sink);
            }
        }
        self.release_door_reserve(order.account, order.side, order.extra, sink);
        true
    }

    /// Admits, accepts and matches a new order. `carried` is the hold of an order that it takes the place of.
    #[inline]
    pub(crate) fn enter<S: EventSink>(
        &mut self,
        order: &NewOrder,
        claim: ClientIdClaim,
        carried: Notional,
        sink: &mut S,
    ) {
        let have = carried + order.extra;
        match self.admit(order, have) {
            Err(reason) => {
                self.remember(order, claim, OriginalOutcome::Rejected(reason));
                report_refused(order, reason, sink);
                self.release_door_reserve(order.account, order.side, have, sink);
            }
            Ok(taker) => {
                self.remember(order, claim, OriginalOutcome::Accepted(taker.order_id));
                self.next_order_id += 1;
                if may_rest(order) {
                    self.match_then_rest(order, taker, have, sink);
                } else {
                    self.match_only(order, taker, have, sink);
                }
            }
        }
    }

    /// The order may rest: its slot is taken first, so that it can be named from the start.
    #[inline]
    fn match_then_rest<S: EventSink>(
        &mut self,
        order: &NewOrder,
        mut taker: Taker,
        have: Notional,
        sink: &mut S,
    ) {
        let slot = self.book.pool.take(slot_of(order, &taker));
        let handle = self.book.pool.handle(slot);
        self.report_accepted(order, &taker, handle, have, sink);
        self.release_surplus(&taker, have, sink);
        match self.match_order(&mut taker, sink) {
            Residual::Ended => self.book.pool.free(slot),
            Residual::Rests => {
                let place = self.book.pool.get_mut(slot);
                place.leaves_units = taker.leaves_units;
                place.filled_units = taker.filled_units;
                self.note_extras(slot, order);
                self.book.list(slot);
                self.rest(slot, &taker, sink);
                self.report_rested(slot, sink);
            }
        }
    }

    /// The order cannot rest.
    #[inline]
    fn match_only<S: EventSink>(
        &mut self,
        order: &NewOrder,
        mut taker: Taker,
        have: Notional,
        sink: &mut S,
    ) {
        self.report_accepted(order, &taker, NO_HANDLE, have, sink);
        self.release_surplus(&taker, have, sink);
        let residual = self.match_order(&mut taker, sink);
        assert!(
            residual == Residual::Ended,
            "an immediate order never rests"
        );
    }

    /// Notes what only some orders have, and lists the order by it.
    #[inline]
    fn note_extras(&mut self, slot: u32, order: &NewOrder) {
        if let Some(id) = order.client_order_id {
            self.book.pool.set_client_order_id(slot, id);
            self.client_ids.open(order.account, id, slot);
        }
        if let TimeInForce::GoodTillDate(expiry) = order.time_in_force {
            self.book.pool.set_expiry(slot, expiry);
            self.expiries.add(expiry, self.book.pool.get(slot).id());
        }
    }

    #[inline]
    pub(crate) fn remember(
        &mut self,
        order: &NewOrder,
        claim: ClientIdClaim,
        outcome: OriginalOutcome,
    ) {
        if let (ClientIdClaim::Remember(fingerprint), Some(id)) = (claim, order.client_order_id) {
            self.client_ids
                .remember(order.account, id, (fingerprint, outcome), self.sequence);
        }
    }

    #[inline]
    fn report_accepted<S: EventSink>(
        &self,
        order: &NewOrder,
        taker: &Taker,
        handle: OrderHandle,
        have: Notional,
        sink: &mut S,
    ) {
        let hold = if self.book.holds.are_enforced() {
            have
        } else {
            Notional::ZERO
        };
        sink.event(Event::Accepted(Accepted {
            order_id: taker.order_id,
            handle,
            account: order.account,
            client_order_id: order.client_order_id,
            external_id: order.external_id,
            side: order.side,
            kind: order.kind,
            size: order.size,
            time_in_force: order.time_in_force,
            post_only: order.post_only,
            display: order.display,
            self_trade_prevention: order.self_trade_prevention,
            stp_group: order.stp_group,
            hold,
        }));
    }
}

/// Tells that an order was decided before.
fn report_repeated<S: EventSink>(order: &NewOrder, original: OriginalOutcome, sink: &mut S) {
    let client_order_id = order
        .client_order_id
        .expect("only an order with a client id repeats");
    sink.event(Event::Repeated(Repeated {
        account: order.account,
        client_order_id,
        original,
    }));
}

/// Tells that a new order was refused.
pub(crate) fn report_refused<S: EventSink>(order: &NewOrder, reason: RejectReason, sink: &mut S) {
    sink.event(Event::Rejected(Rejected {
        account: order.account,
        order_id: None,
        client_order_id: order.client_order_id,
        external_id: order.external_id,
        reason,
    }));
}

/// The order as it would rest, were nothing to trade.
#[inline]
fn slot_of(order: &NewOrder, taker: &Taker) -> OrderSlot {
    let mut slot = OrderSlot {
        order_id: taker.order_id.0,
        leaves_units: taker.leaves_units,
        filled_units: 0,
        external_id: 0,
        next: NO_SLOT,
        previous: NO_SLOT,
        level: NO_SLOT,
        account: order.account,
        stp_group: 0,
        generation: 0,
        replace_count: 0,
        traits: Traits::new(order.side, order.self_trade_prevention)
            .with_display(order.display)
            .with_post_only(order.post_only),
    };
    slot.set_external_id(order.external_id);
    slot.set_stp_group(order.stp_group);
    slot
}
