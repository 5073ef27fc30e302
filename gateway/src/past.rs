//! The history beside the egress: batches wait for it, and nobody who trades does.
//!
//! Egress puts each batch into a queue and goes on. A thread of its own takes them in and writes them; whoever
//! asks takes in first what waits, so that an answer has everything that was reported before it was asked.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use engine::{InstrumentId, SequenceNumber, StateReader, Trade};
use history::{Block, Fee, FeeAsset, Fees, History, IndexLimits, MemoryStorage, Storages};
use ledger::InstrumentTerms;
use sequencer::{BatchPool, EventBatch};

use crate::clock;
use crate::listing::{Listing, place_of};
use crate::lock::lock;

/// Batches that may wait; when there are more, egress waits.
const QUEUE_BATCHES_MAX: usize = 4_096;
/// Batches that are taken in before somebody who asks gets a turn.
const BATCHES_PER_TURN: usize = 64;
/// How long a batch may wait for its turn when nobody asks.
const REST: Duration = Duration::from_millis(10);
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
    is_closed: AtomicBool,
    has_failed: AtomicBool,
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
        Arc::new(Self {
            history: Mutex::new(history),
            waiting: Mutex::default(),
            terms: listed.map(|listed| listed.terms).collect(),
            pool: OnceLock::new(),
            thread: OnceLock::new(),
            is_closed: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
        })
    }

    /// A history that lives as long as the process.
    pub fn in_memory(listing: &Listing) -> Arc<Self> {
        let storages = Storages {
            records: Box::new(MemoryStorage::default()),
            seconds: Box::new(MemoryStorage::default()),
        };
        let (history, _) =
            History::open(storages, IndexLimits::default()).expect("memory does not fail");
        Self::new(history, listing)
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
        let mut waiting = lock(&self.waiting);
        waiting.push_back(batch);
        let is_half_full = waiting.len() == QUEUE_BATCHES_MAX / 2;
        drop(waiting);
        if is_half_full && let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Whether egress has to wait until some is taken in.
    pub(crate) fn is_full(&self) -> bool {
        lock(&self.waiting).len() >= QUEUE_BATCHES_MAX
    }

    /// Answers with everything that was reported so far.
    pub fn ask<T>(&self, question: impl FnOnce(&History) -> T) -> T {
        let mut history = lock(&self.history);
        while self.take_in(&mut history) {}
        question(&history)
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
    /// from before it. To be called by a thread that may wait.
    pub(crate) fn sync_through(&self, commands: &[(InstrumentId, SequenceNumber)]) {
        for _ in 0..SNAPSHOT_PATIENCE_MS {
            let mut history = lock(&self.history);
            while self.take_in(&mut history) {}
            let has_come = |(instrument, sequence): &(InstrumentId, SequenceNumber)| {
                history.applied(*instrument) >= *sequence
            };
            if commands.iter().all(has_come) {
                history.sync();
                return;
            }
            drop(history);
            if self.is_closed.load(Ordering::Acquire) {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
        tracing::error!(
            "the history did not come as far as the snapshot; it is built again at the next start"
        );
    }

    /// Starts the thread that takes in what waits.
    ///
    /// # Panics
    /// The system has no thread left.
    pub(crate) fn start(self: &Arc<Self>, pool: Arc<BatchPool>) -> PastThread {
        let _ = self.pool.set(pool);
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
                std::thread::park_timeout(REST);
            }
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
