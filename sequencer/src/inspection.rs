//! Questions to a matcher that are not commands: they are answered between batches and decide nothing.

use engine::{InstrumentId, SequenceNumber};

/// What a matcher's books stand at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatcherState {
    /// Which matcher.
    pub matcher: usize,
    /// Its instruments.
    pub books: Vec<BookState>,
    /// Hash over everything that decides, of all its books.
    pub state_hash: u64,
}

/// What one instrument's book stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookState {
    /// Which instrument.
    pub instrument: InstrumentId,
    /// The last command that was applied.
    pub sequence: SequenceNumber,
    /// Hash over everything of it that decides; the same under every layout of threads.
    pub state_hash: u64,
}

/// A question, and where the answer goes.
#[derive(Debug)]
pub(crate) struct Inspection {
    pub reply: flume::Sender<MatcherState>,
}
