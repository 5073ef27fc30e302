//! `rialto.run.json` in the data folder: where the exchange is, and how its run ended.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::storage::replace_file;

/// The file's name.
pub const NAME: &str = "rialto.run.json";

/// There is nothing secret in it.
const MODE: u32 = 0o644;

/// A run's file.
#[derive(Debug)]
pub struct RunFile(PathBuf);

impl RunFile {
    /// The one in `folder`, which is there.
    pub fn of(folder: &Path) -> Self {
        Self(folder.join(NAME))
    }

    /// Replaces what the file says; a reader sees the old text or the new one, never half of it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, content: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string_pretty(content).map_err(io::Error::other)?;
        replace_file(&self.0, &(text + "\n"), MODE)
    }
}
