//! A taker in continuous trading: level by level, maker by maker.

use scenario::{CancelWord, MarketLine, MatchingRule};

use super::fences::Fences;
use super::icebergs::NextSlice;
use super::order::{Id, Order};
use super::{NaiveMarket, opposite};

/// Why a taker takes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It has all it wanted, or its money buys less than one lot.
    Done,
    /// It was canceled on its way.
    Ended,
    /// Nothing that it may trade with is left within its limit.
    OutOfReach,
    /// Nothing at all is left.
    BookEmpty,
    /// Beyond the execution range.
    Collar,
    /// A market order at the edge of the bands.
    Band,
    /// Out of a corridor.
    Corridor,
    /// Too far too fast.
    Velocity,
}

/// What one step of a sweep came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Goes,
    TakerDone,
    TakerEnded,
    /// In a rehearsal: nothing behind the own order counts.
    OwnOrderEndsCount,
}

impl NaiveMarket {
    /// Takes what there is, best price first, up to the taker's limit and the market's fences.
    pub(super) fn sweep(&mut self, taker: Id) -> End {
        let fences = Fences::around(self);
        loop {
            let order = *self.order(taker);
            let Some(price) = self.best(opposite(order.side)) else {
                return End::BookEmpty;
            };
            if !order.reaches(price) {
                return End::OutOfReach;
            }
            if let Some(end) = self.fence_before(price, &fences) {
                return end;
            }
            if self.wanted_at(taker, price) == 0 {
                let order = self.take_out(taker).expect("it is live");
                self.end_what_hangs_on(&order);
                return End::Done;
            }
            let step = match self.terms.matching {
                None | Some(MatchingRule::Fifo) => self.meet_first(taker, price),
                Some(MatchingRule::ProRata) => self.meet_level(taker, price),
            };
            match step {
                Step::Goes => {}
                Step::TakerDone => return End::Done,
                Step::TakerEnded => return End::Ended,
                Step::OwnOrderEndsCount => return End::OutOfReach,
            }
        }
    }

    /// How much the order would take at a price: for money, whole lots.
    pub(super) fn wanted_at(&self, taker: Id, price: i64) -> u64 {
        let order = self.order(taker);
        let Some(money) = order.money else {
            return order.open;
        };
        let price = u64::try_from(price).expect("prices are positive");
        money / (price * self.lot()) * self.lot()
    }

    /// The order that stands first on the other side.
    pub(super) fn meet_first(&mut self, taker: Id, price: i64) -> Step {
        let side = opposite(self.order(taker).side);
        let maker = *self.queue_of(side).first().expect("there is a best price");
        if self.is_prevented(taker, maker.id) {
            return self.prevent(taker, maker.id, price);
        }
        let quantity = self.wanted_at(taker, price).min(maker.on_offer());
        self.trade(taker, maker.id, quantity, price)
    }

    /// One trade at the maker's price, and what follows from it at once.
    pub(super) fn trade(&mut self, taker: Id, maker: Id, quantity: u64, price: i64) -> Step {
        self.say_trade(taker, maker, quantity, price);
        self.order_mut(taker).trade_as_taker(quantity, price);
        self.order_mut(maker).trade_as_maker(quantity);
        if self.order(maker).open > 0 && self.wanted_at(taker, price) == 0 {
            // Its rest buys less than one lot of a maker that has one: it is over.
            self.order_mut(taker).spend_all();
        }
        self.refill(maker, NextSlice::AtTail);
        self.print(price);
        let is_done = self.order(taker).is_over();
        self.follow_up(taker, maker, quantity);
        if is_done {
            Step::TakerDone
        } else if self.find(taker).is_some() {
            Step::Goes
        } else {
            Step::TakerEnded
        }
    }

    pub(super) fn say_trade(&mut self, taker: Id, maker: Id, quantity: u64, price: i64) {
        let (taker, maker) = (self.order(taker).name, self.order(maker).name);
        let meeting = self.meeting(taker, maker, quantity, price);
        self.say(MarketLine::Trade(meeting));
    }

    /// What a trade means for its two orders: the maker's affairs before the taker's.
    pub(super) fn follow_up(&mut self, taker: Id, maker: Id, quantity: u64) {
        let mut to_go = Vec::new();
        let parties: Vec<Order> = [maker, taker].map(|id| *self.order(id)).to_vec();
        for order in &parties {
            if order.is_over() {
                self.take_out(order.id);
            }
        }
        for order in &parties {
            to_go.extend(self.other_leg_to_go(order, quantity, [taker, maker]));
        }
        for leg in to_go {
            self.cancel(leg, CancelWord::Oco);
        }
        for order in &parties {
            self.wake_children(order);
        }
        for order in &parties {
            self.count_fill(order, quantity);
        }
    }
}
