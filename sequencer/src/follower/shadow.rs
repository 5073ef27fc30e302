//! The replica behind the live matchers: compared with them, and written down when it is time.

use std::sync::Arc;
use std::time::Duration;

use super::marks::{Comparison, Marks, Parted};
use super::progress::FollowerProgress;
use super::replica::Replica;
use super::{FollowerParts, LogTail, ReadModel, SnapshotCadence};
use crate::clock::ThreadTime;
use crate::gate::{Gate, Intake};
use crate::log::LogEntry;
use crate::position::{Epoch, LogPosition};
use crate::snapshot::SnapshotStore;

/// A snapshot is begun when this part of the replay time that is allowed has come together: the rest is for
/// what comes while it is written.
const PARTS_OF_REPLAY_TIME: u32 = 2;
/// After a snapshot that could not be written, so many commands are waited for.
const COMMANDS_BEFORE_ANOTHER_TRY: u64 = 100_000;

/// Everything that the follower's thread owns, but for the log.
pub(super) struct Shadow {
    replica: Replica,
    read_model: Box<dyn ReadModel>,
    store: SnapshotStore,
    /// Called after a snapshot was written, with the position from which on the log is needed.
    retain: Box<dyn FnMut(LogPosition) + Send>,
    cadence: SnapshotCadence,
    epoch: Epoch,
    /// By instrument id: which live matcher has it.
    routes: Vec<Option<usize>>,
    marks: Arc<[Marks]>,
    comparisons: Vec<Comparison>,
    progress: Arc<FollowerProgress>,
    gate: Arc<Gate>,
    since: Since,
    /// The newest snapshot that is known to be whole.
    newest: Option<LogPosition>,
}

/// What was replayed since the last snapshot.
#[derive(Debug)]
struct Since {
    commands_at: u64,
    replay_time: Duration,
    /// No snapshot before so many commands.
    not_before: u64,
}

/// Replay and live disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "matcher {matcher} said something else than its log replayed gives, at position {} or before it: digest \
     {:016x} live, {:016x} replayed; nothing that follows can be trusted", .parted.position.0,
    .parted.live.number(), .parted.replayed.number()
)]
pub(super) struct Disagreement {
    matcher: usize,
    parted: Parted,
}

impl Shadow {
    /// The replica of a shard that goes on from where `parts` say.
    pub(super) fn new(
        parts: FollowerParts,
        store: SnapshotStore,
        retain: Box<dyn FnMut(LogPosition) + Send>,
        cadence: SnapshotCadence,
        epoch: Epoch,
    ) -> Result<Self, String> {
        let (instruments, ledger) = (&parts.instruments, parts.ledger);
        let replica = match &parts.base {
            Some(base) => Replica::restored(base, instruments, ledger),
            None => Replica::new(instruments, ledger),
        };
        let replica = replica.map_err(|error| error.to_string())?;
        let kept = parts.base.as_deref().map(|base| &*base.read_model);
        let (base, commands) = (replica.position(), replica.commands());
        parts.progress.note_replayed(base, commands);
        Ok(Self {
            comparisons: parts.marks.iter().map(|_| Comparison::default()).collect(),
            newest: (base > LogPosition(0)).then_some(base),
            since: Since {
                commands_at: commands,
                replay_time: Duration::ZERO,
                not_before: 0,
            },
            replica,
            read_model: (parts.read_model)(kept)?,
            store,
            retain,
            cadence,
            epoch,
            routes: parts.routes,
            marks: parts.marks,
            progress: parts.progress,
            gate: parts.gate,
        })
    }

    /// Applies the next entry and compares as far as the matchers have come.
    pub(super) fn replay(&mut self, entry: &LogEntry) -> Result<(), Disagreement> {
        let started = ThreadTime::now();
        let batch = self.replica.apply(entry);
        let mut is_touched = [false; ledger::MATCHERS_MAX];
        for outcome in &batch.outcomes {
            let place = usize::try_from(outcome.instrument.0).expect("a machine has 32 bits");
            let matcher = self.routes[place].expect("the replica has the matchers' instruments");
            self.comparisons[matcher]
                .digest()
                .fold_outcome(batch, outcome);
            is_touched[matcher] = true;
        }
        for (comparison, is_touched) in self.comparisons.iter_mut().zip(is_touched) {
            if is_touched {
                comparison.replayed(entry.position);
            }
        }
        // Replaying after a crash does not build it twice: it is not counted as replay time.
        self.since.replay_time = self.since.replay_time.saturating_add(started.elapsed());
        self.read_model.apply(batch);
        let commands = self.replica.commands();
        self.progress.note_replayed(entry.position, commands);
        self.compare()
    }

    /// Compares as far as the matchers have come.
    pub(super) fn compare(&mut self) -> Result<(), Disagreement> {
        for (matcher, (comparison, marks)) in
            self.comparisons.iter_mut().zip(&*self.marks).enumerate()
        {
            comparison
                .compare(marks)
                .map_err(|parted| Disagreement { matcher, parted })?;
        }
        if self.is_agreed() {
            self.progress.note_agreed(self.replica.position());
        }
        Ok(())
    }

    fn is_agreed(&self) -> bool {
        self.comparisons.iter().all(Comparison::is_agreed)
    }

    /// Writes a snapshot if replaying what the last one does not have would take too long.
    pub(super) fn take_snapshot_when_due(&mut self, log: &mut dyn LogTail) {
        // What nobody has confirmed is not written down, and the last room on a disk is for cancels.
        if !self.is_due() || !self.is_agreed() || self.gate.intake() != Intake::All {
            return;
        }
        let position = self.replica.position();
        match self.write_snapshot(log) {
            Ok(state_hash) => {
                tracing::info!(position = position.0, "snapshot written");
                if let Some(before) = self.newest.replace(position) {
                    (self.retain)(before);
                }
                self.progress.note_snapshot(position, state_hash);
                self.since = Since {
                    commands_at: self.replica.commands(),
                    replay_time: Duration::ZERO,
                    not_before: 0,
                };
            }
            Err(error) => {
                tracing::warn!(position = position.0, %error, "a snapshot could not be written; the log is whole");
                let commands = self.replica.commands();
                self.since.not_before = commands.saturating_add(COMMANDS_BEFORE_ANOTHER_TRY);
            }
        }
    }

    fn is_due(&self) -> bool {
        let commands = self.replica.commands();
        let since = commands.saturating_sub(self.since.commands_at);
        let allowed = self
            .cadence
            .replay_time_max
            .checked_div(PARTS_OF_REPLAY_TIME)
            .unwrap_or_default();
        let is_much =
            self.since.replay_time >= allowed || since >= self.cadence.replay_commands_max;
        since > 0 && is_much && commands >= self.since.not_before
    }

    fn write_snapshot(&self, log: &mut dyn LogTail) -> Result<u64, String> {
        // A snapshot of what the log could still lose would be one of another log.
        log.sync().map_err(|error| error.to_string())?;
        let read_model = self.read_model.spell()?;
        let snapshot = self
            .replica
            .snapshot(self.epoch, log.chain(), read_model)
            .map_err(|error| error.to_string())?;
        let before = self.newest.unwrap_or_default();
        self.store
            .write(&snapshot, before)
            .map_err(|error| error.to_string())?;
        Ok(self.replica.state().state_hash)
    }
}
