//! Limit orders: where they go, how long they stay, what becomes of them then.

use protocol::Side;

use crate::flow::arithmetic::{ceiling, count, exponential, floor, power, real_signed};
use crate::flow::market::{Market, ModelNumber};
use crate::flow::model::agenda::Plan;
use crate::flow::model::order::{ModelOrder, Role, Style};
use crate::flow::model::sizes::limit_lots;
use crate::flow::model::{Model, behind, middle, opposite};

/// No order is further away from the best price, in ticks.
const BEHIND_MAX: f64 = 20_000.0;
/// No order stays longer, in seconds.
const LIFETIME_S_MAX: f64 = 20_000.0;
/// Orders on each side by which a market opens.
const OPENING_ORDERS: u32 = 150;
/// Quotes that one participant adds behind its first one in the same instant, at most.
const LAYERS_MAX: u64 = 3;
/// Nobody replaces an order that was entered further behind the best, in ticks.
const REPLACED_BEHIND_MAX: i64 = 100;
/// ln(10).
const LN_10: f64 = std::f64::consts::LN_10;

/// Where an order is meant to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// Around the value.
    Value,
    /// At the best price of its side.
    Best,
    /// Behind the best price of its side.
    Behind,
}

impl Model {
    /// The first orders: a book to begin with.
    pub(super) fn open(&mut self, at_ns: u64, market: &mut dyn Market) {
        for side in [Side::Buy, Side::Sell] {
            let best = self.around_value(at_ns, side, 1.0);
            let style = (Role::Noise, Style::Displayed);
            self.rest(at_ns, side, best, style, market);
            for _ in 0..OPENING_ORDERS {
                let distance = self.distance();
                let ticks = match side {
                    Side::Buy => best - distance,
                    Side::Sell => best + distance,
                };
                self.rest(at_ns, side, ticks, style, market);
            }
        }
    }

    /// A limit order arrives.
    pub(super) fn quote(&mut self, at_ns: u64, market: &mut dyn Market) {
        let placement = self.terms.placement;
        let drawn = self.chance.places.uniform();
        let (aim, lean) = if drawn <= placement.inside {
            (Aim::Value, 0.0)
        } else if drawn <= placement.inside + placement.at_best {
            (Aim::Best, placement.lean * self.edge(at_ns, market))
        } else {
            (Aim::Behind, 0.0)
        };
        let buys = 0.5 - placement.refill * self.pressure + lean;
        let side = if self.chance.sides.uniform() <= buys {
            Side::Buy
        } else {
            Side::Sell
        };
        let ticks = self.quote_at(at_ns, side, aim, market);
        if self.chance.places.uniform() <= placement.layered {
            self.add_layers(at_ns, side, ticks, market);
        }
    }

    /// Where the value is between the best prices: -1 at the bid or below, 1 at the ask or above.
    fn edge(&mut self, at_ns: u64, market: &dyn Market) -> f64 {
        let Some((bid, ask)) = Self::best_ticks(market) else {
            return 0.0;
        };
        let half = real_signed(ask - bid) * 0.5;
        ((self.value.at(at_ns) - middle((bid, ask))) / half).clamp(-1.0, 1.0)
    }

    /// Further quotes behind one that was just entered.
    fn add_layers(&mut self, at_ns: u64, side: Side, ticks: i64, market: &mut dyn Market) {
        let layers = 1 + self.chance.places.below(LAYERS_MAX);
        let mut ticks = ticks;
        for _ in 0..layers {
            let step = 1 + self
                .chance
                .places
                .below(count(self.terms.placement.depth_scale_ticks));
            let step = i64::try_from(step).expect("a step is a few ticks");
            ticks = match side {
                Side::Buy => ticks - step,
                Side::Sell => ticks + step,
            };
            self.rest(
                at_ns,
                side,
                ticks,
                (Role::MarketMaker, Style::Displayed),
                market,
            );
        }
    }

    /// Enters a limit order; says at which price.
    pub(super) fn quote_at(
        &mut self,
        at_ns: u64,
        side: Side,
        aim: Aim,
        market: &mut dyn Market,
    ) -> i64 {
        let role = match aim {
            Aim::Value => Role::Value,
            Aim::Best | Aim::Behind => Role::Noise,
        };
        let is_hidden =
            aim == Aim::Value && self.chance.places.uniform() <= self.terms.placement.hidden;
        let (ticks, style) = if is_hidden {
            (self.around_value(at_ns, side, 0.5), Style::Hidden)
        } else {
            (self.aimed_at(at_ns, side, aim, market), Style::Displayed)
        };
        self.rest(at_ns, side, ticks, (role, style), market)
    }

    /// Rests an order at this price, or as near to it as the other side's best price lets it.
    fn rest(
        &mut self,
        at_ns: u64,
        side: Side,
        ticks: i64,
        (role, style): (Role, Style),
        market: &mut dyn Market,
    ) -> i64 {
        let ticks = match market.level(opposite(side), 0) {
            Some(other) => match side {
                Side::Buy => ticks.min(other.ticks - 1),
                Side::Sell => ticks.max(other.ticks + 1),
            },
            None => ticks,
        }
        .max(1);
        let best = market.level(side, 0).map_or(ticks, |level| level.ticks);
        let distance = behind(side, best, ticks);
        let lots = limit_lots(&mut self.chance.sizes);
        let number = self.orders.enter(side, ticks, lots, distance);
        self.plan_end(at_ns, number, distance);
        let order = ModelOrder {
            number,
            role,
            side,
            ticks,
            lots,
            style,
        };
        market.submit(at_ns, &order);
        ticks
    }

    fn aimed_at(&mut self, at_ns: u64, side: Side, aim: Aim, market: &dyn Market) -> i64 {
        let best = market.level(side, 0);
        match (aim, best) {
            (Aim::Value, _) | (Aim::Best | Aim::Behind, None) => {
                self.around_value(at_ns, side, 1.0)
            }
            // Nobody joins a price that the value has passed.
            (Aim::Best, Some(best)) => match side {
                Side::Buy => best.ticks.min(floor(self.value.at(at_ns))),
                Side::Sell => best.ticks.max(ceiling(self.value.at(at_ns))),
            },
            (Aim::Behind, Some(best)) => {
                let distance = self.distance();
                match side {
                    Side::Buy => best.ticks - distance,
                    Side::Sell => best.ticks + distance,
                }
            }
        }
    }

    /// Half the spread aimed at away from the value, more or less.
    fn around_value(&mut self, at_ns: u64, side: Side, share: f64) -> i64 {
        let half = self.spread_ticks(at_ns) * 0.5 * share;
        let half = half * (0.55 + 0.9 * self.chance.places.uniform());
        let value = self.value.at(at_ns);
        match side {
            Side::Buy => floor(value - half),
            Side::Sell => ceiling(value + half),
        }
    }

    /// How far behind the best price, in ticks: a Pareto tail.
    fn distance(&mut self) -> i64 {
        let placement = &self.terms.placement;
        let tail = power(
            self.chance.places.uniform(),
            -1.0 / placement.depth_exponent,
        );
        floor((placement.depth_scale_ticks * (tail - 1.0)).min(BEHIND_MAX)) + 1
    }

    /// Every order gets its lifetime when it is entered.
    fn plan_end(&mut self, at_ns: u64, number: ModelNumber, distance: i64) {
        let terms = self.terms.lifetimes;
        let chance = &mut self.chance.lifetimes;
        let logarithm = terms.log_mean + terms.log_deviation * chance.normal();
        let away = 1.0 + real_signed(distance.max(0)) / terms.distance_ticks;
        let fleeting = if distance < 0 { terms.inside } else { 1.0 };
        let lifetime_s =
            exponential(logarithm * LN_10) * power(away, terms.distance_power) * fleeting;
        let lifetime_ns = count(lifetime_s.min(LIFETIME_S_MAX) * 1e9).max(1_000);
        self.agenda.add(at_ns + lifetime_ns, Plan::Expire(number));
        if chance.uniform() <= terms.reduced {
            self.agenda
                .add(at_ns + lifetime_ns / 2, Plan::Reduce(number));
        }
    }

    /// An order's time is over: it goes, and sometimes another one comes in its place.
    pub(super) fn expire(&mut self, at_ns: u64, number: ModelNumber, market: &mut dyn Market) {
        let Some(order) = self.orders.get(number).copied() else {
            return;
        };
        self.end(at_ns, number, market);
        let is_near = order.behind_ticks <= REPLACED_BEHIND_MAX;
        if is_near && self.chance.lifetimes.uniform() <= self.terms.lifetimes.replaced {
            let aim = if self.chance.places.uniform() <= 0.5 {
                Aim::Behind
            } else if self.chance.places.uniform() <= self.terms.placement.at_best * 2.0 {
                Aim::Best
            } else {
                Aim::Value
            };
            self.quote_at(at_ns, order.side, aim, market);
        }
    }

    /// Half of an order is taken back.
    pub(super) fn reduce(&mut self, at_ns: u64, number: ModelNumber, market: &mut dyn Market) {
        if let Some(order) = self.orders.get(number).copied()
            && order.lots > 1
        {
            let left = order.lots / 2;
            self.orders.leaves(number, left);
            market.reduce(at_ns, number, left);
        }
    }
}
