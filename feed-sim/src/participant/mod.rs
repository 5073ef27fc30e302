//! Who takes part: each kind decides what to do when its turn comes, from its own stream of chance.
//!
//! A participant learns which of its orders are gone, and prefers not to cancel those; its turns and
//! prices never depend on that, so the market's answers cannot bend the flow.

mod market_maker;
mod passive;
mod taker;

pub use market_maker::MarketMaker;
pub use passive::Passive;
pub use taker::Taker;

use protocol::Side;

use crate::flow::intent::{Action, OrderNumber};

/// One participant in one instrument.
#[derive(Debug, Clone)]
pub enum Participant {
    /// Quotes both sides and keeps its quotes near the reference.
    MarketMaker(MarketMaker),
    /// Trades at once.
    Taker(Taker),
    /// Leaves orders behind the best prices and takes them back later.
    Passive(Passive),
}

/// What a participant sees when its turn comes.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The reference price, in ticks.
    pub reference_ticks: i64,
    /// The instrument's shape.
    pub shape: &'a Shape,
}

/// How an instrument's book is meant to look, in ticks and lots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// From the reference to the best quote.
    pub half_spread_ticks: i64,
    /// From one quote of a market maker to the next.
    pub level_step_ticks: i64,
    /// Quotes of a market maker on each side.
    pub levels: u32,
    /// Quantity of a quote.
    pub quote_lots: u64,
    /// Smallest order.
    pub lots_min: u64,
    /// Lowest limit price.
    pub price_min_ticks: i64,
    /// Highest limit price.
    pub price_max_ticks: i64,
}

/// What a participant does at its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What it does now.
    pub action: Action,
    /// When it takes the order back.
    pub lifetime: Lifetime,
}

/// When an order is taken back by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// Not by time.
    Open,
    /// After this many nanoseconds, if it is still there.
    Nanoseconds(u64),
}

impl Participant {
    /// What it does, now that its turn has come.
    pub fn act(&mut self, view: View<'_>) -> Decision {
        match self {
            Self::MarketMaker(maker) => open(maker.act(view)),
            Self::Taker(taker) => open(taker.act(view)),
            Self::Passive(passive) => passive.act(view),
        }
    }

    /// Learns that one of its orders is gone.
    pub fn order_closed(&mut self, number: OrderNumber) {
        match self {
            Self::MarketMaker(maker) => maker.order_closed(number),
            Self::Taker(_) => {}
            Self::Passive(passive) => {
                passive.take_back(number);
            }
        }
    }

    /// Learns that all of its orders are gone.
    pub fn orders_lost(&mut self) {
        match self {
            Self::MarketMaker(maker) => maker.orders_lost(),
            Self::Taker(_) => {}
            Self::Passive(passive) => passive.orders_lost(),
        }
    }

    /// Takes an order back whose time is over; says whether it was still there as far as it knows.
    pub fn take_back(&mut self, number: OrderNumber) -> bool {
        match self {
            Self::MarketMaker(_) | Self::Taker(_) => false,
            Self::Passive(passive) => passive.take_back(number),
        }
    }

    /// How many turns it takes in quick succession at the start, so that there is a book to trade with.
    pub fn opening_turns(&self) -> u32 {
        match self {
            Self::MarketMaker(maker) => maker.quotes(),
            Self::Taker(_) | Self::Passive(_) => 0,
        }
    }
}

const fn open(action: Action) -> Decision {
    Decision {
        action,
        lifetime: Lifetime::Open,
    }
}

impl Shape {
    /// The price `offset_ticks` away from the reference, towards lower prices for a buy.
    pub fn behind(&self, side: Side, reference_ticks: i64, offset_ticks: i64) -> i64 {
        let ticks = match side {
            Side::Buy => reference_ticks.saturating_sub(offset_ticks),
            Side::Sell => reference_ticks.saturating_add(offset_ticks),
        };
        ticks.clamp(self.price_min_ticks, self.price_max_ticks)
    }

    /// How far a side's quotes reach from the reference.
    pub fn reach_ticks(&self) -> i64 {
        self.half_spread_ticks
            .saturating_add(self.level_step_ticks.saturating_mul(i64::from(self.levels)))
    }
}
