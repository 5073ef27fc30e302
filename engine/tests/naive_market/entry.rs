//! An order comes to the market: where it goes, and what becomes of what it has left.

use std::rc::Rc;

use scenario::{
    BookPrice, CancelWord, MarketLine, MarketResidual, OrderEntry, RejectWord, SideWord,
    StopOnEntry,
};

use super::order::{Id, Life, Order, Place};
use super::sessions::State;
use super::sweep::End;
use super::{NaiveMarket, opposite};

impl NaiveMarket {
    pub(super) fn submit(&mut self, entry: &OrderEntry) {
        if let Some(reason) = self.reason_against(entry) {
            self.say_reject(&entry.name, reason);
            return;
        }
        let order = self.read_order(entry);
        let (id, name) = (order.id, order.name);
        Rc::make_mut(&mut self.names).accept(name);
        self.orders.push(order);
        self.tie_partner(id);
        if order.parent.is_some() {
            self.order_mut(id).place = Place::Unstarted;
            if order.parent.is_some_and(|parent| parent.allowed > 0) {
                let parent = &mut self.order_mut(id).parent;
                parent.as_mut().expect("a child").has_turn = true;
                self.queue.push(id);
            }
        } else {
            self.arrive(id);
        }
    }

    /// A new order, or a child that starts: it waits outside the book or enters it.
    pub(super) fn arrive(&mut self, id: Id) {
        let order = *self.order(id);
        if self.comes_early(&order) {
            self.order_mut(id).place = Place::Early;
        } else if order.trigger.is_some() {
            self.arm(id);
        } else if order.peg.is_some() {
            self.place_peg(id);
        } else {
            self.enter(id);
        }
    }

    fn arm(&mut self, id: Id) {
        self.begin_trail(id);
        let order = *self.order(id);
        let fires = self.is_true_now(&order);
        if fires && (order.is_late || self.terms.stop_on_entry == Some(StopOnEntry::Trigger)) {
            let trigger = order.trigger.expect("a stop");
            let price = super::triggers::fires_at(&trigger);
            self.hit(id, price.expect("it is true"));
        } else {
            self.order_mut(id).place = Place::Armed;
        }
    }

    pub(super) fn comes_early(&self, order: &Order) -> bool {
        match order.life {
            Life::Opening => self.state != State::OpeningAuction,
            Life::Closing => self.state != State::ClosingAuction,
            Life::Forever
            | Life::Immediate
            | Life::WholeOrNothing
            | Life::Until(_)
            | Life::Day
            | Life::Auction
            | Life::Continuous => false,
        }
    }

    /// Takes what it may, and rests, or rests at once in a call.
    pub(super) fn enter(&mut self, id: Id) {
        if !self.keeps_from_taking(id) {
            return;
        }
        let limit = self.within_bands(self.order(id));
        self.order_mut(id).limit = limit;
        if !self.state.is_trading() {
            self.rest(id);
            return;
        }
        if !self.set_protection(id) {
            let order = *self.order(id);
            let is_bound = order.life == Life::WholeOrNothing || order.minimum > 0;
            let reason = if is_bound {
                CancelWord::FillOrKill
            } else {
                CancelWord::NoLiquidity
            };
            self.cancel(id, reason);
            return;
        }
        if !self.gets_enough(id) {
            self.cancel(id, CancelWord::FillOrKill);
            return;
        }
        self.order_mut(id).minimum = 0;
        let end = self.sweep(id);
        self.settle_rest(id, end);
    }

    /// Post-only orders that waited are looked at as if they had just arrived: they slide, or are refused.
    fn keeps_from_taking(&mut self, id: Id) -> bool {
        let order = *self.order(id);
        if order.post_only.is_none() || !self.state.is_trading() {
            return true;
        }
        let price = self.post_only_price(&order);
        self.order_mut(id).limit = price;
        if price.is_none() {
            let name = self.names.name(order.name).clone();
            let order = self.take_out(id).expect("it is live");
            self.say_reject(&name, RejectWord::PostOnly);
            self.end_what_hangs_on(&order);
        }
        price.is_some()
    }

    /// Market with protection: its limit counts from the stop price, or from the best opposite.
    fn set_protection(&mut self, id: Id) -> bool {
        let order = *self.order(id);
        let (Some(points), None) = (order.points, order.limit) else {
            return true;
        };
        let best = self.best(opposite(order.side));
        let Some(reference) = order.fired_at.or(best) else {
            return false;
        };
        let limit = match order.side {
            SideWord::Buy => (reference + points).div_euclid(self.tick()) * self.tick(),
            SideWord::Sell => {
                let ticks = (reference - points + self.tick() - 1).div_euclid(self.tick());
                ticks.max(1) * self.tick()
            }
        };
        self.order_mut(id).limit = Some(limit);
        let limit = self.within_bands(self.order(id));
        self.order_mut(id).limit = limit;
        true
    }

    /// Fill-or-kill and minimum: the same sweep, rehearsed.
    fn gets_enough(&self, id: Id) -> bool {
        let order = self.order(id);
        let must_fill_whole = order.life == Life::WholeOrNothing;
        if !must_fill_whole && order.minimum == 0 {
            return true;
        }
        let mut rehearsal = self.clone();
        rehearsal.is_rehearsal = true;
        let filled_before = order.filled;
        rehearsal.order_mut(id).life = Life::Immediate;
        let (end, filled) = rehearsal.rehearse(id);
        if must_fill_whole {
            end == End::Done
        } else {
            filled >= filled_before + order.minimum
        }
    }

    fn rehearse(&mut self, id: Id) -> (End, u64) {
        // What it filled is read off the tape: at the end the order may be gone.
        let before = self.said.len();
        let name = self.names.name(self.order(id).name).clone();
        let filled = self.order(id).filled;
        let end = self.sweep(id);
        let traded: u64 = self.said[before..]
            .iter()
            .filter_map(|line| {
                if let MarketLine::Trade(meeting) = line {
                    (meeting.taker == name).then_some(meeting.quantity)
                } else {
                    None
                }
            })
            .sum();
        (end, filled + traded)
    }

    /// What becomes of a taker that takes no more.
    fn settle_rest(&mut self, id: Id, end: End) {
        if matches!(end, End::Done | End::Ended) {
            return;
        }
        let order = *self.order(id);
        let is_immediate = order.life == Life::Immediate;
        let is_market = order.asked.is_none();
        let fate = match end {
            End::Done | End::Ended => unreachable!("it is gone"),
            End::Collar => Some(CancelWord::Collar),
            End::Band => Some(CancelWord::Protection),
            End::Velocity if is_market => Some(CancelWord::Protection),
            // An amount of money is no quantity that could wait in a call.
            End::Corridor if order.money.is_some() => Some(CancelWord::Protection),
            End::Corridor | End::Velocity => is_immediate.then_some(CancelWord::ImmediateOrCancel),
            End::OutOfReach | End::BookEmpty => self.fate_at_limit(&order),
        };
        match fate {
            Some(reason) => self.cancel(id, reason),
            None => self.rest(id),
        }
        if end == End::Corridor {
            self.interrupt(State::VolatilityAuction);
        } else if end == End::Velocity && !is_market && !is_immediate {
            self.interrupt(State::Reserved);
        }
    }

    fn fate_at_limit(&self, order: &Order) -> Option<CancelWord> {
        let is_protected = order.asked.is_none() && order.limit.is_some();
        if order.limit.is_none() {
            return Some(CancelWord::NoLiquidity);
        }
        let is_immediate = order.life == Life::Immediate;
        let cancels = self.terms.market_residual == Some(MarketResidual::Cancel);
        if is_protected && (cancels || is_immediate) {
            let is_empty = self.best(opposite(order.side)).is_none();
            return Some(if is_empty {
                CancelWord::NoLiquidity
            } else {
                CancelWord::Protection
            });
        }
        is_immediate.then_some(CancelWord::ImmediateOrCancel)
    }

    /// Joins the book behind everything that is as good.
    pub(super) fn rest(&mut self, id: Id) {
        self.take_tail(id);
        let order = *self.order(id);
        let elsewhere = order.limit != order.asked;
        if order.has_taken || order.is_late || elsewhere {
            self.say(MarketLine::Rest {
                name: self.names.name(order.name).clone(),
                shown: order.shown(),
                price: order.limit.map_or(BookPrice::Market, BookPrice::At),
            });
        }
        let order = self.order_mut(id);
        order.has_taken = false;
        order.is_late = false;
        order.asked = order.limit;
    }

    /// The tail of its level, with a fresh slice.
    pub(super) fn take_tail(&mut self, id: Id) {
        let turn = self.new_turn();
        let order = self.order_mut(id);
        order.place = Place::Book;
        order.turn = turn;
        order.slice = order.peak.map_or(0, |peak| peak.min(order.open));
        self.note_top(id);
    }
}
