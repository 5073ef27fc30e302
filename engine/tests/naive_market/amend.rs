//! A change of a live order: what keeps its place and what loses it.

use scenario::{CancelWord, MarketLine, RejectWord, Replacement, StopOnEntry};

use super::NaiveMarket;
use super::order::{Id, Life, Order, Place, TriggerKind};

impl NaiveMarket {
    pub(super) fn replace(&mut self, asked: &Replacement) {
        let changed = self.live(&asked.name).and_then(|id| self.change(id, asked));
        match changed {
            Ok((old, new)) => self.exchange(&old, new),
            Err(reason) => self.say_reject(&asked.name, reason),
        }
    }

    /// The order as it is and as it would be; or the first reason against it.
    pub(super) fn change(&self, id: Id, asked: &Replacement) -> Result<(Order, Order), RejectWord> {
        let old = *self.order(id);
        let mut new = old;
        if self.killed.contains(&old.account) {
            return Err(RejectWord::Killed);
        }
        if let Some(reason) = self.state.refuses_orders() {
            return Err(reason);
        }
        let is_lots = |units: u64| units.is_multiple_of(self.lot());
        let quantities_are_good = asked.quantity.is_none_or(is_lots)
            && asked.peak.is_none_or(|peak| peak > 0 && is_lots(peak));
        if !quantities_are_good {
            return Err(RejectWord::InvalidQuantity);
        }
        let mut prices = [asked.price, asked.stop].into_iter().flatten();
        if prices.any(|price| !self.is_on_grid(price)) {
            return Err(RejectWord::InvalidPrice);
        }
        if is_contradictory(&old, asked) {
            return Err(RejectWord::InvalidCombination);
        }
        if let Some(quantity) = asked.quantity {
            new.open = quantity.saturating_sub(old.filled);
        }
        if asked.price.is_some() {
            new.limit = asked.price;
            new.asked = asked.price;
        } else if new.asked.is_some() {
            // It asks for nothing else than where it rests.
            new.asked = new.limit;
        }
        if asked.peak.is_some() {
            new.peak = asked.peak;
        }
        if let (Some(price), Some(trigger)) = (asked.stop, &mut new.trigger) {
            trigger.kind = match trigger.kind {
                TriggerKind::Stop(_) => TriggerKind::Stop(price),
                TriggerKind::TakeProfit(_) => TriggerKind::TakeProfit(price),
                TriggerKind::Trailing(trail) => TriggerKind::Trailing(trail),
            };
        }
        if let Some(expiry) = asked.expiry {
            new.life = Life::Until(expiry);
            if expiry <= self.now {
                return Err(RejectWord::Expired);
            }
        }
        if asked.price.is_some_and(|price| !self.is_in_band(price)) {
            return Err(RejectWord::PriceBand);
        }
        let is_over = new.open == 0 && new.money.is_none();
        let stands = old.place == Place::Book && self.state.is_trading();
        if stands && !is_over && new.post_only.is_some() && self.would_take(&new) {
            return Err(RejectWord::PostOnly);
        }
        let refuses = self.terms.stop_on_entry != Some(StopOnEntry::Trigger);
        let is_moved = new.trigger != old.trigger && old.place == Place::Armed;
        if is_moved && refuses && !is_over && self.is_true_now(&new) {
            return Err(RejectWord::WouldTrigger);
        }
        Ok((old, new))
    }

    fn exchange(&mut self, old: &Order, mut new: Order) {
        if new.open == 0 && new.money.is_none() {
            self.cancel(old.id, CancelWord::Requested);
            return;
        }
        if let (Place::Unstarted, Some(parent)) = (old.place, &mut new.parent) {
            parent.wanted = new.open;
        }
        let name = self.names.name(old.name).clone();
        self.say(MarketLine::Replaced(name));
        let grows = new.open > old.open && !new.is_hidden && !new.is_iceberg();
        let peaks = new.peak > old.peak;
        let loses = old.place == Place::Book && (new.limit != old.limit || grows || peaks);
        new.slice = new.slice.min(new.open).min(new.peak.unwrap_or(0));
        let id = old.id;
        *self.order_mut(id) = new;
        self.set_partner(&new, old);
        if loses {
            self.forget_top(id, new.side);
            self.order_mut(id).place = Place::Entering;
            if new.peg.is_some() {
                self.take_tail(id);
            } else {
                self.enter(id);
            }
        } else if new.place == Place::Armed && self.is_true_now(&new) && new.trigger != old.trigger
        {
            let trigger = new.trigger.expect("a stop");
            let price = super::triggers::fires_at(&trigger);
            self.hit(id, price.expect("it is true"));
        }
    }

    /// A new quantity of one leg is that of both.
    fn set_partner(&mut self, new: &Order, old: &Order) {
        let Some(partner) = new.partner else { return };
        if new.open == old.open {
            return;
        }
        let open = new.open;
        let other = self.order_mut(partner.id);
        let grows = open > other.open && !other.is_hidden && !other.is_iceberg();
        other.open = open;
        other.slice = other.slice.min(open);
        if let (Place::Unstarted, Some(parent)) = (other.place, &mut other.parent) {
            parent.wanted = open;
        }
        let (id, side, is_in_book) = (other.id, other.side, other.place == Place::Book);
        if grows && is_in_book {
            let turn = self.new_turn();
            self.order_mut(id).turn = turn;
            self.forget_top(id, side);
        }
    }
}

/// What this order has nothing to change of.
fn is_contradictory(old: &Order, asked: &Replacement) -> bool {
    let has_stop = old.trigger.is_some() && old.trail().is_none() && old.place != Place::Hit;
    let has_expiry = matches!(old.life, Life::Forever | Life::Until(_));
    let has_limit = old.limit.is_some() && old.peg.is_none();
    asked.price.is_some() && !has_limit
        || asked.peak.is_some() && !old.is_iceberg()
        || asked.stop.is_some() && !has_stop
        || asked.expiry.is_some() && !has_expiry
        || asked.quantity.is_some() && old.money.is_some()
}
