//! What a row is in an instrument's units, what it asks of the exchange, and what the exchange tells.

use crate::replay::recorded_row::{RecordedAction, RecordedSide};

/// A priced row in the instrument's units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowUnits {
    /// The venue's id of the order.
    pub order: u64,
    /// Which way it trades.
    pub side: RecordedSide,
    /// Limit price, in price units.
    pub price: i64,
    /// Recorded open quantity, in quantity units.
    pub volume: u64,
    /// What an execution traded, in quantity units.
    pub traded: u64,
    /// What happened.
    pub action: RecordedAction,
}

/// What a row asks of the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowRequest {
    /// Nothing more: the row is judged as it stands.
    Nothing,
    /// Enter an order.
    Submit(RowOrder),
    /// Change an order's total quantity, what is filled included.
    Replace {
        /// Which one.
        order: u64,
        /// New total, in quantity units.
        quantity: u64,
    },
    /// End an order.
    Cancel {
        /// Which one.
        order: u64,
    },
}

/// An order that a row enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowOrder {
    /// Under which number.
    pub order: u64,
    /// Which way it trades.
    pub side: RecordedSide,
    /// Limit price, in price units.
    pub price: i64,
    /// Quantity, in quantity units.
    pub quantity: u64,
    /// What becomes of it where it does not trade.
    pub stay: Stay,
}

/// What becomes of an order where it does not trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// It rests.
    Rests,
    /// It rests, and nobody sees it.
    RestsHidden,
    /// What is left of it is canceled.
    Goes,
}

/// What the exchange told about one of our orders, named by the number that it was entered under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// It traded; this much is left open.
    Traded {
        /// Which order.
        order: u64,
        /// What has traded of it so far, in quantity units.
        filled: u64,
        /// What is still open, in quantity units.
        leaves: u64,
    },
    /// Somebody else took this much of it, in quantity units; that it traded is told before.
    Consumed {
        /// Which order.
        order: u64,
        /// How much.
        quantity: u64,
    },
    /// Its quantity was changed; this much is open.
    Replaced {
        /// Which order.
        order: u64,
        /// What is open now, in quantity units.
        leaves: u64,
    },
    /// It ended with something unfilled.
    Canceled {
        /// Which order.
        order: u64,
    },
    /// The request of the current row was refused.
    Refused {
        /// The word for the reason.
        reason: &'static str,
    },
}
