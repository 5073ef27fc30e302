//! One price on one side: the orders that wait there, in time order.

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
    /// Orders in the queue that the market sees.
    pub(crate) displayed_count: u32,
}

impl PriceLevel {
    /// A level without orders.
    pub(crate) const VACANT: Self = Self {
        rank: 0,
        displayed_units: 0,
        head: NO_SLOT,
        tail: NO_SLOT,
        order_count: 0,
        displayed_count: 0,
    };
}
