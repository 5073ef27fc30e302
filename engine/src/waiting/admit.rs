//! How an order comes to wait: admitted outside the book, or left over by a sweep that a call cut short.

use crate::admission::Admitted;
use crate::client_ids::ClientIdClaim;
use crate::event::OriginalOutcome;
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::matching::match_order::Residual;
use crate::matching::taker::{PriceLimit, Taker};
use crate::order::{NewOrder, OrderKind, OrderSize};
use crate::outcome::report_rested;
use crate::price::Price;
use crate::quantity::Notional;
use crate::reject::RejectReason;
use crate::risk::Asked;
use crate::rules::StopOnEntry;
use crate::submit::{has_more, slot_of};
use crate::triggers::Armed;
use crate::waiting::{Waiting, WaitsFor};

impl Listing {
    /// Admits an order that waits outside the book.
    pub(crate) fn admit_waiting(
        &self,
        order: &NewOrder,
        waits_for: WaitsFor,
        stop_price: Option<Price>,
        have: Notional,
    ) -> Result<Admitted, RejectReason> {
        let hold_price = self.hold_price(order, stop_price)?;
        let quantity = match order.size {
            OrderSize::Quantity(quantity) => quantity,
            OrderSize::QuoteAmount(_) => return Err(RejectReason::InvalidCombination),
        };
        let need = self.book.holds.need(order.side, hold_price, quantity);
        if have + self.shared_on_entry(order, need) < need {
            return Err(RejectReason::InsufficientFunds);
        }
        let is_full = self.book.pool.open_count() >= self.instrument.open_orders_max;
        if is_full {
            return Err(RejectReason::TooManyOpenOrders);
        }
        self.check_external_ids(order)?;
        self.check_limits(&Asked::entering(order, Some(hold_price)))?;
        Ok(Admitted::Waits(Box::new(Waiting {
            order: NewOrder {
                extra: Notional::ZERO,
                ..order.clone()
            },
            waits_for,
            hold_price,
        })))
    }

    /// Whether an order with this trigger waits for it, or has its turn at once.
    ///
    /// # Errors
    /// It is true already, and the instrument refuses such.
    pub(crate) fn waits_for(&self, armed: Armed) -> Result<WaitsFor, RejectReason> {
        let value = self.value_of(armed.source, armed.side);
        let is_true = value.is_some_and(|value| armed.is_true_at(value));
        match (
            is_true,
            self.instrument.rules.stop_on_entry,
            armed.stop_price(),
        ) {
            (true, StopOnEntry::Reject, _) => Err(RejectReason::WouldTrigger),
            (true, StopOnEntry::Trigger, Some(stop_price)) => Ok(WaitsFor::Turn { stop_price }),
            (true, StopOnEntry::Trigger, None) | (false, _, _) => Ok(WaitsFor::Trigger(armed)),
        }
    }

    /// The price by which a waiting order's hold is measured: its limit, or the worst that its stop price allows.
    pub(crate) fn hold_price(
        &self,
        order: &NewOrder,
        stop_price: Option<Price>,
    ) -> Result<Price, RejectReason> {
        let reference = || match stop_price {
            Some(stop_price) => Ok(stop_price),
            None if self.book.holds.are_enforced() => self.reference(order.side),
            None => Ok(Price::default()),
        };
        match order.kind {
            OrderKind::Limit { price } => Ok(price),
            OrderKind::MarketWithProtection { points } => {
                Ok(self.protection_price(order.side, reference()?, points))
            }
            OrderKind::Pegged { .. } => self.hold_price_of_peg(order),
            OrderKind::Market | OrderKind::MarketToLimit => {
                Ok(self.protected(reference()?, order.side))
            }
        }
    }

    /// An order is accepted that waits outside the book.
    #[inline(never)]
    pub(crate) fn enter_waiting<S: EventSink>(
        &mut self,
        order: &NewOrder,
        waiting: Waiting,
        claim: ClientIdClaim,
        have: Notional,
        sink: &mut S,
    ) {
        let order_id = self.next_order_id();
        self.remember(order, claim, OriginalOutcome::Accepted(order_id));
        let entering = slot_of(order, order_id, self.of_session);
        let slot = self.book.pool.take(entering);
        let need = self.hold_of_waiting(&entering, waiting.hold_price);
        let shared = self.shared_on_entry(order, need);
        let have = have + shared;
        self.report_accepted(order, order_id, entering.handle(slot), have, sink);
        self.release_surplus(&entering, have, need, sink);
        if has_more(order) {
            self.note_more(slot, order);
        }
        self.book.list(slot, order_id, order.external_id);
        let waits_for = waiting.waits_for;
        self.wait(slot, waiting);
        if let Some(conditions) = order.conditions.as_deref() {
            self.tie(slot, conditions, shared);
        }
        match waits_for {
            WaitsFor::Turn { .. } => self.cascade.push(order_id),
            WaitsFor::Uncross { .. } => self.report_queued(slot, need, sink),
            WaitsFor::Price => self.place_new_peg(slot, sink),
            WaitsFor::Trigger(_) | WaitsFor::Auction | WaitsFor::Parent | WaitsFor::OtherSide => {}
        }
    }

    /// A call begins that a market order would not let pass: what is left of it is there for the uncross.
    #[cold]
    pub(crate) fn stay_after_all<S: EventSink>(
        &mut self,
        order: &NewOrder,
        taker: &mut Taker,
        residual: Residual,
        sink: &mut S,
    ) {
        assert!(
            self.session.pending.is_some(),
            "what cannot rest stays only for a call"
        );
        let slot = self
            .book
            .pool
            .take(slot_of(order, taker.order_id, self.of_session));
        self.note_fills(slot, taker);
        if has_more(order) {
            self.note_more(slot, order);
        }
        self.book.list(slot, taker.order_id, order.external_id);
        if let Some(conditions) = order.conditions.as_deref() {
            self.tie(slot, conditions, Notional::ZERO); // such an order is no leg
        }
        match (residual, taker.limit) {
            (Residual::Rests, PriceLimit::AtOrBetter(price)) => {
                let resting = self.rest(slot, price, sink);
                let shown = self.book.pool.shown_and_hidden(slot, &resting);
                let handle = resting.handle(slot);
                report_rested(&resting, handle, price, shown, taker.hold, sink);
            }
            (Residual::Rests | Residual::Queues | Residual::Ended, _) => {
                self.queue_rest(slot, order, taker, sink);
            }
        }
    }
}
