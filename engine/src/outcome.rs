//! How orders come to rest, change and end, and how that is told.

use crate::event::{CancelReason, Canceled, Event, HoldReleased, Rested};
use crate::event_sink::{EventSink, LevelChange, OrderChange, OrderChangeKind};
use crate::id::AccountId;
use crate::listing::Listing;
use crate::matching::match_order::Residual;
use crate::matching::taker::Taker;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::side::Side;

impl Listing {
    /// Puts an order at the tail of its level.
    #[inline]
    pub(crate) fn rest<S: EventSink>(&mut self, side: Side, slot: u32, price: Price, sink: &mut S) {
        let level = self.book.push_back(side, slot, price);
        let order = self.book.pool.get(slot);
        if !order.is_hidden() {
            let shown = Quantity::from_units(order.leaves_units);
            sink.order_changed(OrderChange {
                order_id: order.id(),
                account: order.account,
                side,
                price,
                kind: OrderChangeKind::Added(shown),
            });
            self.report_level(side, level, sink);
        }
    }

    /// Ends a resting order. Its level stays, perhaps empty: the caller reports and closes it.
    pub(crate) fn end_order<S: EventSink>(
        &mut self,
        slot: u32,
        reason: CancelReason,
        sink: &mut S,
    ) {
        let order = *self.book.pool.get(slot);
        let hold = self.take_out(slot, reason, sink);
        if hold > Notional::ZERO {
            sink.event(Event::HoldReleased(HoldReleased {
                order_id: Some(order.id()),
                account: order.account,
                side: order.side(),
                released: hold,
                hold: Notional::ZERO,
            }));
        }
    }

    /// Ends a resting order and returns what was reserved for it, which the caller gives back or uses.
    #[inline]
    pub(crate) fn take_out<S: EventSink>(
        &mut self,
        slot: u32,
        reason: CancelReason,
        sink: &mut S,
    ) -> Notional {
        let order = *self.book.pool.get(slot);
        let price = self.book.price_of(&order);
        let leaves_quantity = Quantity::from_units(order.leaves_units);
        let detail = self.book.pool.detail(slot);
        self.report_order(slot, OrderChangeKind::Removed, sink);
        self.book.unlink(order.side(), slot);
        sink.event(Event::Canceled(Canceled {
            order_id: order.id(),
            external_id: detail.external_id,
            account: order.account,
            side: order.side(),
            price: Some(price),
            canceled_quantity: leaves_quantity,
            filled_quantity: Quantity::from_units(detail.filled_units),
            unspent: Notional::ZERO,
            reason,
        }));
        self.forget(slot);
        self.book.holds.need(order.side(), price, leaves_quantity)
    }

    /// Ends a resting order and closes its level if it was the last one there.
    #[inline]
    pub(crate) fn cancel_resting<S: EventSink>(
        &mut self,
        slot: u32,
        reason: CancelReason,
        sink: &mut S,
    ) {
        let order = *self.book.pool.get(slot);
        self.end_order(slot, reason, sink);
        self.settle_level(order.side(), order.level, order.is_hidden(), sink);
    }

    /// An order left its level: reports what is shown there now, and closes it if it is empty.
    #[inline]
    pub(crate) fn settle_level<S: EventSink>(
        &mut self,
        side: Side,
        level: u32,
        was_hidden: bool,
        sink: &mut S,
    ) {
        if !was_hidden {
            self.report_level(side, level, sink);
        }
        self.book.side_mut(side).close_if_empty(level);
    }

    /// Forgets an order that is in no queue any more.
    #[inline]
    pub(crate) fn forget(&mut self, slot: u32) {
        if self.book.pool.get(slot).traits().has_extras() {
            self.forget_extras(slot);
        }
        self.book.unlist(slot);
    }

    #[cold]
    fn forget_extras(&mut self, slot: u32) {
        let order = self.book.pool.get(slot);
        if let Some(id) = self.book.pool.client_order_id(slot) {
            self.client_ids.close(order.account, id);
        }
        if let Some(expiry) = self.book.pool.expiry(slot) {
            self.expiries.remove(expiry, order.id());
        }
    }

    /// Lowers a resting order's open quantity in place.
    #[inline]
    pub(crate) fn reduce_leaves(&mut self, slot: u32, leaves_units: u64) {
        let order = self.book.pool.get_mut(slot);
        let freed = order.leaves_units - leaves_units;
        order.leaves_units = leaves_units;
        let order = *order;
        if !order.is_hidden() {
            let level = self.book.side_mut(order.side()).level_mut(order.level);
            level.displayed_units -= freed;
        }
    }

    #[inline]
    pub(crate) fn report_rested<S: EventSink>(&self, slot: u32, sink: &mut S) {
        let order = self.book.pool.get(slot);
        let price = self.book.price_of(order);
        let leaves_quantity = Quantity::from_units(order.leaves_units);
        let (displayed_quantity, hidden_quantity) = if order.is_hidden() {
            (Quantity::ZERO, leaves_quantity)
        } else {
            (leaves_quantity, Quantity::ZERO)
        };
        sink.event(Event::Rested(Rested {
            order_id: order.id(),
            handle: self.book.pool.handle(slot),
            account: order.account,
            side: order.side(),
            price,
            displayed_quantity,
            hidden_quantity,
            hold: self.book.holds.need(order.side(), price, leaves_quantity),
        }));
    }

    /// Tells the market what became of an order, if it sees that order.
    #[inline]
    pub(crate) fn report_order<S: EventSink>(
        &self,
        slot: u32,
        kind: OrderChangeKind,
        sink: &mut S,
    ) {
        let order = self.book.pool.get(slot);
        if order.is_hidden() {
            return;
        }
        sink.order_changed(OrderChange {
            order_id: order.id(),
            account: order.account,
            side: order.side(),
            price: self.book.price_of(order),
            kind,
        });
    }

    /// Tells the market what a level shows now.
    #[inline]
    pub(crate) fn report_level<S: EventSink>(&self, side: Side, level: u32, sink: &mut S) {
        let shown = self.book.side(side).displayed(level);
        sink.level_changed(LevelChange {
            side,
            price: shown.price,
            displayed_quantity: shown.quantity,
            order_count: shown.order_count,
        });
    }

    /// Gives back what the door reserved for a command that was refused.
    #[inline]
    pub(crate) fn release_door_reserve<S: EventSink>(
        &self,
        account: AccountId,
        side: Side,
        released: Notional,
        sink: &mut S,
    ) {
        if released > Notional::ZERO && self.book.holds.are_enforced() {
            sink.event(Event::HoldReleased(HoldReleased {
                order_id: None,
                account,
                side,
                released,
                hold: Notional::ZERO,
            }));
        }
    }

    /// Gives back part of what was reserved for a resting order, which already is what it is to be.
    #[inline]
    pub(crate) fn release_of<S: EventSink>(&self, slot: u32, released: Notional, sink: &mut S) {
        if released > Notional::ZERO {
            let order = self.book.pool.get(slot);
            let price = self.book.price_of(order);
            let leaves_quantity = Quantity::from_units(order.leaves_units);
            sink.event(Event::HoldReleased(HoldReleased {
                order_id: Some(order.id()),
                account: order.account,
                side: order.side(),
                released,
                hold: self.book.holds.need(order.side(), price, leaves_quantity),
            }));
        }
    }
}

/// Gives back part of what was reserved for a taker, which already counts its hold without it.
#[inline]
pub(crate) fn release_of_taker<S: EventSink>(taker: &Taker, released: Notional, sink: &mut S) {
    if released > Notional::ZERO {
        sink.event(Event::HoldReleased(HoldReleased {
            order_id: Some(taker.order_id),
            account: taker.account,
            side: taker.side,
            released,
            hold: taker.hold,
        }));
    }
}

/// A taker is over; what is still reserved for it is given back.
#[inline]
pub(crate) fn give_back_hold<S: EventSink>(taker: &mut Taker, sink: &mut S) -> Residual {
    let released = taker.hold;
    taker.hold = Notional::ZERO;
    release_of_taker(taker, released, sink);
    Residual::Ended
}

/// A taker is over with something left.
pub(crate) fn end_taker<S: EventSink>(
    taker: &mut Taker,
    reason: CancelReason,
    sink: &mut S,
) -> Residual {
    let unspent = match &taker.money {
        Some(money) if taker.is_by_quote => money.left + money.short,
        Some(_) | None => Notional::ZERO,
    };
    sink.event(Event::Canceled(Canceled {
        order_id: taker.order_id,
        external_id: taker.external_id,
        account: taker.account,
        side: taker.side,
        price: taker.limit_price(),
        canceled_quantity: taker.leaves_quantity(),
        filled_quantity: Quantity::from_units(taker.filled_units),
        unspent,
        reason,
    }));
    taker.leaves_units = 0;
    give_back_hold(taker, sink)
}
