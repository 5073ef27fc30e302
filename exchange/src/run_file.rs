//! `rialto.run.json` in the folder of `--data`: where the exchange is, and how its run ended.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// The file's name.
pub const NAME: &str = "rialto.run.json";

/// A run's file; without `--data` nothing is written.
#[derive(Debug)]
pub struct RunFile(Option<PathBuf>);

impl RunFile {
    /// Makes the folder if it is not there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(folder: Option<&Path>) -> io::Result<Self> {
        if let Some(folder) = folder {
            fs::create_dir_all(folder)?;
        }
        Ok(Self(folder.map(|folder| folder.join(NAME))))
    }

    /// Replaces what the file says; a reader sees the old text or the new one, never half of it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, content: &impl Serialize) -> io::Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        let text = serde_json::to_string_pretty(content).map_err(io::Error::other)?;
        let unfinished = path.with_extension("json.new");
        fs::write(&unfinished, text + "\n")?;
        fs::rename(&unfinished, path)
    }
}
