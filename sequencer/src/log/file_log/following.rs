//! What a follower needs of a log in files: its entries as they become durable, its snapshots, and which of
//! its segments are no longer needed.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::entries::Entries;
use super::reading::Opened;
use super::segment::{segment_path, segments_of};
use super::{Durability, FileLogOptions, FileLogs, OpenError, Shard, make_folder};
use crate::disk::{Disk, OpenMode, Storage};
use crate::follower::{LogTail, SnapshotCadence};
use crate::log::{Followed, LogEntry, LogError, LogPlace};
use crate::position::{Epoch, LogPosition};
use crate::snapshot::{RefusedSnapshot, Snapshot, SnapshotStore};

/// Whether and how a log in files is followed by snapshots.
#[derive(Debug, Clone)]
pub struct SnapshotOptions {
    /// How often they are written.
    pub cadence: SnapshotCadence,
    /// Old segments are kept until all of them together are larger than this, whether a start needs them or not.
    pub retention_bytes: u64,
    /// Segments are kept from here on, whoever else needs them or not.
    pub floor: LogFloor,
}

impl Default for SnapshotOptions {
    fn default() -> Self {
        Self {
            cadence: SnapshotCadence::default(),
            retention_bytes: 4 << 30,
            floor: LogFloor::default(),
        }
    }
}

/// From where on somebody still needs the log, such as a history that is not synced yet. Clones are one floor.
#[derive(Debug, Clone)]
pub struct LogFloor(Arc<AtomicU64>);

impl Default for LogFloor {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(u64::MAX)))
    }
}

impl LogFloor {
    /// Everything after `position` is still needed.
    pub fn keep_after(&self, position: LogPosition) {
        self.0.store(position.0, Ordering::Release);
    }

    fn lowest(&self, position: LogPosition) -> LogPosition {
        LogPosition(position.0.min(self.0.load(Ordering::Acquire)))
    }
}

/// The snapshots of a log that is open.
#[derive(Debug)]
pub(super) struct Snapshots {
    pub store: SnapshotStore,
    pub options: SnapshotOptions,
    pub durability: Durability,
    /// The newest one there was when the log was opened, until it is taken.
    pub base: Option<Snapshot>,
}

impl FileLogs {
    /// As [`FileLogs::open_or_begin_on`], with snapshots beside the segments: a start goes on from the newest that is
    /// whole, and a follower writes new ones. Those that cannot be used are said, and left as they are.
    ///
    /// # Errors
    /// As of [`FileLogs::open`].
    pub fn open_with_snapshots(
        storage: Storage,
        folder: &Path,
        options: FileLogOptions,
        snapshots: SnapshotOptions,
        epoch: Epoch,
    ) -> Result<Self, OpenError> {
        let in_folder = |error| OpenError::io(folder, error);
        make_folder(&**storage.disk(), folder).map_err(in_folder)?;
        let store = SnapshotStore::new(Arc::clone(storage.disk()), folder.to_owned());
        let (base, refused) = store.newest().map_err(in_folder)?;
        for RefusedSnapshot { file, error } in &refused {
            tracing::warn!(file = %file.display(), %error, "a snapshot cannot be used; the one before it is");
        }
        let known = base.as_ref().map_or(LogPosition(0), |base| base.position);
        let mut logs = Self::open_or_begin_on(storage, folder, options, known, epoch)?;
        logs.snapshots = Some(Snapshots {
            store,
            options: snapshots,
            durability: options.durability,
            base,
        });
        Ok(logs)
    }

    /// The snapshot that a start goes on from.
    pub fn base(&self) -> Option<&Snapshot> {
        self.snapshots.as_ref()?.base.as_ref()
    }

    /// A start goes on from nothing, and applies the whole log: somebody has to see all of its events again.
    pub fn forget_base(&mut self) {
        if let Some(snapshots) = &mut self.snapshots {
            snapshots.base = None;
        }
    }

    /// What a follower that goes on from `base` needs.
    pub(super) fn followed(&self, base: LogPlace) -> Result<Option<Followed>, LogError> {
        let Some(snapshots) = &self.snapshots else {
            return Ok(None);
        };
        let (shard, options) = (Arc::clone(&self.shard), snapshots.options.clone());
        Ok(Some(Followed {
            tail: Box::new(Tail::new(
                Arc::clone(&self.shard),
                base,
                snapshots.durability,
            )?),
            store: snapshots.store.clone(),
            retain: Box::new(move |position| drop_what_is_not_needed(&shard, &options, position)),
            cadence: snapshots.options.cadence,
            epoch: self.epoch,
        }))
    }
}

/// Reads entries as they become durable.
struct Tail {
    shard: Arc<Shard>,
    entries: Entries,
    durability: Durability,
}

impl Tail {
    fn new(shard: Arc<Shard>, base: LogPlace, durability: Durability) -> Result<Self, LogError> {
        let mut entries = shard.entries_after(base, base.position)?;
        // What comes before is skipped, and it is seen whether it is the same log.
        match entries.next() {
            None => Ok(Self {
                shard,
                entries,
                durability,
            }),
            Some(Err(error)) => Err(error),
            Some(Ok(_)) => unreachable!("there is nothing after the base up to the base"),
        }
    }
}

impl LogTail for Tail {
    fn next(&mut self) -> Result<Option<LogEntry>, LogError> {
        self.entries.read_up_to(self.shard.durable());
        self.entries.next().transpose()
    }

    fn sync(&mut self) -> io::Result<()> {
        match self.durability {
            Durability::Sync => Ok(()),
            // Earlier segments were synced before this one was begun.
            Durability::Async(_) | Durability::None => self.entries.sync_segment(),
        }
    }

    fn chain(&self) -> u64 {
        self.entries.chain_hash()
    }
}

/// Drops the oldest segments that nobody needs after `position`, as long as all are more than they may be.
fn drop_what_is_not_needed(shard: &Shard, options: &SnapshotOptions, position: LogPosition) {
    let needed_after = options.floor.lowest(position);
    let disk = &**shard.disk();
    match drop_segments(disk, &shard.folder, needed_after, options.retention_bytes) {
        Ok(0) => {}
        Ok(dropped) => tracing::info!(dropped, "old segments of the journal were dropped"),
        Err(error) => tracing::warn!(%error, "old segments of the journal could not be dropped"),
    }
}

fn drop_segments(
    disk: &dyn Disk,
    folder: &Path,
    needed_after: LogPosition,
    retention_bytes: u64,
) -> io::Result<u64> {
    let segments = segments_of(disk, folder)?;
    let mut bytes: u64 = 0;
    for (_, path) in &segments {
        bytes = bytes.saturating_add(disk.open(path, OpenMode::Read)?.length()?);
    }
    let mut dropped = 0;
    for pair in segments.windows(2) {
        let [(number, path), (following, _)] = pair else {
            break;
        };
        if bytes <= retention_bytes || !ends_before(disk, folder, *following, needed_after)? {
            break;
        }
        bytes = bytes.saturating_sub(disk.open(path, OpenMode::Read)?.length()?);
        disk.remove(&segment_path(folder, *number))?;
        // One after another: the oldest that is left is always the first of what is left.
        disk.sync_folder(folder)?;
        dropped += 1;
    }
    Ok(dropped)
}

/// Whether everything before segment `following` is at or below `needed_after`.
fn ends_before(
    disk: &dyn Disk,
    folder: &Path,
    following: u64,
    needed_after: LogPosition,
) -> io::Result<bool> {
    match Opened::open(disk, folder, following) {
        Ok(Opened::Begun(reader)) => Ok(reader.header.before() <= needed_after),
        Ok(Opened::Blank(_)) => Ok(false),
        Err(error) => Err(io::Error::other(error.to_string())),
    }
}
