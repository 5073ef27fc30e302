//! A child's turn in the cascade: it starts, or grows.

use crate::book::price_level::NO_SLOT;
use crate::event::Priority;
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::id::OrderId;
use crate::linked::Parentage;
use crate::listing::Listing;
use crate::matching::match_order::Residual;
use crate::matching::taker::{PriceLimit, Taker};
use crate::order::{NewOrder, OrderSize};
use crate::outcome::{release_part, report_order, report_rested};
use crate::price::Price;
use crate::quantity::Quantity;
use crate::rules::GrowingChild;
use crate::waiting::{Waiting, WaitsFor};

impl Listing {
    /// Whether an order in the cascade is a child that is to start or to grow.
    pub(crate) fn child_with_turn(&self, slot: u32) -> Option<Parentage> {
        let parentage = self.book.pool.ties(slot)?.parent?;
        parentage.has_turn.then_some(parentage)
    }

    /// A child starts, with what its parent has traded or with all it is for, or grows by what is new.
    #[cold]
    pub(crate) fn take_turn_of_child<S: EventSink>(
        &mut self,
        slot: u32,
        mut parentage: Parentage,
        sink: &mut S,
    ) {
        let more = parentage.due_units();
        let starts = parentage.granted_units == 0;
        let hold_before = self.hold_of(slot);
        parentage.has_turn = false;
        parentage.granted_units += more;
        self.book.pool.ties_mut(slot).parent = Some(parentage);
        let order = *self.book.pool.get(slot);
        let open_before = self.book.pool.open_units(slot, &order);
        let open_units = if starts { more } else { open_before + more };
        if starts {
            self.book.pool.get_mut(slot).leaves_units = more;
            let hold = self.hold_of(slot);
            let kept = self.kept_for_partner(slot, hold, hold_before - hold);
            release_part(&order, hold_before - hold - kept, hold, sink);
            self.start_child(slot, sink);
        } else if more > 0 && order.level == NO_SLOT {
            self.book.pool.get_mut(slot).leaves_units = open_units;
            self.report_resized(slot, Priority::Kept, sink);
        } else if more > 0 {
            self.grow_child(slot, open_units, sink);
        }
        self.forget_parent_if_done(slot, order.id());
    }

    /// A parent that is over has given all it could.
    fn forget_parent_if_done(&mut self, slot: u32, id: OrderId) {
        if self.book.ids.get(id, &self.book.pool) != Some(slot) {
            return;
        }
        if let Some(parentage) = self.book.pool.ties(slot).and_then(|ties| ties.parent)
            && !parentage.parent_is_open
            && parentage.due_units() == 0
        {
            self.book.pool.ties_mut(slot).parent = None;
        }
    }

    /// As if it had just arrived: it waits for its own trigger, price or auction, or enters.
    fn start_child<S: EventSink>(&mut self, slot: u32, sink: &mut S) {
        let hold = self.hold_of(slot);
        let Waiting {
            order, hold_price, ..
        } = self.stop_waiting(slot);
        let id = self.book.pool.get(slot).id();
        let waits_for = if let Some(armed) = self.armed_on_entry(&order) {
            let value = self.value_of(armed.source, armed.side);
            match armed.stop_price() {
                Some(stop_price) if value.is_some_and(|value| armed.is_true_at(value)) => {
                    WaitsFor::Turn { stop_price }
                }
                Some(_) | None => WaitsFor::Trigger(armed),
            }
        } else if let Some(waits_for) = self.waits_for_a_call(&order) {
            waits_for
        } else if order.is_pegged() {
            WaitsFor::Price
        } else {
            let leaves_quantity = Quantity::from_units(self.book.pool.get(slot).leaves_units);
            let entering = NewOrder {
                size: OrderSize::Quantity(leaves_quantity),
                ..order
            };
            return self.enter_late(slot, &entering, hold, None, sink);
        };
        let waiting = Waiting {
            order,
            waits_for,
            hold_price,
        };
        self.wait(slot, waiting);
        match waits_for {
            WaitsFor::Turn { .. } => self.cascade.push(id),
            WaitsFor::Price => self.place_new_peg(slot, sink),
            WaitsFor::Uncross { .. } => self.report_queued(slot, hold, sink),
            WaitsFor::Trigger(_) | WaitsFor::Auction | WaitsFor::Parent | WaitsFor::OtherSide => {}
        }
    }

    /// A child that rests has more to trade: it goes to the tail and may trade, unless the policy is to stay.
    fn grow_child<S: EventSink>(&mut self, slot: u32, open_units: u64, sink: &mut S) {
        let keeps = self.instrument.rules.growing_child == GrowingChild::Keep;
        let is_pegged = self.book.pool.peg(slot).is_some();
        if keeps {
            return self.grow_in_place(slot, open_units, sink);
        }
        let order = *self.book.pool.get(slot);
        let price = self.book.price_of(&order);
        report_order(&order, price, OrderChangeKind::Removed, sink);
        self.book.unlink(slot, &order);
        self.settle_level(&order, sink);
        self.forget_top_order(order.side(), order.id());
        self.show_slice(slot, open_units);
        let mut taker = self.taker_of_resting(slot, price, open_units);
        self.book.pool.get_mut(slot).level = NO_SLOT; // it is on its way
        self.report_resized_at(slot, price, taker.hold, Priority::Lost, sink);
        if !is_pegged && self.would_take(order.side(), price) {
            if self.match_order(&mut taker, sink) == Residual::Ended {
                let order = *self.book.pool.get(slot);
                self.forget(slot, &order);
                self.follow(sink);
                return self.settle_interruption(sink);
            }
            self.note_fills(slot, &taker);
        }
        let resting = self.rest(slot, price, sink);
        if !is_pegged {
            let shown = self.book.pool.shown_and_hidden(slot, &resting);
            let hold = self.hold_of(slot);
            report_rested(&resting, resting.handle(slot), price, shown, hold, sink);
        }
        self.release_of_rested(slot, taker.hold, sink);
        self.settle_interruption(sink);
    }

    /// An order that rested as a taker.
    fn taker_of_resting(&self, slot: u32, price: Price, open_units: u64) -> Taker {
        let order = *self.book.pool.get(slot);
        let (hold_price, beside) = self.book.pool.hold_basis(slot, &order, price);
        let quantity = Quantity::from_units(open_units + beside);
        let hold = self.book.holds.need(order.side(), hold_price, quantity);
        self.taker_again(
            slot,
            &order,
            PriceLimit::AtOrBetter(price),
            open_units,
            hold,
        )
    }
}
