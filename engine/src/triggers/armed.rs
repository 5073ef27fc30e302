//! One order's trigger as it stands: its stop price now, and the prices at which something happens to it.

use super::Task;
use crate::conditions::{TrailingDistance, TriggerKind, TriggerSource};
use crate::id::OrderId;
use crate::price::Price;
use crate::side::Side;

const BIPS: i128 = 10_000;

/// One order's trigger as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Armed {
    pub(crate) side: Side,
    pub(crate) source: TriggerSource,
    pub(crate) kind: TriggerKind,
    pub(crate) trail: Trail,
}

/// How far a trailing stop has come. Other triggers have none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trail {
    /// Not a trailing stop.
    None,
    /// No price is known yet: it begins with the first one.
    Fresh,
    /// It begins at the first price at its activation price or beyond it, seen from here.
    Inactive(Direction),
    /// It follows, and fires at this price.
    Following(Price),
}

/// Which way a price goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    Up,
    Down,
}

impl Armed {
    /// An order's trigger when it comes: a trailing stop follows from `value` on, the price it looks at.
    pub(crate) fn new(
        side: Side,
        source: TriggerSource,
        kind: TriggerKind,
        value: Option<i64>,
    ) -> Self {
        let mut armed = Self {
            side,
            source,
            kind,
            trail: Trail::None,
        };
        if let TriggerKind::Trailing { .. } = kind {
            armed.trail = Trail::Fresh;
            if let Some(value) = value {
                armed.begin(value);
            }
        }
        armed
    }

    /// Whether it is one that an order of `side` can have.
    pub(crate) fn is_sound(&self, side: Side) -> bool {
        let is_trailing = matches!(self.kind, TriggerKind::Trailing { .. });
        let has_trail = self.trail != Trail::None;
        let distance = match self.distance() {
            TrailingDistance::Price(_) => true,
            TrailingDistance::Bips(bips) => side == Side::Buy || i128::from(bips) < BIPS,
        };
        let activates = match (self.kind, self.trail) {
            (TriggerKind::Trailing { activation, .. }, Trail::Inactive(_)) => activation.is_some(),
            (
                TriggerKind::Trailing { .. }
                | TriggerKind::Stop { .. }
                | TriggerKind::TakeProfit { .. },
                _,
            ) => true,
        };
        side == self.side && is_trailing == has_trail && distance && activates && self.step() > 0
    }

    /// A trailing stop sees its first price.
    pub(super) fn begin(&mut self, value: i64) {
        let TriggerKind::Trailing { activation, .. } = self.kind else {
            return;
        };
        match activation.map(|activation| self.scaled(activation.units())) {
            Some(activation) if value < activation => {
                self.trail = Trail::Inactive(Direction::Up);
            }
            Some(activation) if value > activation => {
                self.trail = Trail::Inactive(Direction::Down);
            }
            Some(_) | None => self.follow(value),
        }
    }

    /// A trailing stop follows from this price on.
    pub(super) fn follow(&mut self, value: i64) {
        self.trail = Trail::Following(Price::from_units(self.behind(value)));
    }

    /// A trailing stop that follows moves, in whole steps and never back.
    pub(super) fn move_to(&mut self, value: i64) {
        let Trail::Following(stop) = self.trail else {
            return;
        };
        let step = self.step();
        let gained = match self.side {
            Side::Sell => self.behind(value).saturating_sub(stop.units()),
            Side::Buy => stop.units().saturating_sub(self.behind(value)),
        };
        if gained < step {
            return;
        }
        let gained = gained - gained % step;
        self.trail = Trail::Following(Price::from_units(match self.side {
            Side::Sell => stop.units() + gained,
            Side::Buy => stop.units() - gained,
        }));
    }

    /// The price at which it fires now.
    pub(crate) const fn stop_price(&self) -> Option<Price> {
        match (self.kind, self.trail) {
            (TriggerKind::Stop { price } | TriggerKind::TakeProfit { price }, _) => Some(price),
            (TriggerKind::Trailing { .. }, Trail::Following(stop)) => Some(stop),
            (TriggerKind::Trailing { .. }, Trail::None | Trail::Fresh | Trail::Inactive(_)) => None,
        }
    }

    /// Whether it fires when the price it looks at goes up to its stop price, or down to it.
    pub(crate) const fn fires(&self) -> Direction {
        match (self.kind, self.side) {
            (TriggerKind::Stop { .. } | TriggerKind::Trailing { .. }, Side::Buy)
            | (TriggerKind::TakeProfit { .. }, Side::Sell) => Direction::Up,
            (TriggerKind::Stop { .. } | TriggerKind::Trailing { .. }, Side::Sell)
            | (TriggerKind::TakeProfit { .. }, Side::Buy) => Direction::Down,
        }
    }

    /// Whether it fires at `value` of the price it looks at.
    pub(crate) fn is_true_at(&self, value: i64) -> bool {
        self.stop_price().is_some_and(|stop| match self.fires() {
            Direction::Up => value >= self.scaled(stop.units()),
            Direction::Down => value <= self.scaled(stop.units()),
        })
    }

    /// Its place among those that fire at one time: upwards by ascending stop price, then downwards by
    /// descending stop price, then by age.
    pub(super) fn rank(&self, order_id: OrderId) -> (Direction, i128, OrderId) {
        let stop = self.stop_price().map_or(0, |stop| i128::from(stop.units()));
        match self.fires() {
            Direction::Up => (Direction::Up, stop, order_id),
            Direction::Down => (Direction::Down, -stop, order_id),
        }
    }

    /// What happens at which price, and from which side it is reached.
    pub(super) fn tasks(&self) -> [Option<(Direction, i64, Task)>; 2] {
        let fires = self
            .stop_price()
            .map(|stop| (self.fires(), self.scaled(stop.units()), Task::Fire));
        let other = match (self.kind, self.trail) {
            (
                TriggerKind::Trailing {
                    activation: Some(activation),
                    ..
                },
                Trail::Inactive(direction),
            ) => Some((direction, self.scaled(activation.units()), Task::Follow)),
            (TriggerKind::Trailing { .. }, Trail::Following(stop)) => Some(self.next_move(stop)),
            (TriggerKind::Trailing { .. }, Trail::None | Trail::Fresh | Trail::Inactive(_))
            | (TriggerKind::Stop { .. } | TriggerKind::TakeProfit { .. }, _) => None,
        };
        [fires, other]
    }

    /// The first price at which a trailing stop moves.
    fn next_move(&self, stop: Price) -> (Direction, i64, Task) {
        let step = i128::from(self.step());
        let (direction, next) = match self.side {
            Side::Sell => (Direction::Up, i128::from(stop.units()) + step),
            Side::Buy => (Direction::Down, i128::from(stop.units()) - step),
        };
        let price = match (self.distance(), self.side) {
            (TrailingDistance::Price(units), Side::Sell) => next + i128::from(units),
            (TrailingDistance::Price(units), Side::Buy) => next - i128::from(units),
            (TrailingDistance::Bips(bips), Side::Sell) => {
                let kept = BIPS - i128::from(bips);
                (next * BIPS + kept - 1).div_euclid(kept)
            }
            (TrailingDistance::Bips(bips), Side::Buy) => {
                (next * BIPS).div_euclid(BIPS + i128::from(bips))
            }
        };
        (direction, self.scaled(clamped(price)), Task::Move)
    }

    /// The stop price that lies the distance behind `value`.
    fn behind(&self, value: i64) -> i64 {
        let price = i128::from(match (self.source, self.side) {
            (TriggerSource::Last | TriggerSource::BidAsk, _) => value,
            // Half a unit counts against the order.
            (TriggerSource::Mid, Side::Sell) => value.div_euclid(2),
            (TriggerSource::Mid, Side::Buy) => -((-value).div_euclid(2)),
        });
        clamped(match (self.distance(), self.side) {
            (TrailingDistance::Price(units), Side::Sell) => price - i128::from(units),
            (TrailingDistance::Price(units), Side::Buy) => price + i128::from(units),
            (TrailingDistance::Bips(bips), Side::Sell) => {
                (price * (BIPS - i128::from(bips))).div_euclid(BIPS)
            }
            (TrailingDistance::Bips(bips), Side::Buy) => {
                (price * (BIPS + i128::from(bips)) + BIPS - 1).div_euclid(BIPS)
            }
        })
    }

    fn step(&self) -> i64 {
        match self.kind {
            TriggerKind::Trailing { step, .. } => step.unwrap_or(1),
            TriggerKind::Stop { .. } | TriggerKind::TakeProfit { .. } => 1,
        }
    }

    fn distance(&self) -> TrailingDistance {
        match self.kind {
            TriggerKind::Trailing { distance, .. } => distance,
            TriggerKind::Stop { .. } | TriggerKind::TakeProfit { .. } => TrailingDistance::Price(0),
        }
    }

    /// A price in the units of what it looks at: the middle is told in halves.
    const fn scaled(&self, price_units: i64) -> i64 {
        match self.source {
            TriggerSource::Last | TriggerSource::BidAsk => price_units,
            TriggerSource::Mid => price_units.saturating_mul(2),
        }
    }
}

fn clamped(units: i128) -> i64 {
    i64::try_from(units.clamp(i128::from(i64::MIN), i128::from(i64::MAX))).expect("it was clamped")
}
