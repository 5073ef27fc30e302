//! One turn of a matcher: pop a batch, let the log order it, apply what the log returns, settle, gate.

mod noting;

use std::sync::Arc;
use std::time::Duration;

use engine::Timestamp;

use crate::books::Books;
use crate::clock::{EngineClock, StageClock};
use crate::control::ControlRequest;
use crate::control_owner::ControlOwner;
use crate::counters::Counters;
use crate::faults::FaultPoint;
use crate::follower::{EventDigest, Marks};
use crate::gate::{Gate, PendingBatch};
use crate::inbox::Inbox;
use crate::inspection::MatcherState;
use crate::log::{Batch, CommandLog, LogEntry, LogState, Poison, RejectedPart, Rejection};
use crate::pool::BatchPool;
use crate::position::LogPosition;
use crate::recovery::{Recovering, Replayed};
use crate::ring::Ring;
use crate::stamps::Stage;

/// What a turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Something was done; there may be more.
    Worked,
    /// There is nothing to do until somebody wakes the matcher, or until `wake_after` is over.
    Idle {
        /// When engine time brings something to do.
        wake_after: Option<Duration>,
    },
    /// What is done cannot leave yet: egress is full, or much is not durable. To be tried again soon.
    Blocked,
    /// The shard halted; nothing is done any more.
    Halted,
    /// It was told to stop, and all that had been taken has left.
    Drained,
}

/// Limits of a matcher.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MatcherLimits {
    pub batch_commands_max: usize,
    pub undurable_batches_max: usize,
}

/// What a matcher shares with the rest of the shard.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub index: usize,
    pub inbox: Arc<Inbox>,
    pub gate: Arc<Gate>,
    pub pool: Arc<BatchPool>,
    pub clock: EngineClock,
    pub stage_clock: StageClock,
    pub limits: MatcherLimits,
    /// Where marks for the follower go; `None` where nobody follows.
    pub marks: Option<Arc<[Marks]>>,
}

/// The owner of some instruments' books.
pub(crate) struct Matcher<L> {
    around: Surroundings,
    log: L,
    books: Books,
    control: Option<ControlOwner>,
    requests: Vec<ControlRequest>,
    batch: Batch,
    entries: Vec<LogEntry>,
    /// Number of the last batch that was applied.
    applied_number: u64,
    /// Position of the entry that is being applied.
    applying: Option<LogPosition>,
    /// What earlier processes logged, until all of it is applied.
    recovering: Option<Recovering>,
    /// Everything that was said so far, for the follower.
    digest: EventDigest,
    own: Counters,
}

impl<L: CommandLog> Matcher<L> {
    pub(crate) fn new(
        around: Surroundings,
        log: L,
        books: Books,
        control: Option<ControlOwner>,
    ) -> Self {
        Self {
            around,
            log,
            books,
            control,
            requests: Vec::new(),
            batch: Batch::default(),
            entries: Vec::new(),
            applied_number: 0,
            applying: None,
            recovering: None,
            digest: EventDigest::default(),
            own: Counters::default(),
        }
    }

    /// Applies what `recovering` brings before anything new.
    pub(crate) fn recover(&mut self, recovering: Recovering) {
        self.recovering = Some(recovering);
    }

    /// Does what there is to do, at most one batch of it.
    pub(crate) fn turn(&mut self) -> Turn {
        if self.around.gate.is_halted() {
            return Turn::Halted;
        }
        let applied = match self.apply_what_is_sequenced() {
            Ok(applied) => applied,
            Err(Halted) => return Turn::Halted,
        };
        self.release();
        if let Some(control) = self.control.as_mut() {
            control.fan_outs().deliver();
        }
        if !self.may_pop() {
            return self.block();
        }
        if self.recovering.is_some() {
            return self.replay();
        }
        self.answer_inspections();
        self.pop_batch();
        if self.batch.is_empty() {
            return match applied {
                0 => self.rest(),
                _ => Turn::Worked,
            };
        }
        match self.sequence_batch() {
            Ok(()) => Turn::Worked,
            Err(Halted) => Turn::Halted,
        }
    }

    /// Where this matcher's books stand.
    pub(crate) fn state(&self) -> MatcherState {
        self.books.state(self.around.index)
    }

    /// Appends the batch, and applies what the log returns at once.
    fn sequence_batch(&mut self) -> Result<(), Halted> {
        let number = self.batch.number.checked_add(1);
        self.batch.number = number.expect("2^64 batches are never reached");
        if let Err(refused) = self.log.append_spent(&mut self.batch) {
            return self.halt(&refused.to_string());
        }
        self.apply_what_is_sequenced()?;
        self.release();
        Ok(())
    }

    /// Applies what the log has sequenced; says how many batches that were.
    fn apply_what_is_sequenced(&mut self) -> Result<usize, Halted> {
        let mut entries = std::mem::take(&mut self.entries);
        let state = self.log.poll(&mut entries);
        let mut applied: usize = 0;
        for entry in &mut entries {
            if entry.number <= self.applied_number {
                continue;
            }
            if Some(entry.number) != self.applied_number.checked_add(1) {
                return self.halt("the log lost a batch that it had taken");
            }
            self.applied_number = entry.number;
            self.apply_entry(entry);
            applied = applied.saturating_add(1);
        }
        self.entries = entries;
        match state {
            LogState::Idle | LogState::InFlight => Ok(applied),
            LogState::Failed => self.halt("the log failed"),
        }
    }

    /// Applies the next entry of an earlier process, as it was applied then.
    fn replay(&mut self) -> Turn {
        let recovering = self.recovering.as_ref().expect("the caller looked");
        match recovering.next() {
            Replayed::Entry(entry) => {
                let mut mine = LogEntry::own_part(entry, |instrument| self.books.has(instrument));
                if self.control.is_none() {
                    mine.control.clear();
                }
                let has_control = !mine.control.is_empty();
                let position = mine.position;
                self.apply_entry(&mut mine);
                self.release();
                if has_control && let Some(recovering) = &self.recovering {
                    recovering.control_applied(position);
                }
                Turn::Worked
            }
            Replayed::NothingYet => Turn::Blocked,
            Replayed::All => {
                self.books.post_all();
                self.recovering = None;
                self.around.inbox.counters.publish(&self.own);
                Turn::Worked
            }
        }
    }

    /// Has the log keep in mind which command panicked, if one did.
    pub(crate) fn keep_poison(&mut self, reason: &str) {
        let Some(position) = self.applying else {
            return;
        };
        let rejected = match self.books.applying() {
            None => RejectedPart::Whole,
            Some((instrument, sequence)) => RejectedPart::Command {
                instrument,
                sequence,
            },
        };
        self.log.keep_poison(&Poison {
            rejection: Rejection { position, rejected },
            reason: reason.to_owned(),
        });
    }

    /// Applies an entry; its commands are moved on to who is told of them.
    fn apply_entry(&mut self, entry: &mut LogEntry) {
        self.applying = Some(entry.position);
        self.panic_if_told(entry);
        self.hand_over_applied(entry);
        self.applying = None;
    }

    /// Plays [`FaultPoint::PanicAtPosition`].
    fn panic_if_told(&self, entry: &LogEntry) {
        let point = FaultPoint::PanicAtPosition(entry.position);
        let is_told = self.around.gate.has_fault(point);
        assert!(
            !is_told || entry.rejected != RejectedPart::Nothing,
            "RIALTO_FAULT: position {} panics",
            entry.position.0
        );
    }

    fn hand_over_applied(&mut self, entry: &mut LogEntry) {
        let index = self.around.index;
        let mut batch = self.around.pool.take();
        batch.position = entry.position;
        let control = (!entry.control.is_empty()).then(|| {
            self.control
                .as_mut()
                .expect("control entries go to the matcher that owns the control sequence")
                .apply(entry, &mut batch.controls)
        });
        let spare = self.around.gate.spare_gives(index);
        let gives = self.books.apply(entry, spare, &mut batch);
        self.mark(&batch);
        self.note_batch(entry, &batch);
        let pending = PendingBatch {
            gives,
            control,
            batch,
        };
        self.around.gate.hand_over(index, pending);
    }

    fn pop_batch(&mut self) {
        let limit = self.around.limits.batch_commands_max;
        if let Some(owner) = self.control.as_mut() {
            self.around
                .inbox
                .control
                .pop_into(&mut self.requests, limit);
            let requests = self.requests.drain(..);
            let entries = requests.map(|request| owner.take_up(request));
            self.batch.control.extend(entries);
        }
        let deadline = self.awaited_deadline();
        let commands = &mut self.batch.commands;
        if deadline.is_some() {
            let now = self.around.clock.now();
            self.books.push_due_ticks(now, commands);
        }
        let first = commands.len();
        self.around.inbox.commands.pop_into(commands, limit);
        if let Some(ns) = self.around.stage_clock.now_ns() {
            for command in &mut commands[first..] {
                command.stamps.stamp(Stage::Popped, ns);
            }
        }
    }

    /// What is done cannot leave yet.
    fn block(&mut self) -> Turn {
        if self.around.gate.is_egress_full(self.around.index) {
            self.own.egress_full_turns = self.own.egress_full_turns.saturating_add(1);
            self.around.inbox.counters.publish(&self.own);
        }
        Turn::Blocked
    }

    /// Nothing was done in this turn.
    fn rest(&mut self) -> Turn {
        let has_all_left =
            self.around.gate.backlog(self.around.index) == 0 && self.batches_in_flight() == 0;
        match (self.around.inbox.is_drained(), has_all_left) {
            (true, true) => Turn::Drained,
            (true, false) => Turn::Blocked,
            (false, true | false) if self.has_undelivered() => Turn::Blocked,
            (false, true | false) => Turn::Idle {
                wake_after: self.wake_after(),
            },
        }
    }

    /// Whether a command to several instruments waits for room, or for the end of recovery.
    fn has_undelivered(&mut self) -> bool {
        self.control
            .as_mut()
            .is_some_and(|control| control.fan_outs().has_undelivered())
    }

    fn wake_after(&self) -> Option<Duration> {
        let deadline = self.awaited_deadline()?;
        Some(self.around.clock.sleep_until(deadline))
    }

    /// When a tick is due; none while a batch is in flight, which may hold that tick.
    fn awaited_deadline(&self) -> Option<Timestamp> {
        if !self.around.clock.passes_by_itself() || self.batches_in_flight() > 0 {
            return None;
        }
        self.books.next_deadline()
    }

    fn may_pop(&self) -> bool {
        let index = self.around.index;
        let under_way = self
            .batches_in_flight()
            .saturating_add(self.around.gate.backlog(index));
        under_way < self.around.limits.undurable_batches_max
            && !self.around.gate.is_egress_full(index)
    }

    /// Batches that the log took and has not returned.
    fn batches_in_flight(&self) -> usize {
        let in_flight = self.batch.number.saturating_sub(self.applied_number);
        usize::try_from(in_flight).unwrap_or(usize::MAX)
    }

    fn release(&self) {
        let durable = self.log.durable();
        self.around.gate.release_lane(self.around.index, durable);
    }

    fn halt<T>(&self, reason: &str) -> Result<T, Halted> {
        self.around.gate.halt_of_failed_log(reason);
        Err(Halted)
    }
}

impl<L> Matcher<L> {
    /// Nothing more comes from here: whoever waits learns it.
    pub(crate) fn finish(&mut self) {
        self.around.inbox.close();
        self.around.gate.close_lane(self.around.index);
        // Requests that were never taken up: their senders go, and with them the wait. One that found
        // the ring open may still be on its way into it.
        drain(&self.around.inbox.control);
        drain(&self.around.inbox.inspections);
        self.control = None;
    }

    pub(crate) const fn inbox(&self) -> &Arc<Inbox> {
        &self.around.inbox
    }
}

/// The shard halted: the turn is over.
#[derive(Debug)]
struct Halted;

/// Drops what is in a closed ring, until nothing is on its way into it.
fn drain<T>(ring: &Ring<T>) {
    while !ring.is_drained() {
        ring.pop_into(&mut Vec::new(), usize::MAX);
        std::thread::yield_now();
    }
}
