//! At-open and at-close orders, and market orders in a call: they wait until their auction, or its uncross.

use super::{Phase, SessionState};
use crate::book::price_level::NO_SLOT;
use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::listing::Listing;
use crate::order::{NewOrder, OrderKind, TimeInForce};
use crate::outcome::report_rested;
use crate::price::Price;
use crate::waiting::{Waiting, WaitsFor};

/// The auction that an order of this lifetime is for, if it is for one of the day.
const fn auction_of(time_in_force: TimeInForce) -> Option<SessionState> {
    match time_in_force {
        TimeInForce::AtOpen => Some(SessionState::OpeningAuction),
        TimeInForce::AtClose => Some(SessionState::ClosingAuction),
        TimeInForce::GoodTillCanceled
        | TimeInForce::ImmediateOrCancel
        | TimeInForce::FillOrKill
        | TimeInForce::GoodTillDate(_)
        | TimeInForce::Day
        | TimeInForce::GoodForAuction
        | TimeInForce::GoodForContinuous => None,
    }
}

impl Listing {
    /// What an admitted order waits for before it may rest or trade, if the time is not right for it.
    pub(crate) fn waits_for_a_call(&self, order: &NewOrder) -> Option<WaitsFor> {
        if auction_of(order.time_in_force).is_some_and(|auction| auction != self.state) {
            return Some(WaitsFor::Auction);
        }
        let has_price = matches!(
            order.kind,
            OrderKind::Limit { .. } | OrderKind::Pegged { .. }
        );
        let queues = self.state.phase() == Phase::Collecting && !has_price;
        queues.then(|| self.next_in_queue())
    }

    /// Whether an order waits for its auction.
    pub(super) fn is_early(&self, id: OrderId) -> bool {
        let slot = self.book.ids.get(id, &self.book.pool);
        slot.is_some_and(|slot| {
            self.book.pool.get(slot).level == NO_SLOT
                && self.book.waiting_record(slot).waits_for == WaitsFor::Auction
        })
    }

    /// Whether an order waits for its auction, or for its parent before that.
    pub(super) fn is_to_come(&self, id: OrderId) -> bool {
        let slot = self.book.ids.get(id, &self.book.pool);
        slot.is_some_and(|slot| {
            self.book.pool.get(slot).level == NO_SLOT
                && matches!(
                    self.book.waiting_record(slot).waits_for,
                    WaitsFor::Auction | WaitsFor::Parent
                )
        })
    }

    /// An auction begins: the orders that waited for it join it, in the order of entry.
    pub(super) fn let_in_early<S: EventSink>(&mut self, state: SessionState, sink: &mut S) {
        let joining: Vec<OrderId> = self
            .short_lived()
            .filter(|(id, lifetime)| auction_of(*lifetime) == Some(state) && self.is_early(*id))
            .map(|(id, _)| id)
            .collect();
        for id in joining {
            let slot = self.book.ids.get(id, &self.book.pool);
            self.join_call(slot.expect("it was listed just now"), sink);
        }
    }

    /// A waiting order joins the call that is on.
    pub(crate) fn join_call<S: EventSink>(&mut self, slot: u32, sink: &mut S) {
        let waiting = self.stop_waiting(slot);
        let order = *self.book.pool.get(slot);
        let hold = self.hold_of_waiting(&order, waiting.hold_price);
        let OrderKind::Limit { price } = waiting.order.kind else {
            let waits_for = self.next_in_queue();
            self.wait(
                slot,
                Waiting {
                    waits_for,
                    ..waiting
                },
            );
            self.report_queued(slot, hold, sink);
            return;
        };
        let price = self.within_band(order.side(), price);
        self.note_iceberg(slot, waiting.order.display);
        let resting = self.rest(slot, price, sink);
        let shown = self.book.pool.shown_and_hidden(slot, &resting);
        let need = self.need_at(slot, price);
        report_rested(&resting, resting.handle(slot), price, shown, need, sink);
        let kept = self.kept_for_partner(slot, self.hold_of(slot), hold - need);
        self.release_surplus(&resting, hold - kept, need, sink);
    }

    /// What an order needs that rests at a price.
    fn need_at(&self, slot: u32, price: Price) -> crate::quantity::Notional {
        let order = self.book.pool.get(slot);
        let open = self.book.pool.open_units(slot, order);
        let quantity = crate::quantity::Quantity::from_units(open);
        self.book.holds.need(order.side(), price, quantity)
    }
}
