//! Why a data folder cannot be used, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use gateway::BadAdminKey;
use sequencer::{FaultError, OpenError};

use crate::config::ConfigError;

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The journal cannot be used.
    #[error("--data: {0}")]
    Journal(#[from] OpenError),
    /// What is remembered of the listing cannot be read.
    #[error("--data: {path}: {error}; restore the file from a copy")]
    Terms {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        error: ConfigError,
    },
    /// A fault point cannot be played.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// Another process uses the folder.
    #[error(
        "--data: {folder} is in use by another rialto; stop it, or name another folder with --data"
    )]
    InUse {
        /// Which folder.
        folder: PathBuf,
    },
    /// The system does not let us.
    #[error(
        "--data: {path}: {error}; give this user the right to read and write it, or name another folder with --data"
    )]
    Permission {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// There is no room.
    #[error("--data: {path}: {error}; make room, or name a folder on another disk with --data")]
    NoRoom {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Reading or writing failed.
    #[error("--data: {path}: {error}; name a folder that can be written with --data")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// There is no place that is usual.
    #[error("no folder for the state: neither XDG_DATA_HOME nor HOME is set; name one with --data")]
    NoDefault,
    /// A state that would not be kept has no place beside one that is.
    #[error(
        "--data: {folder} keeps a state, and log.journal is \"memory\"; name an empty folder, or write \"files\""
    )]
    HasState {
        /// Which folder.
        folder: PathBuf,
    },
    /// The journal that the folder had is gone.
    #[error(
        "--data: {folder} had a journal and has no journal-*.seg any more; restore it from a copy, or name an \
         empty folder"
    )]
    LostJournal {
        /// Which folder.
        folder: PathBuf,
    },
    /// The journal was written with other instruments: replaying it would give another state.
    #[error(
        "--data: {path} says that the journal was written with `{written}`, and the configuration says \
         `{configured}`; start with the configuration of the journal, or name an empty folder with --data"
    )]
    OtherInstruments {
        /// The file that remembers.
        path: PathBuf,
        /// What it remembers.
        written: String,
        /// What is configured now.
        configured: String,
    },
    /// Others could read the admin key.
    #[error(
        "--data: others can read {path}: `chmod 600` it, or remove it and a new key is made at the next start"
    )]
    ReadableKey {
        /// The key's file.
        path: PathBuf,
    },
    /// The file has no key in it.
    #[error("--data: {path}: {error}; remove it and a new key is made at the next start")]
    BadKey {
        /// The key's file.
        path: PathBuf,
        /// What is wrong with it.
        error: BadAdminKey,
    },
}

impl DataError {
    /// What the system said about a file.
    pub fn io(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        let kind = error.kind();
        if matches!(
            kind,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
        ) {
            Self::Permission { path, error }
        } else if matches!(
            kind,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        ) {
            Self::NoRoom { path, error }
        } else {
            Self::Io { path, error }
        }
    }
    /// Whether the disk failed or is full. Everything else is for whoever starts it to put right.
    pub fn is_failed_disk(&self) -> bool {
        match self {
            Self::Journal(OpenError::Io { error, .. })
            | Self::Io { error, .. }
            | Self::NoRoom { error, .. } => is_failed_disk(error),
            Self::Journal(
                OpenError::InUse { .. }
                | OpenError::BadSegment { .. }
                | OpenError::Damaged { .. }
                | OpenError::Poisoned { .. },
            )
            | Self::Fault(_)
            | Self::InUse { .. }
            | Self::Permission { .. }
            | Self::NoDefault
            | Self::HasState { .. }
            | Self::LostJournal { .. }
            | Self::OtherInstruments { .. }
            | Self::Terms { .. }
            | Self::ReadableKey { .. }
            | Self::BadKey { .. } => false,
        }
    }
}

/// Whether this is about the disk, and not about which file was named, or how.
fn is_failed_disk(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::NotFound
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
    )
}
