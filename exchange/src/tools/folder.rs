//! Finds the journal that a tool is to look at. Nothing is changed, and nothing is locked.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sequencer::{JournalView, LogPosition, LogReader, RealDisk};

use crate::config::Config;
use crate::storage::{Generations, default_folder, written_with};
use crate::tools::ToolError;

/// A journal that is looked at.
#[derive(Debug)]
pub struct JournalFolder {
    /// The generation's folder.
    pub folder: PathBuf,
    /// What it holds.
    pub view: JournalView,
    /// Whether an exchange writes into it meanwhile: what that writes from now on is not seen.
    pub is_live: bool,
}

impl JournalFolder {
    /// The newest generation of the data folder that is named, or of the default one; or the folder itself, where
    /// it is a generation.
    ///
    /// # Errors
    /// There is no journal, or what was acknowledged in it cannot be read.
    pub fn open(named: Option<&Path>) -> Result<Self, ToolError> {
        let root = match named {
            Some(folder) => folder.to_owned(),
            None => default_folder()?,
        };
        if !root.is_dir() {
            return Err(ToolError::NoJournal { folder: root });
        }
        let folder = match Generations::new(&root).newest()? {
            Some((_, folder)) => folder,
            None => root,
        };
        let view = JournalView::open(Arc::new(RealDisk), &folder)?;
        if view.last_position() < view.first_position() {
            return Err(ToolError::NoJournal { folder });
        }
        Ok(Self {
            is_live: is_locked(&folder.join("lock")),
            view,
            folder,
        })
    }

    /// The configuration with what was listed when the journal was written: what a replay begins with.
    ///
    /// # Errors
    /// It differs in what cannot change, or what is remembered cannot be read.
    pub fn written_with(&self, config: &Config) -> Result<Config, ToolError> {
        let kept = written_with(&self.folder, config)?;
        Ok(Config {
            listing: kept.base,
            ..config.clone()
        })
    }

    /// Reads from `position` on.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read_from(&self, position: LogPosition) -> Result<LogReader, ToolError> {
        self.view
            .read_from(position)
            .map_err(|error| ToolError::Log {
                folder: self.folder.clone(),
                error,
            })
    }
}

fn is_locked(path: &Path) -> bool {
    // Only looked at: the lock goes away with the file.
    File::open(path).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}
