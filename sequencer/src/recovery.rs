//! Applies what earlier processes logged, before anything new is taken.
//!
//! One thread reads the log in the order of its positions, takes again at the doors what each command had
//! taken, and passes each entry to the matchers whose instruments it names. They apply it as it was
//! applied then, and its events leave through the gate as they did: whoever builds read models or market
//! data from events builds the same ones again.

use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use engine::{Command, InstrumentId};
use ledger::Ledger;

use crate::abort::abort_on_panic;
use crate::clock::Stopwatch;
use crate::control::ControlCommand;
use crate::gate::Gate;
use crate::log::{LogEntry, LogReader, RejectedPart};
use crate::position::LogPosition;

/// Entries that may wait for a matcher.
const ENTRIES_MAX: usize = 1_024;

/// How far a shard is with what earlier processes logged.
#[derive(Debug, Default)]
pub struct RecoveryProgress {
    entries: AtomicU64,
    commands: AtomicU64,
    /// Matchers that are not through.
    matchers_left: AtomicUsize,
    started: OnceLock<Stopwatch>,
    took: OnceLock<Duration>,
}

/// Everything the reading thread needs.
pub(crate) struct Replay {
    pub ledger: Arc<Ledger>,
    pub gate: Arc<Gate>,
    /// By instrument id: which matcher has it.
    pub routes: Vec<Option<usize>>,
    pub matchers: usize,
    pub progress: Arc<RecoveryProgress>,
}

/// A matcher's end: what it has to apply before anything new.
#[derive(Debug)]
pub(crate) struct Recovering {
    entries: flume::Receiver<Arc<LogEntry>>,
    /// Position of the last control entries that were applied.
    control_applied: Arc<AtomicU64>,
    progress: Arc<RecoveryProgress>,
}

/// What a matcher's end brings.
pub(crate) enum Replayed {
    /// To be applied.
    Entry(Arc<LogEntry>),
    /// The reader is behind.
    NothingYet,
    /// There is nothing more.
    All,
}

impl RecoveryProgress {
    /// Whether everything is applied, or there was nothing.
    pub fn is_over(&self) -> bool {
        self.matchers_left.load(Ordering::Acquire) == 0
    }

    /// Log entries that were read so far.
    pub fn entries(&self) -> u64 {
        self.entries.load(Ordering::Relaxed)
    }

    /// Commands that were read so far.
    pub fn commands(&self) -> u64 {
        self.commands.load(Ordering::Relaxed)
    }

    /// Whether there was anything to apply.
    pub fn was_needed(&self) -> bool {
        self.started.get().is_some()
    }

    /// How long it took; `None` before it is over, or where there was nothing.
    pub fn took(&self) -> Option<Duration> {
        self.took.get().copied()
    }

    /// A matcher is through; the last one ends the recovery.
    fn leave(&self) {
        if self.matchers_left.fetch_sub(1, Ordering::AcqRel) == 1
            && let Some(started) = self.started.get()
        {
            self.took.get_or_init(|| started.elapsed());
        }
    }

    fn note(&self, entry: &LogEntry) {
        let commands = u64::try_from(entry.commands.len()).unwrap_or(u64::MAX);
        self.entries.fetch_add(1, Ordering::Relaxed);
        self.commands.fetch_add(commands, Ordering::Relaxed);
    }
}

impl Recovering {
    pub(crate) fn next(&self) -> Replayed {
        match self.entries.try_recv() {
            Ok(entry) => Replayed::Entry(entry),
            Err(flume::TryRecvError::Empty) => Replayed::NothingYet,
            Err(flume::TryRecvError::Disconnected) => Replayed::All,
        }
    }

    /// Says that the control entries at `position` took effect; what follows them may go on.
    pub(crate) fn control_applied(&self, position: LogPosition) {
        self.control_applied.store(position.0, Ordering::Release);
    }
}

/// A matcher that is through, or that ends, holds nobody up.
impl Drop for Recovering {
    fn drop(&mut self) {
        self.progress.leave();
    }
}

impl Replay {
    /// Starts the reading thread; gives one end per matcher.
    pub(crate) fn start(self, reader: LogReader) -> io::Result<Vec<Recovering>> {
        let control_applied = Arc::new(AtomicU64::new(0));
        self.progress
            .matchers_left
            .store(self.matchers, Ordering::Release);
        self.progress.started.get_or_init(Stopwatch::start);
        let (senders, ends): (Vec<_>, Vec<_>) = (0..self.matchers)
            .map(|_| {
                let (sender, entries) = flume::bounded(ENTRIES_MAX);
                let end = Recovering {
                    entries,
                    control_applied: Arc::clone(&control_applied),
                    progress: Arc::clone(&self.progress),
                };
                (sender, end)
            })
            .unzip();
        std::thread::Builder::new()
            .name("recovery".to_owned())
            .spawn(move || {
                // Without the guard a panic would look like the end of the log.
                abort_on_panic("recovery", || {
                    if let Err(reason) = self.read(reader, &senders, &control_applied) {
                        self.gate.halt(&reason);
                    }
                });
            })?;
        Ok(ends)
    }

    fn read(
        &self,
        reader: LogReader,
        matchers: &[flume::Sender<Arc<LogEntry>>],
        control_applied: &AtomicU64,
    ) -> Result<(), String> {
        for entry in reader {
            let entry = Arc::new(entry.map_err(|error| error.to_string())?);
            take_at_the_doors(&self.ledger, &entry);
            for (matcher, has_part) in self.parts(&entry)?.into_iter().enumerate() {
                if has_part && matchers[matcher].send(Arc::clone(&entry)).is_err() {
                    return Err("a matcher ended before it had recovered".to_owned());
                }
            }
            self.progress.note(&entry);
            // Accounts and deposits are there before what follows them.
            while !entry.control.is_empty()
                && control_applied.load(Ordering::Acquire) < entry.position.0
            {
                if self.gate.is_halted() {
                    return Ok(());
                }
                std::thread::yield_now();
            }
        }
        Ok(())
    }

    /// By matcher: whether a part of the entry is its own.
    fn parts(&self, entry: &LogEntry) -> Result<Vec<bool>, String> {
        let mut parts = vec![false; self.matchers];
        // The first matcher owns the control sequence.
        parts[0] = !entry.control.is_empty();
        for command in &entry.commands {
            let matcher = usize::try_from(command.instrument.0)
                .ok()
                .and_then(|place| *self.routes.get(place)?);
            let Some(matcher) = matcher else {
                return Err(format!(
                    "the log has a command for instrument {} at position {}, which is not configured; \
                     start with the instruments that the log was written with",
                    command.instrument.0, entry.position.0
                ));
            };
            parts[matcher] = true;
        }
        Ok(parts)
    }
}

/// Takes again at the doors what each command of an entry had taken when it was logged. A command that is taken out
/// gives back what it took; a withdrawal that is takes nothing.
pub(crate) fn take_at_the_doors(ledger: &Ledger, entry: &LogEntry) {
    for inbound in &entry.commands {
        for (account, side, extra) in inbound.command.door_reserves() {
            ledger.reserve_again(account, inbound.instrument, side, extra);
        }
        if let Command::Bust(bust) = &inbound.command {
            ledger.reserve_bust_again(inbound.instrument, &bust.trade);
        }
    }
    if entry.rejected == RejectedPart::Whole {
        return;
    }
    for control in &entry.control {
        match control {
            ControlCommand::CreateAccount { .. }
            | ControlCommand::Deposit { .. }
            | ControlCommand::AddKey(_)
            | ControlCommand::RevokeKey { .. }
            | ControlCommand::TakeOut(_)
            | ControlCommand::Note(_)
            | ControlCommand::FanOut { .. } => {}
            ControlCommand::Withdraw {
                account,
                asset,
                amount,
            } => ledger.reserve_withdrawal_again(*account, *asset, *amount),
        }
    }
}

impl LogEntry {
    /// The part of it that is for the instruments that `is_mine` names; where it is nobody else's, nothing is copied.
    pub(crate) fn own_part(entry: Arc<Self>, is_mine: impl Fn(InstrumentId) -> bool) -> Self {
        match Arc::try_unwrap(entry) {
            Ok(own) if own.commands.iter().all(|one| is_mine(one.instrument)) => own,
            Ok(shared) => shared.part_of(is_mine),
            Err(shared) => shared.part_of(is_mine),
        }
    }

    /// The part of it that is for the instruments that `is_mine` names; control entries go with it.
    fn part_of(&self, is_mine: impl Fn(InstrumentId) -> bool) -> Self {
        let mine = self
            .commands
            .iter()
            .filter(|command| is_mine(command.instrument));
        Self {
            commands: mine.cloned().collect(),
            position: self.position,
            at: self.at,
            number: self.number,
            control: self.control.clone(),
            rejected: self.rejected,
        }
    }
}
