//! The rulers: an array by price, a slab of orders, and nothing that an engine needs beyond trades.
//!
//! They are never shipped. They know the range of prices beforehand, check nothing, keep no totals and
//! write no events; what an engine reaches of their speed is the price of being an engine.

use std::ops::RangeInclusive;

use engine::Side;

use crate::book::Book;
use crate::id_index::IdIndex;
use crate::operation::{Operation, OperationKind};
use crate::trade_fold::TradeFold;
use crate::workload::Workload;

const NONE: u32 = u32::MAX;

/// How a ruler finds an order.
pub trait Lookup {
    /// One for a workload.
    fn for_workload(workload: &Workload) -> Self;
    /// Notes where an order came to rest.
    fn insert(&mut self, id: u64, slot: u32);
    /// Forgets an order that was filled.
    fn remove(&mut self, id: u64, slot: u32);
    /// Forgets an order that is canceled, and says where it was.
    fn take(&mut self, operation: &Operation, orders: &[RulerOrder]) -> Option<u32>;
}

/// No look-up: the operation names the slot.
#[derive(Debug)]
pub struct BySlot;

impl Lookup for BySlot {
    fn for_workload(_workload: &Workload) -> Self {
        Self
    }

    fn insert(&mut self, _id: u64, _slot: u32) {}

    fn remove(&mut self, _id: u64, _slot: u32) {}

    #[inline]
    fn take(&mut self, operation: &Operation, _orders: &[RulerOrder]) -> Option<u32> {
        (operation.slot != NONE).then_some(operation.slot)
    }
}

/// By the outside id, through a hash.
#[derive(Debug)]
pub struct ByHash(IdIndex);

impl Lookup for ByHash {
    fn for_workload(workload: &Workload) -> Self {
        Self(IdIndex::for_ids(workload.orders_max))
    }

    #[inline]
    fn insert(&mut self, id: u64, slot: u32) {
        self.0.insert(id, slot);
    }

    #[inline]
    fn remove(&mut self, id: u64, slot: u32) {
        self.0.remove(id, |candidate| candidate == slot);
    }

    #[inline]
    fn take(&mut self, operation: &Operation, orders: &[RulerOrder]) -> Option<u32> {
        self.0.remove(operation.id, |slot| {
            orders[slot as usize].id == operation.id
        })
    }
}

/// An order of a ruler. 32 bytes.
#[derive(Debug, Clone, Copy)]
pub struct RulerOrder {
    id: u64,
    leaves: u32,
    level: u32,
    previous: u32,
    next: u32,
    side: Side,
}

#[derive(Debug, Clone, Copy)]
struct Queue {
    first: u32,
    last: u32,
}

const EMPTY: Queue = Queue {
    first: NONE,
    last: NONE,
};

/// The ruler, with or without a hash.
#[derive(Debug)]
pub struct Ruler<L> {
    lookup: L,
    orders: Vec<RulerOrder>,
    free: Vec<u32>,
    sides: [Vec<Queue>; 2],
    best: [usize; 2],
    price_min: i64,
}

impl<L: Lookup> Book for Ruler<L> {
    fn for_workload(workload: &Workload) -> Self {
        let width = usize::try_from(workload.price_max - workload.price_min)
            .expect("the highest price is not below the lowest");
        // One level on each end stays empty for ever: a scan for the best stops there.
        let levels = width + 3;
        Self {
            lookup: L::for_workload(workload),
            orders: Vec::with_capacity(workload.orders_max),
            free: Vec::with_capacity(workload.orders_max),
            sides: [vec![EMPTY; levels], vec![EMPTY; levels]],
            best: [0, levels - 1],
            price_min: workload.price_min - 1,
        }
    }

    #[inline]
    fn apply(&mut self, operation: &Operation, fold: &mut TradeFold) {
        match operation.kind {
            OperationKind::Submit | OperationKind::SubmitImmediate => self.enter(operation, fold),
            OperationKind::Cancel => {
                self.cancel(operation);
            }
            OperationKind::Replace => {
                if self.cancel(operation) {
                    self.enter(operation, fold);
                }
            }
        }
    }
}

impl<L: Lookup> Ruler<L> {
    #[inline]
    fn enter(&mut self, operation: &Operation, fold: &mut TradeFold) {
        let level = usize::try_from(operation.price - self.price_min).expect("prices are in range");
        let leaves = match operation.side {
            Side::Buy => self.trade(operation, self.best[1]..=level, fold),
            Side::Sell => self.trade(operation, level..=self.best[0], fold),
        };
        if leaves > 0 && operation.kind != OperationKind::SubmitImmediate {
            self.rest(operation, level, leaves);
        }
    }

    #[inline]
    fn trade(
        &mut self,
        taker: &Operation,
        marketable: RangeInclusive<usize>,
        fold: &mut TradeFold,
    ) -> u32 {
        let mut leaves = taker.quantity;
        if marketable.is_empty() {
            return leaves;
        }
        let makers = taker.side.opposite();
        loop {
            let level = self.best[makers as usize];
            if leaves == 0 || !marketable.contains(&level) {
                return leaves;
            }
            let slot = self.sides[makers as usize][level].first;
            if slot == NONE {
                return leaves;
            }
            let maker = &mut self.orders[slot as usize];
            let quantity = leaves.min(maker.leaves);
            leaves -= quantity;
            maker.leaves -= quantity;
            let (id, is_filled) = (maker.id, maker.leaves == 0);
            let price = self.price_min + i64::try_from(level).expect("levels are few");
            fold.trade(taker.id, id, price, u64::from(quantity));
            if is_filled {
                self.lookup.remove(id, slot);
                self.unlink(slot);
            }
        }
    }

    #[inline]
    fn rest(&mut self, operation: &Operation, level: usize, leaves: u32) {
        let Operation { id, side, .. } = *operation;
        let queue = &mut self.sides[side as usize][level];
        let previous = queue.last;
        let level_number = u32::try_from(level).expect("levels are few");
        let order = RulerOrder {
            id,
            leaves,
            level: level_number,
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
        queue.last = slot;
        if previous == NONE {
            queue.first = slot;
        } else {
            self.orders[previous as usize].next = slot;
        }
        let best = &mut self.best[side as usize];
        *best = match side {
            Side::Buy => level.max(*best),
            Side::Sell => level.min(*best),
        };
        self.lookup.insert(id, slot);
    }

    #[inline]
    fn cancel(&mut self, operation: &Operation) -> bool {
        let Some(slot) = self.lookup.take(operation, &self.orders) else {
            return false;
        };
        self.unlink(slot);
        true
    }

    #[inline]
    fn unlink(&mut self, slot: u32) {
        let RulerOrder {
            level,
            previous,
            next,
            side,
            ..
        } = self.orders[slot as usize];
        self.free.push(slot);
        let queues = &mut self.sides[side as usize];
        let queue = &mut queues[level as usize];
        if previous == NONE {
            queue.first = next;
        } else {
            self.orders[previous as usize].next = next;
        }
        if next == NONE {
            queue.last = previous;
        } else {
            self.orders[next as usize].previous = previous;
        }
        let best = &mut self.best[side as usize];
        if queue.first == NONE && *best == level as usize {
            let end = queues.len() - 1;
            *best = match side {
                Side::Buy => (0..*best)
                    .rev()
                    .find(|n| queues[*n].first != NONE)
                    .unwrap_or(0),
                Side::Sell => (*best + 1..end)
                    .find(|n| queues[*n].first != NONE)
                    .unwrap_or(end),
            };
        }
    }
}
