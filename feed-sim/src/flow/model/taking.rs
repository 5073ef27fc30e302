//! Marketable orders: who takes, how much, and what that does to the value.

use protocol::Side;

use crate::flow::arithmetic::{count, real_signed};
use crate::flow::market::{Market, ModelNumber, TradeFact, Whose};
use crate::flow::model::agenda::Plan;
use crate::flow::model::metaorders::{Motive, Piece};
use crate::flow::model::order::{ModelOrder, Role, Style};
use crate::flow::model::sizes::marketable_lots;
use crate::flow::model::{Model, middle, opposite};

/// How much of the recent direction is forgotten at each trade.
const PRESSURE_FORGETS: f64 = 0.1;
/// Somebody who waits tries again within this time, in nanoseconds.
const PATIENCE_NS: f64 = 400e6;

/// Marketable orders on their way, and those that are over.
#[derive(Debug, Clone, Default)]
pub struct Taking {
    on_their_way: Vec<OnItsWay>,
    over: Vec<Parent>,
}

#[derive(Debug, Clone, Copy)]
struct OnItsWay {
    number: ModelNumber,
    side: Side,
    motive: Motive,
    taken_lots: u64,
}

/// A marketable order that traded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parent {
    /// When it was over, in nanoseconds.
    pub at_ns: u64,
    /// Its side.
    pub side: Side,
    /// What it took, in lots.
    pub lots: u64,
    /// Why it took.
    pub motive: Motive,
}

impl Taking {
    /// Those that are over, each once.
    pub fn parents(&mut self) -> std::vec::Drain<'_, Parent> {
        self.over.drain(..)
    }
}

impl Model {
    pub(super) fn take(&mut self, at_ns: u64, market: &mut dyn Market) {
        let Some(best) = Self::best_ticks(market) else {
            return;
        };
        let spread = self.spread_ticks(at_ns);
        let is_too_wide =
            real_signed(best.1 - best.0) > self.terms.taking.patience_spreads * spread;
        if is_too_wide {
            let wait_ns = count(self.chance.taking.uniform() * PATIENCE_NS).max(1);
            self.agenda.add(at_ns + wait_ns, Plan::Take);
            return;
        }
        let edge = self.value.at(at_ns) - middle(best);
        let (side, motive) = self.metaorders.next(edge);
        let Some((ticks, lots)) = self.reach(side, market) else {
            return;
        };
        let number = self.orders.enter(side, ticks, lots, 0);
        self.taking.on_their_way.push(OnItsWay {
            number,
            side,
            motive,
            taken_lots: 0,
        });
        let role = match motive {
            Motive::Piece(_) => Role::Execution,
            Motive::Informed => Role::Value,
        };
        let order = ModelOrder {
            number,
            role,
            side,
            ticks,
            lots,
            style: Style::Immediate,
        };
        market.submit(at_ns, &order);
    }

    /// How deep a taker goes, and for how much.
    fn reach(&mut self, side: Side, market: &dyn Market) -> Option<(i64, u64)> {
        let other = opposite(side);
        let best = market.level(other, 0)?;
        let lots = marketable_lots(&mut self.chance.sizes);
        if self.chance.taking.uniform() <= self.terms.taking.best_queue_only {
            return Some((best.ticks, lots.min(best.lots)));
        }
        let deepest = (0..self.terms.taking.levels_max)
            .rev()
            .find_map(|place| market.level(other, place))?;
        Some((deepest.ticks, lots))
    }

    /// Something traded: the recent direction changes, and the market maker will look.
    pub(super) fn note_trade(&mut self, at_ns: u64, trade: &TradeFact) {
        let side = trade.aggressor_side;
        match trade.taker {
            Whose::Own(number) => {
                let mut on_their_way = self.taking.on_their_way.iter_mut();
                if let Some(own) = on_their_way.find(|order| order.number == number) {
                    own.taken_lots += trade.lots;
                }
            }
            Whose::Others => {
                // Somebody else's trade is news like the first piece of a metaorder.
                let activity = self.arrivals.activity();
                self.value.push(direction(side), 1, trade.lots, activity);
                self.after_take(at_ns, side);
            }
        }
    }

    /// A marketable order is over.
    pub(super) fn finish_take(&mut self, at_ns: u64, number: ModelNumber) {
        let mut on_their_way = self.taking.on_their_way.iter();
        let Some(place) = on_their_way.position(|order| order.number == number) else {
            return;
        };
        let over = self.taking.on_their_way.swap_remove(place);
        if over.taken_lots > 0 {
            self.taking.over.push(Parent {
                at_ns,
                side: over.side,
                lots: over.taken_lots,
                motive: over.motive,
            });
            self.after_take(at_ns, over.side);
        }
        if let Motive::Piece(piece) = over.motive {
            self.move_value(over.side, piece, over.taken_lots);
        }
    }

    fn move_value(&mut self, side: Side, piece: Piece, lots: u64) {
        let moved = if lots > 0 {
            let activity = self.arrivals.activity();
            self.value
                .push(direction(side), piece.index, lots, activity)
        } else {
            0.0
        };
        if let Some(all) = self.metaorders.traded(piece, moved) {
            self.value.complete(all);
        }
    }

    fn after_take(&mut self, at_ns: u64, side: Side) {
        self.pressure += (direction(side) - self.pressure) * PRESSURE_FORGETS;
        self.plan_looks(at_ns);
    }
}

/// Up for a buyer, down for a seller.
const fn direction(side: Side) -> f64 {
    match side {
        Side::Buy => 1.0,
        Side::Sell => -1.0,
    }
}
