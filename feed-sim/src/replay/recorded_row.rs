//! One row of a recorded order flow, with its units made explicit.

use protocol::ExactDecimal;

/// What the venue said about one order, in the order in which it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedRow {
    /// The row's place in the file, counted from 1 after the header.
    pub number: u64,
    /// The venue's id of the order.
    pub order: u64,
    /// What the venue stamped on it, in microseconds since the epoch: in one variant of the order tables the
    /// time at which the order was entered, everywhere else the time of the row.
    pub stamped_at_us: u64,
    /// The limit price; 0 and 999999999 stand for none.
    pub price: ExactDecimal,
    /// What was still open of the order after the row; of a deleted one, what was open when it ended.
    pub volume: ExactDecimal,
    /// What an execution traded; zero in rows of any other kind.
    pub traded: ExactDecimal,
    /// What happened.
    pub action: RecordedAction,
    /// Which way the order trades.
    pub side: RecordedSide,
}

/// What happened to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedAction {
    /// It was entered.
    Created,
    /// Its open quantity changed: it traded, or its owner changed it.
    Changed,
    /// It ended: filled when nothing of it was open, canceled otherwise.
    Deleted,
    /// It rested and traded; who took is not recorded otherwise.
    Executed,
    /// An order that nobody saw traded; it is not recorded otherwise.
    ExecutedHidden,
}

/// Which way a recorded order trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedSide {
    /// It buys.
    Bid,
    /// It sells.
    Ask,
}

impl RecordedSide {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Bid => Self::Ask,
            Self::Ask => Self::Bid,
        }
    }
}

/// A whole recording.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// What rested before the first row, where the recording says it: one order for each price level.
    pub opening: Vec<RecordedRow>,
    /// The rows, in their order.
    pub rows: Vec<RecordedRow>,
}

impl RecordedRow {
    /// What the recording writes where an order has no limit price, besides zero.
    const NO_PRICE: i128 = 999_999_999;

    /// Whether the row is of an order with a limit price.
    pub fn is_priced(&self) -> bool {
        let whole = self.price.units_of(0);
        !self.price.is_zero() && whole != Ok(Self::NO_PRICE)
    }
}
