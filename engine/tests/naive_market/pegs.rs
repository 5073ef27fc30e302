//! Pegged orders: their price, and when it moves.

use scenario::{MarketLine, PegReference, SideWord};

use super::order::{Id, Order, Place};
use super::{NaiveMarket, opposite};

impl NaiveMarket {
    /// A new peg gets its price, or is parked.
    pub(super) fn place_peg(&mut self, id: Id) {
        self.order_mut(id).is_late = false;
        match self.peg_price(self.order(id)) {
            Some(price) => self.move_peg(id, price),
            None => self.park(id),
        }
    }

    /// After each command: every peg looks once, in order of entry.
    pub(super) fn reprice_pegs(&mut self) {
        if !self.state.is_trading() {
            return;
        }
        for id in self.ids(|order| order.peg.is_some()) {
            let order = *self.order(id);
            let stands_at = match order.place {
                Place::Book => order.limit,
                Place::Parked => None,
                Place::Entering | Place::Armed | Place::Hit | Place::Unstarted | Place::Early => {
                    continue;
                }
            };
            match self.peg_price(&order) {
                price if price == stands_at => {}
                Some(price) => self.move_peg(id, price),
                None => self.park(id),
            }
        }
    }

    /// Trading is not continuous any more.
    pub(super) fn park_pegs(&mut self) {
        for id in self.ids(|order| order.peg.is_some() && order.place == Place::Book) {
            self.park(id);
        }
    }

    fn move_peg(&mut self, id: Id, price: i64) {
        let side = self.order(id).side;
        self.forget_top(id, side);
        let order = self.order_mut(id);
        order.limit = Some(price);
        let name = order.name;
        self.take_tail(id);
        self.say_peg(name, Some(price));
    }

    fn park(&mut self, id: Id) {
        let side = self.order(id).side;
        self.forget_top(id, side);
        let order = self.order_mut(id);
        order.limit = None;
        order.place = Place::Parked;
        let name = order.name;
        self.say_peg(name, None);
    }

    fn say_peg(&mut self, name: super::names::Word, price: Option<i64>) {
        let name = self.names.name(name).clone();
        self.say(MarketLine::Peg { name, price });
    }

    fn peg_price(&self, order: &Order) -> Option<i64> {
        let peg = order.peg?;
        if !self.state.is_trading() {
            return None;
        }
        let best = |side| self.best_of(side, |other| other.peg.is_none() && other.displayed() > 0);
        let reference = match peg.reference {
            PegReference::Primary => best(order.side)?,
            PegReference::Market => best(opposite(order.side))?,
            PegReference::Mid => {
                self.middle(order.side, best(SideWord::Buy)?, best(SideWord::Sell)?)
            }
        };
        let wished = reference + peg.offset;
        let tick = self.tick();
        let price = match order.side {
            SideWord::Buy => {
                let capped = peg.cap.map_or(wished, |cap| wished.min(cap));
                let passive = self.best(SideWord::Sell).map(|ask| ask - tick);
                passive.map_or(capped, |passive| capped.min(passive))
            }
            SideWord::Sell => {
                let capped = peg.cap.map_or(wished, |cap| wished.max(cap));
                let passive = self.best(SideWord::Buy).map(|bid| bid + tick);
                passive.map_or(capped, |passive| capped.max(passive))
            }
        };
        let bounded = match (self.limits(), order.side) {
            (None, _) => price,
            (Some((_, high)), SideWord::Buy) => price.min(high),
            (Some((low, _)), SideWord::Sell) => price.max(low),
        };
        (bounded > 0).then_some(bounded)
    }

    /// The middle on the grid: down for a buyer, up for a seller.
    fn middle(&self, side: SideWord, bid: i64, ask: i64) -> i64 {
        let twice_tick = 2 * self.tick();
        let down = (bid + ask).div_euclid(twice_tick) * self.tick();
        match side {
            SideWord::Buy => down,
            SideWord::Sell if 2 * down == bid + ask => down,
            SideWord::Sell => down + self.tick(),
        }
    }
}
