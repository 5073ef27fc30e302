//! Replace of an order that waits: it keeps its id and goes on waiting, or has its turn.

use crate::cancel_reason::CancelReason;
use crate::command::Replace;
use crate::conditions::TriggerKind;
use crate::event::{Event, Priority, Replaced};
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::order::{Display, OrderKind, TimeInForce};
use crate::outcome::release_part;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;
use crate::triggers::Armed;
use crate::waiting::{Waiting, WaitsFor};

/// What a replace makes of a waiting order, once it is admitted.
struct Change {
    waiting: Waiting,
    /// What it is for when it enters; zero ends it.
    leaves_units: u64,
    have: Notional,
    need: Notional,
    shared: Notional,
}

impl Listing {
    /// Changes an order that waits, or leaves it exactly as it was.
    #[cold]
    #[inline(never)]
    pub(crate) fn replace_waiting<S: EventSink>(
        &mut self,
        replace: &Replace,
        slot: u32,
        sink: &mut S,
    ) {
        let change = match self.admit_change_of_waiting(replace, slot) {
            Ok(change) => change,
            Err(reason) => return self.refuse_replace(replace, reason, sink),
        };
        let order = *self.book.pool.get(slot);
        if change.leaves_units == 0 {
            self.take_out_waiting(slot, CancelReason::Requested, sink);
            release_part(&order, change.have, Notional::ZERO, sink);
            return self.follow(sink);
        }
        if let Some(expiry) = replace.expiry {
            self.change_lifetime(slot, TimeInForce::GoodTillDate(expiry));
        }
        self.set_open_of_waiting(slot, change.leaves_units);
        let before = self.stop_waiting(slot).waits_for;
        let had_turn = matches!(before, WaitsFor::Turn { .. });
        let priority = priority_of(before, change.waiting.waits_for);
        if let WaitsFor::Uncross { .. } = before {
            self.session.has_replaced |= change.leaves_units != order.leaves_units;
        }
        self.report_waiting_replaced(slot, &change, priority, sink);
        if self.book.holds.are_enforced() {
            release_part(&order, change.have - change.need, change.need, sink);
        }
        if change.leaves_units != order.leaves_units {
            self.set_partner_quantity(slot, change.leaves_units, sink);
        }
        self.set_shared(slot, change.shared);
        let has_turn = matches!(change.waiting.waits_for, WaitsFor::Turn { .. });
        self.wait(slot, change.waiting);
        if has_turn && !had_turn {
            self.cascade.push(order.id());
        }
    }

    /// Checks a replace, in the order of [`RejectReason`].
    fn admit_change_of_waiting(
        &self,
        replace: &Replace,
        slot: u32,
    ) -> Result<Change, RejectReason> {
        self.check_state()?;
        let order = self.book.pool.get(slot);
        let mut waiting = self.book.waiting_record(slot).clone();
        let filled = self.book.pool.detail(slot).filled_units;
        if let Some(quantity) = replace.quantity
            && !self.is_valid_total(quantity, filled)
        {
            return Err(RejectReason::InvalidQuantity);
        }
        if replace.peak.is_some_and(|peak| !self.is_valid_peak(peak)) {
            return Err(RejectReason::InvalidQuantity);
        }
        for price in [replace.price, replace.stop].into_iter().flatten() {
            self.check_price(price)?;
        }
        let takes_expiry = waiting.order.time_in_force.takes_expiry();
        let is_sound = replace.side == order.side()
            && (takes_expiry || replace.expiry.is_none())
            && set_limit(&mut waiting, replace.price)
            && set_peak(&mut waiting, replace.peak)
            && self.set_stop(&mut waiting, replace.stop);
        if !is_sound {
            return Err(RejectReason::InvalidCombination);
        }
        if let Some(expiry) = replace.expiry {
            let time_in_force = TimeInForce::GoodTillDate(expiry);
            self.check_expiry(time_in_force)?;
            waiting.order.time_in_force = time_in_force;
        }
        let leaves_units = match replace.quantity {
            None => order.leaves_units,
            Some(total) => total.units().saturating_sub(filled),
        };
        if let Some(price) = replace.price {
            self.check_band(price)?;
        }
        // A stop price that is as it was is not looked at again.
        let old_stop = self.book.waiting_record(slot).stop_price();
        if leaves_units > 0
            && replace.stop != old_stop
            && let (Some(_), WaitsFor::Trigger(armed)) = (replace.stop, waiting.waits_for)
        {
            waiting.waits_for = self.waits_for(armed)?;
        }
        if let WaitsFor::Uncross { .. } = waiting.waits_for
            && leaves_units > order.leaves_units
        {
            waiting.waits_for = self.next_in_queue();
        }
        let old_hold = self.hold_of(slot);
        let (_, beside) = self.book.hold_basis(slot);
        if replace.price.is_some() || replace.stop.is_some() {
            waiting.hold_price = self.hold_price(&waiting.order, waiting.stop_price())?;
        }
        let have = if self.book.holds.are_enforced() {
            old_hold + replace.extra
        } else {
            Notional::ZERO
        };
        let quantity = Quantity::from_units(leaves_units + beside);
        let need = self
            .book
            .holds
            .need(replace.side, waiting.hold_price, quantity);
        let pair = self.funds_of_pair(slot, need, leaves_units)?;
        if have < need + pair.for_partner {
            return Err(RejectReason::InsufficientFunds);
        }
        Ok(Change {
            waiting,
            leaves_units,
            have: have - pair.for_partner,
            need,
            shared: pair.shared,
        })
    }

    /// Sets the stop price of an order that waits for one; whether there is one to set.
    fn set_stop(&self, waiting: &mut Waiting, stop: Option<Price>) -> bool {
        let Some(price) = stop else {
            return true;
        };
        if waiting.waits_for == WaitsFor::Parent {
            return set_stop_to_come(waiting, price);
        }
        let WaitsFor::Trigger(armed) = waiting.waits_for else {
            return false;
        };
        let kind = match armed.kind {
            TriggerKind::Stop { .. } => TriggerKind::Stop { price },
            TriggerKind::TakeProfit { .. } => TriggerKind::TakeProfit { price },
            TriggerKind::Trailing { .. } => return false,
        };
        let value = self.value_of(armed.source, armed.side);
        let trigger = waiting
            .order
            .conditions
            .as_mut()
            .and_then(|conditions| conditions.trigger.as_mut());
        if let Some(trigger) = trigger {
            trigger.kind = kind;
        }
        waiting.waits_for = WaitsFor::Trigger(Armed::new(armed.side, armed.source, kind, value));
        true
    }

    fn report_waiting_replaced<S: EventSink>(
        &mut self,
        slot: u32,
        change: &Change,
        priority: Priority,
        sink: &mut S,
    ) {
        let mut detail = self.book.pool.detail(slot);
        detail.replace_count += 1;
        self.book.pool.set_detail(slot, detail);
        let order = *self.book.pool.get(slot);
        let waiting = &change.waiting;
        let price = waiting.limit_price().or(waiting.stop_price());
        sink.event(Event::Replaced(Replaced {
            order_id: order.id(),
            account: order.account,
            side: order.side(),
            price: price.unwrap_or(waiting.hold_price),
            quantity: Quantity::from_units(detail.filled_units + change.leaves_units),
            filled_quantity: Quantity::from_units(detail.filled_units),
            leaves_quantity: Quantity::from_units(change.leaves_units),
            time_in_force: waiting.order.time_in_force,
            priority,
            replace_count: detail.replace_count,
            hold: change.have,
        }));
    }
}

/// Whether a change leaves a market order its place in the queue; what waits for something else has none.
fn priority_of(before: WaitsFor, after: WaitsFor) -> Priority {
    let queues = matches!(before, WaitsFor::Uncross { .. });
    if queues && before != after {
        Priority::Lost
    } else {
        Priority::Kept
    }
}

/// Sets the limit of an order that has one; whether there is one to set.
fn set_limit(waiting: &mut Waiting, price: Option<Price>) -> bool {
    match (price, &mut waiting.order.kind) {
        (None, _) => true,
        (Some(new), OrderKind::Limit { price }) => {
            *price = new;
            true
        }
        (
            Some(_),
            OrderKind::Market
            | OrderKind::MarketWithProtection { .. }
            | OrderKind::MarketToLimit
            | OrderKind::Pegged { .. },
        ) => false,
    }
}

/// Sets the stop price of a child that waits for its parent first; whether there is one to set.
fn set_stop_to_come(waiting: &mut Waiting, price: Price) -> bool {
    let conditions = waiting.order.conditions.as_mut();
    let Some(trigger) = conditions.and_then(|conditions| conditions.trigger.as_mut()) else {
        return false;
    };
    trigger.kind = match trigger.kind {
        TriggerKind::Stop { .. } => TriggerKind::Stop { price },
        TriggerKind::TakeProfit { .. } => TriggerKind::TakeProfit { price },
        TriggerKind::Trailing { .. } => return false,
    };
    true
}

/// Sets the slice of an iceberg; whether it is one.
fn set_peak(waiting: &mut Waiting, peak: Option<Quantity>) -> bool {
    match (peak, &mut waiting.order.display) {
        (None, _) => true,
        (Some(new), Display::Iceberg { peak }) => {
            *peak = new;
            true
        }
        (Some(_), Display::Full | Display::Hidden) => false,
    }
}
