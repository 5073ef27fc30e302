//! A print, or a new best bid or ask: who fires at it, and whose trailing stop moves.

use super::{Armed, Trail, Triggers};
use crate::conditions::TriggerSource;
use crate::id::OrderId;
use crate::listing::Listing;
use crate::order::NewOrder;
use crate::price::Price;
use crate::side::Side;
use crate::waiting::WaitsFor;

/// Which of the watched prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watched {
    Prints,
    Asks,
    Bids,
    Middles,
}

impl Triggers {
    const fn watch(&self, watched: Watched) -> &super::watch::Watch {
        match watched {
            Watched::Prints => &self.prints,
            Watched::Asks => &self.asks,
            Watched::Bids => &self.bids,
            Watched::Middles => &self.middles,
        }
    }
}

impl Listing {
    /// Examines a print: moves trailing stops first, then lets fire who is reached.
    #[cold]
    #[inline(never)]
    pub(crate) fn examine_print(&mut self, price: Price) {
        self.examine(Watched::Prints, price.units());
    }

    /// Examines the best bid and ask, as they stand after a command and all that followed from it.
    pub(crate) fn examine_quotes(&mut self) {
        if !self.triggers.look_at_quotes() {
            return;
        }
        let (bid, ask) = (self.best_shown(Side::Buy), self.best_shown(Side::Sell));
        let middle = bid.zip(ask).map(|(bid, ask)| bid.saturating_add(ask));
        let watched = [
            (Watched::Asks, ask),
            (Watched::Bids, bid),
            (Watched::Middles, middle),
        ];
        let mut fires = Vec::new();
        for (watched, value) in watched {
            if let Some(value) = value {
                fires.extend(self.look(watched, value));
            }
        }
        // The three together, in the order in which those at one price fire.
        fires.sort_unstable_by_key(|order_id| self.armed(*order_id).rank(*order_id));
        self.fire(fires);
    }

    fn examine(&mut self, watched: Watched, value: i64) {
        let fires = self.look(watched, value);
        self.fire(fires);
    }

    /// Moves trailing stops, and says who fires.
    fn look(&mut self, watched: Watched, value: i64) -> Vec<OrderId> {
        let found = self.triggers.watch(watched).look(value);
        for order_id in found.trails {
            self.trail(order_id, value);
        }
        found.fires
    }

    fn fire(&mut self, order_ids: Vec<OrderId>) {
        for order_id in order_ids {
            let armed = self.armed(order_id);
            let stop_price = armed.stop_price().expect("what fires has a stop price");
            self.triggers.remove(order_id, &armed);
            self.give_turn(order_id, stop_price);
        }
    }

    /// A trailing stop begins to follow, or moves.
    fn trail(&mut self, order_id: OrderId, value: i64) {
        let before = self.armed(order_id);
        let mut armed = before;
        match armed.trail {
            Trail::None => {}
            Trail::Fresh => armed.begin(value),
            Trail::Inactive(_) => armed.follow(value),
            Trail::Following(_) => armed.move_to(value),
        }
        self.triggers.remove(order_id, &before);
        self.triggers.add(order_id, &armed);
        let slot = self.book.ids.get(order_id, &self.book.pool);
        let slot = slot.expect("only open orders have triggers");
        let waiting = self.book.pool.special_mut(slot).waiting.as_mut();
        waiting
            .expect("only waiting orders have triggers")
            .waits_for = WaitsFor::Trigger(armed);
    }

    fn armed(&self, order_id: OrderId) -> Armed {
        let slot = self.book.ids.get(order_id, &self.book.pool);
        let slot = slot.expect("only open orders have triggers");
        match self.book.waiting_record(slot).waits_for {
            WaitsFor::Trigger(armed) => armed,
            WaitsFor::Turn { .. }
            | WaitsFor::Auction
            | WaitsFor::Parent
            | WaitsFor::Price
            | WaitsFor::OtherSide
            | WaitsFor::Uncross { .. } => {
                unreachable!("a trigger fires once")
            }
        }
    }

    /// A new order's trigger as it stands when it comes.
    pub(crate) fn armed_on_entry(&self, order: &NewOrder) -> Option<Armed> {
        let trigger = order.conditions.as_ref()?.trigger?;
        let value = self.value_of(trigger.source, order.side);
        Some(Armed::new(order.side, trigger.source, trigger.kind, value))
    }

    /// The price that a trigger looks at, if there is one.
    pub(crate) fn value_of(&self, source: TriggerSource, side: Side) -> Option<i64> {
        match source {
            TriggerSource::Last => self.last_price.map(Price::units),
            TriggerSource::BidAsk => self.best_shown(side.opposite()),
            TriggerSource::Mid => {
                let bid = self.best_shown(Side::Buy)?;
                Some(bid.saturating_add(self.best_shown(Side::Sell)?))
            }
        }
    }

    /// The best price that a side shows, in price units: hidden orders are nobody's signal.
    fn best_shown(&self, side: Side) -> Option<i64> {
        self.book.best_shown(side).map(Price::units)
    }
}
