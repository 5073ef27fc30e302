//! The whole state of a shard, replayed on one thread: for the follower, and for tools that look at a log.

use std::sync::Arc;

use engine::{EngineLimits, Instrument, InstrumentId, MatchingEngine, StateError};
use ledger::{ControlRefusal, Ledger, StillSettling};

use crate::books::Books;
use crate::clock::{StageClock, Stamping};
use crate::config::StartError;
use crate::control_owner::ControlOwner;
use crate::egress::EventBatch;
use crate::fan_outs::Targets;
use crate::inspection::MatcherState;
use crate::log::LogEntry;
use crate::position::{Epoch, LogPosition};
use crate::recovery::take_at_the_doors;
use crate::snapshot::{BookSnapshot, Snapshot};

/// Everything that a shard's log decides, after one position of it.
///
/// It applies entries as matchers do, under any layout of threads that wrote them.
#[derive(Debug)]
pub struct Replica {
    books: Books,
    control: ControlOwner,
    ledger: Arc<Ledger>,
    instruments: Vec<InstrumentId>,
    batch: EventBatch,
    position: LogPosition,
    commands: u64,
}

/// Why a snapshot cannot be gone on from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// An instrument's state cannot be read.
    #[error("instrument {}: {error}", instrument.0)]
    State {
        /// Which one.
        instrument: InstrumentId,
        /// What is wrong with its state.
        error: StateError,
    },
    /// What was restored is not what was written.
    #[error("instrument {}: its state hash is not the one that was written", .0.0)]
    OtherHash(InstrumentId),
    /// Somebody trades in an instrument that is not configured.
    #[error(
        "the snapshot has instrument {}, which is not configured; start with the instruments that the log was \
         written with", .0.0
    )]
    NotConfigured(InstrumentId),
    /// Accounts, money or keys cannot be restored.
    #[error("the ledger cannot be restored: {0}")]
    Ledger(ControlRefusal),
}

impl Replica {
    /// A shard before its first entry, over a ledger that has nothing yet and is nobody else's.
    ///
    /// # Errors
    /// An instrument cannot be listed.
    pub fn new(instruments: &[Instrument], ledger: Arc<Ledger>) -> Result<Self, StartError> {
        let engine = list_all(instruments, &[])?;
        Ok(Self::over(engine, instruments, ledger))
    }

    /// A shard as a snapshot has it, over a ledger that has nothing yet and is nobody else's. Instruments
    /// that are not in the snapshot begin empty.
    ///
    /// # Errors
    /// The snapshot cannot be gone on from, or an instrument cannot be listed.
    pub fn restored(
        snapshot: &Snapshot,
        instruments: &[Instrument],
        ledger: Arc<Ledger>,
    ) -> Result<Self, StartError> {
        refuse_unconfigured(snapshot, instruments)?;
        let engine = list_all(instruments, &snapshot.books)?;
        let mut replica = Self::over(engine, instruments, ledger);
        replica.books.go_on_from(snapshot);
        replica
            .control
            .go_on_from(snapshot)
            .map_err(RestoreError::Ledger)?;
        replica.position = snapshot.position;
        replica.commands = snapshot.commands;
        Ok(replica)
    }

    fn over(engine: MatchingEngine, instruments: &[Instrument], ledger: Arc<Ledger>) -> Self {
        let instruments: Vec<InstrumentId> = instruments.iter().map(|one| one.id).collect();
        let settlement = ledger.settlement(0, &instruments);
        let stage_clock = StageClock::new(Stamping::Off);
        Self {
            books: Books::new(engine, settlement, &instruments, stage_clock),
            control: ControlOwner::new(ledger.control_desk()),
            ledger,
            instruments,
            batch: EventBatch::default(),
            position: LogPosition(0),
            commands: 0,
        }
    }

    /// Applies the next entry, and says what it did.
    ///
    /// # Panics
    /// The entry is not the next one, or names an instrument that there is not.
    pub fn apply(&mut self, entry: &LogEntry) -> &EventBatch {
        assert!(
            Some(entry.position.0) == self.position.0.checked_add(1),
            "entries are replayed in their order, without gaps"
        );
        take_at_the_doors(&self.ledger, entry);
        self.batch.clear();
        self.batch.position = entry.position;
        if !entry.control.is_empty() {
            let pending = self.control.apply(entry, &mut self.batch.controls);
            self.ledger.publish(&pending.gives);
        }
        // Whoever reads the log keeps its entries.
        let mut spent = entry.clone();
        let gives = self.books.apply(&mut spent, None, &mut self.batch);
        self.forget_seen_fan_outs();
        self.ledger.publish(&gives);
        self.position = entry.position;
        let commands = u64::try_from(entry.commands.len()).unwrap_or(u64::MAX);
        self.commands = self.commands.saturating_add(commands);
        &self.batch
    }

    /// What the last entry did.
    pub const fn batch(&self) -> &EventBatch {
        &self.batch
    }

    /// Live, the matchers say to each other what they have seen; here it is looked up.
    fn forget_seen_fan_outs(&mut self) {
        let (engine, instruments) = (self.books.engine(), &self.instruments);
        let has_seen = |instrument, id| {
            let seen = engine.fan_out_seen(instrument);
            seen.is_none_or(|seen| seen >= id)
        };
        self.control
            .fan_outs()
            .forget_seen(|targets, id| match targets {
                Targets::All => instruments.iter().all(|one| has_seen(*one, id)),
                Targets::One(instrument) => has_seen(instrument, id),
            });
    }

    /// Whether there is such an instrument.
    pub fn has(&self, instrument: InstrumentId) -> bool {
        self.books.has(instrument)
    }

    /// The last entry that was applied.
    pub const fn position(&self) -> LogPosition {
        self.position
    }

    /// Commands that were applied since the log's beginning.
    pub const fn commands(&self) -> u64 {
        self.commands
    }

    /// Where all books stand, as one matcher's that has them all.
    pub fn state(&self) -> MatcherState {
        self.books.state(0)
    }

    /// All books.
    pub const fn engine(&self) -> &MatchingEngine {
        self.books.engine()
    }

    /// All accounts' money.
    pub const fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Everything, to go on from later. `chain` is the log's after [`Self::position`].
    ///
    /// # Errors
    /// Somebody else settles on this ledger.
    pub fn snapshot(
        &self,
        epoch: Epoch,
        chain: u64,
        read_model: Vec<u8>,
    ) -> Result<Snapshot, StillSettling> {
        Ok(Snapshot {
            position: self.position,
            epoch,
            chain,
            commands: self.commands,
            control: self.control.sequence(),
            fan_outs: self.control.unseen_fan_outs(),
            ledger: self.ledger.image()?,
            settlement: self.books.settlement_image(),
            books: self.books.images(&self.instruments),
            read_model,
        })
    }
}

/// An engine with `instruments`, those in `books` as they are there.
pub(crate) fn list_all(
    instruments: &[Instrument],
    books: &[BookSnapshot],
) -> Result<MatchingEngine, StartError> {
    let ids = instruments.iter().map(|instrument| instrument.id.0);
    let limits = EngineLimits {
        instruments_max: ids.max().unwrap_or(0),
    };
    let mut engine = MatchingEngine::new(limits);
    for instrument in instruments {
        match books.iter().find(|book| book.instrument == instrument.id) {
            Some(book) => restore(&mut engine, book)?,
            None => engine
                .list(*instrument)
                .map_err(|error| StartError::Instrument(instrument.id, error))?,
        }
    }
    Ok(engine)
}

/// Refuses a snapshot with an instrument that nobody would own.
pub(crate) fn refuse_unconfigured(
    snapshot: &Snapshot,
    instruments: &[Instrument],
) -> Result<(), RestoreError> {
    let is_configured =
        |book: &BookSnapshot| instruments.iter().any(|one| one.id == book.instrument);
    match snapshot.books.iter().find(|book| !is_configured(book)) {
        Some(book) => Err(RestoreError::NotConfigured(book.instrument)),
        None => Ok(()),
    }
}

fn restore(engine: &mut MatchingEngine, book: &BookSnapshot) -> Result<(), RestoreError> {
    let instrument = book.instrument;
    let restored = engine
        .restore(&book.state)
        .map_err(|error| RestoreError::State { instrument, error })?;
    let is_same =
        restored == instrument && engine.state_hash_of(instrument) == Some(book.state_hash);
    if is_same {
        Ok(())
    } else {
        Err(RestoreError::OtherHash(instrument))
    }
}
