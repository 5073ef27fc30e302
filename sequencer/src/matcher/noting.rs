//! What a matcher takes from a snapshot, and what it tells others of its work: counters, marks for the follower,
//! answers to questions.

use engine::{Command, Event};

use super::Matcher;
use crate::egress::EventBatch;
use crate::follower::{Mark, RestoreError};
use crate::inspection::Inspection;
use crate::log::{CommandLog, LogEntry};
use crate::snapshot::Snapshot;

impl<L: CommandLog> Matcher<L> {
    /// Goes on where a snapshot stands, from which the engine was restored.
    pub(crate) fn go_on_from(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        self.books.go_on_from(snapshot);
        match self.control.as_mut() {
            Some(control) => control.go_on_from(snapshot).map_err(RestoreError::Ledger),
            None => Ok(()),
        }
    }

    pub(super) fn note_batch(&mut self, entry: &LogEntry, batch: &EventBatch) {
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
        let ticks = batch
            .outcomes
            .iter()
            .filter(|outcome| outcome.command == Command::Tick)
            .count();
        own.ticks = own.ticks.saturating_add(count(ticks));
        own.events = own.events.saturating_add(count(batch.events.len()));
        own.trades = own.trades.saturating_add(count(trades));
        // Before the batch can leave: whoever has seen its events finds them counted.
        self.around.inbox.counters.publish(&self.own);
    }

    /// Tells the follower what was said.
    pub(super) fn mark(&mut self, batch: &EventBatch) {
        if let Some(marks) = &self.around.marks
            && !batch.outcomes.is_empty()
        {
            self.digest.fold(batch);
            marks[self.around.index].set(Mark {
                position: batch.position,
                digest: self.digest,
            });
        }
    }

    pub(super) fn answer_inspections(&mut self) {
        let mut inspections: Vec<Inspection> = Vec::new();
        self.around
            .inbox
            .inspections
            .pop_into(&mut inspections, usize::MAX);
        for inspection in inspections {
            // Whoever asked may have gone away.
            match inspection {
                Inspection::State { reply } => {
                    let _ = reply.try_send(self.state());
                }
                Inspection::Terms { instrument, reply } => {
                    let _ = reply.try_send(self.books.terms_of(instrument));
                }
                Inspection::Account {
                    instrument,
                    account,
                    reply,
                } => {
                    let _ = reply.try_send(self.books.rules_of(instrument, account));
                }
                Inspection::Trade {
                    instrument,
                    trade_id,
                    reply,
                } => {
                    let engine = self.books.engine();
                    let _ = reply.try_send(engine.past_trade(instrument, trade_id));
                }
            }
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
