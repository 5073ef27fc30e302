//! The command log: it orders, and the matcher applies what it returns.

pub(crate) mod codec;
mod file_log;
mod mem_log;

use std::path::PathBuf;
use std::sync::Arc;

use engine::{InstrumentId, SequenceNumber, Timestamp};
use ledger::{Ledger, LedgerConfig};

use crate::clock::{EngineClock, StageClock, Stamping};
use crate::control::ControlCommand;
use crate::follower::{LogTail, SnapshotCadence};
use crate::gate::Gate;
use crate::inbound::InboundCommand;
use crate::position::{Epoch, LogPosition};
use crate::snapshot::{Snapshot, SnapshotStore};
use crate::waker::Waker;

pub use file_log::{
    Durability, FileLog, FileLogOptions, FileLogs, JournalView, LogFloor, OpenError, Repair,
    RepairError, SnapshotOptions, TornTail, TornWatermark, WasShown,
};
pub use mem_log::{MemLog, MemLogControl, MemLogs, Retention};

/// One matcher's handle of the shard's log. Nothing here waits.
pub trait CommandLog {
    /// Hands a batch to the log; its outcome may stay unknown until it is polled.
    ///
    /// # Errors
    /// The log takes nothing any more: the shard halts.
    fn append(&mut self, batch: &Batch) -> Result<(), AppendRefused>;

    /// The same with a batch that is spent afterwards but for its number: what it holds may be moved instead of copied.
    ///
    /// # Errors
    /// As for [`Self::append`]; the batch is as it was then.
    fn append_spent(&mut self, batch: &mut Batch) -> Result<(), AppendRefused> {
        self.append(batch)?;
        batch.clear();
        Ok(())
    }

    /// Replaces `entries`, which are spent, by what was sequenced of this handle's batches since, in their
    /// order. The log may use the room of the spent ones.
    fn poll(&mut self, entries: &mut Vec<LogEntry>) -> LogState;

    /// Everything of the shard up to this position survives a crash.
    fn durable(&self) -> LogPosition;

    /// Keeps in mind, durably, that a command made its matcher panic; the process ends after this. A log
    /// that nobody reads again has nothing to keep.
    fn keep_poison(&mut self, poison: &Poison) {
        let _ = poison;
    }

    /// Reads the shard's entries again, from `position` on.
    ///
    /// # Errors
    /// The log does not keep them, or they cannot be read.
    fn read_from(&self, position: LogPosition) -> Result<LogReader, LogError>;
}

/// Opens one log handle per matcher.
pub trait LogFactory {
    /// What it opens.
    type Log: CommandLog + Send + 'static;

    /// Opens the handle of the matcher that `context` names. A log that becomes durable on another thread
    /// keeps the context's gate and runs [`Gate::release`] after each sync.
    ///
    /// # Errors
    /// The log cannot be opened.
    fn open(&mut self, context: LogContext) -> Result<Self::Log, LogError>;

    /// The newest snapshot that earlier processes left, to be gone on from; `None` where there is none. It is
    /// given away: a second call has nothing.
    fn take_base(&mut self) -> Option<Snapshot> {
        None
    }

    /// What earlier processes logged after `base`, to be applied before anything new; `None` where there is
    /// nothing.
    ///
    /// # Errors
    /// It cannot be read, or is not the log that `base` was made of.
    fn recover(&self, base: LogPlace) -> Result<Option<LogReader>, LogError>;

    /// What a follower needs that goes on from `base`; `None` where the log is not to be followed.
    ///
    /// # Errors
    /// The log does not keep what comes after `base`.
    fn follow(&self, _base: LogPlace) -> Result<Option<Followed>, LogError> {
        Ok(None)
    }
}

/// A place in one log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogPlace {
    /// The last entry before it.
    pub position: LogPosition,
    /// Chain hash over everything up to there.
    pub chain: u64,
}

/// A log as its follower sees it.
pub struct Followed {
    /// The entries, as they become durable.
    pub tail: Box<dyn LogTail>,
    /// Where snapshots go.
    pub store: SnapshotStore,
    /// To be told, after each snapshot, up to which position the log is no longer needed for a start.
    pub retain: Box<dyn FnMut(LogPosition) + Send>,
    /// How often snapshots are written.
    pub cadence: SnapshotCadence,
    /// Generation of the numbers.
    pub epoch: Epoch,
}

/// What a log handle may use of the shard.
#[derive(Debug, Clone)]
pub struct LogContext {
    /// Whose handle it is.
    pub matcher: usize,
    /// Where the time of entries comes from.
    pub clock: EngineClock,
    /// Lets out what is durable.
    pub gate: Arc<Gate>,
    /// To be woken when entries can be polled that could not be before.
    pub waker: Arc<Waker>,
}

impl LogContext {
    /// A context without a shard behind it: nobody waits at its gate. For tools, and for tests of logs.
    pub fn detached(matcher: usize, clock: EngineClock) -> Self {
        let config = LedgerConfig { accounts_max: 1 };
        let ledger = Ledger::new(config, Vec::new(), Vec::new());
        let ledger = Arc::new(ledger.expect("a ledger may be without assets"));
        let stage_clock = StageClock::new(Stamping::Off);
        Self {
            matcher,
            clock,
            gate: Arc::new(Gate::new([], ledger, stage_clock)),
            waker: Arc::new(Waker::new()),
        }
    }
}

/// What a matcher popped at once; appended whole or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The matcher's own count of its batches, from 1. A batch that comes twice is applied once.
    pub number: u64,
    /// Control entries; they come before the commands.
    pub control: Vec<ControlCommand>,
    /// Commands in the order in which they were popped.
    pub commands: Vec<InboundCommand>,
}

/// A batch as the log sequenced it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its place in the shard's log.
    pub position: LogPosition,
    /// When it was sequenced.
    pub at: Timestamp,
    /// [`Batch::number`].
    pub number: u64,
    /// Control entries; they come before the commands.
    pub control: Vec<ControlCommand>,
    /// Commands, in order.
    pub commands: Vec<InboundCommand>,
    /// What a repair has taken out of it.
    pub rejected: RejectedPart,
}

/// What a poll found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogState {
    /// Every batch that was appended has been yielded.
    Idle,
    /// Some outcomes are not known yet.
    InFlight,
    /// The log failed; outcomes that are not known stay unknown. The shard halts.
    Failed,
}

/// The log takes nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the log refused a batch: {0}")]
pub struct AppendRefused(pub String);

/// Why a log cannot be opened or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// It keeps nothing from that position on.
    #[error("the log does not keep position {0:?}")]
    NotKept(LogPosition),
    /// A snapshot is of another log.
    #[error(
        "the snapshot at position {} was made of another log: its chain hash is not the one of this journal; \
         restore the folder from a copy, or remove the snapshot", position.0
    )]
    OtherLog {
        /// The snapshot's position.
        position: LogPosition,
    },
    /// Opening or reading failed.
    #[error("the log cannot be read: {0}")]
    Unreadable(String),
    /// What was acknowledged is damaged.
    #[error(
        "{file} is damaged at byte {offset}: position {} cannot be read, and everything up to {} was \
         acknowledged; restore the file from a copy",
        position.0, durable.0
    )]
    Damaged {
        /// In which file.
        file: PathBuf,
        /// At which byte.
        offset: u64,
        /// The first position that cannot be read.
        position: LogPosition,
        /// Everything up to here was durable.
        durable: LogPosition,
    },
}

/// A position of the log, or a command in it, that a repair has taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    /// Where it stands.
    pub position: LogPosition,
    /// How much of it.
    pub rejected: RejectedPart,
}

/// A command that made a matcher panic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poison {
    /// Where it stands, and what of that position it is.
    pub rejection: Rejection,
    /// What the panic said.
    pub reason: String,
}

/// How much of an entry a repair has taken out. What is taken out keeps its place and its number, and is
/// answered as rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RejectedPart {
    /// Nothing.
    #[default]
    Nothing,
    /// Everything in it.
    Whole,
    /// The command that is this one of its instrument.
    Command {
        /// Which instrument.
        instrument: InstrumentId,
        /// Which of its commands.
        sequence: SequenceNumber,
    },
}

impl RejectedPart {
    /// Whether this command of an entry is taken out.
    pub fn has(self, instrument: InstrumentId, sequence: SequenceNumber) -> bool {
        match self {
            Self::Nothing => false,
            Self::Whole => true,
            Self::Command { .. } => {
                self == Self::Command {
                    instrument,
                    sequence,
                }
            }
        }
    }
}

/// Reads a shard's entries in the order of their positions. It ends after an error.
pub struct LogReader {
    entries: Box<dyn Iterator<Item = Result<LogEntry, LogError>> + Send>,
    is_over: bool,
}

impl LogReader {
    /// A reader of what `entries` yields, which is in order.
    pub fn new(entries: impl Iterator<Item = Result<LogEntry, LogError>> + Send + 'static) -> Self {
        Self {
            entries: Box::new(entries),
            is_over: false,
        }
    }
}

impl Iterator for LogReader {
    type Item = Result<LogEntry, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.entries.next();
        self.is_over = !matches!(next, Some(Ok(_)));
        next
    }
}

impl std::fmt::Debug for LogReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LogReader").finish_non_exhaustive()
    }
}

impl Batch {
    /// Whether there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.control.is_empty()
    }

    /// Forgets what it holds and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.commands.clear();
        self.control.clear();
    }
}
