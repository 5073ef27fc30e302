//! The order in which an instrument's commands were decided, and when.

use crate::id::InstrumentId;

/// Place of a command in its instrument's total order; the first is 1, without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct SequenceNumber(pub u64);

/// Engine time in ns since 1970-01-01 UTC (scenario files: plain units from 0). Never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Timestamp(pub u64);

/// A command with everything that decides its outcome: its instrument, its place and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequenced<C> {
    /// The instrument whose book the command is for.
    pub instrument: InstrumentId,
    /// The command's place in the instrument's order.
    pub sequence: SequenceNumber,
    /// Engine time of the command.
    pub at: Timestamp,
    /// What is asked.
    pub command: C,
}
