//! What came of a run in lockstep.

use serde::Serialize;

/// What came of a run in lockstep.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LockstepReport {
    /// Ticks so far.
    pub ticks: u64,
    /// Requests that had a turn.
    pub turns: u64,
    /// Who was waited for in vain; a run with one of them need not be reproducible.
    pub dropped: Vec<DroppedMember>,
}

/// Somebody who was waited for in vain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DroppedMember {
    /// Its place.
    pub rank: u32,
    /// A session by its number, or a key.
    pub who: String,
    /// In which tick.
    pub tick: u64,
    /// What it did not do.
    pub reason: &'static str,
}
