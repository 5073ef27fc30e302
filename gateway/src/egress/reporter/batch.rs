//! What batches ask of the reports: which instruction an event is of, and what the door noted of each.

use engine::{Batch, Command, Instruction, NewOrder};

use super::Reporter;
use crate::egress::answer::{decides_entry, step_of};
use crate::egress::open_orders::OpenOrders;
use crate::egress::report::IsEntry;

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
        | Command::Operate(_) => {}
    }
}

fn forget_entering(order: &NewOrder, orders: &mut OpenOrders) {
    if let Some(id) = order.client_order_id {
        orders.forget_entering(order.account, id);
    }
}
