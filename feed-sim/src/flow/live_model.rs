//! A model that trades on an exchange: its orders leave as intents, what it sees and learns comes in as reports.

mod lost;
mod outbox;

use std::collections::VecDeque;

use protocol::Side;

use crate::flow::arithmetic::{count, real, real_signed};
use crate::flow::intent::{Action, OrderNumber};
use crate::flow::live_model::outbox::Outbox;
use crate::flow::market::{
    MarketFact, ModelNumber, OrderFact, Sight, TradeFact, VisibleLevel, Whose,
};
use crate::flow::model::terms::{ModelTerms, Preset, ValueTerms};
use crate::flow::model::{Model, ModelName};
use crate::participant::Shape;

/// Lots of the model that stand for one quote of the exchange.
const MODEL_LOTS: u64 = 100;
/// A market whose spread is narrower is one of large ticks, in ticks.
const LARGE_TICK_SPREAD: i64 = 4;
/// What a model of small ticks has as its spread on average, in ticks; it aims at more.
const SPREAD_MEAN_TICKS: f64 = 18.0;
/// From one order of the opening to the next.
const OPENING_GAP_NS: u64 = 1_500_000;
/// Then the model's time begins: the opening is over by then.
const OPENING_NS: u64 = 500_000_000;
/// Millionths in one.
const MILLION: f64 = 1e6;
/// Levels of each side that a model looks at.
pub const LEVELS_SEEN: usize = 4;

/// One instrument's model on an exchange.
#[derive(Debug)]
pub struct LiveModel {
    model: Model,
    instrument: usize,
    /// The model's time runs this many millionths as fast as the clock.
    speed_ppm: u64,
    quote_lots: u64,
    lots_min: u64,
    price_max_ticks: i64,
    seen: Seen,
    opening: Opening,
}

/// The first orders leave one by one: all at once they would be the densest burst of all.
#[derive(Debug)]
enum Opening {
    /// Nothing has left yet.
    Ahead,
    /// So many have left, and these are to follow.
    UnderWay {
        left: u32,
        waiting: VecDeque<Action>,
    },
    /// The model's own time goes.
    Over,
}

/// Who took an order that rested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taker {
    /// The model itself.
    Own,
    /// Somebody else: that is news.
    Stranger,
}

/// What the market shows, best levels first.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Bids.
    pub bids: Vec<VisibleLevel>,
    /// Asks.
    pub asks: Vec<VisibleLevel>,
}

impl LiveModel {
    /// The model of an instrument with this shape that means to enter so many orders per second.
    pub fn new(
        name: ModelName<'_>,
        instrument: usize,
        reference_ticks: i64,
        shape: &Shape,
        orders_per_s: f64,
    ) -> Self {
        let spread_ticks = 2 * shape.half_spread_ticks;
        let preset = if spread_ticks < LARGE_TICK_SPREAD {
            Preset::LargeTick
        } else {
            Preset::SmallTick
        };
        let terms = ModelTerms {
            value: ValueTerms {
                start_ticks: reference_ticks,
                ..preset.terms().value
            },
            ..preset.terms()
        };
        let wider = match preset {
            Preset::LargeTick => 1.0,
            Preset::SmallTick | Preset::Poisson => real_signed(spread_ticks) / SPREAD_MEAN_TICKS,
        };
        Self {
            model: Model::new(terms.in_ticks(wider), name),
            instrument,
            speed_ppm: count(orders_per_s / preset.orders_per_s() * MILLION).max(1),
            quote_lots: shape.quote_lots,
            lots_min: shape.lots_min,
            price_max_ticks: shape.price_max_ticks,
            seen: Seen::default(),
            opening: Opening::Ahead,
        }
    }

    /// In which of the flow's instruments it trades.
    pub fn instrument(&self) -> usize {
        self.instrument
    }

    /// When it has something to do next, in nanoseconds of the flow's time.
    pub fn next_at_ns(&self) -> u64 {
        match &self.opening {
            Opening::Ahead => return 0,
            Opening::UnderWay { left, .. } => return u64::from(*left) * OPENING_GAP_NS,
            Opening::Over => {}
        }
        let model_ns = u128::from(self.model.next_at_ns());
        let flow_ns = (model_ns * 1_000_000).div_ceil(u128::from(self.speed_ppm));
        let flow_ns = u64::try_from(flow_ns).unwrap_or(u64::MAX);
        flow_ns.saturating_add(OPENING_NS)
    }

    /// Does what is due next.
    pub fn act(&mut self, actions: &mut VecDeque<Action>) {
        match &mut self.opening {
            Opening::Ahead => self.open(),
            Opening::UnderWay { .. } => {}
            Opening::Over => return self.act_in_model(actions),
        }
        if let Opening::UnderWay { left, waiting } = &mut self.opening {
            *left += 1;
            actions.extend(waiting.pop_front());
            if waiting.is_empty() {
                self.opening = Opening::Over;
            }
        }
    }

    /// Draws the first orders: the best of both sides come first, then the others in turn.
    fn open(&mut self) {
        let mut drawn = VecDeque::new();
        self.act_in_model(&mut drawn);
        let asks = drawn.split_off(drawn.len() / 2);
        let waiting = drawn
            .into_iter()
            .zip(asks)
            .flat_map(|(bid, ask)| [bid, ask])
            .collect();
        self.opening = Opening::UnderWay { left: 0, waiting };
    }

    fn act_in_model(&mut self, actions: &mut VecDeque<Action>) {
        let mut outbox = Outbox {
            seen: &self.seen,
            actions,
            quote_lots: self.quote_lots,
            lots_min: self.lots_min,
            price_max_ticks: self.price_max_ticks,
        };
        self.model.act(&mut outbox);
        // Which orders were metaorders is for tapes.
        drop(self.model.take_parents());
    }

    /// The market shows this now.
    pub fn see(&mut self, seen: Seen) {
        self.seen = seen;
    }

    /// An own order rests.
    pub fn rested(&mut self, flow_ns: u64, number: OrderNumber, side: Side, ticks: i64, lots: u64) {
        let lots = self.model_lots(lots);
        let fact = MarketFact::Rested(OrderFact {
            number: ModelNumber(number.0),
            side,
            ticks,
            lots,
            sight: Sight::Displayed,
        });
        self.learn(flow_ns, fact);
    }

    /// An own order traded as a taker.
    pub fn took(&mut self, flow_ns: u64, number: OrderNumber, side: Side, ticks: i64, lots: u64) {
        let fact = MarketFact::Traded(TradeFact {
            maker: Whose::Others,
            taker: Whose::Own(ModelNumber(number.0)),
            aggressor_side: side,
            ticks,
            lots: self.model_lots(lots),
            maker_leaves_lots: 0,
            maker_sight: Sight::Displayed,
        });
        self.learn(flow_ns, fact);
    }

    /// An own order that rested traded with `taker`: what traded, and what is left of it.
    pub fn made(
        &mut self,
        flow_ns: u64,
        number: OrderNumber,
        side: Side,
        ticks: i64,
        lots: [u64; 2],
        taker: Taker,
    ) {
        let [traded, leaves] = lots;
        let maker_leaves_lots = if leaves == 0 {
            0
        } else {
            self.model_lots(leaves)
        };
        let maker = Whose::Own(ModelNumber(number.0));
        let (taker, lots) = match taker {
            // The taker's part came with its own report: this is about the maker alone.
            Taker::Own => (maker, 0),
            Taker::Stranger => (Whose::Others, self.model_lots(traded)),
        };
        let fact = MarketFact::Traded(TradeFact {
            maker,
            taker,
            aggressor_side: match side {
                Side::Buy => Side::Sell,
                Side::Sell => Side::Buy,
            },
            ticks,
            lots,
            maker_leaves_lots,
            maker_sight: Sight::Displayed,
        });
        self.learn(flow_ns, fact);
    }

    /// An own order is over.
    pub fn closed(&mut self, flow_ns: u64, number: OrderNumber) {
        self.learn(flow_ns, MarketFact::Over(ModelNumber(number.0)));
    }

    fn learn(&mut self, flow_ns: u64, fact: MarketFact) {
        let open_ns = flow_ns.saturating_sub(OPENING_NS);
        let model_ns = u128::from(open_ns) * u128::from(self.speed_ppm) / 1_000_000;
        let model_ns = u64::try_from(model_ns).unwrap_or(u64::MAX);
        self.model.learn(model_ns, fact);
    }

    fn model_lots(&self, lots: u64) -> u64 {
        count(real(lots) * real(MODEL_LOTS) / real(self.quote_lots)).max(1)
    }
}

#[cfg(test)]
mod tests;
