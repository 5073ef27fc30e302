//! One price on one side: the orders that wait there, in time order.

use crate::price::Price;
use crate::quantity::Quantity;

/// No slot: the end of a queue, or nothing there.
pub(crate) const NO_SLOT: u32 = u32::MAX;

/// A price level. Its queue is threaded through the order pool.
///
/// `head`'s previous and `tail`'s next neighbor are never read, so they are never written either:
/// that saves a cold cache line when the oldest order leaves.
#[derive(Debug, Clone, Copy)]
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
    pub(crate) const fn new(rank: i64) -> Self {
        Self {
            rank,
            displayed_units: 0,
            head: NO_SLOT,
            tail: NO_SLOT,
            order_count: 0,
            displayed_count: 0,
        }
    }
}

/// What a level shows, after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Displayed {
    pub(crate) price: Price,
    pub(crate) quantity: Quantity,
    pub(crate) order_count: u32,
}

/// Levels of one side, addressed by slot; a slot stays the level's own until the level is empty.
#[derive(Debug, Default)]
pub(crate) struct LevelPool {
    levels: Vec<PriceLevel>,
    free: Vec<u32>,
}

impl LevelPool {
    #[inline]
    pub(crate) fn get(&self, slot: u32) -> &PriceLevel {
        &self.levels[slot as usize]
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, slot: u32) -> &mut PriceLevel {
        &mut self.levels[slot as usize]
    }

    /// Takes a slot for a new level.
    #[inline]
    pub(crate) fn open(&mut self, rank: i64) -> u32 {
        let level = PriceLevel::new(rank);
        if let Some(slot) = self.free.pop() {
            self.levels[slot as usize] = level;
            return slot;
        }
        let slot = u32::try_from(self.levels.len()).expect("levels are fewer than orders");
        assert!(slot != NO_SLOT, "levels are fewer than orders");
        self.levels.push(level);
        slot
    }

    /// Gives back the slot of a level that is empty.
    #[inline]
    pub(crate) fn close(&mut self, slot: u32) {
        assert!(
            self.levels[slot as usize].order_count == 0,
            "a level with orders stays"
        );
        self.free.push(slot);
    }
}
