//! One instrument's flow: who sends what when. A seed and what the market says go in, orders come out.
//!
//! ```text
//!  arrivals (Hawkes, busy or quiet) ──► take: metaorders ──► the value moves ──► looks of the market maker
//!                                  └──► quote: inside, at or behind the best ──► lifetimes ──► agenda
//! ```
//!
//! Times are nanoseconds of the model's own clock from 0, prices ticks, quantities lots.

pub mod agenda;
mod arrivals;
mod construction;
mod metaorders;
mod order;
mod own_orders;
mod quoting;
mod reacting;
mod sizes;
mod taking;
pub mod terms;
mod value;
mod wander;

use protocol::Side;

pub use construction::ModelName;
pub use metaorders::{Motive, Piece};
pub use order::{ModelOrder, Role, Style};
pub use taking::Parent;

use crate::flow::arithmetic::real_signed;
use crate::flow::market::{Market, MarketFact, ModelNumber, OrderFact, Whose};
use crate::flow::model::agenda::{Agenda, Plan};
use crate::flow::model::arrivals::{Arrival, Arrivals};
use crate::flow::model::metaorders::Metaorders;
use crate::flow::model::own_orders::OwnOrders;
use crate::flow::model::taking::Taking;
use crate::flow::model::terms::ModelTerms;
use crate::flow::model::value::Value;
use crate::flow::model::wander::Wander;
use crate::flow::stream::Stream;

/// One instrument's flow.
#[derive(Debug, Clone)]
pub struct Model {
    terms: ModelTerms,
    arrivals: Arrivals,
    value: Value,
    metaorders: Metaorders,
    spread: Wander,
    spread_steps: u64,
    chance: Chance,
    agenda: Agenda,
    orders: OwnOrders,
    taking: Taking,
    /// Recent direction of trades, between -1 (all sold) and 1 (all bought).
    pressure: f64,
    has_opened: bool,
}

/// A stream for each purpose: one draw more in one of them changes no other.
#[derive(Debug, Clone)]
struct Chance {
    sides: Stream,
    places: Stream,
    sizes: Stream,
    lifetimes: Stream,
    taking: Stream,
    looks: Stream,
}

impl Model {
    /// When it has something to do next, in nanoseconds.
    pub fn next_at_ns(&self) -> u64 {
        if self.has_opened {
            self.arrivals.next_at_ns().min(self.agenda.next_at_ns())
        } else {
            0
        }
    }

    /// Does what is due next, at [`Self::next_at_ns`].
    pub fn act(&mut self, market: &mut dyn Market) {
        let at_ns = self.next_at_ns();
        if !self.has_opened {
            self.has_opened = true;
            return self.open(at_ns, market);
        }
        if self.agenda.next_at_ns() <= self.arrivals.next_at_ns() {
            match self.agenda.take() {
                Some(Plan::Expire(number)) => self.expire(at_ns, number, market),
                Some(Plan::Reduce(number)) => self.reduce(at_ns, number, market),
                Some(Plan::Look) => self.look(at_ns, market),
                Some(Plan::Take) => self.take(at_ns, market),
                None => {}
            }
            return;
        }
        match self.arrivals.take() {
            Arrival::Marketable => self.take(at_ns, market),
            Arrival::Limit => self.quote(at_ns, market),
        }
    }

    /// Learns what happened in the market, at the model's time.
    pub fn learn(&mut self, at_ns: u64, fact: MarketFact) {
        match fact {
            MarketFact::Rested(order) => self.orders.rested(order.number, order.ticks, order.lots),
            MarketFact::Traded(trade) => {
                if let Whose::Own(maker) = trade.maker {
                    self.orders.leaves(maker, trade.maker_leaves_lots);
                }
                self.note_trade(at_ns, &trade);
            }
            MarketFact::Reduced(_) => {}
            MarketFact::Canceled(OrderFact { number, .. }) | MarketFact::Over(number) => {
                self.orders.close(number);
                self.finish_take(at_ns, number);
            }
        }
    }

    /// The value at a time that is not before the last one, in ticks.
    pub fn value_at(&mut self, at_ns: u64) -> f64 {
        self.value.at(at_ns)
    }

    /// The marketable orders that traded since the last call, with what they were pieces of.
    pub fn take_parents(&mut self) -> std::vec::Drain<'_, Parent> {
        self.taking.parents()
    }

    /// The orders that it believes open.
    pub fn open_numbers(&self) -> Vec<ModelNumber> {
        self.orders.numbers()
    }

    /// How many of its orders are open.
    pub fn open_orders(&self) -> usize {
        self.orders.count()
    }

    /// The spread aimed at now, in ticks.
    fn spread_ticks(&mut self, at_ns: u64) -> f64 {
        while self.spread_steps * wander::STEP_NS < at_ns {
            self.spread.step();
            self.spread_steps += 1;
        }
        let aimed = self.terms.placement.spread_ticks;
        let factor = self.spread.factor();
        aimed * factor
    }

    /// Both best prices, where there are both.
    fn best_ticks(market: &dyn Market) -> Option<(i64, i64)> {
        Some((
            market.level(Side::Buy, 0)?.ticks,
            market.level(Side::Sell, 0)?.ticks,
        ))
    }

    fn end(&mut self, at_ns: u64, number: ModelNumber, market: &mut dyn Market) {
        self.orders.close(number);
        market.cancel(at_ns, number);
    }
}

/// The other side.
const fn opposite(side: Side) -> Side {
    match side {
        Side::Buy => Side::Sell,
        Side::Sell => Side::Buy,
    }
}

/// How far a price is from the best one of its own side, away from the other side; below zero inside.
fn behind(side: Side, best_ticks: i64, ticks: i64) -> i64 {
    match side {
        Side::Buy => best_ticks - ticks,
        Side::Sell => ticks - best_ticks,
    }
}

/// The middle of both best prices, in ticks.
fn middle((bid, ask): (i64, i64)) -> f64 {
    (real_signed(bid) + real_signed(ask)) * 0.5
}
