//! What a flow needs of the market it trades in: to look at its best prices, to send, to be told.

use protocol::Side;

use crate::flow::model::ModelOrder;

/// A number that a model gives to one of its orders. The low bits are a place that is used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelNumber(pub u64);

/// How many low bits of a [`ModelNumber`] are its place.
const PLACE_BITS: u32 = 20;

impl ModelNumber {
    /// The number of the `turn`-th order that takes a place.
    pub const fn new(turn: u64, place: u32) -> Self {
        Self(turn << PLACE_BITS | place as u64)
    }

    /// Counts a model's orders from 1.
    pub const fn turn(self) -> u64 {
        self.0 >> PLACE_BITS
    }

    /// A place that no other open order of the model has; small.
    pub const fn place(self) -> usize {
        (self.0 & ((1 << PLACE_BITS) - 1)) as usize
    }
}

/// One price level as everyone sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisibleLevel {
    /// Its price, in ticks.
    pub ticks: i64,
    /// What is displayed there, in lots.
    pub lots: u64,
}

/// A market of one instrument. What it says is public, but for facts of the model's own orders.
pub trait Market {
    /// The `place`-th best level of a side; 0 is the best.
    fn level(&self, side: Side, place: usize) -> Option<VisibleLevel>;
    /// Enters an order.
    fn submit(&mut self, at_ns: u64, order: &ModelOrder);
    /// Ends an order; no harm where it is gone already.
    fn cancel(&mut self, at_ns: u64, number: ModelNumber);
    /// Takes an open order back to this many open lots, keeping its place.
    fn reduce(&mut self, at_ns: u64, number: ModelNumber, lots: u64);
    /// Moves what happened since the last call to the end of `facts`, in order.
    fn take_facts(&mut self, facts: &mut Vec<MarketFact>);
}

/// One thing that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarketFact {
    /// An own order, or what is left of it, rests.
    Rested(OrderFact),
    /// Something was traded.
    Traded(TradeFact),
    /// Part of an own order that rests was taken back; `lots` is that part.
    Reduced(OrderFact),
    /// An own order that rested was ended; `lots` is what was left of it.
    Canceled(OrderFact),
    /// An own order that never came to rest is over.
    Over(ModelNumber),
}

/// An own order, and how much of it the fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderFact {
    /// Which order.
    pub number: ModelNumber,
    /// Buy or sell.
    pub side: Side,
    /// Where, in ticks.
    pub ticks: i64,
    /// How much, in lots.
    pub lots: u64,
    /// Whether the market sees it.
    pub sight: Sight,
}

/// One trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeFact {
    /// The resting order.
    pub maker: Whose,
    /// The arriving order.
    pub taker: Whose,
    /// The arriving order's side.
    pub aggressor_side: Side,
    /// At which price, in ticks.
    pub ticks: i64,
    /// How much, in lots.
    pub lots: u64,
    /// What is left of the resting order, in lots; 0 where it is somebody else's.
    pub maker_leaves_lots: u64,
    /// Whether the market saw the resting order.
    pub maker_sight: Sight,
}

/// Whose an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The model's own, with its number.
    Own(ModelNumber),
    /// Somebody else's.
    Others,
}

/// Whether the market sees an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// All of it.
    Displayed,
    /// Nothing of it.
    Hidden,
}
