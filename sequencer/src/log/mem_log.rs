//! A log in memory: nothing survives the process, and tests can make it fail in every way.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::EngineClock;
use crate::gate::Gate;
use crate::log::{
    AppendRefused, Batch, CommandLog, LogContext, LogEntry, LogError, LogFactory, LogPlace,
    LogReader, LogState, RejectedPart,
};
use crate::position::LogPosition;
use crate::waker::Waker;

/// What a log in memory keeps of what it sequenced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// Nothing: it only orders. For a process without durability.
    Nothing,
    /// Everything, so that it can be read again.
    Everything,
}

/// The shard's log in memory; hands out one [`MemLog`] per matcher.
#[derive(Debug)]
pub struct MemLogs(Arc<Shard>);

/// One matcher's handle of a log in memory.
#[derive(Debug)]
pub struct MemLog {
    shard: Arc<Shard>,
    clock: EngineClock,
    /// Sequenced and not yielded yet.
    queue: VecDeque<LogEntry>,
    /// Entries that were applied, for their room.
    spare: Vec<LogEntry>,
}

/// Makes a log in memory late, repetitive or broken.
#[derive(Debug, Clone)]
pub struct MemLogControl(Arc<Shard>);

#[derive(Debug)]
struct Shard {
    retention: Retention,
    /// Last position that was given out.
    last: AtomicU64,
    /// Positions up to this are durable while durability is held.
    durable: AtomicU64,
    is_durability_held: AtomicBool,
    are_outcomes_held: AtomicBool,
    is_refusing: AtomicBool,
    is_failed: AtomicBool,
    /// How many of the next entries come twice.
    duplicates: AtomicU64,
    /// Nothing is sequenced above this position; the log fails there.
    crash_after: AtomicU64,
    kept: Mutex<Vec<LogEntry>>,
    opened: Mutex<Vec<(Arc<Gate>, Arc<Waker>)>>,
}

impl MemLogs {
    /// A log whose batches are durable and yielded at once, until its control says otherwise.
    pub fn new(retention: Retention) -> Self {
        Self(Arc::new(Shard {
            retention,
            last: AtomicU64::new(0),
            durable: AtomicU64::new(0),
            is_durability_held: AtomicBool::new(false),
            are_outcomes_held: AtomicBool::new(false),
            is_refusing: AtomicBool::new(false),
            is_failed: AtomicBool::new(false),
            duplicates: AtomicU64::new(0),
            crash_after: AtomicU64::new(u64::MAX),
            kept: Mutex::new(Vec::new()),
            opened: Mutex::new(Vec::new()),
        }))
    }

    /// What makes this log late, repetitive or broken.
    pub fn control(&self) -> MemLogControl {
        MemLogControl(Arc::clone(&self.0))
    }
}

impl LogFactory for MemLogs {
    type Log = MemLog;

    fn open(&mut self, context: LogContext) -> Result<MemLog, LogError> {
        lock(&self.0.opened).push((context.gate, context.waker));
        Ok(MemLog {
            shard: Arc::clone(&self.0),
            clock: context.clock,
            queue: VecDeque::new(),
            spare: Vec::new(),
        })
    }

    /// Nothing in memory outlives its process.
    fn recover(&self, _base: LogPlace) -> Result<Option<LogReader>, LogError> {
        Ok(None)
    }
}

impl CommandLog for MemLog {
    fn append(&mut self, batch: &Batch) -> Result<(), AppendRefused> {
        self.append_spent(&mut batch.clone())
    }

    fn append_spent(&mut self, batch: &mut Batch) -> Result<(), AppendRefused> {
        let shard = &self.shard;
        if shard.is_failed.load(Ordering::SeqCst) || shard.is_refusing.load(Ordering::SeqCst) {
            return Err(AppendRefused("it was told to refuse".to_owned()));
        }
        let mut entry = self.spare.pop().unwrap_or_else(LogEntry::empty);
        entry.number = batch.number;
        entry.take_from(batch);
        entry.at = self.clock.now();
        if shard.sequence(&mut entry) {
            if shard.takes_duplicate() {
                self.queue.push_back(entry.clone());
            }
            self.queue.push_back(entry);
        }
        Ok(())
    }

    fn poll(&mut self, entries: &mut Vec<LogEntry>) -> LogState {
        self.spare.append(entries);
        if self.shard.are_outcomes_held.load(Ordering::SeqCst) && !self.queue.is_empty() {
            return LogState::InFlight;
        }
        entries.extend(self.queue.drain(..));
        if self.shard.is_failed.load(Ordering::SeqCst) {
            return LogState::Failed;
        }
        LogState::Idle
    }

    fn durable(&self) -> LogPosition {
        let shard = &self.shard;
        LogPosition(if shard.is_durability_held.load(Ordering::SeqCst) {
            shard.durable.load(Ordering::SeqCst)
        } else {
            shard.last.load(Ordering::SeqCst)
        })
    }

    fn read_from(&self, position: LogPosition) -> Result<LogReader, LogError> {
        match self.shard.retention {
            Retention::Nothing => Err(LogError::NotKept(position)),
            Retention::Everything => {
                let mut entries = lock(&self.shard.kept).clone();
                entries.retain(|entry| entry.position >= position);
                Ok(LogReader::new(entries.into_iter().map(Ok)))
            }
        }
    }
}

impl MemLogControl {
    /// From now on nothing becomes durable but by [`MemLogControl::make_durable`].
    pub fn hold_durability(&self) {
        let last = self.0.last.load(Ordering::SeqCst);
        self.0.durable.store(last, Ordering::SeqCst);
        self.0.is_durability_held.store(true, Ordering::SeqCst);
    }

    /// Everything up to `position` is durable now; runs the gate, as a journal thread does.
    pub fn make_durable(&self, position: LogPosition) {
        self.0.durable.fetch_max(position.0, Ordering::SeqCst);
        for (gate, _) in lock(&self.0.opened).iter() {
            gate.release(position);
        }
    }

    /// Whatever is appended is durable at once again, and what was held is durable now.
    pub fn resume_durability(&self) {
        self.0.is_durability_held.store(false, Ordering::SeqCst);
        self.make_durable(self.last_position());
    }

    /// From now on batches are taken and not yielded: their outcome is unknown.
    pub fn hold_outcomes(&self) {
        self.0.are_outcomes_held.store(true, Ordering::SeqCst);
    }

    /// Yields what was held.
    pub fn yield_outcomes(&self) {
        self.0.are_outcomes_held.store(false, Ordering::SeqCst);
        self.wake();
    }

    /// Each of the next `count` entries is yielded twice.
    pub fn duplicate_next(&self, count: u64) {
        self.0.duplicates.store(count, Ordering::SeqCst);
    }

    /// Refuses every batch from now on.
    pub fn refuse(&self) {
        self.0.is_refusing.store(true, Ordering::SeqCst);
    }

    /// Fails, as after a bad write: nothing is taken, nothing becomes durable.
    pub fn fail(&self) {
        self.hold_durability_if_not_held();
        self.0.is_failed.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Loses every batch above `position`, and fails when the first one comes.
    pub fn crash_after(&self, position: LogPosition) {
        self.0.crash_after.store(position.0, Ordering::SeqCst);
    }

    /// The last position that was given out.
    pub fn last_position(&self) -> LogPosition {
        LogPosition(self.0.last.load(Ordering::SeqCst))
    }

    /// What a log that keeps everything has sequenced, in order.
    pub fn kept(&self) -> Vec<LogEntry> {
        lock(&self.0.kept).clone()
    }

    fn hold_durability_if_not_held(&self) {
        if !self.0.is_durability_held.load(Ordering::SeqCst) {
            self.hold_durability();
        }
    }

    fn wake(&self) {
        for (_, waker) in lock(&self.0.opened).iter() {
            waker.wake();
        }
    }
}

impl Shard {
    /// Gives `entry` its position, and keeps it if this log keeps; says whether it was not lost.
    fn sequence(&self, entry: &mut LogEntry) -> bool {
        match self.retention {
            Retention::Nothing => self.number(entry),
            Retention::Everything => {
                // Under the lock, so that entries are kept in the order of their positions.
                let mut kept = lock(&self.kept);
                let is_sequenced = self.number(entry);
                if is_sequenced {
                    kept.push(entry.clone());
                }
                is_sequenced
            }
        }
    }

    fn number(&self, entry: &mut LogEntry) -> bool {
        let crash_after = self.crash_after.load(Ordering::SeqCst);
        let before = self
            .last
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| {
                (last < crash_after).then(|| last.saturating_add(1))
            });
        let Ok(before) = before else {
            self.is_failed.store(true, Ordering::SeqCst);
            return false;
        };
        entry.position = LogPosition(before.saturating_add(1));
        true
    }

    fn takes_duplicate(&self) -> bool {
        self.duplicates.load(Ordering::Relaxed) > 0
            && self
                .duplicates
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                })
                .is_ok()
    }
}

impl LogEntry {
    /// Takes over what a batch holds, and leaves it the room that it had.
    pub(crate) fn take_from(&mut self, batch: &mut Batch) {
        self.control.clear();
        self.commands.clear();
        std::mem::swap(&mut self.control, &mut batch.control);
        std::mem::swap(&mut self.commands, &mut batch.commands);
    }

    pub(crate) const fn empty() -> Self {
        Self {
            position: LogPosition(0),
            at: engine::Timestamp(0),
            number: 0,
            control: Vec::new(),
            commands: Vec::new(),
            rejected: RejectedPart::Nothing,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
