//! Candidates for the order book: one book, four ways to keep its levels.
//!
//! Slab, queues and id index are the same for all, so that a race is decided by the levels alone. Unlike
//! a ruler, a level keeps its total and its count, as an engine that publishes depth must, and prices
//! may be any.

mod flat;
mod paged;
mod sorted;
mod tree;

use std::hint::black_box;

use engine::Side;

pub use flat::FlatLevels;
pub use paged::PagedLevels;
pub use sorted::SortedLevels;
pub use tree::TreeLevels;

use crate::book::{BATCH_OPERATIONS, Book};
use crate::id_index::IdIndex;
use crate::operation::{Operation, OperationKind};
use crate::trade_fold::TradeFold;
use crate::workload::Workload;

const NONE: u32 = u32::MAX;

/// Books that have held fewer orders at once are not warmed: on W1 it would cost 15 %.
const WARMED_ORDERS_MIN: usize = 65_536;

/// A price level: a queue of orders, linked through the slab.
#[derive(Debug, Clone, Copy)]
pub struct Level {
    total: u64,
    first: u32,
    last: u32,
    orders: u32,
}

const EMPTY: Level = Level {
    total: 0,
    first: NONE,
    last: NONE,
    orders: 0,
};

/// The levels of one side. A level keeps its number while orders rest there.
pub trait Levels {
    /// No levels yet; prices will be in the workload's range.
    fn for_side(side: Side, workload: &Workload) -> Self;
    /// The number of the level at `price`, which is made if there is none.
    fn find_or_make(&mut self, price: i64) -> u32;
    /// A level by its number.
    fn level(&mut self, number: u32) -> &mut Level;
    /// Ends a level that has become empty.
    fn unmake(&mut self, price: i64, number: u32);
    /// The level nearest the touch.
    fn best(&self) -> Option<(i64, u32)>;
}

/// A resting order, alone in its cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Order {
    id: u64,
    price: i64,
    leaves: u32,
    level: u32,
    previous: u32,
    next: u32,
    side: Side,
}

/// A minimal book over the given levels.
#[derive(Debug)]
pub struct CandidateBook<L> {
    index: IdIndex,
    orders: Vec<Order>,
    free: Vec<u32>,
    sides: [L; 2],
}

impl<L: Levels> Book for CandidateBook<L> {
    fn for_workload(workload: &Workload) -> Self {
        Self {
            index: IdIndex::for_ids(workload.orders_max),
            orders: Vec::with_capacity(workload.orders_max),
            free: Vec::with_capacity(workload.orders_max),
            sides: [Side::Buy, Side::Sell].map(|side| L::for_side(side, workload)),
        }
    }

    #[inline]
    fn warm(&self, batch: &[Operation]) {
        // A small book lies in the cache anyway.
        if self.orders.len() < WARMED_ORDERS_MIN {
            return;
        }
        let mut slots = [NONE; BATCH_OPERATIONS];
        for (slot, operation) in slots.iter_mut().zip(batch) {
            *slot = self.index.glance(operation.id);
        }
        let mut neighbors = [[NONE; 2]; BATCH_OPERATIONS];
        for (pair, slot) in neighbors.iter_mut().zip(&slots) {
            if let Some(order) = self.orders.get(*slot as usize) {
                *pair = [order.previous, order.next];
            }
        }
        let touched = neighbors.as_flattened().iter();
        let touched = touched.filter_map(|slot| self.orders.get(*slot as usize));
        black_box(touched.fold(0, |sum: u32, order| sum.wrapping_add(order.leaves)));
    }

    #[inline]
    fn apply(&mut self, operation: &Operation, fold: &mut TradeFold) {
        match operation.kind {
            OperationKind::Submit | OperationKind::SubmitImmediate => self.enter(operation, fold),
            OperationKind::Cancel => {
                self.cancel(operation.id);
            }
            OperationKind::Replace => {
                if self.cancel(operation.id) {
                    self.enter(operation, fold);
                }
            }
        }
    }
}

impl<L: Levels> CandidateBook<L> {
    #[inline]
    fn enter(&mut self, operation: &Operation, fold: &mut TradeFold) {
        let leaves = self.trade(operation, fold);
        if leaves > 0 && operation.kind != OperationKind::SubmitImmediate {
            self.rest(operation, leaves);
        }
    }

    #[inline]
    fn trade(&mut self, taker: &Operation, fold: &mut TradeFold) -> u32 {
        let mut leaves = taker.quantity;
        let makers = taker.side.opposite() as usize;
        while leaves > 0 {
            let Some((price, number)) = self.sides[makers].best() else {
                return leaves;
            };
            let is_marketable = match taker.side {
                Side::Buy => taker.price >= price,
                Side::Sell => taker.price <= price,
            };
            if !is_marketable {
                return leaves;
            }
            let level = self.sides[makers].level(number);
            let slot = level.first;
            let maker = &mut self.orders[slot as usize];
            let quantity = leaves.min(maker.leaves);
            leaves -= quantity;
            maker.leaves -= quantity;
            level.total -= u64::from(quantity);
            let (id, is_filled) = (maker.id, maker.leaves == 0);
            fold.trade(taker.id, id, price, u64::from(quantity));
            if is_filled {
                self.index.remove(id, |candidate| candidate == slot);
                self.unlink(slot);
            }
        }
        leaves
    }

    #[inline]
    fn rest(&mut self, operation: &Operation, leaves: u32) {
        let Operation {
            id, side, price, ..
        } = *operation;
        let levels = &mut self.sides[side as usize];
        let number = levels.find_or_make(price);
        let level = levels.level(number);
        let previous = level.last;
        let order = Order {
            id,
            price,
            leaves,
            level: number,
            previous,
            next: NONE,
            side,
        };
        let slot = if let Some(slot) = self.free.pop() {
            self.orders[slot as usize] = order;
            slot
        } else {
            self.orders.push(order);
            u32::try_from(self.orders.len() - 1).expect("a workload has fewer than 2^32 orders")
        };
        level.total += u64::from(leaves);
        level.orders += 1;
        level.last = slot;
        if previous == NONE {
            level.first = slot;
        } else {
            self.orders[previous as usize].next = slot;
        }
        self.index.insert(id, slot);
    }

    #[inline]
    fn cancel(&mut self, id: u64) -> bool {
        let orders = &self.orders;
        let Some(slot) = self.index.remove(id, |slot| orders[slot as usize].id == id) else {
            return false;
        };
        self.unlink(slot);
        true
    }

    #[inline]
    fn unlink(&mut self, slot: u32) {
        let Order {
            price,
            leaves,
            level: number,
            previous,
            next,
            side,
            ..
        } = self.orders[slot as usize];
        self.free.push(slot);
        let levels = &mut self.sides[side as usize];
        let level = levels.level(number);
        level.total -= u64::from(leaves);
        level.orders -= 1;
        if previous == NONE {
            level.first = next;
        } else {
            self.orders[previous as usize].next = next;
        }
        if next == NONE {
            level.last = previous;
        } else {
            self.orders[next as usize].previous = previous;
        }
        if level.first == NONE {
            levels.unmake(price, number);
        }
    }
}

/// Levels by number, for the candidates that index them by something else.
#[derive(Debug, Default)]
struct LevelSlab {
    levels: Vec<Level>,
    free: Vec<u32>,
}

impl LevelSlab {
    #[inline]
    fn make(&mut self) -> u32 {
        if let Some(number) = self.free.pop() {
            self.levels[number as usize] = EMPTY;
            return number;
        }
        self.levels.push(EMPTY);
        u32::try_from(self.levels.len() - 1).expect("levels are few")
    }
}
