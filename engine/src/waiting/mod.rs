//! Open orders outside the book: they can be named, changed and canceled, and enter when their turn comes.
//!
//! A waiting order has a slot like any other and is found by all its ids, but stands in no queue (its
//! level is [`NO_SLOT`]); [`Waiting`], among the extras of its slot, says why, and `OrderBook::waiting`
//! lists it. A mechanism that lets orders wait adds its reason to [`WaitsFor`], makes the order wait with
//! [`Listing::wait`], and puts it into the cascade with [`Listing::give_turn`] when it is to enter.

mod admit;
mod enter;
mod replace;
mod state;

use crate::book::order_slot::OrderSlot;
use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::event::{Canceled, Event};
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::order::{NewOrder, OrderKind};
use crate::outcome::release_all;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::triggers::Armed;

/// Why an open order is not in the book, and what it enters as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// What it enters as. Its quantity is that of its slot.
    pub(crate) order: NewOrder,
    /// What makes it enter.
    pub(crate) waits_for: WaitsFor,
    /// It has reserved what an order limited to this price needs.
    pub(crate) hold_price: Price,
}

/// What makes a waiting order enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitsFor {
    /// Its trigger.
    Trigger(Armed),
    /// Its turn in the cascade: its trigger fired at this stop price.
    Turn {
        /// The stop price that was reached.
        stop_price: Price,
    },
    /// The auction that it is for: at-open and at-close orders may come early.
    Auction,
    /// Its parent's trades: it has not started.
    Parent,
    /// What it follows: a pegged order without a price.
    Price,
    /// The others of its quote or batch, which come first, within the same command.
    OtherSide,
    /// The uncross of the call that it is in: a market order.
    Uncross {
        /// Its place among the market orders of its side.
        turn: u64,
    },
}

impl Waiting {
    /// The price at which it fires now.
    pub(crate) fn stop_price(&self) -> Option<Price> {
        match self.waits_for {
            WaitsFor::Trigger(armed) => armed.stop_price(),
            WaitsFor::Turn { stop_price } => Some(stop_price),
            WaitsFor::Parent => self.stop_price_as_entered(),
            WaitsFor::Auction
            | WaitsFor::Price
            | WaitsFor::OtherSide
            | WaitsFor::Uncross { .. } => None,
        }
    }

    /// The stop price that it came with.
    fn stop_price_as_entered(&self) -> Option<Price> {
        self.order.conditions.as_ref()?.stop_price()
    }

    /// Its limit price, if it has one.
    pub(crate) fn limit_price(&self) -> Option<Price> {
        match self.order.kind {
            OrderKind::Limit { price } => Some(price),
            OrderKind::Pegged { .. } => self.order.conditions.as_ref()?.cap,
            OrderKind::Market
            | OrderKind::MarketWithProtection { .. }
            | OrderKind::MarketToLimit => None,
        }
    }
}

impl Listing {
    /// Makes an order wait that has its slot and is found by its ids.
    pub(crate) fn wait(&mut self, slot: u32, waiting: Waiting) {
        let order = *self.book.pool.get(slot);
        assert!(order.level == NO_SLOT, "a waiting order stands in no queue");
        match &waiting.waits_for {
            WaitsFor::Trigger(armed) => self.triggers.add(order.id(), armed),
            WaitsFor::Uncross { turn } => {
                let queue = &mut self.session.market_queue;
                queue.add(order.side(), *turn, order.id());
            }
            WaitsFor::Turn { .. }
            | WaitsFor::Auction
            | WaitsFor::Parent
            | WaitsFor::Price
            | WaitsFor::OtherSide => {}
        }
        self.book.pool.special_mut(slot).waiting = Some(waiting);
        self.book.waiting.insert(order.id(), slot);
    }

    /// A waiting order waits no longer: it is about to enter, or ends. Its slot and ids stay.
    pub(crate) fn stop_waiting(&mut self, slot: u32) -> Waiting {
        let order = *self.book.pool.get(slot);
        let order_id = order.id();
        let waiting = self.book.pool.special_mut(slot).waiting.take();
        let waiting = waiting.expect("an open order in no queue says why it waits");
        match &waiting.waits_for {
            WaitsFor::Trigger(armed) => self.triggers.remove(order_id, armed),
            WaitsFor::Uncross { turn } => self.session.market_queue.remove(order.side(), *turn),
            WaitsFor::Turn { .. }
            | WaitsFor::Auction
            | WaitsFor::Parent
            | WaitsFor::Price
            | WaitsFor::OtherSide => {}
        }
        self.book.waiting.remove(&order_id);
        waiting
    }

    /// What a waiting order has reserved.
    pub(crate) fn hold_of_waiting(&self, order: &OrderSlot, hold_price: Price) -> Notional {
        let quantity = Quantity::from_units(order.leaves_units);
        self.book.holds.need(order.side(), hold_price, quantity)
    }

    /// Ends a waiting order and returns what was reserved for it, which the caller gives back or uses.
    #[cold]
    pub(crate) fn take_out_waiting<S: EventSink>(
        &mut self,
        slot: u32,
        reason: CancelReason,
        sink: &mut S,
    ) -> Notional {
        let hold = self.hold_of(slot) - self.book.pool.owed(slot);
        let waiting = self.stop_waiting(slot);
        let order = *self.book.pool.get(slot);
        self.report_ended(slot, &order, waiting.limit_price(), reason, sink);
        self.forget(slot, &order);
        hold
    }

    /// Ends a waiting order.
    #[cold]
    #[inline(never)]
    pub(crate) fn cancel_waiting<S: EventSink>(
        &mut self,
        slot: u32,
        reason: CancelReason,
        sink: &mut S,
    ) {
        let order = *self.book.pool.get(slot);
        let hold = self.take_out_waiting(slot, reason, sink);
        release_all(&order, hold, sink);
    }

    /// Tells that an order that is in no queue ended with all that it has open.
    pub(crate) fn report_ended<S: EventSink>(
        &self,
        slot: u32,
        order: &OrderSlot,
        price: Option<Price>,
        reason: CancelReason,
        sink: &mut S,
    ) {
        sink.event(Event::Canceled(Canceled {
            order_id: order.id(),
            external_id: order.external_id(),
            account: order.account,
            side: order.side(),
            price,
            canceled_quantity: Quantity::from_units(order.leaves_units),
            filled_quantity: Quantity::from_units(self.book.pool.detail(slot).filled_units),
            unspent: Notional::ZERO,
            reason,
        }));
    }
}
