//! What the outside world asks of a book.

use engine::Side;

/// Stands for no slot, where an order is not resting (any more).
pub const NO_SLOT: u32 = u32::MAX;

/// What an [`Operation`] asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum OperationKind {
    /// Enter a limit order; what is left of it rests.
    Submit = 0,
    /// Enter a limit order; what is left of it is canceled.
    SubmitImmediate = 1,
    /// Cancel by id.
    Cancel = 2,
    /// Cancel and enter again at the tail, under the same id, at a new price and quantity.
    Replace = 3,
}

/// One thing asked, by the id that the outside world gave the order. 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The order's id, chosen outside.
    pub id: u64,
    /// Its limit price in ticks; of a replace the new one.
    pub price: i64,
    /// Its quantity in lots; of a replace what is to be open after it.
    pub quantity: u32,
    /// Of a replace: what the order has traded before it, so that a total can be told.
    pub filled: u32,
    /// Where a slab with a last-in, first-out free list keeps the order: for books that need no look-up.
    /// [`NO_SLOT`] where the order is not resting.
    pub slot: u32,
    /// What is asked.
    pub kind: OperationKind,
    /// The order's side.
    pub side: Side,
}
