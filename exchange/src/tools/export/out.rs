//! Where an export goes: a file that appears when it is whole, or stdout.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::ExportError;

/// What stands for stdout on the command line.
pub const STDOUT: &str = "-";

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 1 << 20;

/// Where an export goes.
#[derive(Debug)]
pub enum Out {
    /// Somebody reads it as it comes.
    Stdout,
    /// A file.
    File {
        /// Its name when it is whole.
        path: PathBuf,
        /// Its name until then.
        unfinished: PathBuf,
        /// Open for writing.
        file: File,
    },
}

impl Out {
    /// Makes the file.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path) -> Result<Self, ExportError> {
        if path.as_os_str() == STDOUT {
            return Ok(Self::Stdout);
        }
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".unfinished");
        let unfinished = PathBuf::from(unfinished);
        let file = File::create(&unfinished).map_err(|error| ExportError::Out {
            file: path.to_owned(),
            error,
        })?;
        Ok(Self::File {
            path: path.to_owned(),
            unfinished,
            file,
        })
    }

    /// Writes into it.
    ///
    /// # Errors
    /// The file cannot be used twice.
    pub fn writer(&self) -> Result<Box<dyn Write + Send>, ExportError> {
        match self {
            Self::Stdout => Ok(Box::new(BufWriter::with_capacity(
                BUFFER_BYTES,
                io::stdout(),
            ))),
            Self::File { path, file, .. } => {
                let file = file.try_clone().map_err(|error| ExportError::Out {
                    file: path.clone(),
                    error,
                })?;
                Ok(Box::new(BufWriter::with_capacity(BUFFER_BYTES, file)))
            }
        }
    }

    /// Whether people would see the bytes.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Stdout => io::stdout().is_terminal(),
            Self::File { .. } => false,
        }
    }

    /// It is whole: it gets its name.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn keep(self) -> Result<(), ExportError> {
        match self {
            Self::Stdout => Ok(()),
            Self::File {
                path, unfinished, ..
            } => fs::rename(unfinished, &path)
                .map_err(|error| ExportError::Out { file: path, error }),
        }
    }
}
