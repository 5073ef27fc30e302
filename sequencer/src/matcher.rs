//! One turn of a matcher: pop a batch, let the log order it, apply what the log returns, settle, gate.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use engine::{
    Command, Event, EventSink, InstrumentId, LevelChange, MatchingEngine, OrderChange,
    SequenceNumber, Sequenced, Timestamp,
};
use ledger::{ControlDesk, Settlement};

use crate::clock::{EngineClock, StageClock};
use crate::control::{ControlOutcome, ControlRequest};
use crate::counters::Counters;
use crate::egress::{CommandOutcome, EventBatch, EventRange};
use crate::gate::{Gate, PendingBatch, PendingControl};
use crate::inbound::{InboundCommand, Origin};
use crate::inbox::Inbox;
use crate::inspection::{BookState, Inspection, MatcherState};
use crate::log::{Batch, CommandLog, LogEntry, LogState};
use crate::pool::BatchPool;
use crate::ring::Ring;
use crate::stamps::{Stage, Stamps};

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
}

/// The owner of some instruments' books.
pub(crate) struct Matcher<L> {
    around: Surroundings,
    log: L,
    engine: MatchingEngine,
    settlement: Settlement,
    control: Option<ControlOwner>,
    books: Vec<Book>,
    /// By instrument id: which of `books`.
    places: Vec<Option<usize>>,
    batch: Batch,
    entries: Vec<LogEntry>,
    /// Number of the last batch that was applied.
    applied_number: u64,
    own: Counters,
}

/// What the sequence of one instrument stands at.
#[derive(Debug, Clone, Copy)]
struct Book {
    instrument: InstrumentId,
    sequence: SequenceNumber,
    /// Engine time of the last command; it never goes back.
    at: Timestamp,
}

/// The control sequence, which one matcher owns.
#[derive(Debug)]
struct ControlOwner {
    desk: ControlDesk,
    sequence: SequenceNumber,
    at: Timestamp,
    requests: Vec<ControlRequest>,
    /// Who waits for entries that were appended and not applied yet, in their order.
    replies: VecDeque<flume::Sender<ControlOutcome>>,
}

impl<L: CommandLog> Matcher<L> {
    pub(crate) fn new(
        around: Surroundings,
        log: L,
        engine: MatchingEngine,
        settlement: Settlement,
        desk: Option<ControlDesk>,
        instruments: &[InstrumentId],
    ) -> Self {
        let mut places = Vec::new();
        for (place, instrument) in instruments.iter().enumerate() {
            let index = usize::try_from(instrument.0).expect("a machine has at least 32 bits");
            if places.len() <= index {
                places.resize(index.saturating_add(1), None);
            }
            places[index] = Some(place);
        }
        Self {
            around,
            log,
            engine,
            settlement,
            control: desk.map(ControlOwner::new),
            books: instruments.iter().copied().map(Book::new).collect(),
            places,
            batch: Batch::default(),
            entries: Vec::new(),
            applied_number: 0,
            own: Counters::default(),
        }
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
        if !self.may_pop() {
            return self.block();
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
        MatcherState {
            matcher: self.around.index,
            books: self
                .books
                .iter()
                .map(|book| self.book_state(book))
                .collect(),
            state_hash: self.engine.state_hash(),
        }
    }

    fn book_state(&self, book: &Book) -> BookState {
        BookState {
            instrument: book.instrument,
            sequence: book.sequence,
            state_hash: self
                .engine
                .state_hash_of(book.instrument)
                .expect("a matcher's instruments are listed with its engine"),
        }
    }

    /// Appends the batch, and applies what the log returns at once.
    fn sequence_batch(&mut self) -> Result<(), Halted> {
        let number = self.batch.number.checked_add(1);
        self.batch.number = number.expect("2^64 batches are never reached");
        if let Err(refused) = self.log.append(&self.batch) {
            return self.halt(&refused.to_string());
        }
        self.batch.clear();
        self.apply_what_is_sequenced()?;
        self.release();
        self.around.inbox.counters.publish(&self.own);
        Ok(())
    }

    /// Applies what the log has sequenced; says how many batches that were.
    fn apply_what_is_sequenced(&mut self) -> Result<usize, Halted> {
        let mut entries = std::mem::take(&mut self.entries);
        let state = self.log.poll(&mut entries);
        let mut applied: usize = 0;
        for entry in &entries {
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

    fn apply_entry(&mut self, entry: &LogEntry) {
        let mut batch = self.around.pool.take();
        batch.position = entry.position;
        let control = self.apply_control(entry, &mut batch);
        let appended_ns = self.around.stage_clock.now_ns();
        for command in &entry.commands {
            self.apply_command(command, entry.at, appended_ns, &mut batch);
        }
        self.settle(&batch);
        self.note_batch(entry, &batch);
        let index = self.around.index;
        let gives = match self.around.gate.spare_gives(index) {
            Some(spare) => self.settlement.take_gives_into(spare),
            None => self.settlement.take_gives(),
        };
        self.around.gate.hand_over(
            index,
            PendingBatch {
                gives,
                control,
                batch,
            },
        );
    }

    fn apply_command(
        &mut self,
        inbound: &InboundCommand,
        logged_at: Timestamp,
        appended_ns: Option<u64>,
        batch: &mut EventBatch,
    ) {
        let place = place_of(&self.places, inbound.instrument)
            .expect("the ports route an instrument to the matcher that has it");
        let book = &mut self.books[place];
        book.sequence = next(book.sequence);
        book.at = book.at.max(inbound.at.unwrap_or(logged_at));
        let command = Sequenced {
            instrument: inbound.instrument,
            sequence: book.sequence,
            at: book.at,
            command: inbound.command,
        };
        let before = Lengths::of(batch);
        self.engine.apply(&command, &mut BatchSink(batch));
        let mut stamps = inbound.stamps;
        if let Some(ns) = appended_ns {
            stamps.stamp(Stage::Appended, ns);
            self.around.stage_clock.stamp(&mut stamps, Stage::Matched);
        }
        let after = Lengths::of(batch);
        batch.outcomes.push(CommandOutcome {
            instrument: command.instrument,
            sequence: command.sequence,
            at: command.at,
            origin: inbound.origin,
            stamps,
            command: command.command,
            events: range(before.events, after.events),
            level_changes: range(before.level_changes, after.level_changes),
            order_changes: range(before.order_changes, after.order_changes),
        });
    }

    fn apply_control(
        &mut self,
        entry: &LogEntry,
        batch: &mut EventBatch,
    ) -> Option<PendingControl> {
        if entry.control.is_empty() {
            return None;
        }
        let owner = self
            .control
            .as_mut()
            .expect("control entries go to the matcher that owns the control sequence");
        let mut replies = Vec::with_capacity(entry.control.len());
        owner.at = owner.at.max(entry.at);
        for command in &entry.control {
            owner.sequence = next(owner.sequence);
            let outcome = ControlOutcome {
                sequence: owner.sequence,
                at: owner.at,
                command: *command,
                result: command.apply(&mut owner.desk),
            };
            batch.controls.push(outcome);
            if let Some(reply) = owner.replies.pop_front() {
                replies.push((reply, outcome));
            }
        }
        Some(PendingControl {
            gives: owner.desk.take_gives(),
            replies,
        })
    }

    /// One pass over what the whole batch did.
    fn settle(&mut self, batch: &EventBatch) {
        for outcome in &batch.outcomes {
            for event in batch.events_of(outcome) {
                self.settlement.settle(outcome.instrument, event);
            }
        }
    }

    fn pop_batch(&mut self) {
        let limit = self.around.limits.batch_commands_max;
        if let Some(owner) = self.control.as_mut() {
            self.around
                .inbox
                .control
                .pop_into(&mut owner.requests, limit);
            for request in owner.requests.drain(..) {
                self.batch.control.push(request.command);
                owner.replies.push_back(request.reply);
            }
        }
        self.push_due_ticks();
        let commands = &mut self.batch.commands;
        let first = commands.len();
        self.around.inbox.commands.pop_into(commands, limit);
        if let Some(ns) = self.around.stage_clock.now_ns() {
            for command in &mut commands[first..] {
                command.stamps.stamp(Stage::Popped, ns);
            }
        }
    }

    /// A tick for each instrument on which something is due.
    fn push_due_ticks(&mut self) {
        if !self.around.clock.passes_by_itself() || self.engine.next_deadline().is_none() {
            return;
        }
        let now = self.around.clock.now();
        for book in &self.books {
            let deadline = self.engine.next_deadline_of(book.instrument);
            if deadline.is_none_or(|deadline| deadline > now) {
                continue;
            }
            self.own.ticks = self.own.ticks.saturating_add(1);
            self.batch.commands.push(InboundCommand {
                instrument: book.instrument,
                origin: Origin::default(),
                // Not the log's time: a clock that was set back would make a tick that changes nothing.
                at: Some(now),
                stamps: Stamps::default(),
                command: Command::Tick,
            });
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
            (false, true | false) => Turn::Idle {
                wake_after: self.wake_after(),
            },
        }
    }

    fn wake_after(&self) -> Option<Duration> {
        if !self.around.clock.passes_by_itself() {
            return None;
        }
        let deadline = self.engine.next_deadline()?;
        Some(self.around.clock.sleep_until(deadline))
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

    fn answer_inspections(&mut self) {
        let mut inspections: Vec<Inspection> = Vec::new();
        self.around
            .inbox
            .inspections
            .pop_into(&mut inspections, usize::MAX);
        for inspection in inspections {
            // Whoever asked may have gone away.
            let _ = inspection.reply.try_send(self.state());
        }
    }

    fn note_batch(&mut self, entry: &LogEntry, batch: &EventBatch) {
        let own = &mut self.own;
        let trades = batch
            .events
            .iter()
            .filter(|event| matches!(event, Event::Trade(_)))
            .count();
        let commands = count(entry.commands.len());
        own.batches = own.batches.saturating_add(1);
        own.commands = own.commands.saturating_add(commands);
        own.batch_commands_max = own.batch_commands_max.max(commands);
        own.control_entries = own
            .control_entries
            .saturating_add(count(entry.control.len()));
        own.events = own.events.saturating_add(count(batch.events.len()));
        own.trades = own.trades.saturating_add(count(trades));
    }

    fn halt<T>(&self, reason: &str) -> Result<T, Halted> {
        self.around.gate.halt(reason);
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

impl Book {
    const fn new(instrument: InstrumentId) -> Self {
        Self {
            instrument,
            sequence: SequenceNumber(0),
            at: Timestamp(0),
        }
    }
}

impl ControlOwner {
    const fn new(desk: ControlDesk) -> Self {
        Self {
            desk,
            sequence: SequenceNumber(0),
            at: Timestamp(0),
            requests: Vec::new(),
            replies: VecDeque::new(),
        }
    }
}

/// Writes an engine's output to the lists of a batch.
struct BatchSink<'a>(&'a mut EventBatch);

impl EventSink for BatchSink<'_> {
    fn event(&mut self, event: Event) {
        self.0.events.push(event);
    }

    fn level_changed(&mut self, change: LevelChange) {
        self.0.level_changes.push(change);
    }

    fn order_changed(&mut self, change: OrderChange) {
        self.0.order_changes.push(change);
    }
}

/// How long a batch's lists are.
struct Lengths {
    events: usize,
    level_changes: usize,
    order_changes: usize,
}

impl Lengths {
    const fn of(batch: &EventBatch) -> Self {
        Self {
            events: batch.events.len(),
            level_changes: batch.level_changes.len(),
            order_changes: batch.order_changes.len(),
        }
    }
}

/// Drops what is in a closed ring, until nothing is on its way into it.
fn drain<T>(ring: &Ring<T>) {
    while !ring.is_drained() {
        ring.pop_into(&mut Vec::new(), usize::MAX);
        std::thread::yield_now();
    }
}

fn range(start: usize, end: usize) -> EventRange {
    let index = |place| u32::try_from(place).expect("a batch has fewer than 2^32 events");
    EventRange {
        start: index(start),
        end: index(end),
    }
}

fn next(sequence: SequenceNumber) -> SequenceNumber {
    let next = sequence.0.checked_add(1);
    SequenceNumber(next.expect("2^64 commands are never reached"))
}

fn place_of(places: &[Option<usize>], instrument: InstrumentId) -> Option<usize> {
    let index = usize::try_from(instrument.0).ok()?;
    *places.get(index)?
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
