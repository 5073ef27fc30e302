//! All-or-none batches: every instruction is looked at before anything happens.
//!
//! Nothing that has traded can be undone, so nothing trades while there is doubt. New orders are accepted one after
//! the other and wait outside the book, where they can be taken back without a trace; what is to be ended or changed
//! is only looked at. With the last instruction passed there is no doubt left: orders end and change, and then the new
//! ones enter, in the order of the batch. What could still be refused by then, because what the batch itself did before
//! has changed the market, is not taken into such a batch: [`RejectReason::NotInBatch`].

use crate::admission::{Admitted, may_rest};
use crate::batch::{Batch, Instruction, report_step};
use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::client_ids::{ClientIdClaim, fingerprint_of};
use crate::command::{OrderRef, Replace};
use crate::event::{Event, OriginalOutcome};
use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::linked::Following;
use crate::listing::Listing;
use crate::order::{NewOrder, OrderKind, OrderSize, TimeInForce};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;
use crate::risk::{AccountRisk, Asked};
use crate::waiting::{Waiting, WaitsFor};

/// Why a batch is refused: the first instruction that would be, and its reason.
#[derive(Debug, Clone, Copy)]
struct Refusal {
    index: usize,
    reason: RejectReason,
}

/// What the instructions that were looked at so far would do.
struct SoFar {
    first_id: u64,
    turns: usize,
    risk: AccountRisk,
    /// What is told of each new order, by the place of its instruction.
    accepted: Vec<(OrderId, Vec<Event>)>,
    /// Orders that are to end or to change.
    named: Vec<OrderId>,
    /// One of them is tied to others.
    names_tied: bool,
    /// Quantity that changes would add, buys first.
    added_units: [u64; 2],
    /// The best price that a change would bring, buys first.
    changed_to: [Option<Price>; 2],
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
        let mut so_far = SoFar {
            first_id: self.next_order_id,
            turns: self.cascade.turns().count(),
            risk: self.risk.of(batch.account),
            accepted: Vec::new(),
            named: Vec::new(),
            names_tied: false,
            added_units: [0; 2],
            changed_to: [None; 2],
        };
        for (index, (instruction, claim)) in batch.instructions.iter().zip(&claims).enumerate() {
            if let Err(reason) = self.look_at(batch, (instruction, *claim), &mut so_far) {
                self.take_back(batch, so_far);
                return self.refuse_batch(batch, &claims, Refusal { index, reason }, sink);
            }
        }
        self.carry_out(batch, &claims, so_far, sink);
    }

    /// What the client ids of a batch oblige to, by instruction.
    fn claims_of(&mut self, batch: &Batch) -> Vec<ClientIdClaim> {
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

    /// Looks at the next instruction, on the instrument as those before it would leave it.
    fn look_at(
        &mut self,
        batch: &Batch,
        (instruction, claim): (&Instruction, ClientIdClaim),
        so_far: &mut SoFar,
    ) -> Result<(), RejectReason> {
        match instruction {
            Instruction::Submit(_) if claim == ClientIdClaim::UsedOtherwise => {
                Err(RejectReason::DuplicateClientOrderId)
            }
            Instruction::Submit(order) => self.accept_to_wait(order, so_far),
            Instruction::Cancel(order) => {
                let slot = self.resolve(batch.account, *order)?;
                self.note_named(slot, so_far)
            }
            Instruction::Replace(replace) => self.look_at_replace(replace, so_far),
            Instruction::CancelReplace(_) => Err(RejectReason::NotInBatch),
        }
    }

    /// Accepts a new order, which waits until all others have been looked at.
    fn accept_to_wait(&mut self, order: &NewOrder, so_far: &mut SoFar) -> Result<(), RejectReason> {
        let waiting = match self.admit_order(order, order.extra)? {
            Admitted::Limited(_) => self.entering_together(order)?,
            Admitted::Unlimited(_) => return Err(RejectReason::NotInBatch),
            Admitted::Waits(waiting) => match waiting.waits_for {
                WaitsFor::Price => Waiting {
                    waits_for: WaitsFor::OtherSide,
                    ..*waiting
                },
                WaitsFor::Uncross { .. } => return Err(RejectReason::NotInBatch),
                WaitsFor::Auction if waiting.limit_price().is_none() => {
                    return Err(RejectReason::NotInBatch);
                }
                WaitsFor::Auction
                | WaitsFor::Trigger(_)
                | WaitsFor::Turn { .. }
                | WaitsFor::Parent
                | WaitsFor::OtherSide => *waiting,
            },
        };
        if self.is_tied_to_elders(order, so_far.first_id) {
            return Err(RejectReason::NotInBatch);
        }
        let order_id = OrderId(self.next_order_id);
        let mut told = Vec::new();
        self.enter_waiting(order, waiting, ClientIdClaim::Free, order.extra, &mut told);
        so_far.accepted.push((order_id, told));
        Ok(())
    }

    /// An order that is to enter when all have been looked at. It holds what its limit needs, wherever it comes to
    /// rest then.
    fn entering_together(&self, order: &NewOrder) -> Result<Waiting, RejectReason> {
        let OrderKind::Limit { price } = order.kind else {
            return Err(RejectReason::NotInBatch);
        };
        let need = self.need_of_entering(order, price);
        if order.extra + self.shared_on_entry(order, need) < need {
            return Err(RejectReason::InsufficientFunds);
        }
        if self.book.pool.open_count() >= self.instrument.open_orders_max {
            return Err(RejectReason::TooManyOpenOrders);
        }
        Ok(Waiting {
            order: NewOrder {
                extra: Notional::ZERO,
                ..order.clone()
            },
            waits_for: WaitsFor::OtherSide,
            hold_price: price,
        })
    }

    /// Whether an order is tied to one that was open before the batch.
    fn is_tied_to_elders(&self, order: &NewOrder, first_id: u64) -> bool {
        let conditions = order.conditions.as_deref();
        let partner = conditions.and_then(|conditions| Some(conditions.oco?.partner));
        let parent = conditions.and_then(|conditions| Some(conditions.parent?.order));
        let is_elder = |named: OrderRef| {
            let slot = self.resolve(order.account, named);
            slot.is_ok_and(|slot| self.book.pool.get(slot).id().0 < first_id)
        };
        partner.is_some_and(is_elder) || parent.is_some_and(is_elder)
    }

    /// Notes an order that is to end or to change: each is named once, one that is tied to others alone, and none
    /// that the batch itself enters.
    fn note_named(&self, slot: u32, so_far: &mut SoFar) -> Result<(), RejectReason> {
        let order = self.book.pool.get(slot).id();
        let ties = self.book.pool.ties(slot);
        let is_tied = ties.is_some_and(|ties| {
            let hangs_on_parent = ties.parent.is_some_and(|parent| parent.parent_is_open);
            ties.partner.is_some() || hangs_on_parent || self.children.count(order) > 0
        });
        let meets_a_tie = !so_far.named.is_empty() && (is_tied || so_far.names_tied);
        if order.0 >= so_far.first_id || so_far.named.contains(&order) || meets_a_tie {
            return Err(RejectReason::NotInBatch);
        }
        so_far.named.push(order);
        so_far.names_tied |= is_tied;
        Ok(())
    }

    /// A change that would trade at once could end what another instruction names.
    fn look_at_replace(
        &mut self,
        replace: &Replace,
        so_far: &mut SoFar,
    ) -> Result<(), RejectReason> {
        let slot = self.resolve(replace.account, replace.order)?;
        if self.book.pool.get(slot).level == NO_SLOT {
            return Err(RejectReason::NotInBatch);
        }
        let (price, added_units) = self.look_at_change(replace, slot)?;
        self.note_named(slot, so_far)?;
        let (side, place) = (replace.side, replace.side as usize);
        let best = so_far.changed_to[place];
        let best = best.filter(|best| !price.is_better_than(side, *best));
        so_far.changed_to[place] = best.or(Some(price));
        let [bid, ask] = so_far.changed_to;
        let would_meet = matches!((bid, ask), (Some(bid), Some(ask)) if bid >= ask);
        if self.would_take(side, price) || would_meet && self.is_matching() {
            return Err(RejectReason::NotInBatch);
        }
        so_far.added_units[place] += added_units;
        self.check_added(replace, price, so_far.added_units[place])?;
        self.risk.note_order(replace.account, self.at.0);
        Ok(())
    }

    /// Changes that are each within the position limit are so together.
    fn check_added(
        &self,
        replace: &Replace,
        price: Price,
        added_units: u64,
    ) -> Result<(), RejectReason> {
        self.check_limits(&Asked {
            account: replace.account,
            side: replace.side,
            price: Some(price),
            quantity: None,
            amount: None,
            added_units,
            added_orders: 0,
        })
    }

    /// Takes back all that was accepted, the last one first.
    fn take_back(&mut self, batch: &Batch, so_far: SoFar) {
        for (order_id, _) in so_far.accepted.iter().rev() {
            let slot = self.book.ids.get(*order_id, &self.book.pool);
            let slot = slot.expect("it waits since it was accepted");
            self.stop_waiting(slot);
            let order = *self.book.pool.get(slot);
            self.forget(slot, &order);
        }
        self.following = Following::default(); // those whom they were tied to are gone, too
        self.cascade.cut(so_far.turns);
        self.next_order_id = so_far.first_id;
        let before = so_far.risk;
        self.risk.change(batch.account, |risk| *risk = before);
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
    fn remember_once(&mut self, order: &NewOrder, claim: ClientIdClaim, outcome: OriginalOutcome) {
        let ClientIdClaim::Remember(_) = claim else {
            return;
        };
        let again = self.claim_client_id(order, || fingerprint_of(order, None));
        if let ClientIdClaim::Remember(_) = again {
            self.remember(order, claim, outcome);
        }
    }

    fn release_instruction<S: EventSink>(
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
                    told.into_iter().for_each(|event| sink.event(event));
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
