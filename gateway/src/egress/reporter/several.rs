//! Answers to requests that no single event answers: mass cancels, quotes, resets and timers.

use engine::{Command, Event, FanOutAction};
use protocol::{Done, ServerMessage};

use super::Reporter;
use crate::native::{request_number, translate};
use crate::session::{Audience, SessionEntry};
use crate::wire;

impl Reporter<'_> {
    /// Quotes, resets and timers are answered after everything that they did.
    pub(super) fn tell_maker(&mut self) {
        let Some(session) = self.requester else {
            return;
        };
        let number = self.outcome.origin.request;
        let request = request_number::on_wire(number);
        let at_us = translate::at_us(self.outcome.at);
        let done = || ServerMessage::Done(Done { request, at_us });
        let message = match &self.outcome.command {
            Command::Quote(quote) => {
                let quoted = self.builder.quoted(quote, self.events, (request, at_us));
                ServerMessage::Quoted(quoted)
            }
            Command::Batch(batch) => ServerMessage::Batched(self.batched(batch, (request, at_us))),
            Command::MmpReset(_) => done(),
            command if sets_a_timer(command) => {
                let Some(_last_one) = session.mass_cancel_answered(number, 0) else {
                    return;
                };
                done()
            }
            Command::CancelAfter(_)
            | Command::Submit(_)
            | Command::Cancel(_)
            | Command::Replace(_)
            | Command::CancelReplace(_)
            | Command::MassCancel(_)
            | Command::Tick
            | Command::SetState(_)
            | Command::Uncross(_)
            | Command::SetLastPrice(_)
            | Command::Admit(_)
            | Command::SetLimits(_)
            | Command::SetFeeTier(_)
            | Command::FanOut(_)
            | Command::Disconnect(_)
            | Command::Operate(_)
            | Command::Bust(_) => return,
        };
        self.answer(session, &message);
    }

    fn answer(&mut self, session: &SessionEntry, message: &ServerMessage) {
        let instrument = self.listed.binary();
        let buffer = &mut *self.recipients.buffer;
        let frame = wire::say(buffer, session.frames(), &instrument, message);
        self.recipients
            .wakes
            .push(&session.outbound, frame, Audience::Private);
    }

    /// A mass cancel is answered when its last instrument has answered.
    pub(super) fn tell_mass_cancel(&mut self) {
        let Some(session) = self.requester else {
            return;
        };
        if !cancels_many(&self.outcome.command) {
            return;
        }
        let canceled = self
            .events
            .iter()
            .filter(|event| matches!(event, Event::Canceled(_)))
            .count();
        let canceled = u64::try_from(canceled).expect("a count of events fits in 64 bits");
        let number = self.outcome.origin.request;
        if let Some(canceled_orders) = session.mass_cancel_answered(number, canceled) {
            let answer = protocol::MassCanceled {
                request: request_number::on_wire(number),
                canceled_orders,
                at_us: translate::at_us(self.outcome.at),
            };
            self.answer(session, &ServerMessage::MassCanceled(answer));
        }
    }
}

/// Whether it is a mass cancel, of one instrument or the instrument's part of one.
const fn cancels_many(command: &Command) -> bool {
    match command {
        Command::MassCancel(_) => true,
        Command::FanOut(part) => matches!(part.action, FanOutAction::MassCancel(_)),
        Command::Submit(_)
        | Command::Cancel(_)
        | Command::Replace(_)
        | Command::CancelReplace(_)
        | Command::Tick
        | Command::SetState(_)
        | Command::Uncross(_)
        | Command::SetLastPrice(_)
        | Command::Admit(_)
        | Command::SetLimits(_)
        | Command::SetFeeTier(_)
        | Command::Quote(_)
        | Command::MmpReset(_)
        | Command::Disconnect(_)
        | Command::CancelAfter(_)
        | Command::Operate(_)
        | Command::Batch(_)
        | Command::Bust(_) => false,
    }
}

/// Whether it is about a dead man's timer, of one instrument or the instrument's part of it.
const fn sets_a_timer(command: &Command) -> bool {
    match command {
        Command::CancelAfter(_) => true,
        Command::FanOut(part) => matches!(part.action, FanOutAction::CancelAfter(_)),
        Command::Submit(_)
        | Command::Cancel(_)
        | Command::Replace(_)
        | Command::CancelReplace(_)
        | Command::MassCancel(_)
        | Command::Tick
        | Command::SetState(_)
        | Command::Uncross(_)
        | Command::SetLastPrice(_)
        | Command::Admit(_)
        | Command::SetLimits(_)
        | Command::SetFeeTier(_)
        | Command::Quote(_)
        | Command::MmpReset(_)
        | Command::Disconnect(_)
        | Command::Operate(_)
        | Command::Batch(_)
        | Command::Bust(_) => false,
    }
}
