//! Lets out what is durable, and nothing else.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use flume::TrySendError;
use ledger::{Gives, Ledger};

use crate::clock::StageClock;
use crate::control::ControlOutcome;
use crate::counters::SharedCounters;
use crate::egress::EventBatch;
use crate::faults::{FaultPoint, Faults};
use crate::latency::{Latencies, LatencyHistogram};
use crate::position::LogPosition;
use crate::stamps::Stage;
use crate::waker::Waker;

/// Keeps each matcher's batches until they are durable; then publishes what they gave, then sends their
/// events, in the order of their positions.
///
/// Matchers hand batches over. Whoever makes things durable calls [`Gate::release`]: the matcher itself
/// where its log is durable at once, else the shard's journal thread after each sync.
#[derive(Debug)]
pub struct Gate {
    lanes: Box<[Lane]>,
    ledger: Arc<Ledger>,
    stage_clock: StageClock,
    is_halted: AtomicBool,
    has_log_failed: AtomicBool,
    is_low_on_disk: AtomicBool,
    faults: OnceLock<Faults>,
    /// How long the journal's syncs took. Its thread alone counts.
    syncs: LatencyHistogram,
}

/// What the log has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// Everything.
    All,
    /// The disk is nearly full: cancels only.
    CancelsOnly,
}

/// One matcher's way out.
#[derive(Debug)]
pub(crate) struct Lane {
    queue: Mutex<LaneQueue>,
    /// Batches in the queue.
    backlog: AtomicUsize,
    /// Whether the last batch that was durable found no room in egress.
    is_egress_full: AtomicBool,
    waker: Arc<Waker>,
    counters: Arc<SharedCounters>,
}

#[derive(Debug)]
struct LaneQueue {
    waiting: VecDeque<PendingBatch>,
    /// `None` once the lane is closed: nothing leaves any more.
    events: Option<flume::Sender<EventBatch>>,
    spare_gives: Vec<Gives>,
}

/// A batch that was applied and must not be seen yet.
#[derive(Debug)]
pub(crate) struct PendingBatch {
    pub gives: Gives,
    pub control: Option<PendingControl>,
    pub batch: EventBatch,
}

/// What the control entries of a batch gave, and who waits for their outcomes.
#[derive(Debug)]
pub(crate) struct PendingControl {
    pub gives: Gives,
    pub replies: Vec<(flume::Sender<ControlOutcome>, ControlOutcome)>,
}

/// Why a lane stopped letting out.
enum Stuck {
    NotDurable,
    EgressFull,
    Closed,
}

impl Gate {
    pub(crate) fn new(
        lanes: impl IntoIterator<Item = Lane>,
        ledger: Arc<Ledger>,
        stage_clock: StageClock,
    ) -> Self {
        Self {
            lanes: lanes.into_iter().collect(),
            ledger,
            stage_clock,
            is_halted: AtomicBool::new(false),
            has_log_failed: AtomicBool::new(false),
            is_low_on_disk: AtomicBool::new(false),
            faults: OnceLock::new(),
            syncs: LatencyHistogram::default(),
        }
    }

    /// Counts a sync of the journal. Its thread alone calls it.
    pub(crate) fn note_sync(&self, took: Duration) {
        self.syncs
            .note(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// How long the journal's syncs took.
    pub fn syncs(&self) -> Latencies {
        self.syncs.read()
    }

    /// Says what the log has room for.
    pub fn set_intake(&self, intake: Intake) {
        let is_low = intake == Intake::CancelsOnly;
        self.is_low_on_disk.store(is_low, Ordering::Relaxed);
    }

    /// What the log has room for.
    pub fn intake(&self) -> Intake {
        if self.is_low_on_disk.load(Ordering::Relaxed) {
            Intake::CancelsOnly
        } else {
            Intake::All
        }
    }

    /// Makes go wrong what `faults` says. To be called before anything leaves.
    pub(crate) fn play(&self, faults: &Faults) {
        self.faults.get_or_init(|| faults.clone());
    }

    /// Whether this goes wrong.
    pub(crate) fn has_fault(&self, point: FaultPoint) -> bool {
        self.faults.get().is_some_and(|faults| faults.has(point))
    }

    /// Lets out every batch up to `durable`, of every matcher.
    pub fn release(&self, durable: LogPosition) {
        // Pairs with the fence of [`Waker::announce_sleep`]: a matcher that hands over a batch just now is
        // seen here, or sees before it sleeps that the batch is durable.
        fence(Ordering::SeqCst);
        for matcher in 0..self.lanes.len() {
            self.release_lane(matcher, durable);
        }
    }

    /// Halts the shard: nothing more leaves, every command is refused.
    pub fn halt(&self, reason: &str) {
        if self.is_halted.swap(true, Ordering::SeqCst) {
            return;
        }
        tracing::error!(reason, "the shard is halted");
        for lane in &self.lanes {
            lane.close();
            lane.waker.wake();
        }
    }

    /// Halts the shard, because its log takes nothing any more.
    pub fn halt_of_failed_log(&self, reason: &str) {
        self.has_log_failed.store(true, Ordering::SeqCst);
        self.halt(reason);
    }

    /// Whether the shard is halted because its log failed.
    pub fn has_log_failed(&self) -> bool {
        self.has_log_failed.load(Ordering::SeqCst)
    }

    /// Whether the shard is halted.
    pub fn is_halted(&self) -> bool {
        self.is_halted.load(Ordering::SeqCst)
    }

    /// Lets out every batch of `matcher` up to `durable`.
    pub(crate) fn release_lane(&self, matcher: usize, durable: LogPosition) {
        let lane = &self.lanes[matcher];
        if lane.backlog.load(Ordering::Acquire) == 0 {
            return;
        }
        let mut queue = lane.lock();
        // Read under the lane's lock, which `halt` takes to close it: nothing leaves after a halt.
        let stuck = loop {
            if self.is_halted() {
                break Stuck::Closed;
            }
            if let Err(stuck) = self.release_first(lane, &mut queue, durable) {
                break stuck;
            }
        };
        let is_full = matches!(stuck, Stuck::EgressFull);
        let was_full = lane.is_egress_full.swap(is_full, Ordering::AcqRel);
        drop(queue);
        if is_full && !was_full {
            // It may sleep; from now on it looks after the egress.
            lane.waker.wake();
        }
    }

    fn release_first(
        &self,
        lane: &Lane,
        queue: &mut LaneQueue,
        durable: LogPosition,
    ) -> Result<(), Stuck> {
        let Some(events) = queue.events.as_ref() else {
            return Err(Stuck::Closed);
        };
        let first = queue.waiting.front().ok_or(Stuck::NotDurable)?;
        if first.batch.position > durable {
            return Err(Stuck::NotDurable);
        }
        // Without a reader there is nobody to wait for.
        if events.is_full() && !events.is_disconnected() {
            return Err(Stuck::EgressFull);
        }
        let mut first = queue
            .waiting
            .pop_front()
            .expect("it was looked at under this lock");
        self.ledger.publish(&first.gives);
        if let Some(control) = first.control.take() {
            self.ledger.publish(&control.gives);
            for (reply, outcome) in control.replies {
                // Whoever asked may have gone away.
                let _ = reply.try_send(outcome);
            }
        }
        self.stamp_released(lane, &mut first.batch);
        match events.try_send(first.batch) {
            // Without a reader there is nobody to be told.
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                unreachable!("this lane is the only sender, and it had room")
            }
        }
        queue.spare_gives.push(first.gives);
        lane.backlog.fetch_sub(1, Ordering::AcqRel);
        Ok(())
    }

    /// Takes a batch that was applied.
    pub(crate) fn hand_over(&self, matcher: usize, pending: PendingBatch) {
        let lane = &self.lanes[matcher];
        let mut queue = lane.lock();
        let is_ascending = queue
            .waiting
            .back()
            .is_none_or(|last| last.batch.position < pending.batch.position);
        assert!(is_ascending, "a matcher's batches have ascending positions");
        let mut pending = pending;
        if self.has_fault(FaultPoint::GivesBeforeDurable) {
            self.ledger.publish(&pending.gives);
            pending.gives.clear();
        }
        queue.waiting.push_back(pending);
        lane.backlog.fetch_add(1, Ordering::AcqRel);
    }

    /// Gives that were published, for their room.
    pub(crate) fn spare_gives(&self, matcher: usize) -> Option<Gives> {
        self.lanes[matcher].lock().spare_gives.pop()
    }

    /// Batches of `matcher` that were handed over and have not left.
    pub(crate) fn backlog(&self, matcher: usize) -> usize {
        self.lanes[matcher].backlog.load(Ordering::Acquire)
    }

    /// Whether a durable batch of `matcher` waits for room in egress.
    pub(crate) fn is_egress_full(&self, matcher: usize) -> bool {
        self.lanes[matcher].is_egress_full.load(Ordering::Acquire)
    }

    /// Nothing more comes from `matcher`: its readers see the end.
    pub(crate) fn close_lane(&self, matcher: usize) {
        self.lanes[matcher].close();
    }

    fn stamp_released(&self, lane: &Lane, batch: &mut EventBatch) {
        let Some(now_ns) = self.stage_clock.now_ns() else {
            return;
        };
        for outcome in &mut batch.outcomes {
            outcome.stamps.stamp(Stage::Released, now_ns);
            lane.counters.note_released(&outcome.stamps);
        }
    }
}

impl Lane {
    pub(crate) fn new(
        events: flume::Sender<EventBatch>,
        waker: Arc<Waker>,
        counters: Arc<SharedCounters>,
    ) -> Self {
        Self {
            queue: Mutex::new(LaneQueue {
                waiting: VecDeque::new(),
                events: Some(events),
                spare_gives: Vec::new(),
            }),
            backlog: AtomicUsize::new(0),
            is_egress_full: AtomicBool::new(false),
            waker,
            counters,
        }
    }

    fn close(&self) {
        let mut queue = self.lock();
        queue.events = None;
        // What was not let out never is; who waits for a control outcome learns that it is unknown.
        queue.waiting.clear();
    }

    fn lock(&self) -> MutexGuard<'_, LaneQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
