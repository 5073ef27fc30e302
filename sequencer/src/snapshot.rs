//! Snapshots: everything that decides, as it stood after one position of the log.
//!
//! A snapshot is made by the follower, never by a matcher, and is written so that at every moment the folder
//! has a whole one: temporary file, sync, read back, rename, sync of the folder. Two are kept. A start takes
//! the newest that is whole and applies what the log has after it.
//!
//! ```text
//! snapshot-00000000000000004711.snap    blocks of 4 KiB, each with its CRC32C (blocks.rs)
//!     └── content                       everything, in one spelling (content.rs)
//! ```

mod blocks;
mod content;
mod money;
mod store;

use engine::{FanOutId, InstrumentId, SequenceNumber, Timestamp};
use ledger::{LedgerImage, SettlementImage};

use crate::control::ControlCommand;
use crate::log::LogPlace;
use crate::position::{Epoch, LogPosition};

pub use store::{RefusedSnapshot, SnapshotError, SnapshotStore};

/// Everything that decides, after one position of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The last entry that is in it.
    pub position: LogPosition,
    /// Generation of the numbers.
    pub epoch: Epoch,
    /// Chain hash of the log up to its position: it belongs to one log alone.
    pub chain: u64,
    /// Commands that were applied since the log's beginning.
    pub commands: u64,
    /// Where the control sequence stands.
    pub control: SequenceState,
    /// Commands to several instruments that some of them have not seen, by their place in the control sequence.
    pub fan_outs: Vec<(FanOutId, ControlCommand)>,
    /// All accounts, their money and keys.
    pub ledger: LedgerImage,
    /// What settlements keep beside money.
    pub settlement: SettlementImage,
    /// Every instrument, by id.
    pub books: Vec<BookSnapshot>,
    /// What the reader of events keeps, in its own spelling.
    pub read_model: Vec<u8>,
}

impl Snapshot {
    /// The place in the log from which on it is gone on from.
    pub const fn place(&self) -> LogPlace {
        LogPlace {
            position: self.position,
            chain: self.chain,
        }
    }
}

/// Where a sequence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SequenceState {
    /// The last number that was given.
    pub last: SequenceNumber,
    /// Engine time of what it was given to; it never goes back.
    pub at: Timestamp,
}

/// One instrument's whole state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookSnapshot {
    /// Which instrument.
    pub instrument: InstrumentId,
    /// Where its sequence stands.
    pub sequence: SequenceState,
    /// [`engine::MatchingEngine::state_hash_of`] it.
    pub state_hash: u64,
    /// [`engine::MatchingEngine::write_state`] of it.
    pub state: Vec<u8>,
}
