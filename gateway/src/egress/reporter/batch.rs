//! What batches ask of the reports: which instruction an event is of, and what the door noted of each.

use std::borrow::Cow;

use engine::{Batch, Command, Event, Instruction, NewOrder, OriginalOutcome, RejectReason};
use protocol::{BatchResult, Batched, Reason, ReportKind};

use super::Reporter;
use crate::egress::answer::{decides_cancel, decides_entry, decides_replace, step_of};
use crate::egress::open_orders::OpenOrders;
use crate::egress::report::IsEntry;
use crate::native::translate::{reject_reason, wire_client_order_id};

impl Reporter<'_> {
    /// In a batch the instruction says it whose step the event is in. A cancel-replace that could not cancel says so
    /// before it decides the new order.
    pub(super) fn is_entry_in(&self, batch: &Batch, place: usize) -> IsEntry {
        let step = self.events[..place].iter().rev().find_map(step_of);
        let index = step.and_then(|step| usize::try_from(step.index).ok());
        match index.and_then(|index| batch.instructions().get(index)) {
            Some(Instruction::Submit(_)) => IsEntry::Yes,
            Some(Instruction::CancelReplace(_)) => {
                let after = self.events.iter().skip(place.saturating_add(1));
                let mut in_step = after.take_while(|event| step_of(event).is_none());
                if in_step.any(decides_entry) {
                    IsEntry::No
                } else {
                    IsEntry::Yes
                }
            }
            Some(Instruction::Cancel(_) | Instruction::Replace(_)) | None => IsEntry::No,
        }
    }
}

/// What the door noted of a command on its way is no longer needed.
pub(super) fn forget_under_way(command: &Command, orders: &mut OpenOrders) {
    match command {
        Command::Submit(order) => forget_entering(order, orders),
        Command::CancelReplace(command) => forget_entering(&command.new_order, orders),
        Command::Replace(replace) => orders.forget_change(replace.account, replace.order),
        Command::Batch(batch) => {
            for instruction in batch.instructions() {
                match instruction {
                    Instruction::Submit(order) => forget_entering(order, orders),
                    Instruction::CancelReplace(both) => forget_entering(&both.new_order, orders),
                    Instruction::Replace(replace) => {
                        orders.forget_change(replace.account, replace.order);
                    }
                    Instruction::Cancel(_) => {}
                }
            }
        }
        Command::Cancel(_)
        | Command::MassCancel(_)
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
        | Command::Bust(_) => {}
    }
}

fn forget_entering(order: &NewOrder, orders: &mut OpenOrders) {
    if let Some(id) = order.client_order_id {
        orders.forget_entering(order.account, id);
    }
}

impl Reporter<'_> {
    /// A batch is answered after everything that it did, instruction by instruction.
    pub(super) fn batched(&self, batch: &Batch, (request, at_us): (Option<u64>, u64)) -> Batched {
        let why = self.why_refused();
        let mut results = Vec::with_capacity(batch.instructions().len());
        for (place, event) in self.events.iter().enumerate() {
            let Some(step) = step_of(event) else { continue };
            let place_in_batch = usize::try_from(step.index).ok();
            let asked = place_in_batch.and_then(|index| batch.instructions().get(index));
            let after = self.events.iter().skip(place.saturating_add(1));
            let mut in_step = after.take_while(|event| step_of(event).is_none());
            let decision = match asked {
                Some(Instruction::Submit(_) | Instruction::CancelReplace(_)) => {
                    in_step.filter(|event| decides_entry(event)).last()
                }
                Some(Instruction::Cancel(_) | Instruction::Replace(_)) | None => {
                    in_step.find(|event| decides_cancel(event) || decides_replace(event))
                }
            };
            let mut result = result_of(step.index, decision);
            if result.reason == Some(Reason::BatchRefused) && why.is_some() {
                result.text.clone_from(&why);
            }
            results.push(result);
        }
        Batched {
            request,
            symbol: self.listed.symbol,
            results,
            at_us,
        }
    }

    /// Which instruction refused an all-or-none batch, and why, for people.
    fn why_refused(&self) -> Option<Cow<'static, str>> {
        let mut index = 0;
        for event in self.events {
            if let Event::Step(step) = event {
                index = step.index;
            }
            if let Event::Rejected(rejected) = event
                && rejected.reason != RejectReason::BatchRefused
            {
                let why = rejected.reason.sentence();
                return Some(Cow::Owned(format!(
                    "instruction {index} of the batch would be refused: {why}"
                )));
            }
        }
        None
    }
}

/// What an event says of the instruction that it decides.
fn result_of(index: u32, decision: Option<&Event>) -> BatchResult {
    let mut result = BatchResult {
        index,
        kind: ReportKind::Rejected,
        order_id: None,
        client_order_id: None,
        reason: None,
        text: None,
    };
    if let Some(Event::Accepted(accepted)) = decision {
        result.kind = ReportKind::Accepted;
        result.order_id = Some(accepted.order_id.0);
        result.client_order_id = accepted.client_order_id.map(wire_client_order_id);
    } else if let Some(Event::Repeated(repeated)) = decision {
        result.kind = ReportKind::Repeated;
        result.client_order_id = Some(wire_client_order_id(repeated.client_order_id));
        match repeated.original {
            OriginalOutcome::Accepted(order_id) => result.order_id = Some(order_id.0),
            OriginalOutcome::Rejected(reason) => result.reason = Some(reject_reason(reason)),
        }
    } else if let Some(Event::Canceled(canceled)) = decision {
        result.kind = ReportKind::Canceled;
        result.order_id = Some(canceled.order_id.0);
    } else if let Some(Event::Replaced(replaced)) = decision {
        result.kind = ReportKind::Replaced;
        result.order_id = Some(replaced.order_id.0);
    } else if let Some(Event::Rejected(rejected)) = decision {
        result.order_id = rejected.order_id.map(|id| id.0);
        result.client_order_id = rejected.client_order_id.map(wire_client_order_id);
        result.reason = Some(reject_reason(rejected.reason));
        result.text = Some(Cow::Borrowed(rejected.reason.sentence()));
    }
    result
}
