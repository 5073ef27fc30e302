//! All-or-none batches: every instruction is looked at before anything happens.
//!
//! Nothing that has traded can be undone, so nothing trades while there is doubt. New orders are accepted one after
//! the other and wait outside the book, where they can be taken back without a trace; what is to be ended or changed
//! is only looked at. With the last instruction passed there is no doubt left: orders end and change, and then the new
//! ones enter, in the order of the batch. What could still be refused by then, because what the batch itself did before
//! has changed the market, is not taken into such a batch: [`RejectReason::NotInBatch`].

use crate::admission::may_rest;
use crate::batch::look::SoFar;
use crate::batch::{Batch, Instruction, report_step};
use crate::cancel_reason::CancelReason;
use crate::client_ids::{ClientIdClaim, fingerprint_of};
use crate::event::{Event, OriginalOutcome};
use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::listing::Listing;
use crate::order::{NewOrder, OrderSize, TimeInForce};
use crate::quantity::Quantity;
use crate::reject::RejectReason;
use crate::waiting::WaitsFor;

/// Why a batch is refused: the first instruction that would be, and its reason.
#[derive(Debug, Clone, Copy)]
struct Refusal {
    index: usize,
    reason: RejectReason,
}

impl Listing {
    pub(super) fn batch_all_or_none<S: EventSink>(&mut self, batch: &Batch, sink: &mut S) {
        let claims = self.claims_of(batch);
        if claims
            .iter()
            .any(|claim| matches!(claim, ClientIdClaim::Repeats(_)))
        {
            return self.answer_again(batch, &claims, sink);
        }
        let mut so_far = self.look_at_none(batch);
        for (index, (instruction, claim)) in batch.instructions.iter().zip(&claims).enumerate() {
            if let Err(reason) = self.look_at(batch, (instruction, *claim), &mut so_far) {
                self.take_back(batch, &so_far);
                return self.refuse_batch(batch, &claims, Refusal { index, reason }, sink);
            }
        }
        self.carry_out(batch, &claims, so_far, sink);
    }

    /// What the client ids of a batch oblige to, by instruction.
    pub(super) fn claims_of(&mut self, batch: &Batch) -> Vec<ClientIdClaim> {
        let claim = |instruction: &Instruction| match instruction {
            Instruction::Submit(order) => {
                self.claim_client_id(order, || fingerprint_of(order, None))
            }
            Instruction::CancelReplace(both) => {
                let order = &both.new_order;
                self.claim_client_id(order, || fingerprint_of(order, Some(both.cancel)))
            }
            Instruction::Cancel(_) | Instruction::Replace(_) => ClientIdClaim::Free,
        };
        batch.instructions.iter().map(claim).collect()
    }

    /// An order of the batch was decided before: nothing is carried out, and each such order gets its original
    /// answer.
    fn answer_again<S: EventSink>(
        &mut self,
        batch: &Batch,
        claims: &[ClientIdClaim],
        sink: &mut S,
    ) {
        for (index, (instruction, claim)) in batch.instructions.iter().zip(claims).enumerate() {
            report_step(batch, index, sink);
            let order = match instruction {
                Instruction::Submit(order) => Some(order),
                Instruction::CancelReplace(both) => Some(&both.new_order),
                Instruction::Cancel(_) | Instruction::Replace(_) => None,
            };
            if order.is_some_and(|order| self.is_answered_by(*claim, order, sink)) {
                continue;
            }
            let reason = RejectReason::BatchRefused;
            sink.event(Event::Rejected(instruction.refusal(batch.account, reason)));
            self.release_instruction(batch, instruction, sink);
        }
    }

    fn refuse_batch<S: EventSink>(
        &mut self,
        batch: &Batch,
        claims: &[ClientIdClaim],
        refusal: Refusal,
        sink: &mut S,
    ) {
        for (index, (instruction, claim)) in batch.instructions.iter().zip(claims).enumerate() {
            let reason = if index == refusal.index {
                refusal.reason
            } else {
                RejectReason::BatchRefused
            };
            if let Instruction::Submit(order) = instruction {
                self.remember_once(order, *claim, OriginalOutcome::Rejected(reason));
            }
            report_step(batch, index, sink);
            sink.event(Event::Rejected(instruction.refusal(batch.account, reason)));
            self.release_instruction(batch, instruction, sink);
        }
    }

    /// Remembers what was decided, unless an order of the same batch with the same client id was before it.
    pub(super) fn remember_once(
        &mut self,
        order: &NewOrder,
        claim: ClientIdClaim,
        outcome: OriginalOutcome,
    ) {
        let ClientIdClaim::Remember(_) = claim else {
            return;
        };
        let again = self.claim_client_id(order, || fingerprint_of(order, None));
        if let ClientIdClaim::Remember(_) = again {
            self.remember(order, claim, outcome);
        }
    }

    pub(super) fn release_instruction<S: EventSink>(
        &self,
        batch: &Batch,
        instruction: &Instruction,
        sink: &mut S,
    ) {
        if let Some((side, extra)) = instruction.door_reserve() {
            self.release_door_reserve(batch.account, side, extra, sink);
        }
    }

    /// No instruction is refused any more: tells the new orders, ends and changes the old ones, and lets the new
    /// ones enter.
    fn carry_out<S: EventSink>(
        &mut self,
        batch: &Batch,
        claims: &[ClientIdClaim],
        so_far: SoFar,
        sink: &mut S,
    ) {
        // What the changes count they count again.
        let before = so_far.risk;
        self.risk.change(batch.account, |risk| *risk = before);
        for _ in &so_far.accepted {
            self.risk.note_order(batch.account, self.at.0);
        }
        let entering: Vec<OrderId> = so_far.accepted.iter().map(|(id, _)| *id).collect();
        let mut accepted = so_far.accepted.into_iter();
        for (index, (instruction, claim)) in batch.instructions.iter().zip(claims).enumerate() {
            report_step(batch, index, sink);
            match instruction {
                Instruction::Submit(order) => {
                    let (order_id, told) = accepted.next().expect("each was accepted");
                    self.remember(order, *claim, OriginalOutcome::Accepted(order_id));
                    for event in told {
                        sink.event(event);
                    }
                }
                Instruction::Cancel(order) => self.cancel(&batch.cancel(*order), sink),
                Instruction::Replace(replace) => self.replace(replace, sink),
                Instruction::CancelReplace(_) => {
                    unreachable!("such a batch carries no cancel-replace")
                }
            }
        }
        for order_id in entering {
            self.enter_together(order_id, sink);
        }
    }

    /// The turn of a new order that is to enter; what those before it did may have ended it, or begun a call.
    fn enter_together<S: EventSink>(&mut self, order_id: OrderId, sink: &mut S) {
        let Some(slot) = self.book.ids.get(order_id, &self.book.pool) else {
            return;
        };
        let waiting = self.book.waiting_record(slot);
        if waiting.waits_for != WaitsFor::OtherSide {
            return;
        }
        if waiting.order.is_pegged() {
            let special = self.book.pool.special_mut(slot);
            if let Some(waiting) = &mut special.waiting {
                waiting.waits_for = WaitsFor::Price;
            }
            return self.place_new_peg(slot, sink);
        }
        if !self.is_matching() && can_be_collected(&waiting.order) {
            return self.join_call(slot, sink);
        }
        let hold = self.hold_of(slot);
        let waiting = self.stop_waiting(slot);
        let open = Quantity::from_units(self.book.pool.get(slot).leaves_units);
        let order = NewOrder {
            size: OrderSize::Quantity(open),
            ..waiting.order
        };
        if self.is_matching() {
            self.enter_late(slot, &order, hold, None, sink);
        } else {
            self.end_late(slot, &order, hold, unfilled(order.time_in_force), sink);
        }
    }
}

/// Whether an order may wait for an uncross.
fn can_be_collected(order: &NewOrder) -> bool {
    may_rest(order) && order.minimum_quantity.is_zero()
}

/// Why an order ends that had to trade at once, when a call began before its turn.
const fn unfilled(time_in_force: TimeInForce) -> CancelReason {
    match time_in_force {
        TimeInForce::ImmediateOrCancel => CancelReason::ImmediateOrCancel,
        TimeInForce::FillOrKill
        | TimeInForce::GoodTillCanceled
        | TimeInForce::GoodTillDate(_)
        | TimeInForce::Day
        | TimeInForce::AtOpen
        | TimeInForce::AtClose
        | TimeInForce::GoodForAuction
        | TimeInForce::GoodForContinuous => CancelReason::FillOrKill,
    }
}
