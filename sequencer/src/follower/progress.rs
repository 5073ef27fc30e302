//! How far the follower is, for whoever looks at it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::position::LogPosition;

/// How far the follower is.
#[derive(Debug, Default)]
pub struct FollowerProgress {
    replayed: AtomicU64,
    agreed: AtomicU64,
    commands: AtomicU64,
    snapshot: AtomicU64,
    snapshots: AtomicU64,
    state_hash: AtomicU64,
    is_asked_to_stop: AtomicBool,
    failure: OnceLock<String>,
}

impl FollowerProgress {
    /// The last entry that was replayed.
    pub fn replayed(&self) -> LogPosition {
        LogPosition(self.replayed.load(Ordering::Acquire))
    }

    /// The last entry up to which every matcher said what replay gives.
    pub fn agreed(&self) -> LogPosition {
        LogPosition(self.agreed.load(Ordering::Acquire))
    }

    /// Commands that were replayed since the log's beginning.
    pub fn commands(&self) -> u64 {
        self.commands.load(Ordering::Relaxed)
    }

    /// Position of the newest snapshot; 0 where there is none.
    pub fn snapshot(&self) -> LogPosition {
        LogPosition(self.snapshot.load(Ordering::Acquire))
    }

    /// Snapshots that were written since the start.
    pub fn snapshots(&self) -> u64 {
        self.snapshots.load(Ordering::Acquire)
    }

    /// Hash over everything that decides, of all books, as it was at the newest snapshot of this start.
    pub fn state_hash(&self) -> u64 {
        self.state_hash.load(Ordering::Acquire)
    }

    /// Why it follows no more, if it does not: no snapshot is written any more.
    pub fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    pub(super) fn note_failure(&self, reason: String) {
        // It fails once.
        let _ = self.failure.set(reason);
    }

    pub(super) fn note_replayed(&self, position: LogPosition, commands: u64) {
        self.commands.store(commands, Ordering::Relaxed);
        self.replayed.store(position.0, Ordering::Release);
    }

    pub(super) fn note_agreed(&self, position: LogPosition) {
        self.agreed.store(position.0, Ordering::Release);
    }

    /// The snapshot that this start went on from.
    pub(super) fn note_base(&self, position: LogPosition) {
        self.snapshot.store(position.0, Ordering::Release);
    }

    pub(super) fn note_snapshot(&self, position: LogPosition, state_hash: u64) {
        self.state_hash.store(state_hash, Ordering::Relaxed);
        self.snapshot.store(position.0, Ordering::Release);
        self.snapshots.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn ask_to_stop(&self) {
        self.is_asked_to_stop.store(true, Ordering::Release);
    }

    pub(super) fn is_asked_to_stop(&self) -> bool {
        self.is_asked_to_stop.load(Ordering::Acquire)
    }
}
