//! Why a tool cannot answer.

use std::io;
use std::path::PathBuf;

use ledger::TermsError;
use sequencer::{LogError, LogPosition, OpenError, RepairError, StartError};

use crate::config::ConfigError;
use crate::storage::DataError;
use crate::tools::export::ExportError;

/// Why a tool cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// There is nothing to be looked at.
    #[error(
        "{folder} has no journal; name the folder of a `rialto serve`, or one of its generations"
    )]
    NoJournal {
        /// Which folder.
        folder: PathBuf,
    },
    /// The journal cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The journal cannot be read.
    #[error("{folder}: {error}")]
    Log {
        /// Which folder.
        folder: PathBuf,
        /// Why.
        error: LogError,
    },
    /// The snapshots cannot be read.
    #[error("{folder}: snapshots: {error}")]
    Snapshots {
        /// Which folder.
        folder: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The journal does not have the position.
    #[error("position {} is not there: the journal has {} to {}", asked.0, first.0, last.0)]
    NoSuchPosition {
        /// Which was asked for.
        asked: LogPosition,
        /// The first that can be replayed.
        first: LogPosition,
        /// The last one.
        last: LogPosition,
    },
    /// A repair would leave nothing to start from.
    #[error(
        "position {} cannot be taken out: the journal begins at {}, and no snapshot is older than what is taken out",
        position.0, first.0
    )]
    NothingBefore {
        /// What was to be taken out.
        position: LogPosition,
        /// The first that the journal has.
        first: LogPosition,
    },
    /// The instruments cannot be listed, or a snapshot cannot be gone on from.
    #[error(transparent)]
    Start(#[from] StartError),
    /// An instrument's terms break a rule of the ledger.
    #[error("an instrument's terms: {0}")]
    Terms(#[from] TermsError),
    /// Nothing, or not all, was exported.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// Nothing was repaired.
    #[error("--data: {0}")]
    Repair(#[from] RepairError),
}

impl ToolError {
    /// Whether it is what was looked at that is wrong, and not how it was asked for.
    pub const fn is_damage(&self) -> bool {
        match self {
            Self::Open(OpenError::Damaged { .. } | OpenError::BadSegment { .. })
            | Self::Log { .. } => true,
            Self::Open(
                OpenError::Io { .. } | OpenError::InUse { .. } | OpenError::Poisoned { .. },
            )
            | Self::Config(_)
            | Self::Data(_)
            | Self::NoJournal { .. }
            | Self::Snapshots { .. }
            | Self::NoSuchPosition { .. }
            | Self::NothingBefore { .. }
            | Self::Start(_)
            | Self::Terms(_)
            | Self::Export(_)
            | Self::Repair(_) => false,
        }
    }
}
