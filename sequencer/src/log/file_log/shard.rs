//! What the handles of a log and its threads share.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use crossbeam_queue::ArrayQueue;

use super::entries::{Entries, Span};
use super::quarantine;
use super::recovery::Recovered;
use super::room::Room;
use crate::clock::{Stopwatch, pause};
use crate::disk::{Disk, DiskLock, Storage};
use crate::gate::Gate;
use crate::log::{LogError, LogPlace, LogReader, Poison, Rejection};
use crate::position::LogPosition;
use crate::waker::Waker;

/// How long a panic waits for the journal before it ends the process.
const FLUSH: Duration = Duration::from_secs(1);
/// Frames that may wait for the journal thread.
const FRAMES_MAX: usize = 4_096;

/// What handles and the journal thread share.
#[derive(Debug)]
pub(super) struct Shard {
    pub folder: PathBuf,
    pub storage: Storage,
    pub room: Room,
    /// What repairs have taken out.
    pub taken_out: Arc<[Rejection]>,
    /// Last position that was given out.
    pub last: AtomicU64,
    /// Everything up to this position may leave.
    pub durable: AtomicU64,
    pub is_failed: AtomicBool,
    pub handles: AtomicUsize,
    pub frames: ArrayQueue<Frame>,
    /// Room of bodies that were written.
    pub spare_bodies: ArrayQueue<Vec<u8>>,
    pub journal_thread: OnceLock<Thread>,
    pub is_journal_asleep: AtomicBool,
    pub thread: Mutex<Option<JoinHandle<()>>>,
    pub gate: OnceLock<Arc<Gate>>,
    pub wakers: Mutex<Vec<Arc<Waker>>>,
    /// Held as long as the log is open, so that no second process writes into the folder.
    _lock: Box<dyn DiskLock>,
}

/// A batch on its way to the journal thread.
#[derive(Debug)]
pub(super) struct Frame {
    pub position: LogPosition,
    pub matcher: u32,
    pub body: Vec<u8>,
}

impl Shard {
    /// The log in `folder`, as it was recovered.
    pub fn new(
        storage: Storage,
        folder: &Path,
        reserve_bytes: u64,
        lock: Box<dyn DiskLock>,
        recovered: &Recovered,
    ) -> Self {
        let last = recovered.last;
        Self {
            folder: folder.to_owned(),
            storage,
            room: Room::new(reserve_bytes),
            taken_out: recovered.taken_out.as_slice().into(),
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
        }
    }

    pub fn durable(&self) -> LogPosition {
        LogPosition(self.durable.load(Ordering::Acquire))
    }

    /// Hands a frame to the journal thread; waits while the disk is this far behind.
    pub fn hand_over(&self, frame: Frame) {
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
    pub fn wake_journal(&self) {
        std::sync::atomic::fence(Ordering::SeqCst);
        if self.is_journal_asleep.load(Ordering::Relaxed)
            && self.is_journal_asleep.swap(false, Ordering::Relaxed)
            && let Some(thread) = self.journal_thread.get()
        {
            thread.unpark();
        }
    }

    /// Nothing more is taken, nothing more leaves.
    pub fn fail(&self, reason: &str) {
        self.is_failed.store(true, Ordering::Release);
        if let Some(gate) = self.gate.get() {
            gate.halt_of_failed_log(reason);
        }
        for waker in lock(&self.wakers).iter() {
            waker.wake();
        }
    }

    pub fn read_from(&self, position: LogPosition) -> Result<LogReader, LogError> {
        // Before the folder is listed: a segment that is begun meanwhile holds nothing up to here.
        let span = Span {
            from: position,
            chain_before: None,
            up_to: self.durable(),
        };
        Ok(LogReader::new(self.entries(span)?))
    }

    /// Entries after a place, which has to be one of this log.
    pub fn entries_after(&self, base: LogPlace, up_to: LogPosition) -> Result<Entries, LogError> {
        self.entries(Span {
            from: LogPosition(base.position.0 + 1),
            chain_before: (base.position > LogPosition(0)).then_some(base.chain),
            up_to,
        })
    }

    fn entries(&self, span: Span) -> Result<Entries, LogError> {
        Entries::new(
            Arc::clone(self.disk()),
            &self.folder,
            span,
            Arc::clone(&self.taken_out),
        )
        .map_err(|error| LogError::Unreadable(error.to_string()))
    }

    pub fn disk(&self) -> &Arc<dyn Disk> {
        self.storage.disk()
    }

    /// Waits until a command that panicked is durable, for a while, and writes down which it was.
    pub fn keep_poison(&self, poison: &Poison) {
        let waiting = Stopwatch::start();
        while self.durable() < poison.rejection.position
            && !self.is_failed.load(Ordering::Acquire)
            && waiting.elapsed() < FLUSH
        {
            self.wake_journal();
            pause(Duration::from_millis(1));
        }
        let position = poison.rejection.position.0;
        match quarantine::keep(&**self.disk(), &self.folder, poison) {
            Ok(()) => tracing::error!(
                position,
                "a command made the matcher panic; `rialto repair --reject {position}` goes on without it"
            ),
            Err(error) => {
                tracing::error!(position, %error, "which command panicked cannot be written down");
            }
        }
    }

    /// Looks how much room there is, and has new orders refused while it is too little.
    pub fn look_after_space(&self) {
        let changed = self.room.look(&**self.disk(), &self.folder);
        if let Some(gate) = self.gate.get() {
            gate.set_intake(self.room.intake());
        }
        if let Some(change) = changed {
            change.say(&self.folder);
        }
    }

    /// Whether the reserve is still free after `bytes` more are taken.
    pub fn has_space_for(&self, bytes: u64) -> bool {
        self.room.has_space_for(bytes)
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
