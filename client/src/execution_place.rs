//! Where a session stands in its account's executions, so that a new connection goes on there.

use std::collections::BTreeMap;

use protocol::{
    Channel, ErrorCode, EventId, ExecutionCursor, ResumeExecutions, ServerMessage, Subscribed,
    Symbol,
};

/// The last event that was told of each instrument, while executions are followed.
///
/// A session that follows `executions` and `drop_copy` at once has one place for both; what the one was told and the other not when
/// the connection broke is not told to the other again. Sessions of their own are better.
#[derive(Debug, Default)]
pub(crate) struct ExecutionPlace {
    /// Of which epoch it is; `None` until a subscription is answered.
    epoch: Option<u64>,
    after: BTreeMap<Symbol, EventId>,
    /// Requests to go on that have no answer yet, and which channel each is for.
    resuming: Vec<(u64, Channel)>,
}

/// What a message asks the session to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing.
    Nothing,
    /// What was missed is no longer kept: this channel begins anew.
    BeginAnew(Channel),
}

impl ExecutionPlace {
    /// What goes on with a channel where it stands; `None` where it never began.
    pub(crate) fn resume(&self, channel: Channel) -> Option<ResumeExecutions> {
        let after = self.after.iter().map(|(symbol, event)| ExecutionCursor {
            symbol: *symbol,
            seq: event.seq,
            k: event.k,
        });
        Some(ResumeExecutions {
            channel,
            epoch: self.epoch?,
            after: after.collect(),
        })
    }

    /// Such a request is on its way; what its answer says of the latest event has still to come.
    pub(crate) fn note_resume(&mut self, request: u64, resume: &ResumeExecutions) {
        self.resuming.push((request, resume.channel));
        self.epoch = Some(resume.epoch);
        let after = resume.after.iter();
        self.after = after
            .map(|it| {
                (
                    it.symbol,
                    EventId {
                        seq: it.seq,
                        k: it.k,
                    },
                )
            })
            .collect();
    }

    /// Requests of an earlier connection get no answers.
    pub(crate) fn forget_requests(&mut self) {
        self.resuming.clear();
    }

    /// Takes in a message.
    pub(crate) fn take(&mut self, message: &ServerMessage) -> Next {
        if let ServerMessage::Report(report) = message {
            if let (Some(_), Some(event)) = (self.epoch, report.event) {
                let place = self.after.entry(report.symbol).or_insert(event);
                *place = event.max(*place);
            }
        } else if let ServerMessage::Subscribed(answer) = message {
            self.subscribed(answer);
        } else if let ServerMessage::Error(error) = message
            && let Some(channel) = self.answered(error.request)
            && error.code == ErrorCode::SnapshotRequired
        {
            *self = Self::default();
            return Next::BeginAnew(channel);
        }
        Next::Nothing
    }

    fn subscribed(&mut self, answer: &Subscribed) {
        let (Some(epoch), Some(cursor)) = (answer.epoch, &answer.cursor) else {
            return;
        };
        if self.answered(answer.request).is_some() {
            return;
        }
        self.epoch = Some(epoch);
        let after = cursor.iter();
        self.after = after
            .map(|it| {
                (
                    it.symbol,
                    EventId {
                        seq: it.seq,
                        k: it.k,
                    },
                )
            })
            .collect();
    }

    /// Whether this request is one to go on, which has its answer now.
    fn answered(&mut self, request: Option<u64>) -> Option<Channel> {
        let mut waiting = self.resuming.iter();
        let place = waiting.position(|(waiting, _)| Some(*waiting) == request)?;
        Some(self.resuming.swap_remove(place).1)
    }
}
