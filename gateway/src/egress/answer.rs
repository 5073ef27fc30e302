//! Which event of a command's block is the answer to the request that caused it.

use engine::{Command, Event, Step};

/// Place of the one event that answers the request; `None` where no event does.
pub fn place_of_answer(command: &Command, events: &[Event]) -> Option<usize> {
    match command {
        // What becomes of the new order comes last: the cancel's part stands before it.
        Command::Submit(_) | Command::CancelReplace(_) => events.iter().rposition(decides_entry),
        Command::Cancel(_) => events.iter().position(decides_cancel),
        Command::Replace(_) => events.iter().position(decides_replace),
        Command::MassCancel(_)
        | Command::Tick
        | Command::SetState(_)
        | Command::Uncross(_)
        | Command::SetLastPrice(_)
        | Command::Admit(_)
        | Command::SetLimits(_)
        | Command::SetFeeTier(_)
        | Command::FanOut(_)
        | Command::Quote(_)
        | Command::MmpReset(_)
        | Command::Disconnect(_)
        | Command::CancelAfter(_)
        | Command::Operate(_)
        | Command::Batch(_)
        | Command::Bust(_) => None,
    }
}

/// Whether the event decides a new order.
pub const fn decides_entry(event: &Event) -> bool {
    match event {
        Event::Accepted(_) | Event::Rejected(_) | Event::Repeated(_) => true,
        Event::Trade(_)
        | Event::Prevented(_)
        | Event::Rested(_)
        | Event::Replaced(_)
        | Event::Canceled(_)
        | Event::HoldReleased(_)
        | Event::StatusChanged(_)
        | Event::Conditioned(_)
        | Event::Queued(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Pegged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::Step(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => false,
    }
}

/// Whether the event decides a cancel.
pub const fn decides_cancel(event: &Event) -> bool {
    match event {
        Event::Canceled(_) | Event::Rejected(_) => true,
        Event::Accepted(_)
        | Event::Repeated(_)
        | Event::Trade(_)
        | Event::Prevented(_)
        | Event::Rested(_)
        | Event::Replaced(_)
        | Event::HoldReleased(_)
        | Event::StatusChanged(_)
        | Event::Conditioned(_)
        | Event::Queued(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Pegged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::Step(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => false,
    }
}

/// A replace to no more than what is filled cancels the rest.
/// Whether the event decides a replace.
pub const fn decides_replace(event: &Event) -> bool {
    match event {
        Event::Replaced(_) | Event::Canceled(_) | Event::Rejected(_) => true,
        Event::Accepted(_)
        | Event::Repeated(_)
        | Event::Trade(_)
        | Event::Prevented(_)
        | Event::Rested(_)
        | Event::HoldReleased(_)
        | Event::StatusChanged(_)
        | Event::Conditioned(_)
        | Event::Queued(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Pegged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::Step(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => false,
    }
}

/// The step of a batch that begins with the event.
pub const fn step_of(event: &Event) -> Option<&Step> {
    match event {
        Event::Step(step) => Some(step),
        Event::Accepted(_)
        | Event::Conditioned(_)
        | Event::Rejected(_)
        | Event::Repeated(_)
        | Event::Trade(_)
        | Event::Prevented(_)
        | Event::Rested(_)
        | Event::Queued(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Pegged(_)
        | Event::Replaced(_)
        | Event::Canceled(_)
        | Event::HoldReleased(_)
        | Event::StatusChanged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => None,
    }
}
