//! The one owner of the control sequence, inside the first matcher.

use std::collections::VecDeque;
use std::sync::Arc;

use engine::{FanOutId, SequenceNumber, Timestamp};
use ledger::{ControlDesk, ControlRefusal};

use crate::books::next;
use crate::control::{Asker, ControlCommand, ControlOutcome, ControlRequest};
use crate::fan_outs::{FanOutBoard, FanOuts};
use crate::gate::PendingControl;
use crate::log::{LogEntry, RejectedPart};
use crate::snapshot::{SequenceState, Snapshot};

/// Applies control entries to the ledger, each once, in their order.
#[derive(Debug)]
pub(crate) struct ControlOwner {
    desk: ControlDesk,
    last: SequenceNumber,
    /// Engine time of the last entry; it never goes back.
    at: Timestamp,
    /// Who waits for entries that were appended and not applied yet, in their order.
    waiting: VecDeque<(flume::Sender<ControlOutcome>, Asker)>,
    fan_outs: FanOuts,
}

impl ControlOwner {
    pub(crate) fn new(desk: ControlDesk) -> Self {
        Self {
            desk,
            last: SequenceNumber(0),
            at: Timestamp(0),
            waiting: VecDeque::new(),
            fan_outs: FanOuts::default(),
        }
    }

    /// Delivers to several instruments through `board`.
    pub(crate) fn deliver_through(&mut self, board: Arc<FanOutBoard>) {
        self.fan_outs.deliver_through(board);
    }

    /// The commands to several instruments.
    pub(crate) const fn fan_outs(&mut self) -> &mut FanOuts {
        &mut self.fan_outs
    }

    /// Goes on where a snapshot stands: fills the ledger, which has nothing yet.
    pub(crate) fn go_on_from(&mut self, snapshot: &Snapshot) -> Result<(), ControlRefusal> {
        self.desk.restore(&snapshot.ledger)?;
        (self.last, self.at) = (snapshot.control.last, snapshot.control.at);
        for (id, command) in &snapshot.fan_outs {
            if let Some(entry) = command.fan_out() {
                self.fan_outs.add(*id, entry, Asker::default());
            }
        }
        Ok(())
    }

    /// Commands to several instruments that some of them may not have seen.
    pub(crate) fn unseen_fan_outs(&self) -> Vec<(FanOutId, ControlCommand)> {
        self.fan_outs.unseen()
    }

    /// Where the control sequence stands.
    pub(crate) const fn sequence(&self) -> SequenceState {
        SequenceState {
            last: self.last,
            at: self.at,
        }
    }

    /// Remembers who asked, and says what is to be logged.
    pub(crate) fn take_up(&mut self, request: ControlRequest) -> ControlCommand {
        self.waiting.push_back((request.reply, request.asker));
        request.command
    }

    /// Applies an entry's control part.
    pub(crate) fn apply(
        &mut self,
        entry: &LogEntry,
        outcomes: &mut Vec<ControlOutcome>,
    ) -> PendingControl {
        let mut replies = Vec::with_capacity(entry.control.len());
        self.at = self.at.max(entry.at);
        for command in &entry.control {
            self.last = next(self.last);
            let outcome = ControlOutcome {
                sequence: self.last,
                at: self.at,
                command: command.clone(),
                result: match entry.rejected {
                    RejectedPart::Nothing | RejectedPart::Command { .. } => {
                        command.apply(&mut self.desk)
                    }
                    RejectedPart::Whole => Err(ControlRefusal::TakenOut),
                },
            };
            let mut asker = Asker::default();
            if let Some((reply, waits)) = self.waiting.pop_front() {
                replies.push((reply, outcome.clone()));
                asker = waits;
            }
            if let (Ok(()), Some(entry)) = (outcome.result, command.fan_out()) {
                self.fan_outs.add(FanOutId(self.last.0), entry, asker);
            }
            outcomes.push(outcome);
        }
        PendingControl {
            gives: self.desk.take_gives(),
            replies,
        }
    }
}
