//! The snapshot files of a data folder: written whole or not at all, two kept.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Snapshot;
use super::blocks::{BlockError, from_blocks, into_blocks};
use super::content::{self, ContentError};
use crate::disk::{Disk, DiskFile, OpenMode, read_file, write_once};
use crate::position::LogPosition;

/// Bytes that are written and synced at once, so that the journal's syncs do not wait behind the whole file.
const PIECE_BYTES: usize = 1 << 20;
const UNFINISHED: &str = "snapshot.new";

/// The snapshot files of one data folder.
#[derive(Debug, Clone)]
pub struct SnapshotStore {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
}

/// A snapshot file that cannot be used; a start says so and takes the one before it.
#[derive(Debug)]
pub struct RefusedSnapshot {
    /// Which file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub error: SnapshotError,
}

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Its blocks are not whole.
    #[error(transparent)]
    Blocks(#[from] BlockError),
    /// Its content makes no sense.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// It was read back otherwise than it was written.
    #[error("it was read back otherwise than it was written")]
    ReadBack,
}

impl SnapshotStore {
    /// The snapshots in `folder`, which exists.
    pub fn new(disk: Arc<dyn Disk>, folder: PathBuf) -> Self {
        Self { disk, folder }
    }

    /// The newest snapshot that can be used, and those newer ones that cannot.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn newest(&self) -> io::Result<(Option<Snapshot>, Vec<RefusedSnapshot>)> {
        let mut refused = Vec::new();
        for (position, file) in self.files()?.into_iter().rev() {
            match self.read(position, &file) {
                Ok(snapshot) => return Ok((Some(snapshot), refused)),
                Err(error) => refused.push(RefusedSnapshot { file, error }),
            }
        }
        Ok((None, refused))
    }

    /// Every snapshot that can be used, oldest first, and those that cannot.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn all(&self) -> io::Result<(Vec<Snapshot>, Vec<RefusedSnapshot>)> {
        let (mut usable, mut refused) = (Vec::new(), Vec::new());
        for (position, file) in self.files()? {
            match self.read(position, &file) {
                Ok(snapshot) => usable.push(snapshot),
                Err(error) => refused.push(RefusedSnapshot { file, error }),
            }
        }
        Ok((usable, refused))
    }

    /// Removes the snapshots at `position` and above, durably: they hold the effects of what a repair takes out.
    /// Says which.
    ///
    /// # Errors
    /// The folder cannot be read, or a file cannot be removed.
    pub fn remove_from(&self, position: LogPosition) -> io::Result<Vec<LogPosition>> {
        let mut removed = Vec::new();
        for (at, file) in self.files()? {
            if at >= position {
                self.disk.remove(&file)?;
                removed.push(at);
            }
        }
        self.disk.sync_folder(&self.folder)?;
        Ok(removed)
    }

    /// Writes a snapshot; whatever happens meanwhile, those that were there stay usable until it is. Two are kept:
    /// this one, and the one at `before`, which is known to be whole.
    ///
    /// # Errors
    /// It was not written; those that were there still are.
    pub fn write(&self, snapshot: &Snapshot, before: LogPosition) -> Result<(), SnapshotError> {
        let content = content::encode(snapshot);
        let unfinished = self.folder.join(UNFINISHED);
        let file = self.disk.open(&unfinished, OpenMode::Create)?;
        write_paced(&*file, &into_blocks(snapshot.position, &content))?;
        drop(file);
        let read_back = from_blocks(snapshot.position, &read_file(&*self.disk, &unfinished)?)?;
        if read_back != content {
            return Err(SnapshotError::ReadBack);
        }
        self.disk
            .rename(&unfinished, &self.path(snapshot.position))?;
        self.disk.sync_folder(&self.folder)?;
        self.remove_all_but([before, snapshot.position])?;
        Ok(())
    }

    /// Positions of the snapshots there are, oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn positions(&self) -> io::Result<Vec<LogPosition>> {
        let files = self.files()?;
        Ok(files.into_iter().map(|(position, _)| position).collect())
    }

    fn read(&self, position: LogPosition, file: &Path) -> Result<Snapshot, SnapshotError> {
        let content = from_blocks(position, &read_file(&*self.disk, file)?)?;
        let snapshot = content::decode(&content)?;
        if snapshot.position == position {
            Ok(snapshot)
        } else {
            Err(ContentError::Unreadable("it is of another position than its name").into())
        }
    }

    fn path(&self, position: LogPosition) -> PathBuf {
        self.folder
            .join(format!("snapshot-{:020}.snap", position.0))
    }

    /// Oldest first.
    fn files(&self) -> io::Result<Vec<(LogPosition, PathBuf)>> {
        let paths = self.disk.list(&self.folder)?;
        let mut files: Vec<(LogPosition, PathBuf)> = paths
            .into_iter()
            .filter_map(|path| Some((position_of(&path)?, path)))
            .collect();
        files.sort_unstable();
        Ok(files)
    }

    fn remove_all_but(&self, kept: [LogPosition; 2]) -> io::Result<()> {
        for (position, file) in self.files()? {
            if !kept.contains(&position) {
                self.disk.remove(&file)?;
            }
        }
        Ok(())
    }
}

/// The position of a snapshot file, from its name.
fn position_of(path: &Path) -> Option<LogPosition> {
    let name = path.file_name()?.to_str()?;
    let digits = name.strip_prefix("snapshot-")?.strip_suffix(".snap")?;
    (digits.len() == 20).then(|| digits.parse().ok().map(LogPosition))?
}

fn write_paced(file: &dyn DiskFile, bytes: &[u8]) -> io::Result<()> {
    let mut offset: u64 = 0;
    for piece in bytes.chunks(PIECE_BYTES) {
        write_once(file, piece, offset)?;
        file.sync()?;
        offset = offset.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
    }
    Ok(())
}
