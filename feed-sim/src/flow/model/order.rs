//! An order as a model means it.

use protocol::Side;

use crate::flow::market::ModelNumber;

/// One order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelOrder {
    /// The model's number of it.
    pub number: ModelNumber,
    /// Who means it.
    pub role: Role,
    /// Buy or sell.
    pub side: Side,
    /// Limit price, in ticks.
    pub ticks: i64,
    /// How much it is for, in lots.
    pub lots: u64,
    /// What becomes of it where it does not trade.
    pub style: Style,
}

/// What an order does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Rests, seen by all.
    Displayed,
    /// Rests, seen by nobody.
    Hidden,
    /// Trades at once; what is left is canceled.
    Immediate,
}

/// Which kind of participant an order is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Leaves orders behind the best prices.
    Noise,
    /// Trades towards the value.
    Value,
    /// Quotes both sides and answers trades.
    MarketMaker,
    /// Takes in the direction of the last move.
    Momentum,
    /// Trades a large order in pieces.
    Execution,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Noise,
        Self::Value,
        Self::MarketMaker,
        Self::Momentum,
        Self::Execution,
    ];
}
