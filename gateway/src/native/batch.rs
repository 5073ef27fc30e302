//! Batches: several instructions through the door as one command.

use std::borrow::Cow;
use std::sync::Arc;

use engine::{AccountId, Command};
use protocol::{BatchMode, BatchResult, Batched, Instruction, OrderRef, Reason, ReportKind};

use crate::counters::Counters;
use crate::door::Door;
use crate::edge::InstrumentState;
use crate::native::door_refusal::{DoorRefusal, OrderRefusal};
use crate::native::orders::engine_replace;
use crate::native::refusal::Refusal;
use crate::native::session::Session;
use crate::native::{translate, translate_order};

/// Why a batch is not handed over.
struct NotHandedOver {
    /// The instruction that cannot be; `None` where no part of the batch can.
    index: Option<usize>,
    refusal: OrderRefusal,
}

impl<R: Into<OrderRefusal>> From<R> for NotHandedOver {
    fn from(refusal: R) -> Self {
        Self {
            index: None,
            refusal: refusal.into(),
        }
    }
}

impl Session {
    /// Carries out several instructions in one step; they are answered together.
    pub(super) fn batch(
        &mut self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::Batch,
    ) -> Result<(), Refusal> {
        let not = match self.try_batch(request, account, asked) {
            Ok(()) => return Ok(()),
            Err(not) => not,
        };
        let refusal = match not.refusal {
            OrderRefusal::Request(refusal) => return Err(refusal),
            OrderRefusal::Door(refusal) => refusal,
        };
        Counters::count(&self.edge.counters.errors);
        self.edge.rejects.count(refusal.reason);
        let batched = refused(request, asked, (not.index, &refusal), self.edge.at_us());
        self.say(&protocol::ServerMessage::Batched(batched));
        Ok(())
    }

    /// Each instruction reserves what it needs as far as it is available: the engine refuses those that have too
    /// little, and with one of them an all-or-none batch.
    fn try_batch(
        &self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::Batch,
    ) -> Result<(), NotHandedOver> {
        let at = self.command_time(asked.at_us)?;
        let edge = Arc::clone(&self.edge);
        let state = self.instrument(&edge, asked.symbol)?;
        let door = Door::new(&edge.ledger, state, account);
        let mut instructions = Vec::with_capacity(asked.instructions.len());
        let mut entering: usize = 0;
        for (index, instruction) in asked.instructions.iter().enumerate() {
            let not = |refusal| NotHandedOver {
                index: Some(index),
                refusal,
            };
            let translated = translated(instruction, account, state).map_err(not)?;
            if adds_an_order(&translated, door) {
                self.check_open_orders_with(account, entering)
                    .map_err(|refusal| not(refusal.into()))?;
                entering = entering.saturating_add(1);
            }
            instructions.push(translated);
        }
        let mode = match asked.mode {
            BatchMode::Sequential => engine::BatchMode::Sequential,
            BatchMode::AllOrNone => engine::BatchMode::AllOrNone,
        };
        let mut batch = engine::Batch::new(account, mode, instructions)
            .expect("the protocol bounds their number, and all are this account's");
        let way = self.way_to(request, account, state, at);
        way.reserve_batch(&mut batch);
        Ok(self.hand_over(&way, Command::Batch(batch))?)
    }
}

/// Whether an account has one more order, if this is carried out: not if it ends one before, and not if it repeats what
/// was entered.
fn adds_an_order(instruction: &engine::Instruction, door: Door<'_>) -> bool {
    let is_fresh =
        |order: &engine::NewOrder| !order.client_order_id.is_some_and(|id| door.knows(id));
    match instruction {
        engine::Instruction::Submit(order) => is_fresh(order),
        engine::Instruction::CancelReplace(both) => {
            both.on_cancel_failure == engine::OnCancelFailure::Continue && is_fresh(&both.new_order)
        }
        engine::Instruction::Cancel(_) | engine::Instruction::Replace(_) => false,
    }
}

fn translated(
    instruction: &Instruction,
    account: AccountId,
    state: &InstrumentState,
) -> Result<engine::Instruction, OrderRefusal> {
    let scale = state.listed.scale;
    Ok(match instruction {
        Instruction::Submit(order) => {
            engine::Instruction::Submit(translate_order::new_order(order, account, scale)?)
        }
        Instruction::Cancel(order) => engine::Instruction::Cancel(translate::order_ref(*order)),
        Instruction::Replace(replace) => {
            engine::Instruction::Replace(engine_replace(replace, account, state)?)
        }
        Instruction::CancelReplace(both) => {
            engine::Instruction::CancelReplace(engine::CancelReplace {
                cancel: translate::order_ref(both.cancel),
                new_order: translate_order::new_order(&both.order, account, scale)?,
                on_cancel_failure: translate::on_cancel_failure(both.on_cancel_failure),
            })
        }
    })
}

/// The answer to a batch of which the door took nothing.
fn refused(
    request: Option<u64>,
    asked: &protocol::Batch,
    (failed, refusal): (Option<usize>, &DoorRefusal),
    at_us: u64,
) -> Batched {
    let result = |(index, instruction): (usize, &Instruction)| {
        let (reason, text) = match failed {
            Some(failed) if failed != index => (
                Reason::BatchRefused,
                Cow::Owned(format!(
                    "instruction {failed} of the batch was refused: {}",
                    refusal.text
                )),
            ),
            Some(_) | None => (refusal.reason, refusal.text.clone()),
        };
        let (order_id, client_order_id) = named(instruction);
        BatchResult {
            index: u32::try_from(index).unwrap_or(u32::MAX),
            kind: ReportKind::Rejected,
            order_id,
            client_order_id,
            reason: Some(reason),
            text: Some(text),
        }
    };
    Batched {
        request,
        symbol: asked.symbol,
        results: asked.instructions.iter().enumerate().map(result).collect(),
        at_us,
    }
}

/// The ids that an instruction gives.
const fn named(instruction: &Instruction) -> (Option<u64>, Option<protocol::ClientOrderId>) {
    let order = match instruction {
        Instruction::Submit(order) => return (None, order.client_order_id),
        Instruction::CancelReplace(both) => return (None, both.order.client_order_id),
        Instruction::Cancel(order) => *order,
        Instruction::Replace(replace) => replace.order,
    };
    match order {
        OrderRef::Order(id) => (Some(id), None),
        OrderRef::Client(id) => (None, Some(id)),
    }
}
