//! How a recorded row compares with what our exchange did, and the table of it.

use std::collections::BTreeMap;

/// How one row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Our leaves equal the recorded volume.
    Equal,
    /// They differ, for this cause.
    Diverged(Cause),
    /// The order was entered before the recording began.
    BeforeRecording,
    /// The order has no limit price in the recording.
    Unpriced,
}

/// Why our leaves differ from the recorded volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The recording enters a marketable order and tells its trades later; ours traded at once.
    TradedOnArrival,
    /// A larger quantity made our order trade; the recorded one did not.
    TradedOnChange,
    /// Ours is filled; the recorded one was still open and changed.
    FilledBeforeChange,
    /// Ours is filled; the recorded one was canceled with something open.
    FilledBeforeCancel,
    /// The recorded order was filled; ours is open, and is canceled to keep the books in line.
    FillNotMatched,
    /// The recorded order was canceled with another open quantity than ours.
    OtherLeavesAtCancel,
    /// The recording changes an order that it deleted.
    ChangedAfterDeletion,
    /// The recording deletes an order twice.
    DeletedTwice,
    /// The recording enters an order twice.
    DuplicateId,
    /// Participants took from our order: less of it is left than the recording says.
    Consumed,
    /// A recorded execution traded with other orders than the recorded one, in whole or in part.
    ExecutionElsewhere,
    /// Nobody was left to trade with for a recorded execution, in whole or in part.
    ExecutionDropped,
    /// Price or volume is no whole number of the instrument's units.
    OffGrid,
    /// Our exchange refused the request, in this word.
    Refused(&'static str),
}

impl Cause {
    /// The cause's name in a report.
    pub fn name(self) -> String {
        let name = match self {
            Self::TradedOnArrival => "traded_on_arrival",
            Self::TradedOnChange => "traded_on_change",
            Self::FilledBeforeChange => "filled_before_change",
            Self::FilledBeforeCancel => "filled_before_cancel",
            Self::FillNotMatched => "fill_not_matched",
            Self::OtherLeavesAtCancel => "other_leaves_at_cancel",
            Self::ChangedAfterDeletion => "changed_after_deletion",
            Self::DeletedTwice => "deleted_twice",
            Self::DuplicateId => "duplicate_id",
            Self::Consumed => "consumed",
            Self::ExecutionElsewhere => "execution_elsewhere",
            Self::ExecutionDropped => "execution_dropped",
            Self::OffGrid => "off_grid",
            Self::Refused(reason) => return format!("refused_{reason}"),
        };
        name.to_owned()
    }
}

/// Counts every row once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerdictTable {
    /// Rows whose leaves equal the recorded volume.
    pub equal: u64,
    /// Rows of orders entered before the recording began.
    pub before_recording: u64,
    /// Rows of orders without a limit price.
    pub unpriced: u64,
    /// Rows that differ, by cause.
    pub causes: BTreeMap<String, u64>,
}

impl VerdictTable {
    /// Counts one row.
    pub fn count(&mut self, verdict: Verdict) {
        let counter = match verdict {
            Verdict::Equal => &mut self.equal,
            Verdict::BeforeRecording => &mut self.before_recording,
            Verdict::Unpriced => &mut self.unpriced,
            Verdict::Diverged(cause) => self.causes.entry(cause.name()).or_default(),
        };
        *counter = counter.saturating_add(1);
    }

    /// How many rows were counted.
    pub fn rows(&self) -> u64 {
        self.equal + self.before_recording + self.unpriced + self.diverged()
    }

    /// How many of them differ, whatever the cause.
    pub fn diverged(&self) -> u64 {
        self.causes.values().sum()
    }
}
