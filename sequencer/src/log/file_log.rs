//! The log in files: one sequence of segments per shard, one journal thread that writes and syncs them.
//!
//! A matcher's batch gets its position by an atomic add and is yielded at once; the journal thread writes
//! the batches in the order of their positions, syncs once per round, and then runs the gate. So matching
//! runs ahead of the disk and nothing leaves before it is durable.

mod block;
mod entries;
mod frame;
mod journal;
mod preparing;
mod reading;
mod recovery;
mod room;
mod segment;
mod survey;
mod watermark;

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use crossbeam_queue::ArrayQueue;

use crate::clock::EngineClock;
use crate::disk::{Disk, DiskLock, Storage, folder_of};
use crate::gate::Gate;
use crate::log::{
    AppendRefused, Batch, CommandLog, LogContext, LogEntry, LogError, LogFactory, LogReader,
    LogState, codec,
};
use crate::position::{Epoch, LogPosition};
use crate::waker::Waker;

use entries::Entries;
use journal::Journal;
use room::Room;

pub use survey::{OpenError, TornTail, WasShown};

/// The unit that is written whole, torn or not at all.
const BLOCK_BYTES: usize = 512;
/// Frames that may wait for the journal thread.
const FRAMES_MAX: usize = 4_096;

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
    epoch: Epoch,
    epoch_before: Epoch,
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

/// What handles and the journal thread share.
#[derive(Debug)]
struct Shard {
    folder: PathBuf,
    storage: Storage,
    room: Room,
    /// Last position that was given out.
    last: AtomicU64,
    /// Everything up to this position may leave.
    durable: AtomicU64,
    is_failed: AtomicBool,
    handles: AtomicUsize,
    frames: ArrayQueue<Frame>,
    /// Room of bodies that were written.
    spare_bodies: ArrayQueue<Vec<u8>>,
    journal_thread: OnceLock<Thread>,
    is_journal_asleep: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
    gate: OnceLock<Arc<Gate>>,
    wakers: Mutex<Vec<Arc<Waker>>>,
    /// Held as long as the log is open, so that no second process writes into the folder.
    _lock: Box<dyn DiskLock>,
}

/// A batch on its way to the journal thread.
#[derive(Debug)]
struct Frame {
    position: LogPosition,
    matcher: u32,
    body: Vec<u8>,
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
        let disk = &**storage.disk();
        make_folder(disk, folder).map_err(|error| OpenError::io(folder, error))?;
        let lock = lock_folder(disk, folder)?;
        let recovered = recovery::recover(&storage, folder, options, known)?;
        let last = recovered.last;
        let shard = Arc::new(Shard {
            folder: folder.to_owned(),
            room: Room::new(options.reserve_bytes),
            storage,
            last: AtomicU64::new(last.0),
            durable: AtomicU64::new(last.0),
            is_failed: AtomicBool::new(false),
            handles: AtomicUsize::new(0),
            frames: ArrayQueue::new(FRAMES_MAX),
            spare_bodies: ArrayQueue::new(FRAMES_MAX),
            journal_thread: OnceLock::new(),
            is_journal_asleep: AtomicBool::new(false),
            thread: Mutex::new(None),
            gate: OnceLock::new(),
            wakers: Mutex::new(Vec::new()),
            _lock: lock,
        });
        shard.look_after_space();
        Ok(Self {
            torn: recovered.torn.clone(),
            epoch: recovered.epoch,
            epoch_before: recovered.epoch_before,
            journal: Some(Journal::open(Arc::clone(&shard), options, recovered)?),
            shard,
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

    /// The last position that the log has.
    pub fn last_position(&self) -> LogPosition {
        LogPosition(self.shard.last.load(Ordering::Acquire))
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

    fn recover(&self) -> Result<Option<LogReader>, LogError> {
        if self.last_position() == LogPosition(0) {
            return Ok(None);
        }
        self.read_from(LogPosition(1)).map(Some)
    }
}

impl CommandLog for FileLog {
    fn append(&mut self, batch: &Batch) -> Result<(), AppendRefused> {
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
        entry.control.clone_from(&batch.control);
        entry.commands.clone_from(&batch.commands);
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

impl Shard {
    fn durable(&self) -> LogPosition {
        LogPosition(self.durable.load(Ordering::Acquire))
    }

    /// Hands a frame to the journal thread; waits while the disk is this far behind.
    fn hand_over(&self, frame: Frame) {
        let mut frame = frame;
        while let Err(refused) = self.frames.push(frame) {
            if self.is_failed.load(Ordering::Acquire) {
                return;
            }
            frame = refused;
            self.wake_journal();
            std::thread::yield_now();
        }
        self.wake_journal();
    }

    /// The fences are those of [`Waker`]: "announce, look" and "bring, look" stand in one order.
    fn wake_journal(&self) {
        std::sync::atomic::fence(Ordering::SeqCst);
        if self.is_journal_asleep.load(Ordering::Relaxed)
            && self.is_journal_asleep.swap(false, Ordering::Relaxed)
            && let Some(thread) = self.journal_thread.get()
        {
            thread.unpark();
        }
    }

    /// Nothing more is taken, nothing more leaves.
    fn fail(&self, reason: &str) {
        self.is_failed.store(true, Ordering::Release);
        if let Some(gate) = self.gate.get() {
            gate.halt(reason);
        }
        for waker in lock(&self.wakers).iter() {
            waker.wake();
        }
    }

    fn read_from(&self, position: LogPosition) -> Result<LogReader, LogError> {
        // Before the folder is listed: a segment that is begun meanwhile holds nothing up to here.
        let durable = self.durable();
        let disk = Arc::clone(self.disk());
        let entries = Entries::new(disk, &self.folder, position, durable, [].into())
            .map_err(|error| LogError::Unreadable(error.to_string()))?;
        Ok(LogReader::new(entries))
    }

    fn disk(&self) -> &Arc<dyn Disk> {
        self.storage.disk()
    }

    /// Looks how much room there is, and has new orders refused while it is too little.
    fn look_after_space(&self) {
        let changed = self.room.look(&**self.disk(), &self.folder);
        if let Some(gate) = self.gate.get() {
            gate.set_intake(self.room.intake());
        }
        if let Some(change) = changed {
            change.say(&self.folder);
        }
    }

    /// Whether the reserve is still free after `bytes` more are taken.
    fn has_space_for(&self, bytes: u64) -> bool {
        self.room.has_space_for(bytes)
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
