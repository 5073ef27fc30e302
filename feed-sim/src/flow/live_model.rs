//! A model that trades on an exchange: its orders leave as intents, what it sees and learns comes in as reports.

mod lost;

use std::collections::VecDeque;

use protocol::Side;

use crate::flow::arithmetic::{count, real, real_signed};
use crate::flow::intent::{Action, IntendedKind, IntendedOrder, OrderNumber};
use crate::flow::market::{
    Market, MarketFact, ModelNumber, OrderFact, Sight, TradeFact, VisibleLevel, Whose,
};
use crate::flow::model::terms::{ModelTerms, Preset, ValueTerms};
use crate::flow::model::{Model, ModelName, ModelOrder, Style};
use crate::participant::Shape;

/// Lots of the model that stand for one quote of the exchange.
const MODEL_LOTS: u64 = 100;
/// A market whose spread is narrower is one of large ticks, in ticks.
const LARGE_TICK_SPREAD: i64 = 4;
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

/// Takes a model's orders to be sent.
struct Outbox<'a> {
    seen: &'a Seen,
    actions: &'a mut VecDeque<Action>,
    quote_lots: u64,
    lots_min: u64,
    price_max_ticks: i64,
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
            Preset::SmallTick | Preset::Poisson => {
                real_signed(spread_ticks) / terms.placement.spread_ticks
            }
        };
        Self {
            model: Model::new(terms.in_ticks(wider), name),
            instrument,
            speed_ppm: count(orders_per_s / preset.orders_per_s() * MILLION).max(1),
            quote_lots: shape.quote_lots,
            lots_min: shape.lots_min,
            price_max_ticks: shape.price_max_ticks,
            seen: Seen::default(),
        }
    }

    /// In which of the flow's instruments it trades.
    pub fn instrument(&self) -> usize {
        self.instrument
    }

    /// When it has something to do next, in nanoseconds of the flow's time.
    pub fn next_at_ns(&self) -> u64 {
        let model_ns = u128::from(self.model.next_at_ns());
        let flow_ns = (model_ns * 1_000_000).div_ceil(u128::from(self.speed_ppm));
        u64::try_from(flow_ns).unwrap_or(u64::MAX)
    }

    /// Does what is due next.
    pub fn act(&mut self, actions: &mut VecDeque<Action>) {
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
        let model_ns = u128::from(flow_ns) * u128::from(self.speed_ppm) / 1_000_000;
        let model_ns = u64::try_from(model_ns).unwrap_or(u64::MAX);
        self.model.learn(model_ns, fact);
    }

    fn model_lots(&self, lots: u64) -> u64 {
        count(real(lots) * real(MODEL_LOTS) / real(self.quote_lots)).max(1)
    }
}

impl Outbox<'_> {
    fn lots(&self, model_lots: u64) -> u64 {
        let lots = u128::from(model_lots) * u128::from(self.quote_lots) / u128::from(MODEL_LOTS);
        u64::try_from(lots).unwrap_or(u64::MAX).max(self.lots_min)
    }
}

impl Market for Outbox<'_> {
    fn level(&self, side: Side, place: usize) -> Option<VisibleLevel> {
        let levels = match side {
            Side::Buy => &self.seen.bids,
            Side::Sell => &self.seen.asks,
        };
        let level = levels.get(place)?;
        Some(VisibleLevel {
            ticks: level.ticks,
            lots: (u128::from(level.lots) * u128::from(MODEL_LOTS) / u128::from(self.quote_lots))
                .try_into()
                .unwrap_or(u64::MAX)
                .max(1),
        })
    }

    fn submit(&mut self, _at_ns: u64, order: &ModelOrder) {
        let ticks = order.ticks.clamp(1, self.price_max_ticks);
        self.actions.push_back(Action::Submit(IntendedOrder {
            number: OrderNumber(order.number.0),
            side: order.side,
            kind: match order.style {
                Style::Displayed => IntendedKind::Quote { ticks },
                Style::Hidden => IntendedKind::Hidden { ticks },
                Style::Immediate => IntendedKind::ImmediateOrCancel { ticks },
            },
            lots: self.lots(order.lots),
        }));
    }

    fn cancel(&mut self, _at_ns: u64, number: ModelNumber) {
        self.actions
            .push_back(Action::Cancel(OrderNumber(number.0)));
    }

    fn reduce(&mut self, _at_ns: u64, number: ModelNumber, _lots: u64) {
        // A feed's session has no word for less of an order: it goes whole.
        self.actions
            .push_back(Action::Cancel(OrderNumber(number.0)));
    }

    fn take_facts(&mut self, _facts: &mut Vec<MarketFact>) {}
}

#[cfg(test)]
mod tests {
    //! A model quotes by what it sees, and learns from what it is told.

    use super::*;

    fn live() -> LiveModel {
        let shape = Shape {
            half_spread_ticks: 10,
            level_step_ticks: 5,
            levels: 6,
            quote_lots: 5_000,
            lots_min: 1,
            price_min_ticks: 1,
            price_max_ticks: 1_000_000,
        };
        let name = ModelName {
            seed: 3,
            symbol: "ABC",
            sector: "all",
        };
        LiveModel::new(name, 0, 64_000, &shape, 140.0)
    }

    fn level(ticks: i64) -> Vec<VisibleLevel> {
        vec![VisibleLevel { ticks, lots: 5_000 }]
    }

    /// Opens, and says what was entered.
    fn open(live: &mut LiveModel) -> Vec<IntendedOrder> {
        let mut actions = VecDeque::new();
        live.act(&mut actions);
        actions
            .iter()
            .filter_map(|action| action.entered().copied())
            .collect()
    }

    #[test]
    fn a_market_opens_with_a_book_around_its_reference_that_does_not_cross() {
        let orders = open(&mut live());

        let ticks = |side| {
            orders
                .iter()
                .filter(move |order| order.side == side)
                .map(|order| match order.kind {
                    IntendedKind::Quote { ticks } => ticks,
                    IntendedKind::Hidden { .. }
                    | IntendedKind::Limit { .. }
                    | IntendedKind::ImmediateOrCancel { .. }
                    | IntendedKind::Market => panic!("{order:?} opens no book"),
                })
        };
        let (bid, ask) = (
            ticks(Side::Buy).max().unwrap(),
            ticks(Side::Sell).min().unwrap(),
        );
        assert!(bid < 64_000 && ask > 64_000, "{bid} {ask}");
        assert!(ask - bid < 40, "{bid} {ask}");
    }

    #[test]
    fn the_faster_the_dial_the_sooner_the_next_order() {
        let mut slow = live();
        let mut fast = live();
        fast.speed_ppm *= 100;
        open(&mut slow);
        open(&mut fast);

        let (slow, fast) = (slow.next_at_ns(), fast.next_at_ns());

        assert!(slow.abs_diff(fast * 100) < 200, "{slow} {fast}");
    }

    #[test]
    fn a_stranger_who_takes_asks_moves_the_value_up_and_is_answered() {
        let mut live = live();
        let asks: Vec<IntendedOrder> = open(&mut live)
            .into_iter()
            .filter(|order| order.side == Side::Sell)
            .collect();
        live.see(Seen {
            bids: level(63_990),
            asks: level(64_010),
        });
        let before = live.model.value_at(0);
        for ask in &asks {
            live.rested(0, ask.number, Side::Sell, 64_010, ask.lots);
        }

        let lots = [asks[0].lots, 0];
        live.made(0, asks[0].number, Side::Sell, 64_010, lots, Taker::Stranger);

        assert!(live.model.value_at(0) > before + 1.0);
        // The market maker looks within milliseconds of the model's time.
        assert!(live.model.next_at_ns() < 50_000_000);
    }

    #[test]
    fn an_own_taker_is_no_stranger() {
        let mut live = live();
        open(&mut live);
        live.see(Seen {
            bids: level(63_990),
            asks: level(64_010),
        });
        let mut actions = VecDeque::new();
        let taker = loop {
            live.act(&mut actions);
            let entered = actions.drain(..).find_map(|action| {
                let order = *action.entered()?;
                matches!(order.kind, IntendedKind::ImmediateOrCancel { .. }).then_some(order)
            });
            if let Some(order) = entered {
                break order;
            }
        };
        let at_ns = live.next_at_ns();
        let before = live.model.value_at(0);

        // As the exchange tells it: the taker first, who is filled, then its maker.
        live.took(at_ns, taker.number, taker.side, 64_010, 50);
        live.closed(at_ns, taker.number);
        let moved = live.model.value_at(0);
        let maker = OrderNumber(u64::MAX);
        live.made(at_ns, maker, Side::Sell, 64_010, [50, 0], Taker::Own);

        assert!((moved - before).abs() > 0.1, "its piece is news");
        let again = live.model.value_at(0) - moved;
        assert!(again.abs() < 1e-9, "but once: {again}");
    }
}
