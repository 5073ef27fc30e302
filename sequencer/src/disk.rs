//! What the shard's files stand on: a seam between them and the system, as narrow as what they need.
//!
//! Three disks: [`RealDisk`]; [`SimulatedDisk`], whose power can be cut at every call; and one that wraps
//! another and fails as a [`Faults`](crate::Faults) says. The journal uses the seam, and snapshots do.
//!
//! ```text
//! Storage { disk, faults } ─► FileLogs::open_on, snapshot files
//!              │
//!              ├── RealDisk         files of the system
//!              ├── SimulatedDisk    volatile cache, sectors of 512 bytes, names of their own durability
//!              └── (fault points)   around either: syncs left out, calls that fail, stall or end the process
//! ```

mod faulty;
mod real;
mod simulated;

use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::faults::Faults;

use faulty::FaultyDisk;

pub use real::RealDisk;
pub use simulated::{DiskCall, RecordedCall, SimulatedDisk};

/// Files and their names.
///
/// A file's bytes survive a power cut once the file was synced, its name once its folder was: neither
/// implies the other.
pub trait Disk: Debug + Send + Sync {
    /// The files and folders in `folder`, in no order.
    ///
    /// # Errors
    /// The folder cannot be read.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;

    /// Opens a file as `mode` says.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name, in one step; a file that has that name loses it.
    ///
    /// # Errors
    /// There is no such file, or the system refuses.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Takes a file's name away.
    ///
    /// # Errors
    /// There is no such file, or the system refuses.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes one folder; its parent exists. One that is there already is kept.
    ///
    /// # Errors
    /// The system refuses.
    fn make_folder(&self, path: &Path) -> io::Result<()>;

    /// Whether there is such a folder.
    fn is_folder(&self, path: &Path) -> bool;

    /// Makes the names in `folder` durable.
    ///
    /// # Errors
    /// The system says that it may not have.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;

    /// How much room there is where `path` is.
    ///
    /// # Errors
    /// The system does not say.
    fn space(&self, path: &Path) -> io::Result<DiskSpace>;

    /// Locks the file at `path`, which is made if there is none, as long as the lock is kept.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] where another process has it, or the system refuses.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>>;
}

/// An open file.
pub trait DiskFile: Debug + Send {
    /// Its length in bytes.
    ///
    /// # Errors
    /// The system does not say.
    fn length(&self) -> io::Result<u64>;

    /// Reads what stands at `offset`, at most as much as `bytes` has room for; 0 at the end.
    ///
    /// # Errors
    /// Reading failed.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes at `offset`, perhaps not all of it; says how much.
    ///
    /// # Errors
    /// Nothing that counts was written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Makes what was written durable, and the length if it changed.
    ///
    /// # Errors
    /// It may or may not be durable, and no later sync will tell: whoever needs it writes it again.
    fn sync(&self) -> io::Result<()>;
}

/// A lock that is given back when it is dropped.
pub trait DiskLock: Debug + Send + Sync {}

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// Reading one that exists.
    Read,
    /// Reading and writing one that exists.
    Write,
    /// Reading and writing one that is empty: made, or emptied.
    Create,
}

/// Room on a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    /// Bytes that can still be written.
    pub free_bytes: u64,
    /// Bytes there are in all.
    pub total_bytes: u64,
}

/// A disk, and what is to go wrong on it and above it.
#[derive(Debug, Clone)]
pub struct Storage {
    disk: Arc<dyn Disk>,
    faults: Faults,
}

impl Storage {
    /// The system's own files, and nothing that goes wrong on purpose.
    pub fn real() -> Self {
        Self {
            disk: Arc::new(RealDisk),
            faults: Faults::none(),
        }
    }

    /// `disk`, where what `faults` names goes wrong.
    pub fn with_faults(disk: Arc<dyn Disk>, faults: Faults) -> Self {
        let disk: Arc<dyn Disk> = if faults.is_empty() {
            disk
        } else {
            Arc::new(FaultyDisk::new(disk, faults.clone()))
        };
        Self { disk, faults }
    }

    /// The disk, with its faults.
    pub fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// What goes wrong.
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }
}

/// One write. EINTR is tried again, nothing else; a short write is a failure.
///
/// # Errors
/// It was not written, or not all of it.
pub fn write_once(file: &dyn DiskFile, bytes: &[u8], offset: u64) -> io::Result<()> {
    loop {
        match file.write_at(bytes, offset) {
            Ok(written) if written == bytes.len() => return Ok(()),
            Ok(written) => {
                return Err(io::Error::new(
                    io::ErrorKind::WriteZero,
                    format!("short write: {written} of {} bytes", bytes.len()),
                ));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Fills `bytes` from `offset` on; says how many bytes there were before the end of the file.
///
/// # Errors
/// Reading failed.
pub fn read_up_to(file: &dyn DiskFile, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read_at(&mut bytes[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Everything that stands in a file.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn read_file(disk: &dyn Disk, path: &Path) -> io::Result<Vec<u8>> {
    let file = disk.open(path, OpenMode::Read)?;
    let length = usize::try_from(file.length()?).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    let found = read_up_to(&*file, &mut bytes, 0)?;
    bytes.truncate(found);
    Ok(bytes)
}

/// Writes a file that is there whole or not at all, whatever happens: temporary file `path` + `.new`, sync,
/// rename, sync of the folder.
///
/// # Errors
/// A step failed. The file is the old one or the new one.
pub fn write_file_whole(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    let file = disk.open(&unfinished, OpenMode::Create)?;
    write_once(&*file, bytes, 0)?;
    file.sync()?;
    disk.rename(&unfinished, path)?;
    disk.sync_folder(folder_of(path))
}

/// The folder that a path is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        Some(_) | None => Path::new("."),
    }
}
