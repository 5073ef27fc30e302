//! Questions to a matcher that are not commands: they are answered between batches and decide nothing.

use engine::{InstrumentId, SequenceNumber};

/// What a matcher's books stand at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatcherState {
    /// Which matcher.
    pub matcher: usize,
    /// Its instruments, each with the last command that was applied.
    pub sequences: Vec<(InstrumentId, SequenceNumber)>,
    /// Hash over everything that decides, of all its books.
    pub state_hash: u64,
}

/// A question, and where the answer goes.
#[derive(Debug)]
pub(crate) struct Inspection {
    pub reply: flume::Sender<MatcherState>,
}
