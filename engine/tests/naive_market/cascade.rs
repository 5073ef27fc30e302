//! The queue after a command: stops that were hit and children that start or grow, one at a time.

use scenario::{CancelWord, MarketLine};

use super::NaiveMarket;
use super::order::{Id, Order, Place};

impl NaiveMarket {
    /// Runs the queue until it is empty or trading is no longer continuous.
    pub(super) fn cascade(&mut self) {
        while self.state.is_trading() {
            if self.queue.is_empty() {
                self.look_at_book();
            }
            if self.queue.is_empty() {
                return;
            }
            let id = self.queue.remove(0);
            self.activate(id);
        }
    }

    fn activate(&mut self, id: Id) {
        let is_hit = self.order(id).place == Place::Hit;
        let parent = &mut self.order_mut(id).parent;
        let has_turn = parent
            .as_mut()
            .is_some_and(|parent| std::mem::take(&mut parent.has_turn));
        if has_turn && self.order(id).place == Place::Unstarted {
            self.start(id);
        } else if has_turn {
            self.grow(id);
        }
        if is_hit {
            self.fire(id);
        }
    }

    /// A stop fires: its partner goes first, then it enters as if it had just arrived.
    fn fire(&mut self, id: Id) {
        let name = self.names.name(self.order(id).name).clone();
        self.say(MarketLine::Trigger(name));
        let order = self.order_mut(id);
        order.place = Place::Entering;
        order.trigger = None;
        order.is_late = true;
        let partner = order.partner.take();
        if let Some(partner) = partner
            && self.find(partner.id).is_some()
        {
            self.order_mut(partner.id).partner = None;
            self.cancel(partner.id, CancelWord::Oco);
        }
        self.enter(id);
    }

    /// A child starts, with what its parent has traded or with all it is for.
    fn start(&mut self, id: Id) {
        let order = self.order_mut(id);
        order.is_late = true;
        order.place = Place::Entering;
        let parent = order.parent.as_mut().expect("a child has a parent");
        parent.granted = if parent.is_partial {
            parent.allowed.min(parent.wanted)
        } else {
            parent.wanted
        };
        order.open = parent.granted;
        self.arrive(id);
    }

    /// A child that lives already grows with its parent's executions.
    fn grow(&mut self, id: Id) {
        let more = more_for(self.order(id));
        if more == 0 {
            return;
        }
        let keeps = self.terms.grow == Some(scenario::GrowingChild::Keep);
        let order = self.order_mut(id);
        order.parent.as_mut().expect("a child has a parent").granted += more;
        order.open += more;
        if order.place != Place::Book || keeps {
            return;
        }
        let side = order.side;
        order.place = Place::Entering;
        order.is_late = true;
        self.forget_top(id, side);
        if self.order(id).peg.is_some() {
            self.take_tail(id);
        } else {
            self.enter(id);
        }
    }
}

/// What a started child may have beyond what it has.
pub fn more_for(order: &Order) -> u64 {
    match order.parent {
        Some(parent) if parent.is_partial => parent
            .allowed
            .min(parent.wanted)
            .saturating_sub(parent.granted),
        Some(_) | None => 0,
    }
}
