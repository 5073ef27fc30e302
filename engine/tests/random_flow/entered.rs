//! Which order each step entered, so that later steps can name it.

use std::collections::BTreeMap;

use engine::{ClientOrderId, Command, Event, OrderHandle, OrderId, OrderRef};

use super::step::{Step, Target, UNISSUED};

/// What the steps so far entered.
#[derive(Debug, Default)]
pub struct Entered {
    orders: BTreeMap<usize, Entry>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Entry {
    id: Option<OrderId>,
    client: Option<ClientOrderId>,
    handle: Option<OrderHandle>,
}

impl Entered {
    /// The step's command, its order named as the step says.
    pub fn command(&self, step: &Step) -> Command {
        let entry = step
            .target
            .and_then(Target::step)
            .and_then(|number| self.orders.get(&number));
        let entry = entry.copied().unwrap_or_default();
        let by_id = OrderRef::Id(entry.id.unwrap_or(UNISSUED));
        let reference = match step.target {
            None | Some(Target::Nobody | Target::EnteredBy(_)) => by_id,
            Some(Target::ClientIdOf(_)) => entry.client.map_or(by_id, OrderRef::Client),
            Some(Target::HandleOf(_)) => entry.handle.map_or(by_id, OrderRef::Handle),
        };
        about(step.command.clone(), reference)
    }

    /// The same for the naive book, which has no places in memory and is given the id instead.
    pub fn command_without_handle(&self, step: &Step) -> Command {
        let target = match step.target {
            Some(Target::HandleOf(number)) => Some(Target::EnteredBy(number)),
            Some(Target::EnteredBy(_) | Target::ClientIdOf(_) | Target::Nobody) | None => {
                step.target
            }
        };
        self.command(&Step {
            target,
            ..step.clone()
        })
    }

    /// Notes which order the step entered, from what the engine said.
    pub fn remember(&mut self, step: &Step, events: &[Event]) {
        let client = match &step.command {
            Command::Submit(order) => order.client_order_id,
            Command::CancelReplace(both) => both.new_order.client_order_id,
            Command::Cancel(_)
            | Command::Replace(_)
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
            | Command::Batch(_)
            | Command::Bust(_) => {
                return;
            }
        };
        let mut entry = Entry {
            client,
            ..Entry::default()
        };
        for event in events {
            if let Event::Accepted(accepted) = event {
                entry.id = Some(accepted.order_id);
            }
            if let Event::Rested(rested) = event {
                entry.handle = Some(rested.handle);
            }
        }
        self.orders.insert(step.number, entry);
        // References look back at most thirty entries; older ones need not be kept.
        while self.orders.len() > 200 {
            self.orders.pop_first();
        }
    }
}

fn about(mut command: Command, reference: OrderRef) -> Command {
    match &mut command {
        Command::Cancel(cancel) => cancel.order = reference,
        Command::Replace(replace) => replace.order = reference,
        Command::CancelReplace(both) => both.cancel = reference,
        Command::Submit(_)
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
        | Command::Batch(_)
        | Command::Bust(_) => {}
    }
    command
}
