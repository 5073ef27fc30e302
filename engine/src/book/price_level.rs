//! One price on one side: the orders that wait there, in time order.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

/// No slot: the end of a queue, or nothing there.
pub(crate) const NO_SLOT: u32 = u32::MAX;

/// A price level. Its queue is threaded through the order pool.
///
/// `head`'s previous and `tail`'s next neighbor are never read, so they are never written either:
/// that saves a cold cache line when the oldest order leaves.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub(crate) struct PriceLevel {
    /// The price as a rank: smaller is nearer the touch, on both sides.
    pub(crate) rank: i64,
    /// Total that the market sees, in quantity units.
    pub(crate) displayed_units: u64,
    /// Oldest order.
    pub(crate) head: u32,
    /// Newest order.
    pub(crate) tail: u32,
    /// Orders in the queue.
    pub(crate) order_count: u32,
    /// Orders in the queue that the market does not see: few, so that others need not be counted twice.
    pub(crate) hidden_count: u32,
}

/// What a level counts of an order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(super) leaves_units: u64,
    pub(super) is_hidden: bool,
}

impl PriceLevel {
    /// Orders in the queue that the market sees.
    #[inline]
    pub(crate) const fn displayed_count(&self) -> u32 {
        self.order_count - self.hidden_count
    }

    /// Counts an order that joins the queue.
    #[inline(always)]
    pub(super) fn count_in(&mut self, order: Counted) {
        self.order_count += 1;
        if order.is_hidden {
            self.hidden_count += 1;
        } else {
            self.displayed_units += order.leaves_units;
        }
    }

    /// Counts an order that leaves the queue.
    #[inline(always)]
    pub(super) fn count_out(&mut self, order: Counted) {
        self.order_count -= 1;
        if order.is_hidden {
            self.hidden_count -= 1;
        } else {
            self.displayed_units -= order.leaves_units;
        }
    }

    /// A level without orders.
    pub(crate) const VACANT: Self = Self {
        rank: 0,
        displayed_units: 0,
        head: NO_SLOT,
        tail: NO_SLOT,
        order_count: 0,
        hidden_count: 0,
    };
}
