//! One row of a recorded order flow, with its units made explicit.

use protocol::ExactDecimal;

/// What the venue said about one order, in the order in which it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedRow {
    /// The row's place in the file, counted from 1 after the header.
    pub number: u64,
    /// The venue's id of the order.
    pub order: u64,
    /// When the recorder saw it, in milliseconds since the epoch.
    pub recorded_at_ms: u64,
    /// What the venue stamped on it, in milliseconds since the epoch: in one variant of the format the
    /// time of the row, in the other the time at which the order was entered.
    pub stamped_at_ms: u64,
    /// The limit price; 0 and 999999999 stand for none.
    pub price: ExactDecimal,
    /// What was still open of the order after the row; of a deleted one, what was open when it ended.
    pub volume: ExactDecimal,
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
}

/// Which way a recorded order trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedSide {
    /// It buys.
    Bid,
    /// It sells.
    Ask,
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
