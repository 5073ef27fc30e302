//! The follower: a thread that replays the durable log behind the live matchers and writes the snapshots.
//!
//! It has books, ledger and control state of its own, so matching never waits for a snapshot; and because it
//! replays what the matchers applied, it checks for nothing that replay gives what live gave. The matchers
//! leave a mark after each entry: a running digest of everything they said. The follower compares it with its
//! own. Where they part, something is not deterministic or memory is broken: the shard halts, and no snapshot
//! is written of a state that nobody can trust.
//!
//! ```text
//! matchers ─► journal ─► tail ─► replica ─► digest ═ compare ═ marks ◄─ matchers
//!                                   │
//!                                   └─► snapshot when replaying the tail would take too long
//! ```

mod digest;
mod marks;
mod progress;
mod replica;
mod shadow;

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use engine::Instrument;
use ledger::Ledger;

use crate::abort::catch;
use crate::egress::EventBatch;
use crate::gate::Gate;
use crate::log::{Followed, LogEntry, LogError};
use crate::recovery::RecoveryProgress;
use crate::running::ReadModelMaker;
use crate::snapshot::Snapshot;

pub use progress::FollowerProgress;
pub use replica::{Replica, RestoreError};

pub(crate) use digest::EventDigest;
pub(crate) use marks::{Mark, Marks};
pub(crate) use replica::{list_all, refuse_unconfigured};

use shadow::Shadow;

/// How soon the follower looks again whether something more is durable.
const TAIL_POLL: Duration = Duration::from_millis(5);
/// How much the follower's thread stands back, of 19.
const NICENESS: i32 = 10;

/// Reads a log's durable entries as they come.
pub trait LogTail: Send {
    /// The next entry that is durable; `None` where there is none yet.
    ///
    /// # Errors
    /// What is durable cannot be read.
    fn next(&mut self) -> Result<Option<LogEntry>, LogError>;

    /// Makes sure that everything that was yielded survives a power cut, also where the log does not wait for it.
    ///
    /// # Errors
    /// It may not survive.
    fn sync(&mut self) -> io::Result<()>;

    /// Chain hash of the log up to the last entry that was yielded.
    fn chain(&self) -> u64;
}

/// What a reader of events keeps, followed behind the matchers so that a snapshot has it.
pub trait ReadModel: Send {
    /// Takes in what a batch did, as the reader does.
    fn apply(&mut self, batch: &EventBatch);

    /// Everything that it keeps, in a spelling of its own.
    ///
    /// # Errors
    /// Why no snapshot may be written now: what the reader keeps elsewhere would miss what the snapshot hides.
    fn spell(&self) -> Result<Vec<u8>, String>;
}

/// Nobody reads the events: nothing is kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoReadModel;

impl ReadModel for NoReadModel {
    fn apply(&mut self, _batch: &EventBatch) {}

    fn spell(&self) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }
}

/// How often snapshots are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotCadence {
    /// Replaying what a snapshot does not have takes at most about this long.
    pub replay_time_max: Duration,
    /// And it is at most so many commands.
    pub replay_commands_max: u64,
}

impl Default for SnapshotCadence {
    fn default() -> Self {
        Self {
            replay_time_max: Duration::from_secs(5),
            replay_commands_max: u64::MAX,
        }
    }
}

/// What a follower is started with, beside the log.
pub(crate) struct FollowerParts {
    /// The snapshot that the shard goes on from.
    pub base: Option<Arc<Snapshot>>,
    pub instruments: Vec<Instrument>,
    /// A ledger that has nothing yet and is nobody else's.
    pub ledger: Arc<Ledger>,
    pub read_model: ReadModelMaker,
    /// By instrument id: which live matcher has it.
    pub routes: Vec<Option<usize>>,
    pub marks: Arc<[Marks]>,
    pub progress: Arc<FollowerProgress>,
    pub recovery: Arc<RecoveryProgress>,
    pub gate: Arc<Gate>,
}

/// The follower's thread; it ends where it is when this is dropped.
#[derive(Debug)]
pub(crate) struct Follower {
    progress: Arc<FollowerProgress>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    /// Starts following.
    pub(crate) fn start(parts: FollowerParts, followed: Followed) -> io::Result<Self> {
        let progress = Arc::clone(&parts.progress);
        let base = parts.base.as_ref().map(|base| base.position);
        progress.note_base(base.unwrap_or_default());
        let thread = std::thread::Builder::new()
            .name("follower".to_owned())
            .spawn(move || {
                let gate = Arc::clone(&parts.gate);
                // Not aborted: a matcher that panics at the same command still has to name it.
                let followed = catch(|| follow(parts, followed))
                    .map_err(|panic| format!("the follower panicked: {panic}"));
                if let Err(reason) = followed.and_then(|followed| followed) {
                    gate.halt(&reason);
                }
            })?;
        Ok(Self {
            progress,
            thread: Some(thread),
        })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.progress.ask_to_stop();
        let Some(thread) = self.thread.take() else {
            return;
        };
        thread.thread().unpark();
        thread.join().expect("a panic of the follower was caught");
    }
}

/// Replays what becomes durable until it is asked to stop, or finds what must not be.
fn follow(parts: FollowerParts, followed: Followed) -> Result<(), String> {
    let progress = Arc::clone(&parts.progress);
    lower_priority();
    // A start has the machine to itself.
    while !parts.recovery.is_over() {
        if progress.is_asked_to_stop() {
            return Ok(());
        }
        std::thread::park_timeout(TAIL_POLL);
    }
    let Followed { mut tail, .. } = followed;
    let mut shadow = Shadow::new(
        parts,
        followed.store,
        followed.retain,
        followed.cadence,
        followed.epoch,
    )?;
    while !progress.is_asked_to_stop() {
        match tail.next() {
            Ok(Some(entry)) => shadow.replay(&entry),
            Ok(None) => {
                let compared = shadow.compare();
                std::thread::park_timeout(TAIL_POLL);
                compared
            }
            Err(error) => {
                // The log is whole as far as the journal knows: trading goes on, snapshots do not.
                progress.note_failure(error.to_string());
                tracing::error!(%error, "the follower cannot read what was logged: no more snapshots are written");
                return Ok(());
            }
        }
        .map_err(|parted| parted.to_string())?;
        shadow.take_snapshot_when_due(&mut *tail);
    }
    Ok(())
}

/// Whatever trades comes first.
fn lower_priority() {
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "the follower runs at the priority of the others");
    }
}
