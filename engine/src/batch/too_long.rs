//! Batches of more instructions than the instrument takes in one.

use crate::batch::{Batch, Instruction, report_step};
use crate::client_ids::ClientIdClaim;
use crate::event::{Event, OriginalOutcome};
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::order::NewOrder;
use crate::reject::RejectReason;

impl Listing {
    /// Whether the instrument's rules let a batch have fewer instructions.
    pub(super) fn is_too_long(&self, batch: &Batch) -> bool {
        let most = self.instrument.rules.batch_instructions_max;
        u32::try_from(batch.instructions.len()).is_ok_and(|count| count > most)
    }

    /// Refuses every instruction, whatever the mode, but answers an order that was decided before as it was then.
    pub(super) fn refuse_too_long<S: EventSink>(&mut self, batch: &Batch, sink: &mut S) {
        let claims = self.claims_of(batch);
        let reason = RejectReason::BatchTooLong;
        for (index, (instruction, claim)) in batch.instructions.iter().zip(&claims).enumerate() {
            report_step(batch, index, sink);
            if let Some(order) = entering(instruction)
                && matches!(claim, ClientIdClaim::Repeats(_))
                && self.is_answered_by(*claim, order, sink)
            {
                continue;
            }
            if let Instruction::Submit(order) = instruction {
                self.remember_once(order, *claim, OriginalOutcome::Rejected(reason));
            }
            sink.event(Event::Rejected(instruction.refusal(batch.account, reason)));
            self.release_instruction(batch, instruction, sink);
        }
    }
}

/// The new order of an instruction that has one.
const fn entering(instruction: &Instruction) -> Option<&NewOrder> {
    match instruction {
        Instruction::Submit(order) => Some(order),
        Instruction::CancelReplace(both) => Some(&both.new_order),
        Instruction::Cancel(_) | Instruction::Replace(_) => None,
    }
}
