//! A new order enters: admission, acceptance, matching, rest.

use crate::admission::{Admitted, may_rest};
use crate::book::order_slot::OrderSlot;
use crate::book::order_traits::Traits;
use crate::book::price_level::NO_SLOT;
use crate::client_ids::{ClientIdClaim, fingerprint_of};
use crate::event::{Accepted, Event, OriginalOutcome, Rejected};
use crate::event_sink::EventSink;
use crate::id::{OrderHandle, OrderId, SessionNumber};
use crate::linked::report_conditions;
use crate::listing::Listing;
use crate::matching::match_order::Residual;
use crate::matching::taker::{PriceLimit, Remainder, Taker};
use crate::order::{Display, NewOrder, OrderKind, OrderSize, PostOnly, TimeInForce};
use crate::outcome::{release_of_taker, release_part, report_rested};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;

/// The handle of an order that cannot rest.
pub(crate) const NO_HANDLE: OrderHandle = OrderHandle {
    slot: NO_SLOT,
    generation: 0,
};

impl Listing {
    /// Enters a new order, unless its client id says that this was done before.
    #[inline]
    pub(crate) fn submit<S: EventSink>(&mut self, order: &NewOrder, sink: &mut S) {
        let (OrderKind::Limit { price }, OrderSize::Quantity(quantity)) = (order.kind, order.size)
        else {
            return self.submit_special(order, sink);
        };
        let need = self.book.holds.need(order.side, price, quantity);
        if !is_plain(order) || !self.admits_plainly(order, price, quantity, need) {
            self.submit_special(order, sink);
        } else if !may_rest(order) || self.would_take(order.side, price) {
            self.enter_taking(order, price, ClientIdClaim::Free, order.extra, sink);
        } else {
            self.rest_now(order, price, need, order.extra, sink);
        }
    }

    /// Enters a new order that asks for something special, or is to be refused.
    #[inline(never)]
    fn submit_special<S: EventSink>(&mut self, order: &NewOrder, sink: &mut S) {
        let claim = self.claim_client_id(order, || fingerprint_of(order, None));
        if !self.is_answered_by(claim, order, sink) {
            self.enter(order, claim, Notional::ZERO, sink);
        }
    }

    /// Admits, accepts and matches a new order. `carried` is the hold of an order that it takes the place of.
    pub(crate) fn enter<S: EventSink>(
        &mut self,
        order: &NewOrder,
        claim: ClientIdClaim,
        carried: Notional,
        sink: &mut S,
    ) {
        let have = carried + order.extra;
        let refused = match self.admit_order(order, have) {
            Ok(Admitted::Limited(price)) => {
                return self.enter_limit(order, price, claim, have, sink);
            }
            Ok(Admitted::Unlimited(mut taker)) => {
                taker.order_id = self.next_order_id();
                let accepted = OriginalOutcome::Accepted(taker.order_id);
                self.remember(order, claim, accepted);
                return self.enter_at_once(order, &mut taker, have, sink);
            }
            Ok(Admitted::Waits(waiting)) => {
                return self.enter_waiting(order, *waiting, claim, have, sink);
            }
            Err(reason) => reason,
        };
        self.remember(order, claim, OriginalOutcome::Rejected(refused));
        report_refused(order, refused, sink);
        self.release_door_reserve(order.account, order.side, have, sink);
    }

    /// An admitted limit order enters.
    pub(crate) fn enter_limit<S: EventSink>(
        &mut self,
        order: &NewOrder,
        price: Price,
        claim: ClientIdClaim,
        have: Notional,
        sink: &mut S,
    ) {
        let must_trade = !order.minimum_quantity.is_zero();
        let limit = PriceLimit::AtOrBetter(price);
        let rests = self.remainder_of(order, limit) == Remainder::Rests;
        if rests && !must_trade && !self.would_take(order.side, price) {
            let order_id = OrderId(self.next_order_id);
            self.remember(order, claim, OriginalOutcome::Accepted(order_id));
            let need = self.need_of_entering(order, price);
            let have = have + self.shared_on_entry(order, need);
            self.rest_at_once(order, price, need, have, sink);
        } else {
            self.enter_taking(order, price, claim, have, sink);
        }
    }

    /// Nothing on the other side is within the order's limit: it rests at once.
    #[inline(never)]
    pub(crate) fn rest_at_once<S: EventSink>(
        &mut self,
        order: &NewOrder,
        price: Price,
        need: Notional,
        have: Notional,
        sink: &mut S,
    ) {
        self.rest_now(order, price, need, have, sink);
    }

    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    fn rest_now<S: EventSink>(
        &mut self,
        order: &NewOrder,
        price: Price,
        need: Notional,
        have: Notional,
        sink: &mut S,
    ) {
        let order_id = self.next_order_id();
        let slot = self.book.pool.next_slot();
        let mut resting = slot_of(order, order_id, self.of_session);
        let (shown, hidden) = shown_on_entry(order, resting.leaves_units);
        resting.leaves_units = shown;
        let handle = resting.handle(slot);
        self.report_accepted(order, order_id, handle, have, sink);
        self.release_surplus(&resting, have, need, sink);
        if self.shares_by_size() {
            self.note_top_order(&resting, shown + hidden, price);
        }
        let (levels, pool) = self.book.side_and_pool(order.side);
        levels.link(pool, slot, &mut resting, price);
        let taken = pool.take(resting);
        assert!(taken == slot, "the next slot is known beforehand");
        if has_more(order) {
            self.note_more(slot, order);
            self.note_hidden_part(slot, order, hidden);
        }
        self.book.list(slot, order_id, order.external_id);
        if let Some(conditions) = order.conditions.as_deref() {
            let shared = self.shared_on_entry(order, need);
            self.tie(slot, conditions, shared);
        }
        self.report_joined(&resting, price, sink);
        let shown = if resting.is_hidden() {
            (Quantity::ZERO, Quantity::from_units(shown))
        } else {
            (Quantity::from_units(shown), Quantity::from_units(hidden))
        };
        report_rested(&resting, handle, price, shown, need, sink);
    }

    /// The order may find someone to trade with. Its slot is taken first, so that it can be named from
    /// the start.
    #[inline(never)]
    fn enter_taking<S: EventSink>(
        &mut self,
        order: &NewOrder,
        price: Price,
        claim: ClientIdClaim,
        have: Notional,
        sink: &mut S,
    ) {
        let order_id = self.next_order_id();
        self.remember(order, claim, OriginalOutcome::Accepted(order_id));
        let mut taker = Taker::entering(order, order_id, PriceLimit::AtOrBetter(price));
        if matches!(order.kind, OrderKind::MarketWithProtection { .. }) {
            taker.remainder = self.remainder_of(order, taker.limit);
        }
        taker.hold = self.need_of_entering(order, price);
        let shared = self.shared_on_entry(order, taker.hold);
        let have = have + shared;
        if taker.remainder != Remainder::Rests {
            return self.enter_at_once(order, &mut taker, have, sink);
        }
        let entering = slot_of(order, order_id, self.of_session);
        let slot = self.book.pool.take(entering);
        let handle = entering.handle(slot);
        self.report_accepted(order, order_id, handle, have, sink);
        self.release_surplus(&entering, have, taker.hold, sink);
        if order.conditions.is_some() {
            return self.enter_tied(order, slot, &mut taker, shared, sink);
        }
        if self.match_order(&mut taker, sink) == Residual::Ended {
            self.book.pool.free(slot);
            self.settle_interruption(sink);
            return;
        }
        self.note_fills(slot, &taker);
        if has_more(order) {
            self.note_more(slot, order);
            self.note_iceberg(slot, order.display);
        }
        self.book.list(slot, order_id, order.external_id);
        let resting = self.rest(slot, price, sink);
        let shown = self.book.pool.shown_and_hidden(slot, &resting);
        report_rested(&resting, handle, price, shown, taker.hold, sink);
        self.settle_interruption(sink);
    }

    /// An order enters that cannot rest.
    #[inline]
    fn enter_at_once<S: EventSink>(
        &mut self,
        order: &NewOrder,
        taker: &mut Taker,
        have: Notional,
        sink: &mut S,
    ) {
        self.report_accepted(order, taker.order_id, NO_HANDLE, have, sink);
        if self.book.holds.are_enforced() {
            release_of_taker(taker, have - taker.hold, sink);
        }
        let residual = self.match_order(taker, sink);
        if residual != Residual::Ended {
            self.stay_after_all(order, taker, residual, sink);
        }
        self.settle_interruption(sink);
    }

    /// Writes to a taker's slot what it has left, before it rests.
    pub(crate) fn note_fills(&mut self, slot: u32, taker: &Taker) {
        self.show_slice(slot, taker.leaves_units);
        let mut detail = self.book.pool.detail(slot);
        if detail.filled_units != taker.filled_units {
            detail.filled_units = taker.filled_units;
            self.book.pool.set_detail(slot, detail);
        }
    }

    #[inline]
    pub(crate) fn next_order_id(&mut self) -> OrderId {
        let order_id = OrderId(self.next_order_id);
        // Here and not where the id is tagged: what is below 2^52 can be counted up without a further look.
        assert!(order_id.0 <= Traits::ID_MASK, "order ids are below 2^52");
        self.next_order_id += 1;
        order_id
    }

    #[inline]
    pub(crate) fn report_accepted<S: EventSink>(
        &mut self,
        order: &NewOrder,
        order_id: OrderId,
        handle: OrderHandle,
        have: Notional,
        sink: &mut S,
    ) {
        let hold = if self.book.holds.are_enforced() {
            have
        } else {
            Notional::ZERO
        };
        self.risk.note_order(order.account, self.at.0);
        sink.event(Event::Accepted(Accepted {
            order_id,
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
        if let Some(conditions) = order.conditions.as_deref() {
            report_conditions(order.account, order_id, conditions, sink);
        }
    }

    /// Gives back what was reserved for an order beyond its need.
    #[inline]
    pub(crate) fn release_surplus<S: EventSink>(
        &self,
        order: &OrderSlot,
        have: Notional,
        need: Notional,
        sink: &mut S,
    ) {
        if self.book.holds.are_enforced() {
            release_part(order, have - need, need, sink);
        }
    }

    /// Notes what only some orders have, and lists the order by it.
    #[inline(never)]
    pub(crate) fn note_more(&mut self, slot: u32, order: &NewOrder) {
        if order.stp_group.is_some() {
            let mut detail = self.book.pool.detail(slot);
            detail.stp_group = order.stp_group;
            self.book.pool.set_detail(slot, detail);
        }
        if let Some(id) = order.client_order_id {
            self.book.pool.set_client_order_id(slot, id);
            self.client_ids.open(order.account, id, slot);
        }
        if order.time_in_force != TimeInForce::GoodTillCanceled {
            self.live_for(slot, order.time_in_force);
        }
    }
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

/// Whether an order asks for nothing that needs a look of its own.
#[inline]
fn is_plain(order: &NewOrder) -> bool {
    order.client_order_id.is_none()
        && order.post_only == PostOnly::No
        && order.minimum_quantity.is_zero()
        && match order.time_in_force {
            TimeInForce::GoodTillCanceled
            | TimeInForce::ImmediateOrCancel
            | TimeInForce::FillOrKill => true,
            TimeInForce::GoodTillDate(_)
            | TimeInForce::Day
            | TimeInForce::AtOpen
            | TimeInForce::AtClose
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => false,
        }
        && !matches!(order.display, Display::Iceberg { .. })
        && order.conditions.is_none()
}

/// What an order shows of this much open, and what it has below the water.
#[inline]
fn shown_on_entry(order: &NewOrder, open_units: u64) -> (u64, u64) {
    match order.display {
        Display::Full | Display::Hidden => (open_units, 0),
        Display::Iceberg { peak } => {
            let shown = peak.units().min(open_units);
            (shown, open_units - shown)
        }
    }
}

/// Whether an order has what only some have.
#[inline]
pub(crate) fn has_more(order: &NewOrder) -> bool {
    order.client_order_id.is_some()
        || order.stp_group.is_some()
        || order.time_in_force != TimeInForce::GoodTillCanceled
        || matches!(order.display, Display::Iceberg { .. })
}

/// The order as it would rest, were nothing to trade.
#[inline]
pub(crate) fn slot_of(order: &NewOrder, order_id: OrderId, session: SessionNumber) -> OrderSlot {
    let leaves_units = match order.size {
        OrderSize::Quantity(quantity) => quantity.units(),
        OrderSize::QuoteAmount(_) => 0, // never admitted with a limit
    };
    let tag = Traits::tag(order_id, order);
    OrderSlot::entering(tag, leaves_units, order.account, session)
}
