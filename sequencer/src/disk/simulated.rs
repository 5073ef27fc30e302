//! A disk in memory whose power can be cut, for tests.
//!
//! What was written and not synced stands in a volatile cache. A power cut keeps any subset of it, sector by
//! sector of 512 bytes, in any order; a file whose length changed may have any length between; names are as
//! durable as the last sync of their folder. A sync that is told to fail forgets what it should have
//! written, as the page cache of Linux does: it reads as if it were there, and no later sync writes it.
//!
//! Every call that changes something is recorded, so that the power can be cut later, at any of them.

mod state;

use std::fmt::{Debug, Formatter};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Disk, DiskFile, DiskLock, DiskSpace, OpenMode};

use state::State;

/// A sector: written whole or not at all.
const SECTOR_BYTES: usize = 512;
/// What the disk says is free, until it is told otherwise.
const FREE_BYTES: u64 = 1 << 40;

/// A disk in memory; clones are the same disk.
#[derive(Clone)]
pub struct SimulatedDisk(Arc<Mutex<Simulation>>);

/// Called as a call is entered that changes something; what it says is recorded with the call.
type Probe = Arc<dyn Fn() -> u64 + Send + Sync>;

struct Simulation {
    state: State,
    space: DiskSpace,
    syncs: u64,
    /// The sync that fails and forgets.
    lost_sync: Option<u64>,
    recording: Option<Vec<RecordedCall>>,
    probe: Option<Probe>,
}

/// A call that changed something, and what the probe said as it was entered.
#[derive(Debug, Clone)]
pub struct RecordedCall {
    /// What the probe said; 0 where there was none.
    pub note: u64,
    /// The call.
    pub call: DiskCall,
}

/// A call that changes something on a disk.
#[derive(Debug, Clone)]
pub enum DiskCall {
    /// A file was made, or emptied, under this name; it is the file of this number.
    Create(PathBuf, usize),
    /// Bytes were written into a file.
    Write(usize, u64, Arc<[u8]>),
    /// A file was synced.
    Sync(usize),
    /// A file's sync failed, and what it should have written is forgotten.
    LoseSync(usize),
    /// A file got another name.
    Rename(PathBuf, PathBuf),
    /// A name was taken away.
    Remove(PathBuf),
    /// A folder was made.
    MakeFolder(PathBuf),
    /// A folder's names were synced.
    SyncFolder(PathBuf),
}

struct SimulatedFile {
    disk: SimulatedDisk,
    file: usize,
}

#[derive(Debug)]
struct NoLock;

impl Default for SimulatedDisk {
    fn default() -> Self {
        Self::of(State::default())
    }
}

impl SimulatedDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// The disk that stands after `calls` were made on `before`, with the page cache as it was then.
    pub fn after<'a>(before: &Self, calls: impl IntoIterator<Item = &'a RecordedCall>) -> Self {
        let disk = Self::of(before.lock().state.clone());
        disk.go_on(calls);
        disk
    }

    /// Makes `calls` here too.
    pub fn go_on<'a>(&self, calls: impl IntoIterator<Item = &'a RecordedCall>) {
        let mut simulation = self.lock();
        for recorded in calls {
            simulation.state.apply(&recorded.call);
        }
    }

    /// What may stand on the disk if the power is cut now; `seed` says which of the possibilities.
    #[must_use]
    pub fn cut_power(&self, seed: u64) -> Self {
        Self::of(self.lock().state.after_power_cut(seed))
    }

    /// What stands on the disk if the power is cut now and nothing was written that was not synced.
    #[must_use]
    pub fn cut_power_losing_everything(&self) -> Self {
        Self::of(self.lock().state.after_total_loss())
    }

    /// A disk of its own with the same content, page cache included: what a process that is killed leaves.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self::of(self.lock().state.clone())
    }

    /// Records every call from now on, with what `probe` says as it is entered.
    pub fn record(&self, probe: impl Fn() -> u64 + Send + Sync + 'static) {
        let mut simulation = self.lock();
        simulation.probe = Some(Arc::new(probe));
        simulation.recording = Some(Vec::new());
    }

    /// What was recorded; nothing is from now on.
    pub fn recorded(&self) -> Vec<RecordedCall> {
        let mut simulation = self.lock();
        simulation.probe = None;
        simulation.recording.take().unwrap_or_default()
    }

    /// The `number`-th sync of a file from now on fails, and what it should have written is forgotten.
    pub fn lose_sync(&self, number: u64) {
        let mut simulation = self.lock();
        simulation.lost_sync = Some(simulation.syncs + number);
    }

    /// What the disk says about its room from now on.
    pub fn set_space(&self, space: DiskSpace) {
        self.lock().space = space;
    }

    /// Changes the bytes of a file where they lie, as bit rot does: cache and disk alike.
    ///
    /// # Errors
    /// There is no such file.
    pub fn damage(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        self.lock().state.damage(path, change)
    }

    fn of(state: State) -> Self {
        let space = DiskSpace {
            free_bytes: FREE_BYTES,
            total_bytes: FREE_BYTES,
        };
        Self(Arc::new(Mutex::new(Simulation {
            state,
            space,
            syncs: 0,
            lost_sync: None,
            recording: None,
            probe: None,
        })))
    }

    fn call(&self, call: impl FnOnce(&mut Simulation) -> io::Result<DiskCall>) -> io::Result<()> {
        // Not under the lock: a probe may look at what is locked by those who use the disk.
        let probe = self.lock().probe.clone();
        let note = probe.map_or(0, |probe| probe());
        let mut simulation = self.lock();
        let call = call(&mut simulation)?;
        simulation.state.apply(&call);
        if let Some(recording) = simulation.recording.as_mut() {
            recording.push(RecordedCall { note, call });
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Simulation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Debug for SimulatedDisk {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SimulatedDisk")
            .finish_non_exhaustive()
    }
}

impl Debug for SimulatedFile {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SimulatedFile")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl Disk for SimulatedDisk {
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.lock().state.list(folder)
    }

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn DiskFile>> {
        if mode == OpenMode::Create {
            self.call(|simulation| simulation.state.create(path))?;
        }
        let file = self.lock().state.file(path)?;
        Ok(Box::new(SimulatedFile {
            disk: self.clone(),
            file,
        }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call(|simulation| {
            simulation.state.file(from)?;
            Ok(DiskCall::Rename(from.to_owned(), to.to_owned()))
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call(|simulation| {
            simulation.state.file(path)?;
            Ok(DiskCall::Remove(path.to_owned()))
        })
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.call(|_| Ok(DiskCall::MakeFolder(path.to_owned())))
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.lock().state.is_folder(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.call(|_| Ok(DiskCall::SyncFolder(folder.to_owned())))
    }

    fn space(&self, _path: &Path) -> io::Result<DiskSpace> {
        Ok(self.lock().space)
    }

    fn lock(&self, _path: &Path) -> io::Result<Box<dyn DiskLock>> {
        Ok(Box::new(NoLock))
    }
}

impl DiskFile for SimulatedFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.disk.lock().state.bytes(self.file).len() as u64)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let simulation = self.disk.lock();
        let stored = simulation.state.bytes(self.file);
        let start = usize::try_from(offset).map_or(stored.len(), |start| start.min(stored.len()));
        let count = bytes.len().min(stored.len() - start);
        bytes[..count].copy_from_slice(&stored[start..start + count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.disk
            .call(|_| Ok(DiskCall::Write(self.file, offset, bytes.into())))?;
        Ok(bytes.len())
    }

    fn sync(&self) -> io::Result<()> {
        let mut is_lost = false;
        self.disk.call(|simulation| {
            simulation.syncs += 1;
            is_lost = simulation.lost_sync == Some(simulation.syncs);
            Ok(if is_lost {
                DiskCall::LoseSync(self.file)
            } else {
                DiskCall::Sync(self.file)
            })
        })?;
        if is_lost {
            return Err(io::Error::other("this sync was told to fail"));
        }
        Ok(())
    }
}

impl DiskLock for NoLock {}

#[cfg(test)]
mod tests;
