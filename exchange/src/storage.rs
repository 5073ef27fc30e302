//! Where a process keeps its state: a folder of its own, with one folder in it for each generation.
//!
//! ```text
//! DATA/lock                    held while an exchange uses the folder
//! DATA/admin.key               the admin key; nobody else may read it
//! DATA/viewer.key              the key of viewers; likewise
//! DATA/tls/                    ca.pem, which clients of TLS are to trust; the certificate and its key
//! DATA/rialto.run.json         where the exchange is, and how its last run ended
//! DATA/generation-0001/        what was before the last reset
//! DATA/generation-0002/        the newest one without a file `unfinished` is the state
//! ```

mod admin_key;
mod certificate;
mod durable;
mod error;
mod generation;
mod history_files;
mod instruments;
mod place;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use gateway::AdminKey;
use sequencer::Epoch;
use tempfile::TempDir;

use crate::config::Config;

pub use admin_key::read as read_admin_key;
pub use certificate::{Certificate, VENUE_HOSTS};
pub use durable::replace_file;
pub use error::DataError;
pub use generation::{GenerationMark, Generations, Logs, OpenGeneration};
pub use instruments::{KeptListing, written_with};
pub use place::default_folder;

/// A folder that only this process uses.
#[derive(Debug)]
pub struct DataFolder {
    root: PathBuf,
    generations: Generations,
    /// Held as long as the process uses the folder.
    _lock: File,
    /// Removes the folder when it is dropped.
    temporary: Option<TempDir>,
}

impl DataFolder {
    /// Takes the folder, which is made if there is none.
    ///
    /// # Errors
    /// Another process uses it, or it cannot be made or written.
    pub fn open(root: &Path) -> Result<Self, DataError> {
        durable::make_folder(root).map_err(|error| DataError::io(root, error))?;
        let lock = lock(root)?;
        Ok(Self {
            generations: Generations::new(root),
            root: root.to_owned(),
            _lock: lock,
            temporary: None,
        })
    }

    /// A fresh folder that is removed when it is dropped.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn temporary() -> Result<Self, DataError> {
        let temporary = tempfile::Builder::new()
            .prefix("rialto-demo-")
            .tempdir()
            .map_err(|error| DataError::io(&std::env::temp_dir(), error))?;
        let folder = Self::open(temporary.path())?;
        Ok(Self {
            temporary: Some(temporary),
            ..folder
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Whether it goes away with the process.
    pub const fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }

    /// The admin key that the folder keeps; made at the first start.
    ///
    /// # Errors
    /// Others could read it, it is no key, or it cannot be read or made.
    pub fn admin_key(&self) -> Result<AdminKey, DataError> {
        admin_key::keep(&self.root)
    }

    /// The key of those who look and change nothing; made at the first start.
    ///
    /// # Errors
    /// As [`Self::admin_key`].
    pub fn viewer_key(&self) -> Result<AdminKey, DataError> {
        admin_key::keep_viewers(&self.root)
    }

    /// The certificate that the folder keeps; made at the first start, for `hosts` too.
    ///
    /// # Errors
    /// It cannot be read or made.
    pub fn certificate(&self, hosts: &[String]) -> Result<Certificate, DataError> {
        certificate::keep(&self.root, hosts)
    }

    /// Opens the newest generation, or begins the first one.
    ///
    /// # Errors
    /// It is damaged, of other instruments, or cannot be used.
    pub fn open_newest(&self, config: &Config) -> Result<OpenGeneration, DataError> {
        self.generations.open_newest(config)
    }

    /// Begins the generation after `number`, whose epoch was `epoch`. It does not count before it is finished.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn begin_after(
        &self,
        number: u32,
        epoch: Epoch,
        config: &Config,
    ) -> Result<OpenGeneration, DataError> {
        self.generations.begin_after(number, epoch, config)
    }
}

fn lock(root: &Path) -> Result<File, DataError> {
    let path = root.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| DataError::io(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DataError::InUse {
            folder: root.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(DataError::io(&path, error)),
    }
}

/// The names in a folder.
fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}
