//! What stands on a simulated disk, what only in its cache, and what a power cut leaves of both.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{DiskCall, SECTOR_BYTES};
use crate::disk::folder_of;

/// A disk and its cache.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    files: Vec<File>,
    /// Names as programs see them.
    names: BTreeMap<PathBuf, usize>,
    /// Names that survive.
    durable_names: BTreeMap<PathBuf, usize>,
    /// Changes of names that may or may not survive, in their order.
    unsynced_names: Vec<NameChange>,
    folders: Vec<PathBuf>,
}

/// A file's bytes.
#[derive(Debug, Clone, Default)]
struct File {
    /// As programs see them.
    cached: Vec<u8>,
    durable: Vec<u8>,
    /// By sector: what was written there since the last sync, in order.
    unsynced: BTreeMap<usize, Vec<Arc<[u8]>>>,
}

/// A change of names.
#[derive(Debug, Clone)]
enum NameChange {
    Add(PathBuf, usize),
    Move(PathBuf, PathBuf, usize),
    Remove(PathBuf),
}

impl State {
    /// The call that makes a file under this name, or empties the one that has it.
    pub(super) fn create(&self, path: &Path) -> io::Result<DiskCall> {
        if !self.is_folder(folder_of(path)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let file = self.names.get(path).copied();
        Ok(DiskCall::Create(
            path.to_owned(),
            file.unwrap_or(self.files.len()),
        ))
    }

    pub(super) fn file(&self, path: &Path) -> io::Result<usize> {
        let file = self.names.get(path).copied();
        file.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    pub(super) fn bytes(&self, file: usize) -> &[u8] {
        &self.files[file].cached
    }

    pub(super) fn is_folder(&self, path: &Path) -> bool {
        // The folder above everything is there.
        path.parent().is_none()
            || path == Path::new(".")
            || self.folders.iter().any(|folder| folder == path)
    }

    pub(super) fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        if !self.is_folder(folder) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let names = self.names.keys().chain(&self.folders);
        Ok(names
            .filter(|path| path.parent() == Some(folder))
            .cloned()
            .collect())
    }

    pub(super) fn damage(
        &mut self,
        path: &Path,
        change: impl FnOnce(&mut Vec<u8>),
    ) -> io::Result<()> {
        let file = self.file(path)?;
        let file = &mut self.files[file];
        change(&mut file.cached);
        file.durable.clone_from(&file.cached);
        file.unsynced.clear();
        Ok(())
    }

    pub(super) fn apply(&mut self, call: &DiskCall) {
        match call {
            DiskCall::Create(path, file) => self.make(path, *file),
            DiskCall::Write(file, offset, bytes) => self.files[*file].write(*offset, bytes),
            DiskCall::Sync(file) => self.files[*file].sync(),
            DiskCall::LoseSync(file) => self.files[*file].unsynced.clear(),
            DiskCall::Rename(from, to) => {
                if let Some(file) = self.names.remove(from) {
                    self.names.insert(to.clone(), file);
                    let change = NameChange::Move(from.clone(), to.clone(), file);
                    self.unsynced_names.push(change);
                }
            }
            DiskCall::Remove(path) => {
                self.names.remove(path);
                self.unsynced_names.push(NameChange::Remove(path.clone()));
            }
            DiskCall::MakeFolder(path) => {
                if !self.is_folder(path) {
                    self.folders.push(path.clone());
                }
            }
            DiskCall::SyncFolder(folder) => self.sync_names(folder),
        }
    }

    fn make(&mut self, path: &Path, file: usize) {
        if file < self.files.len() {
            // Emptied, and cut to nothing in the cache only.
            self.files[file].cached.clear();
            self.files[file].unsynced.clear();
            return;
        }
        self.files.push(File::default());
        self.names.insert(path.to_owned(), file);
        let change = NameChange::Add(path.to_owned(), file);
        self.unsynced_names.push(change);
    }

    fn sync_names(&mut self, folder: &Path) {
        let changes = std::mem::take(&mut self.unsynced_names);
        for change in changes {
            if folder_of(change.path()) == folder {
                change.apply(&mut self.durable_names);
            } else {
                self.unsynced_names.push(change);
            }
        }
    }

    /// What may stand there after a power cut.
    pub(super) fn after_power_cut(&self, seed: u64) -> Self {
        let mut chance = Chance(seed);
        // Whole swaths of the cache survive or not: some cuts lose nearly all, some nearly nothing.
        let kept_of_16 = chance.below(17);
        let mut names = self.durable_names.clone();
        for change in &self.unsynced_names {
            if chance.below(16) < kept_of_16 {
                change.apply(&mut names);
            }
        }
        let files = self.files.iter();
        self.of_files(files.map(|file| file.torn(&mut chance, kept_of_16)), names)
    }

    pub(super) fn after_total_loss(&self) -> Self {
        let files = self.files.iter();
        let files = files.map(|file| File::whole(file.durable.clone()));
        self.of_files(files, self.durable_names.clone())
    }

    fn of_files(&self, files: impl Iterator<Item = File>, names: BTreeMap<PathBuf, usize>) -> Self {
        Self {
            files: files.collect(),
            durable_names: names.clone(),
            names,
            unsynced_names: Vec::new(),
            folders: self.folders.clone(),
        }
    }
}

impl NameChange {
    fn path(&self) -> &Path {
        match self {
            Self::Add(path, _) | Self::Move(_, path, _) | Self::Remove(path) => path,
        }
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Add(path, file) => {
                names.insert(path.clone(), *file);
            }
            Self::Move(from, to, file) => {
                names.remove(from);
                names.insert(to.clone(), *file);
            }
            Self::Remove(path) => {
                names.remove(path);
            }
        }
    }
}

impl File {
    fn whole(bytes: Vec<u8>) -> Self {
        Self {
            durable: bytes.clone(),
            cached: bytes,
            unsynced: BTreeMap::new(),
        }
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) {
        let start = usize::try_from(offset).expect("a simulated file is small");
        let end = start + bytes.len();
        if self.cached.len() < end {
            self.cached.resize(end, 0);
        }
        self.cached[start..end].copy_from_slice(bytes);
        for sector in start / SECTOR_BYTES..end.div_ceil(SECTOR_BYTES) {
            let first = sector * SECTOR_BYTES;
            let last = (first + SECTOR_BYTES).min(self.cached.len());
            let written = self.cached[first..last].into();
            self.unsynced.entry(sector).or_default().push(written);
        }
    }

    fn sync(&mut self) {
        self.durable.resize(self.cached.len(), 0);
        for (sector, versions) in std::mem::take(&mut self.unsynced) {
            if let Some(last) = versions.last() {
                put(&mut self.durable, sector, last);
            }
        }
    }

    /// What a power cut leaves: each sector as it was, or as any of the writes since made it.
    fn torn(&self, chance: &mut Chance, kept_of_16: usize) -> Self {
        let mut bytes = self.durable.clone();
        let lengths = [self.durable.len(), self.cached.len()];
        let (shorter, longer) = (lengths[0].min(lengths[1]), lengths[0].max(lengths[1]));
        bytes.resize(longer, 0);
        for (sector, versions) in &self.unsynced {
            if chance.below(16) < kept_of_16 {
                put(&mut bytes, *sector, &versions[chance.below(versions.len())]);
            }
        }
        let sectors = (longer - shorter) / SECTOR_BYTES;
        bytes.truncate(shorter + SECTOR_BYTES * chance.below(sectors + 1));
        if chance.below(2) == 0 {
            bytes.resize(longer, 0);
        }
        Self::whole(bytes)
    }
}

fn put(bytes: &mut [u8], sector: usize, written: &[u8]) {
    let first = sector * SECTOR_BYTES;
    if let Some(place) = bytes.get_mut(first..first + written.len()) {
        place.copy_from_slice(written);
    }
}

/// A stream of numbers that a seed decides (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let mixed = mixed ^ (mixed >> 31);
        let limit = u64::try_from(limit).expect("a limit is small");
        usize::try_from(mixed % limit).expect("it is below the limit")
    }
}
