//! A matcher's books, their sequences and the money that their events move.

use std::sync::Arc;

use engine::{
    AccountId, Command, Event, EventSink, InstrumentId, LevelChange, MatchingEngine, OrderChange,
    Scope, SequenceNumber, Sequenced, Timestamp, WARM_COMMANDS_MAX,
};
use ledger::{Gives, Settlement, SettlementImage};

use crate::clock::StageClock;
use crate::egress::{CommandOutcome, EventBatch, EventRange};
use crate::fan_outs::FanOutBoard;
use crate::inbound::{EnteredBy, InboundCommand, Origin};
use crate::inspection::{AccountRules, BookState, BookTerms, MatcherState, state_hash_of_books};
use crate::log::{LogEntry, RejectedPart};
use crate::snapshot::{BookSnapshot, SequenceState, Snapshot};
use crate::stamps::{Stage, Stamps};

const LISTED: &str = "a matcher's instruments are listed with its engine";

/// Everything that applying a command changes, but for the control sequence.
#[derive(Debug)]
pub(crate) struct Books {
    engine: MatchingEngine,
    settlement: Settlement,
    sequences: Vec<BookSequence>,
    /// By instrument id: which of `sequences`.
    places: Vec<Option<usize>>,
    stage_clock: StageClock,
    /// Where it is said which commands to several instruments were applied here.
    board: Option<Arc<FanOutBoard>>,
    /// The command that is being applied: whoever catches a panic can say which it was.
    applying: Option<(InstrumentId, SequenceNumber)>,
}

/// What the sequence of one instrument stands at.
#[derive(Debug, Clone, Copy)]
struct BookSequence {
    instrument: InstrumentId,
    last: SequenceNumber,
    /// Engine time of the last command; it never goes back.
    at: Timestamp,
}

impl Books {
    pub(crate) fn new(
        engine: MatchingEngine,
        settlement: Settlement,
        instruments: &[InstrumentId],
        stage_clock: StageClock,
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
            engine,
            settlement,
            sequences: instruments.iter().copied().map(BookSequence::new).collect(),
            places,
            stage_clock,
            board: None,
            applying: None,
        }
    }

    /// Says on `board` from now on which commands to several instruments were applied here.
    pub(crate) fn post_to(&mut self, board: Arc<FanOutBoard>) {
        self.board = Some(board);
    }

    /// Says where every book stands.
    pub(crate) fn post_all(&self) {
        for book in &self.sequences {
            self.post(book.instrument);
        }
    }

    fn post(&self, instrument: InstrumentId) {
        let Some(board) = &self.board else {
            return;
        };
        if let Some(id) = self.engine.fan_out_seen(instrument) {
            board.note_seen(instrument, id);
        }
        if let Some(session) = self.engine.highest_session(instrument) {
            board.note_session(session);
        }
    }

    /// Goes on where a snapshot stands, from which the engine was restored; it may have other books, too.
    pub(crate) fn go_on_from(&mut self, snapshot: &Snapshot) {
        for own in &mut self.sequences {
            let book = snapshot.books.iter();
            let mut book = book.filter(|book| book.instrument == own.instrument);
            if let Some(book) = book.next() {
                (own.last, own.at) = (book.sequence.last, book.sequence.at);
            }
        }
        self.settlement.restore(&snapshot.settlement);
        self.post_all();
    }

    /// The whole state of `instruments`, as far as their books are here.
    pub(crate) fn images(&self, instruments: &[InstrumentId]) -> Vec<BookSnapshot> {
        let own = self.sequences.iter();
        own.filter(|book| instruments.contains(&book.instrument))
            .map(|book| self.image(book))
            .collect()
    }

    fn image(&self, book: &BookSequence) -> BookSnapshot {
        let mut state = Vec::new();
        self.engine
            .write_state(book.instrument, &mut state)
            .expect(LISTED);
        BookSnapshot {
            instrument: book.instrument,
            sequence: SequenceState {
                last: book.last,
                at: book.at,
            },
            state_hash: self.engine.state_hash_of(book.instrument).expect(LISTED),
            state,
        }
    }

    /// What the settlement keeps beside money.
    pub(crate) fn settlement_image(&self) -> SettlementImage {
        self.settlement.image()
    }

    pub(crate) const fn engine(&self) -> &MatchingEngine {
        &self.engine
    }

    /// Whether the instrument's book is one of these.
    pub(crate) fn has(&self, instrument: InstrumentId) -> bool {
        let place = usize::try_from(instrument.0).ok();
        let place = place.and_then(|index| *self.places.get(index)?);
        place.is_some()
    }

    /// Applies an entry's commands, settles what they did in one pass, and says what that gave. The commands are moved
    /// to the batch's outcomes; ticks are left in their places.
    pub(crate) fn apply(
        &mut self,
        entry: &mut LogEntry,
        spare: Option<Gives>,
        batch: &mut EventBatch,
    ) -> Gives {
        let appended_ns = self.stage_clock.now_ns();
        let (at, rejected) = (entry.at, entry.rejected);
        for commands in entry.commands.chunks_mut(WARM_COMMANDS_MAX) {
            let next = commands.iter().map(|next| (next.instrument, &next.command));
            self.engine.warm(next);
            for command in commands {
                self.apply_command(command, at, appended_ns, rejected, batch);
            }
        }
        for outcome in &batch.outcomes {
            for event in batch.events_of(outcome) {
                self.settlement.settle(outcome.instrument, event);
            }
        }
        match spare {
            Some(spare) => self.settlement.take_gives_into(spare),
            None => self.settlement.take_gives(),
        }
    }

    /// The command that is being applied, seen from where a panic of it is caught.
    pub(crate) const fn applying(&self) -> Option<(InstrumentId, SequenceNumber)> {
        self.applying
    }

    /// When something is due on any of the books.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.engine.next_deadline()
    }

    /// Adds a tick for each instrument on which something is due at `now`.
    pub(crate) fn push_due_ticks(&self, now: Timestamp, commands: &mut Vec<InboundCommand>) {
        for book in &self.sequences {
            let deadline = self.engine.next_deadline_of(book.instrument);
            if deadline.is_some_and(|deadline| deadline <= now) {
                commands.push(InboundCommand {
                    instrument: book.instrument,
                    origin: Origin::default(),
                    // Not the log's time: a clock that was set back would make a tick that changes nothing.
                    at: Some(now),
                    stamps: Stamps::default(),
                    command: Command::Tick,
                });
            }
        }
    }

    /// Where the books of `matcher` stand.
    pub(crate) fn state(&self, matcher: usize) -> MatcherState {
        let books = self.sequences.iter().map(|book| BookState {
            instrument: book.instrument,
            sequence: book.last,
            state_hash: self.engine.state_hash_of(book.instrument).expect(LISTED),
            terms: *self.engine.instrument(book.instrument).expect(LISTED),
            session_state: self.engine.session_state(book.instrument).expect(LISTED),
        });
        let books: Vec<BookState> = books.collect();
        MatcherState {
            matcher,
            state_hash: state_hash_of_books(&books),
            books,
        }
    }

    /// What an instrument is now.
    ///
    /// # Panics
    /// It is not one of these.
    pub(crate) fn terms_of(&self, instrument: InstrumentId) -> BookTerms {
        BookTerms {
            sequence: self.last_of(instrument),
            terms: *self.engine.instrument(instrument).expect(LISTED),
            session_state: self.engine.session_state(instrument).expect(LISTED),
        }
    }

    /// What an account may do on an instrument.
    ///
    /// # Panics
    /// The instrument is not one of these.
    pub(crate) fn rules_of(&self, instrument: InstrumentId, account: AccountId) -> AccountRules {
        let scope = Scope::Account(account);
        AccountRules {
            sequence: self.last_of(instrument),
            admission: self.engine.admission(instrument, scope).expect(LISTED),
            fee_tier: self.engine.fee_tier_of(instrument, account).expect(LISTED),
            limits: self.engine.limits_of(instrument, account).expect(LISTED),
            position: self.engine.position_of(instrument, account).expect(LISTED),
        }
    }

    fn last_of(&self, instrument: InstrumentId) -> SequenceNumber {
        let own = self.sequences.iter();
        let mut own = own.filter(|book| book.instrument == instrument);
        own.next().expect(LISTED).last
    }

    fn apply_command(
        &mut self,
        inbound: &mut InboundCommand,
        logged_at: Timestamp,
        appended_ns: Option<u64>,
        rejected: RejectedPart,
        batch: &mut EventBatch,
    ) {
        let place = usize::try_from(inbound.instrument.0)
            .ok()
            .and_then(|index| *self.places.get(index)?)
            .expect("the ports route an instrument to the matcher that has it");
        let book = &mut self.sequences[place];
        book.last = next(book.last);
        book.at = book.at.max(inbound.at.unwrap_or(logged_at));
        let command = Sequenced {
            instrument: inbound.instrument,
            sequence: book.last,
            at: book.at,
            command: std::mem::replace(&mut inbound.command, Command::Tick),
        };
        self.applying = Some((command.instrument, command.sequence));
        let before = Lengths::of(batch);
        if rejected.has(command.instrument, command.sequence) {
            self.engine.pass_over(&command, &mut BatchSink(batch));
        } else {
            let EnteredBy(session) = inbound.origin.entered_by;
            self.engine
                .apply_of_session(session, &command, &mut BatchSink(batch));
        }
        self.applying = None;
        if matches!(command.command, Command::FanOut(_)) {
            self.post(command.instrument);
        }
        let mut stamps = inbound.stamps;
        if let Some(ns) = appended_ns {
            stamps.stamp(Stage::Appended, ns);
            self.stage_clock.stamp(&mut stamps, Stage::Matched);
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
}

impl BookSequence {
    const fn new(instrument: InstrumentId) -> Self {
        Self {
            instrument,
            last: SequenceNumber(0),
            at: Timestamp(0),
        }
    }
}

/// The number after `sequence`.
pub(crate) fn next(sequence: SequenceNumber) -> SequenceNumber {
    let next = sequence.0.checked_add(1);
    SequenceNumber(next.expect("2^64 commands are never reached"))
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

fn range(start: usize, end: usize) -> EventRange {
    let index = |place| u32::try_from(place).expect("a batch has fewer than 2^32 events");
    EventRange {
        start: index(start),
        end: index(end),
    }
}
