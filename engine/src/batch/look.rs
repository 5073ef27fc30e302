//! Looking at the instructions of an all-or-none batch, one after the other, so that what was looked at can be taken
//! back without a trace.

use crate::admission::Admitted;
use crate::batch::{Batch, Instruction};
use crate::book::price_level::NO_SLOT;
use crate::client_ids::ClientIdClaim;
use crate::command::{OrderRef, Replace};
use crate::event::Event;
use crate::id::OrderId;
use crate::linked::Following;
use crate::listing::Listing;
use crate::order::{NewOrder, OrderKind};
use crate::price::Price;
use crate::quantity::Notional;
use crate::reject::RejectReason;
use crate::risk::{AccountRisk, Asked};
use crate::waiting::{Waiting, WaitsFor};

/// What the instructions that were looked at so far would do.
pub(super) struct SoFar {
    first_id: u64,
    turns: usize,
    pub(super) risk: AccountRisk,
    /// What is told of each new order, by the place of its instruction.
    pub(super) accepted: Vec<(OrderId, Vec<Event>)>,
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
    /// Nothing was looked at yet.
    pub(super) fn look_at_none(&self, batch: &Batch) -> SoFar {
        SoFar {
            first_id: self.next_order_id,
            turns: self.cascade.turns().count(),
            risk: self.risk.of(batch.account),
            accepted: Vec::new(),
            named: Vec::new(),
            names_tied: false,
            added_units: [0; 2],
            changed_to: [None; 2],
        }
    }

    /// Looks at the next instruction, on the instrument as those before it would leave it.
    pub(super) fn look_at(
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
    pub(super) fn take_back(&mut self, batch: &Batch, so_far: &SoFar) {
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
}
