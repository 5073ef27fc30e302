//! Batches: several instructions of one account, carried out in one block of events.
//!
//! A sequential batch does one after the other, each as if it had come alone. An all-or-none batch looks at all of
//! them before it does anything: see `all_or_none.rs`.

mod all_or_none;
mod look;
mod too_long;

use crate::command::{Cancel, CancelReplace, OrderRef, Replace};
use crate::event::{Event, Rejected, Step};
use crate::event_sink::EventSink;
use crate::id::AccountId;
use crate::listing::Listing;
use crate::order::NewOrder;
use crate::quantity::Notional;
use crate::reject::RejectReason;
use crate::side::Side;

/// A batch has at most this many instructions.
pub const BATCH_INSTRUCTIONS_MAX: usize = 64;

/// Several instructions of one account, carried out in one block of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    account: AccountId,
    mode: BatchMode,
    instructions: Vec<Instruction>,
}

/// What the refusal of one instruction means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchMode {
    /// Nothing: each one is taken or refused as it stands.
    Sequential,
    /// None is carried out.
    AllOrNone,
}

/// One thing that a batch asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instruction {
    /// Enter a new order.
    Submit(NewOrder),
    /// End an open order.
    Cancel(OrderRef),
    /// Change an open order, keeping its id.
    Replace(Replace),
    /// End one order and enter another.
    CancelReplace(CancelReplace),
}

/// Why instructions are no batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchError {
    /// There is none, or there are more than [`BATCH_INSTRUCTIONS_MAX`].
    BadCount,
    /// One of them is another account's.
    OtherAccount,
}

impl Batch {
    /// A batch of one account.
    ///
    /// # Errors
    /// There is no instruction, there are too many, or one is another account's.
    pub fn new(
        account: AccountId,
        mode: BatchMode,
        instructions: Vec<Instruction>,
    ) -> Result<Self, BatchError> {
        if instructions.is_empty() || instructions.len() > BATCH_INSTRUCTIONS_MAX {
            return Err(BatchError::BadCount);
        }
        let is_own = |instruction: &Instruction| match instruction {
            Instruction::Submit(order) => order.account == account,
            Instruction::Cancel(_) => true,
            Instruction::Replace(replace) => replace.account == account,
            Instruction::CancelReplace(replace) => replace.new_order.account == account,
        };
        if !instructions.iter().all(is_own) {
            return Err(BatchError::OtherAccount);
        }
        Ok(Self {
            account,
            mode,
            instructions,
        })
    }

    /// Whose it is.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// What the refusal of one instruction means for the others.
    pub const fn mode(&self) -> BatchMode {
        self.mode
    }

    /// What it asks for, in order.
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// What it asks for, for a door that notes what it reserved.
    pub fn instructions_mut(&mut self) -> impl Iterator<Item = &mut Instruction> {
        self.instructions.iter_mut()
    }
}

impl Instruction {
    /// What the door reserved for it: for which side, how much.
    pub const fn door_reserve(&self) -> Option<(Side, Notional)> {
        match self {
            Self::Submit(order)
            | Self::CancelReplace(CancelReplace {
                new_order: order, ..
            }) => Some((order.side, order.extra)),
            Self::Replace(replace) => Some((replace.side, replace.extra)),
            Self::Cancel(_) => None,
        }
    }

    /// Whether it names an order by its place in memory.
    pub(crate) fn names_a_handle(&self) -> bool {
        let is_handle = |named: OrderRef| matches!(named, OrderRef::Handle(_));
        match self {
            Self::Submit(order) => order.names_a_handle(),
            Self::Cancel(order) => is_handle(*order),
            Self::Replace(replace) => is_handle(replace.order),
            Self::CancelReplace(both) => is_handle(both.cancel) || both.new_order.names_a_handle(),
        }
    }

    /// The refusal of it, as a report says it.
    pub(crate) fn refusal(&self, account: AccountId, reason: RejectReason) -> Rejected {
        let mut rejected = Rejected {
            account,
            order_id: None,
            client_order_id: None,
            external_id: None,
            reason,
        };
        let named = match self {
            Self::Submit(order)
            | Self::CancelReplace(CancelReplace {
                new_order: order, ..
            }) => {
                rejected.client_order_id = order.client_order_id;
                rejected.external_id = order.external_id;
                return rejected;
            }
            Self::Cancel(order) => *order,
            Self::Replace(replace) => replace.order,
        };
        match named {
            OrderRef::Id(id) => rejected.order_id = Some(id),
            OrderRef::Client(id) => rejected.client_order_id = Some(id),
            OrderRef::External(id) => rejected.external_id = Some(id),
            OrderRef::Handle(_) => {}
        }
        rejected
    }
}

impl Listing {
    /// Carries out a batch, or what of it may be.
    #[cold]
    #[inline(never)]
    pub(crate) fn batch<S: EventSink>(&mut self, batch: &Batch, sink: &mut S) {
        if self.is_too_long(batch) {
            return self.refuse_too_long(batch, sink);
        }
        match batch.mode {
            BatchMode::Sequential => self.batch_in_sequence(batch, sink),
            BatchMode::AllOrNone => self.batch_all_or_none(batch, sink),
        }
    }

    /// Each instruction as it stands, and what follows from it, before the next one.
    fn batch_in_sequence<S: EventSink>(&mut self, batch: &Batch, sink: &mut S) {
        for (index, instruction) in batch.instructions.iter().enumerate() {
            if index > 0 {
                self.follow_command(sink);
            }
            report_step(batch, index, sink);
            match instruction {
                Instruction::Submit(order) => self.submit(order, sink),
                Instruction::Cancel(order) => self.cancel(&batch.cancel(*order), sink),
                Instruction::Replace(replace) => self.replace(replace, sink),
                Instruction::CancelReplace(replace) => self.cancel_replace(replace, sink),
            }
        }
    }
}

impl Batch {
    /// A cancel of its account.
    fn cancel(&self, order: OrderRef) -> Cancel {
        Cancel {
            account: self.account,
            order,
        }
    }
}

/// Tells which instruction what follows is of.
pub(crate) fn report_step<S: EventSink>(batch: &Batch, index: usize, sink: &mut S) {
    sink.event(Event::Step(Step {
        account: batch.account,
        index: u32::try_from(index).expect("a batch is short"),
    }));
}
