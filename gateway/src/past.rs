//! The history beside the egress: batches wait for it, and nobody who trades does.
//!
//! Egress puts each batch into a queue and goes on. A thread of its own takes them in and writes them; whoever
//! asks takes in first what waits, so that an answer has everything that was reported before it was asked.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use engine::{InstrumentId, SequenceNumber, StateReader, Trade};
use history::{Block, Fee, FeeAsset, Fees, History, IndexLimits, MemoryStorage, Storages};
use ledger::InstrumentTerms;
use sequencer::{BatchPool, EventBatch};
use tokio::sync::Semaphore;

use crate::clock;
use crate::listing::{Listing, place_of};
use crate::lock::lock;

#[cfg(test)]
mod tests;

/// Batches that may wait; when there are more, egress waits.
const QUEUE_BATCHES_MAX: usize = 4_096;
/// Batches that are taken in before somebody who asks gets a turn.
const BATCHES_PER_TURN: usize = 64;
/// How long a batch may wait for its turn when nobody asks and little happens.
const REST: Duration = Duration::from_millis(10);
/// The same while much happens: what has just been told is still in the caches, and its room is soon used again.
const SHORT_REST: Duration = Duration::from_millis(2);
/// How soon egress looks again whether there is room: there is, unless this disk is slower than the journal's.
const ROOM_POLL: Duration = Duration::from_millis(1);
/// Questions that are answered at once; more of them would only wait for each other.
const TURNS: usize = 2;
/// How long a snapshot waits for the history to come as far.
const SNAPSHOT_PATIENCE_MS: u32 = 10_000;

/// What was, for everyone who asks.
#[derive(Debug)]
pub struct Past {
    history: Mutex<History>,
    waiting: Mutex<VecDeque<Arc<EventBatch>>>,
    terms: Vec<InstrumentTerms>,
    pool: OnceLock<Arc<BatchPool>>,
    thread: OnceLock<Thread>,
    turns: Semaphore,
    egress_waits: AtomicU64,
    is_closed: AtomicBool,
    has_failed: AtomicBool,
    keeps: Keeps,
}

/// What becomes of a batch that was let out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeps {
    Everything,
    Nothing,
}

/// How the history keeps up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(crate) struct PastReadings {
    /// Batches that wait to be taken in.
    pub batches_waiting: usize,
    /// How often egress waited for room.
    pub egress_waits: u64,
    /// Whether the files cannot be written.
    pub has_failed: bool,
}

/// The thread that takes in what waits; it ends, and everything is written, when this is dropped.
#[derive(Debug)]
pub struct PastThread {
    past: Arc<Past>,
    thread: Option<JoinHandle<()>>,
}

impl Past {
    /// A history of what is listed.
    pub fn new(history: History, listing: &Listing) -> Arc<Self> {
        let listed = listing.instruments().iter();
        let terms = listed.map(|listed| listed.terms).collect();
        Self::with_terms(history, terms, Keeps::Everything)
    }

    fn with_terms(history: History, terms: Vec<InstrumentTerms>, keeps: Keeps) -> Arc<Self> {
        Arc::new(Self {
            history: Mutex::new(history),
            waiting: Mutex::default(),
            terms,
            pool: OnceLock::new(),
            thread: OnceLock::new(),
            turns: Semaphore::new(TURNS),
            egress_waits: AtomicU64::new(0),
            is_closed: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
            keeps,
        })
    }

    /// A history that lives as long as the process.
    pub fn in_memory(listing: &Listing) -> Arc<Self> {
        Self::new(memory(), listing)
    }

    /// A history that stays empty, for an exchange that keeps nothing.
    pub fn keeping_nothing(listing: &Listing) -> Arc<Self> {
        let listed = listing.instruments().iter();
        let terms = listed.map(|listed| listed.terms).collect();
        Self::with_terms(memory(), terms, Keeps::Nothing)
    }

    /// Goes on with the open orders that a snapshot kept.
    ///
    /// # Errors
    /// The bytes are not what the gateway's read models spelled.
    pub(crate) fn restore(
        &self,
        instrument: InstrumentId,
        from: &mut StateReader<'_>,
    ) -> Result<(), engine::StateError> {
        lock(&self.history).restore_open_orders(instrument, from)
    }

    /// Takes a batch that was let out. Wakes nobody: it has time.
    pub(crate) fn put(&self, batch: Arc<EventBatch>) {
        if self.keeps == Keeps::Nothing {
            return;
        }
        let mut waiting = lock(&self.waiting);
        waiting.push_back(batch);
        let is_half_full = waiting.len() == QUEUE_BATCHES_MAX / 2;
        drop(waiting);
        if is_half_full && let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Waits until there is room for more. A history must not lose anything, so what is full makes egress wait, then
    /// the matcher, and then those who ask for something hear Busy.
    pub(crate) async fn room(&self) {
        if lock(&self.waiting).len() < QUEUE_BATCHES_MAX {
            return;
        }
        self.egress_waits.fetch_add(1, Ordering::Relaxed);
        while lock(&self.waiting).len() >= QUEUE_BATCHES_MAX {
            tokio::time::sleep(ROOM_POLL).await;
        }
    }

    /// Answers with everything that was reported so far, on a thread that may wait for the disk: the runtime's never do.
    /// Of those who ask at once, a few are answered and the others wait for their turn.
    pub async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&History) -> T + Send + 'static,
    ) -> T {
        let turn = self.turns.acquire().await;
        let past = Arc::clone(self);
        let answer = tokio::task::spawn_blocking(move || past.look(question));
        let answer = answer.await;
        drop(turn);
        answer.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }

    /// The same for a caller who may wait.
    pub(crate) fn look<T>(&self, question: impl FnOnce(&History) -> T) -> T {
        let mut history = lock(&self.history);
        while self.take_in(&mut history) {}
        question(&history)
    }

    /// How many batches wait, and how often egress had to.
    pub(crate) fn readings(&self) -> PastReadings {
        PastReadings {
            batches_waiting: lock(&self.waiting).len(),
            egress_waits: self.egress_waits.load(Ordering::Relaxed),
            has_failed: self.has_failed.load(Ordering::Relaxed),
        }
    }

    /// Everything of the journal was told: what was kept beyond it was never durable.
    pub fn settle(&self) {
        let mut history = lock(&self.history);
        while self.take_in(&mut history) {}
        for terms in &self.terms {
            let applied = history.applied(terms.instrument);
            history.settle(terms.instrument, applied);
        }
        history.checkpoint();
    }

    /// Waits until everything up to these commands survives a power cut: a start from a snapshot gets no events
    /// from before it. To be called by a thread that may wait; whoever asks meanwhile does not.
    ///
    /// # Errors
    /// It does not survive: no snapshot may hide from the next start what the journal still has.
    pub(crate) fn sync_through(
        &self,
        commands: &[(InstrumentId, SequenceNumber)],
    ) -> Result<(), String> {
        for _ in 0..SNAPSHOT_PATIENCE_MS {
            let mut history = lock(&self.history);
            while self.take_in(&mut history) {}
            let has_come = |(instrument, sequence): &(InstrumentId, SequenceNumber)| {
                history.applied(*instrument) >= *sequence
            };
            if commands.iter().all(has_come) {
                let syncing = history.begin_sync();
                drop(history);
                let synced = syncing();
                let mut history = lock(&self.history);
                history.end_sync(synced);
                return history.failure().map_or(Ok(()), |reason| {
                    Err(format!("the history cannot be written: {reason}"))
                });
            }
            drop(history);
            if self.is_closed.load(Ordering::Acquire) {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
        Err("the history did not come as far".to_owned())
    }

    /// Starts the thread that takes in what waits.
    ///
    /// # Panics
    /// The system has no thread left.
    pub(crate) fn start(self: &Arc<Self>, pool: Arc<BatchPool>) -> PastThread {
        let _ = self.pool.set(pool);
        self.spawn()
    }

    fn spawn(self: &Arc<Self>) -> PastThread {
        let past = Arc::clone(self);
        let thread = std::thread::Builder::new()
            .name("history".to_owned())
            .spawn(move || past.run())
            .expect("a process that starts has threads left");
        let _ = self.thread.set(thread.thread().clone());
        PastThread {
            past: Arc::clone(self),
            thread: Some(thread),
        }
    }

    fn run(&self) {
        let mut checked_s = 0;
        let mut has_taken = false;
        loop {
            let is_closed = self.is_closed.load(Ordering::Acquire);
            let mut history = lock(&self.history);
            let took = self.take_in(&mut history);
            if !took {
                history.flush();
            }
            let now_s = clock::wall_us() / 1_000_000;
            if now_s != checked_s {
                checked_s = now_s;
                history.checkpoint();
                self.say_failure(&history);
            }
            if is_closed && !took {
                history.sync();
                self.say_failure(&history);
                return;
            }
            drop(history);
            if !took {
                std::thread::park_timeout(if has_taken { SHORT_REST } else { REST });
            }
            has_taken = took;
        }
    }

    /// Takes in some of what waits; says whether there was anything. Under the history's lock, so that batches are
    /// taken in in the order in which they came.
    fn take_in(&self, history: &mut History) -> bool {
        let batches: Vec<Arc<EventBatch>> = {
            let mut waiting = lock(&self.waiting);
            let count = waiting.len().min(BATCHES_PER_TURN);
            waiting.drain(..count).collect()
        };
        for batch in &batches {
            for outcome in &batch.outcomes {
                let terms = place_of(outcome.instrument).and_then(|place| self.terms.get(place));
                let Some(terms) = terms else { continue };
                let block = Block {
                    instrument: outcome.instrument,
                    sequence: outcome.sequence,
                    at: outcome.at,
                    events: batch.events_of(outcome),
                };
                history.apply(block, |trade| fees_of(terms, trade));
            }
        }
        let had_some = !batches.is_empty();
        if let Some(pool) = self.pool.get() {
            for batch in batches {
                give_back(batch, pool);
            }
        }
        had_some
    }

    fn say_failure(&self, history: &History) {
        if let Some(reason) = history.failure()
            && !self.has_failed.swap(true, Ordering::Relaxed)
        {
            tracing::error!(
                reason,
                "the history cannot be written; trading goes on, and it is built again at the next start"
            );
        }
    }
}

/// An empty history in memory.
fn memory() -> History {
    let storages = Storages {
        records: Box::new(MemoryStorage::default()),
        seconds: Box::new(MemoryStorage::default()),
    };
    let (history, _) =
        History::open(storages, IndexLimits::default()).expect("memory does not fail");
    history
}

/// Whoever lets go of a batch last gives it back.
pub fn give_back(batch: Arc<EventBatch>, pool: &BatchPool) {
    if let Some(batch) = Arc::into_inner(batch) {
        pool.give_back(batch);
    }
}

/// What a trade costs its parties, as the history keeps it.
pub fn fees_of(terms: &InstrumentTerms, trade: &Trade) -> Fees {
    let fees = terms.fees(trade);
    let fee = |fee: ledger::Fee| Fee {
        asset: if fee.asset == terms.base {
            FeeAsset::Base
        } else {
            FeeAsset::Quote
        },
        amount: fee.amount.units(),
    };
    Fees {
        taker: fee(fees.taker),
        maker: fee(fees.maker),
    }
}

impl Drop for PastThread {
    fn drop(&mut self) {
        self.past.is_closed.store(true, Ordering::Release);
        let Some(thread) = self.thread.take() else {
            return;
        };
        thread.thread().unpark();
        if thread.join().is_err() {
            tracing::error!(
                "the thread of the history panicked; it is built again at the next start"
            );
        }
    }
}
