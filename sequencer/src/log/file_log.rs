//! The log in files: one sequence of segments per shard, one journal thread that writes and syncs them.
//!
//! A matcher's batch gets its position by an atomic add and is yielded at once; the journal thread writes
//! the batches in the order of their positions, syncs once per round, and then runs the gate. So matching
//! runs ahead of the disk and nothing leaves before it is durable.

mod block;
mod entries;
mod following;
mod frame;
mod journal;
mod preparing;
mod quarantine;
mod reading;
mod recovery;
mod repair;
mod room;
mod segment;
mod shard;
mod survey;
mod view;
mod watermark;

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::clock::EngineClock;
use crate::disk::{Disk, DiskLock, Storage, folder_of};
use crate::log::{
    AppendRefused, Batch, CommandLog, Followed, LogContext, LogEntry, LogError, LogFactory,
    LogPlace, LogReader, LogState, Poison, Rejection, codec,
};
use crate::position::{Epoch, LogPosition};
use crate::snapshot::Snapshot;

use following::Snapshots;
use journal::Journal;
use recovery::Purpose;
use shard::{Frame, Shard, lock};

pub use following::{LogFloor, SnapshotOptions};
pub use repair::{Repair, RepairError};
pub use survey::{OpenError, TornTail, TornWatermark, WasShown};
pub use view::JournalView;

/// The unit that is written whole, torn or not at all.
const BLOCK_BYTES: usize = 512;

/// The epoch of a log that follows no other.
const FIRST_EPOCH: Epoch = Epoch(1);

/// When what was written is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// After its sync: what was reported survives a power cut.
    Sync,
    /// When it is written; synced this often. A power cut loses what was reported since.
    Async(Duration),
    /// When it is written; never synced. For benchmarks.
    None,
}

/// How a log keeps its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLogOptions {
    /// When what was written is durable.
    pub durability: Durability,
    /// Bytes of a segment, preallocated; a multiple of 512, at least 64 KiB.
    pub segment_bytes: u64,
    /// Bytes of the disk that are kept free for cancels: with fewer, new orders are refused. At most 5 % of
    /// the disk count.
    pub reserve_bytes: u64,
}

/// The shard's log in a data folder; hands out one [`FileLog`] per matcher.
#[derive(Debug)]
pub struct FileLogs {
    shard: Arc<Shard>,
    journal: Option<Journal>,
    torn: Option<TornTail>,
    /// The first position that it has.
    first: LogPosition,
    /// Chain hash of everything that it had when it was opened.
    chain: u64,
    epoch: Epoch,
    epoch_before: Epoch,
    snapshots: Option<Snapshots>,
}

/// One matcher's handle of a log in files.
#[derive(Debug)]
pub struct FileLog {
    shard: Arc<Shard>,
    matcher: u32,
    clock: EngineClock,
    /// Sequenced and not yielded yet.
    queue: VecDeque<LogEntry>,
    /// Entries that were applied, for their room.
    spare: Vec<LogEntry>,
}

impl FileLogs {
    /// Opens the log in `folder`, which is made if there is none; cuts a torn tail, refuses damage.
    ///
    /// # Errors
    /// The folder is in use or cannot be used, or something that was acknowledged cannot be read.
    pub fn open(folder: &Path, options: FileLogOptions) -> Result<Self, OpenError> {
        Self::open_on(Storage::real(), folder, options, LogPosition(0))
    }

    /// As [`FileLogs::open`], on any storage. Something beside the log, such as a snapshot, knows that
    /// everything up to `known` was durable: a log that ends before is refused.
    ///
    /// # Errors
    /// As of [`FileLogs::open`].
    pub fn open_on(
        storage: Storage,
        folder: &Path,
        options: FileLogOptions,
        known: LogPosition,
    ) -> Result<Self, OpenError> {
        Self::open_or_begin_on(storage, folder, options, known, FIRST_EPOCH)
    }

    /// As [`FileLogs::open_on`], but a log that has nothing yet begins in `epoch`: numbers that were published
    /// elsewhere are not published again under the same one.
    ///
    /// # Errors
    /// As of [`FileLogs::open`].
    pub fn open_or_begin_on(
        storage: Storage,
        folder: &Path,
        options: FileLogOptions,
        known: LogPosition,
        epoch: Epoch,
    ) -> Result<Self, OpenError> {
        Self::open_for(Purpose::Serve(epoch), storage, folder, options, known)
    }

    fn open_for(
        purpose: Purpose,
        storage: Storage,
        folder: &Path,
        options: FileLogOptions,
        known: LogPosition,
    ) -> Result<Self, OpenError> {
        let disk = &**storage.disk();
        make_folder(disk, folder).map_err(|error| OpenError::io(folder, error))?;
        let lock = lock_folder(disk, folder)?;
        let recovered = recovery::recover(&storage, folder, options, known, purpose)?;
        let shard = Shard::new(storage, folder, options.reserve_bytes, lock, &recovered);
        let shard = Arc::new(shard);
        shard.look_after_space();
        Ok(Self {
            torn: recovered.torn.clone(),
            first: recovered.first,
            chain: recovered.chain.0,
            epoch: recovered.epoch,
            epoch_before: recovered.epoch_before,
            journal: Some(Journal::open(Arc::clone(&shard), options, recovered)?),
            shard,
            snapshots: None,
        })
    }

    /// The tail that was cut when the log was opened.
    pub const fn torn_tail(&self) -> Option<&TornTail> {
        self.torn.as_ref()
    }

    /// The epoch of the folder's numbers.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The epoch that the folder's numbers had before it was opened. Where it is another one, a tail was lost
    /// that may have been shown.
    pub const fn epoch_before(&self) -> Epoch {
        self.epoch_before
    }

    /// What repairs have taken out of the log.
    pub fn taken_out(&self) -> &[Rejection] {
        &self.shard.taken_out
    }

    /// The first position that the log has; 1 where it has none.
    pub const fn first_position(&self) -> LogPosition {
        self.first
    }

    /// The last position that the log has.
    pub fn last_position(&self) -> LogPosition {
        LogPosition(self.shard.last.load(Ordering::Acquire))
    }

    /// Chain hash of everything that the log had when it was opened.
    pub const fn chain_hash(&self) -> u64 {
        self.chain
    }

    /// Reads the log's entries from `position` on, up to what is durable.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn read_from(&self, position: LogPosition) -> Result<LogReader, LogError> {
        self.shard.read_from(position)
    }
}

impl LogFactory for FileLogs {
    type Log = FileLog;

    fn open(&mut self, context: LogContext) -> Result<FileLog, LogError> {
        // Before the thread starts: it ends when there is no handle left.
        self.shard.handles.fetch_add(1, Ordering::AcqRel);
        lock(&self.shard.wakers).push(context.waker);
        context.gate.play(self.shard.storage.faults());
        self.shard.gate.get_or_init(|| context.gate);
        self.shard.look_after_space();
        if let Some(journal) = self.journal.take() {
            let thread = journal
                .spawn()
                .map_err(|error| LogError::Unreadable(error.to_string()))?;
            *lock(&self.shard.thread) = Some(thread);
        }
        Ok(FileLog {
            shard: Arc::clone(&self.shard),
            matcher: u32::try_from(context.matcher).expect("matchers are few"),
            clock: context.clock,
            queue: VecDeque::new(),
            spare: Vec::new(),
        })
    }

    fn take_base(&mut self) -> Option<Snapshot> {
        self.snapshots.as_mut()?.base.take()
    }

    fn recover(&self, base: LogPlace) -> Result<Option<LogReader>, LogError> {
        if self.last_position() <= base.position {
            return Ok(None);
        }
        let entries = self.shard.entries_after(base, self.shard.durable())?;
        Ok(Some(LogReader::new(entries)))
    }

    fn follow(&self, base: LogPlace) -> Result<Option<Followed>, LogError> {
        self.followed(base)
    }
}

impl CommandLog for FileLog {
    fn append(&mut self, batch: &Batch) -> Result<(), AppendRefused> {
        self.append_spent(&mut batch.clone())
    }

    fn append_spent(&mut self, batch: &mut Batch) -> Result<(), AppendRefused> {
        if self.shard.is_failed.load(Ordering::Acquire) {
            return Err(AppendRefused("an earlier write failed".to_owned()));
        }
        let at = self.clock.now();
        let mut body = self.shard.spare_bodies.pop().unwrap_or_default();
        body.clear();
        codec::encode_batch(batch, at, &mut body);
        if body.len() > frame::BODY_BYTES_MAX {
            return Err(AppendRefused("the batch is larger than a frame".to_owned()));
        }
        let position = LogPosition(self.shard.last.fetch_add(1, Ordering::AcqRel) + 1);
        self.shard.hand_over(Frame {
            position,
            matcher: self.matcher,
            body,
        });
        let mut entry = self.spare.pop().unwrap_or_else(LogEntry::empty);
        entry.position = position;
        entry.at = at;
        entry.number = batch.number;
        entry.take_from(batch);
        self.queue.push_back(entry);
        Ok(())
    }

    fn poll(&mut self, entries: &mut Vec<LogEntry>) -> LogState {
        self.spare.append(entries);
        entries.extend(self.queue.drain(..));
        if self.shard.is_failed.load(Ordering::Acquire) {
            return LogState::Failed;
        }
        LogState::Idle
    }

    fn durable(&self) -> LogPosition {
        self.shard.durable()
    }

    fn keep_poison(&mut self, poison: &Poison) {
        self.shard.keep_poison(poison);
    }

    fn read_from(&self, position: LogPosition) -> Result<LogReader, LogError> {
        self.shard.read_from(position)
    }
}

/// Opened, and nobody went on in it: nothing was shown, so it stops in order.
impl Drop for FileLogs {
    fn drop(&mut self) {
        if let Some(mut unused) = self.journal.take()
            && let Err(error) = unused.finish()
        {
            tracing::error!(%error, "the journal could not be closed");
        }
    }
}

/// The last handle waits until everything is written and synced.
impl Drop for FileLog {
    fn drop(&mut self) {
        if self.shard.handles.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        let thread = lock(&self.shard.thread).take();
        self.shard.wake_journal();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the journal thread panicked");
        }
    }
}

/// Makes the folder and those above it, each with a durable name.
fn make_folder(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    if disk.is_folder(folder) {
        return Ok(());
    }
    let above = folder_of(folder);
    make_folder(disk, above)?;
    disk.make_folder(folder)?;
    disk.sync_folder(above)
}

fn lock_folder(disk: &dyn Disk, folder: &Path) -> Result<Box<dyn DiskLock>, OpenError> {
    let path = folder.join("lock");
    disk.lock(&path).map_err(|error| {
        if error.kind() == io::ErrorKind::WouldBlock {
            OpenError::InUse {
                folder: folder.to_owned(),
            }
        } else {
            OpenError::io(&path, error)
        }
    })
}

#[cfg(test)]
mod tail_tests;
#[cfg(test)]
mod tests;
