//! What a participant means to do, in ticks and lots, before any wire or exchange is involved.

use protocol::Side;

/// One thing that a participant means to do at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intent {
    /// When it is meant to be sent, in nanoseconds of the flow's own time.
    pub at_ns: u64,
    /// Which seat of the flow means it.
    pub seat: usize,
    /// What is meant.
    pub action: Action,
}

/// What is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Enter an order.
    Submit(IntendedOrder),
    /// End one order, and enter another whether or not the first was still there.
    Requote {
        /// Which order ends.
        cancel: OrderNumber,
        /// Which order comes.
        order: IntendedOrder,
    },
    /// End one order and enter another in its place, or do nothing.
    CancelReplace {
        /// Which order ends.
        cancel: OrderNumber,
        /// Which order comes.
        order: IntendedOrder,
    },
    /// End an order.
    Cancel(OrderNumber),
}

/// A seat's number of one of its orders, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNumber(pub u64);

/// An order as meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntendedOrder {
    /// The seat's number of it.
    pub number: OrderNumber,
    /// Buy or sell.
    pub side: Side,
    /// What it is.
    pub kind: IntendedKind,
    /// How much it is for, in lots.
    pub lots: u64,
}

/// What an intended order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntendedKind {
    /// Rests at this price in ticks, or behind the best opposite price where it would take.
    Quote {
        /// Limit price, in ticks.
        ticks: i64,
    },
    /// Rests at this price in ticks and is seen by nobody.
    Hidden {
        /// Limit price, in ticks.
        ticks: i64,
    },
    /// Trades at this price in ticks or better, and rests with what is left.
    Limit {
        /// Limit price, in ticks.
        ticks: i64,
    },
    /// Trades at this price in ticks or better at once; the remainder is canceled.
    ImmediateOrCancel {
        /// Limit price, in ticks.
        ticks: i64,
    },
    /// Trades at any price at once.
    Market,
}

impl Action {
    /// The order that it enters, if it enters one.
    pub const fn entered(&self) -> Option<&IntendedOrder> {
        match self {
            Self::Submit(order)
            | Self::Requote { order, .. }
            | Self::CancelReplace { order, .. } => Some(order),
            Self::Cancel(_) => None,
        }
    }
}

impl IntendedKind {
    /// Whether what does not trade at once stays in the book.
    pub const fn may_rest(self) -> bool {
        match self {
            Self::Quote { .. } | Self::Hidden { .. } | Self::Limit { .. } => true,
            Self::ImmediateOrCancel { .. } | Self::Market => false,
        }
    }
}
