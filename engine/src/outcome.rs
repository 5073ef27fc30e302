//! How orders come to rest, change and end, and how that is told.

use crate::book::order_slot::OrderSlot;
use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::event::{Canceled, Event, HoldReleased, Rested};
use crate::event_sink::{EventSink, OrderChange, OrderChangeKind};
use crate::id::{AccountId, OrderHandle};
use crate::listing::Listing;
use crate::matching::match_order::Residual;
use crate::matching::taker::Taker;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::side::Side;

impl Listing {
    /// Tells the market of an order that joined the tail of its level.
    #[inline]
    pub(crate) fn report_joined<S: EventSink>(
        &self,
        order: &OrderSlot,
        price: Price,
        sink: &mut S,
    ) {
        let shown = Quantity::from_units(order.leaves_units);
        report_order(order, price, OrderChangeKind::Added(shown), sink);
        if !order.is_hidden() {
            sink.level_changed(self.book.side(order.side()).displayed(order.level));
        }
    }

    /// Puts an order that has its slot at the tail of its level. Returns it as it rests.
    #[inline]
    pub(crate) fn rest<S: EventSink>(
        &mut self,
        slot: u32,
        price: Price,
        sink: &mut S,
    ) -> OrderSlot {
        let mut order = *self.book.pool.get(slot);
        if self.shares_by_size() {
            let open_units = self.book.pool.open_units(slot, &order);
            self.note_top_order(&order, open_units, price);
        }
        let (levels, pool) = self.book.side_and_pool(order.side());
        levels.link(pool, slot, &mut order, price);
        *pool.get_mut(slot) = order;
        self.report_joined(&order, price, sink);
        order
    }

    /// Ends a resting order and closes its level if it was the last one there.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn cancel_resting<S: EventSink>(
        &mut self,
        slot: u32,
        reason: CancelReason,
        sink: &mut S,
    ) {
        let order = *self.book.pool.get(slot);
        if order.level == NO_SLOT {
            self.cancel_waiting(slot, reason, sink);
            return self.follow(sink);
        }
        self.end_order(slot, &order, reason, sink);
        self.settle_level(&order, sink);
        if order.traits().is_special() {
            self.follow(sink);
        }
    }

    /// Ends an open order; who goes with it is noted and not followed.
    #[cold]
    pub(crate) fn end_alone<S: EventSink>(
        &mut self,
        slot: u32,
        reason: CancelReason,
        sink: &mut S,
    ) {
        let order = *self.book.pool.get(slot);
        if order.level == NO_SLOT {
            return self.cancel_waiting(slot, reason, sink);
        }
        self.end_order(slot, &order, reason, sink);
        self.settle_level(&order, sink);
    }

    /// Ends a resting order. Its level stays, perhaps empty: the caller settles it.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn end_order<S: EventSink>(
        &mut self,
        slot: u32,
        order: &OrderSlot,
        reason: CancelReason,
        sink: &mut S,
    ) {
        let hold = self.take_out(slot, order, reason, sink);
        release_all(order, hold, sink);
    }

    /// Ends a resting order and returns what was reserved for it, which the caller gives back or uses.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn take_out<S: EventSink>(
        &mut self,
        slot: u32,
        order: &OrderSlot,
        reason: CancelReason,
        sink: &mut S,
    ) -> Notional {
        let side = order.side();
        let (levels, pool) = self.book.side_and_pool(side);
        let price = levels.price(order.level);
        let detail = pool.detail(slot);
        let external_id = order.external_id();
        let (mut hold_price, mut beside, mut open_units) = (price, 0, order.leaves_units);
        let mut owed = Notional::ZERO;
        if order.traits().is_special() {
            (hold_price, beside) = pool.hold_basis(slot, order, price);
            open_units = pool.open_units(slot, order);
            owed = pool.owed(slot);
        }
        levels.unlink(pool, slot, order);
        let leaves_quantity = Quantity::from_units(open_units);
        report_order(order, price, OrderChangeKind::Removed, sink);
        sink.event(Event::Canceled(Canceled {
            order_id: order.id(),
            external_id,
            account: order.account,
            side,
            price: Some(price),
            canceled_quantity: leaves_quantity,
            filled_quantity: Quantity::from_units(detail.filled_units),
            unspent: Notional::ZERO,
            reason,
        }));
        self.forget(slot, order);
        if !self.book.holds.are_enforced() {
            return Notional::ZERO;
        }
        let held = Quantity::from_units(open_units + beside);
        self.book.holds.need(side, hold_price, held) - owed
    }

    /// An order left its level: reports what is shown there now, and closes it if it is empty.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn settle_level<S: EventSink>(&mut self, order: &OrderSlot, sink: &mut S) {
        let levels = self.book.side_mut(order.side());
        if !order.is_hidden() {
            sink.level_changed(levels.displayed(order.level));
        }
        levels.close_if_empty(order.level);
    }

    /// Forgets an order that is in no queue any more, and frees its slot.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn forget(&mut self, slot: u32, order: &OrderSlot) {
        if order.traits().ends_plainly() {
            self.book.unlist_plain(slot, order);
        } else {
            self.forget_more(slot, order);
        }
        self.book.pool.free(slot);
    }

    #[inline(never)]
    fn forget_more(&mut self, slot: u32, order: &OrderSlot) {
        if order.traits().has_extras() {
            self.forget_extras(slot, order);
        }
        self.book.unlist(slot, order);
    }

    #[cold]
    fn forget_extras(&mut self, slot: u32, order: &OrderSlot) {
        if let Some(id) = self.book.pool.client_order_id(slot) {
            self.client_ids.close(order.account, id);
        }
        self.forget_lifetime(slot, order.id());
        if order.traits().is_special() {
            self.forget_peg(slot, order);
            self.untie(slot);
            self.book.pool.forget_special(slot);
        }
    }

    /// What is reserved for an open order.
    pub(crate) fn hold_of(&self, slot: u32) -> Notional {
        self.book.hold_of(slot)
    }

    /// Lowers what a resting order has open, in place. An iceberg loses what nobody sees first.
    pub(crate) fn reduce_open(&mut self, slot: u32, open_units: u64) {
        if let Some(iceberg) = self.book.pool.iceberg(slot) {
            let shown = self.book.pool.get(slot).leaves_units.min(open_units);
            self.set_iceberg(slot, iceberg.peak_units, open_units - shown);
            self.reduce_leaves(slot, shown);
        } else {
            self.reduce_leaves(slot, open_units);
        }
    }

    /// Lowers what a resting order's slot says, in place.
    pub(crate) fn reduce_leaves(&mut self, slot: u32, leaves_units: u64) {
        let (order, freed) = {
            let place = self.book.pool.get_mut(slot);
            let freed = place.leaves_units - leaves_units;
            place.leaves_units = leaves_units;
            (*place, freed)
        };
        if !order.is_hidden() {
            let level = self.book.side_mut(order.side()).level_mut(order.level);
            level.displayed_units -= freed;
        }
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
}

/// Tells the market what became of an order, if it sees that order.
#[inline]
pub(crate) fn report_order<S: EventSink>(
    order: &OrderSlot,
    price: Price,
    kind: OrderChangeKind,
    sink: &mut S,
) {
    if !order.is_hidden() {
        sink.order_changed(OrderChange {
            order_id: order.id(),
            account: order.account,
            side: order.side(),
            price,
            kind,
        });
    }
}

/// Tells that an order rests.
#[inline]
pub(crate) fn report_rested<S: EventSink>(
    order: &OrderSlot,
    handle: OrderHandle,
    price: Price,
    shown_and_hidden: (Quantity, Quantity),
    hold: Notional,
    sink: &mut S,
) {
    let (displayed_quantity, hidden_quantity) = shown_and_hidden;
    sink.event(Event::Rested(Rested {
        order_id: order.id(),
        handle,
        account: order.account,
        side: order.side(),
        price,
        displayed_quantity,
        hidden_quantity,
        hold,
    }));
}

/// An order is over: all that was reserved for it is given back.
#[inline]
pub(crate) fn release_all<S: EventSink>(order: &OrderSlot, released: Notional, sink: &mut S) {
    release_part(order, released, Notional::ZERO, sink);
}

/// Gives back part of what was reserved for an order; `hold` stays reserved.
#[inline]
pub(crate) fn release_part<S: EventSink>(
    order: &OrderSlot,
    released: Notional,
    hold: Notional,
    sink: &mut S,
) {
    if released > Notional::ZERO {
        sink.event(Event::HoldReleased(HoldReleased {
            order_id: Some(order.id()),
            account: order.account,
            side: order.side(),
            released,
            hold,
        }));
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
