//! A tied order's open quantity changes because of another order.

use crate::book::price_level::NO_SLOT;
use crate::conditions::ChildStart;
use crate::event::{Event, Priority, Replaced};
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::listing::Listing;
use crate::outcome::{release_part, report_order};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::waiting::WaitsFor;

impl Listing {
    /// An order's open quantity goes down in its place; what that frees is given back.
    pub(crate) fn shrink_tied<S: EventSink>(&mut self, slot: u32, open_units: u64, sink: &mut S) {
        let before = self.hold_of(slot);
        self.shrink_in_place(slot, open_units, sink);
        let hold = self.hold_of(slot);
        let kept = self.kept_for_partner(slot, hold, before - hold);
        let order = *self.book.pool.get(slot);
        release_part(&order, before - hold - kept, hold, sink);
    }

    /// An order's open quantity goes down in its place.
    pub(super) fn shrink_in_place<S: EventSink>(
        &mut self,
        slot: u32,
        open_units: u64,
        sink: &mut S,
    ) {
        self.note_resized(slot);
        let order = *self.book.pool.get(slot);
        if order.level == NO_SLOT {
            self.set_open_of_waiting(slot, open_units);
        } else {
            self.reduce_open(slot, open_units);
            self.report_shown_in_place(slot, order.leaves_units, sink);
        }
        self.report_resized(slot, Priority::Kept, sink);
    }

    /// An order's open quantity goes up: more that is displayed joins the tail. It is reserved for already.
    pub(crate) fn grow_tied<S: EventSink>(&mut self, slot: u32, open_units: u64, sink: &mut S) {
        self.note_resized(slot);
        let order = *self.book.pool.get(slot);
        if order.level == NO_SLOT {
            self.set_open_of_waiting(slot, open_units);
            let priority = self.lose_turn_in_call(slot);
            return self.report_resized(slot, priority, sink);
        }
        if order.is_hidden() || self.book.pool.iceberg(slot).is_some() {
            self.grow_in_place(slot, open_units, sink);
            return;
        }
        let price = self.book.price_of(&order);
        report_order(&order, price, OrderChangeKind::Removed, sink);
        self.book.unlink(slot, &order);
        self.settle_level(&order, sink);
        self.forget_top_order(order.side(), order.id());
        self.book.pool.get_mut(slot).leaves_units = open_units;
        // It has bettered nothing: the top order stays who it is.
        let top_order = self.top_orders[order.side() as usize];
        self.rest(slot, price, sink);
        self.top_orders[order.side() as usize] = top_order;
        self.report_resized(slot, Priority::Lost, sink);
    }

    fn waits_for_uncross(&self, slot: u32) -> bool {
        let waits_for = self.book.waiting_record(slot).waits_for;
        matches!(waits_for, WaitsFor::Uncross { .. })
    }

    /// A market order that waits for an uncross goes to the end of its queue.
    fn lose_turn_in_call(&mut self, slot: u32) -> Priority {
        if !self.waits_for_uncross(slot) {
            return Priority::Kept;
        }
        let turn = self.next_in_queue();
        let mut waiting = self.stop_waiting(slot);
        waiting.waits_for = turn;
        self.wait(slot, waiting);
        Priority::Lost
    }

    /// A resting order's open quantity goes up in its place; an iceberg grows below the water.
    pub(crate) fn grow_in_place<S: EventSink>(&mut self, slot: u32, open_units: u64, sink: &mut S) {
        self.note_resized(slot);
        let order = *self.book.pool.get(slot);
        if let Some(iceberg) = self.book.pool.iceberg(slot) {
            let hidden_units = open_units - order.leaves_units;
            self.set_iceberg(slot, iceberg.peak_units, hidden_units);
        } else {
            self.book.pool.get_mut(slot).leaves_units = open_units;
            if !order.is_hidden() {
                let more = open_units - order.leaves_units;
                let level = self.book.side_mut(order.side()).level_mut(order.level);
                level.displayed_units += more;
            }
            self.report_shown_in_place(slot, order.leaves_units, sink);
        }
        self.report_resized(slot, Priority::Kept, sink);
    }

    /// A call's indicative price may be another one.
    fn note_resized(&mut self, slot: u32) {
        let is_collected = self.book.pool.get(slot).level != NO_SLOT
            || matches!(
                self.book.waiting_record(slot).waits_for,
                WaitsFor::Uncross { .. }
            );
        self.session.has_replaced |= is_collected;
    }

    fn report_shown_in_place<S: EventSink>(&mut self, slot: u32, before: u64, sink: &mut S) {
        let order = *self.book.pool.get(slot);
        if order.leaves_units != before && !order.is_hidden() {
            let price = self.book.price_of(&order);
            let shown = Quantity::from_units(order.leaves_units);
            let change = if order.leaves_units < before {
                OrderChangeKind::Reduced(shown)
            } else {
                OrderChangeKind::Refilled(shown)
            };
            report_order(&order, price, change, sink);
            sink.level_changed(self.book.side(order.side()).displayed(order.level));
        }
    }

    /// What a waiting order is for; a child that has not started is for that at most.
    pub(crate) fn set_open_of_waiting(&mut self, slot: u32, open_units: u64) {
        self.book.pool.get_mut(slot).leaves_units = open_units;
        if let Some(mut parentage) = self.book.pool.ties(slot).and_then(|ties| ties.parent)
            && parentage.granted_units == 0
        {
            parentage.wanted_units = open_units;
            if parentage.start == ChildStart::OnFullFill && parentage.allowed_units > 0 {
                parentage.allowed_units = open_units; // its parent is filled: all of it is allowed
            }
            self.book.pool.ties_mut(slot).parent = Some(parentage);
        }
    }

    /// Tells the owner what is open now.
    pub(crate) fn report_resized<S: EventSink>(
        &mut self,
        slot: u32,
        priority: Priority,
        sink: &mut S,
    ) {
        let order = self.book.pool.get(slot);
        let is_in_call = order.level != NO_SLOT || self.waits_for_uncross(slot);
        self.session.has_replaced |= is_in_call;
        let price = if order.level == NO_SLOT {
            let waiting = self.book.waiting_record(slot);
            let price = waiting.limit_price().or(waiting.stop_price());
            price.unwrap_or(waiting.hold_price)
        } else {
            self.book.price_of(order)
        };
        self.report_resized_at(slot, price, self.hold_of(slot), priority, sink);
    }

    /// The same of an order that is in no queue at the moment.
    pub(super) fn report_resized_at<S: EventSink>(
        &self,
        slot: u32,
        price: Price,
        hold: Notional,
        priority: Priority,
        sink: &mut S,
    ) {
        let order = self.book.pool.get(slot);
        let detail = self.book.pool.detail(slot);
        let open_units = self.book.pool.open_units(slot, order);
        sink.event(Event::Replaced(Replaced {
            order_id: order.id(),
            account: order.account,
            side: order.side(),
            price,
            quantity: Quantity::from_units(open_units + detail.filled_units),
            filled_quantity: Quantity::from_units(detail.filled_units),
            leaves_quantity: Quantity::from_units(open_units),
            time_in_force: self.book.pool.time_in_force(slot),
            priority,
            replace_count: detail.replace_count,
            hold,
        }));
    }
}
