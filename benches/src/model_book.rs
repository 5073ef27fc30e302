//! The book that workloads are made with: slow, sorted, obviously right.
//!
//! It knows which orders are live while a workload is generated, tells the slot that a slab with a
//! last-in, first-out free list would give each order, and folds the trades that every other book
//! must reproduce.

use std::collections::{BTreeMap, HashMap, VecDeque};

use engine::Side;

use crate::operation::{NO_SLOT, Operation, OperationKind};
use crate::trade_fold::TradeFold;

/// A live order of the model.
#[derive(Debug, Clone, Copy)]
pub struct ModelOrder {
    /// Chosen outside.
    pub id: u64,
    /// Buy or sell.
    pub side: Side,
    /// Where it rests.
    pub price: i64,
    /// Still open.
    pub leaves: u32,
    /// Traded so far.
    pub filled: u32,
    place: usize,
}

/// Orders by price, then by time, in standard collections.
#[derive(Debug, Default)]
pub struct ModelBook {
    orders: Vec<Option<ModelOrder>>,
    free: Vec<u32>,
    live: Vec<u32>,
    slots: HashMap<u64, u32>,
    bids: BTreeMap<i64, VecDeque<u32>>,
    asks: BTreeMap<i64, VecDeque<u32>>,
    fold: TradeFold,
}

impl ModelBook {
    /// How many orders rest.
    pub fn live_orders(&self) -> usize {
        self.live.len()
    }

    /// How many prices orders rest at.
    pub fn live_levels(&self) -> usize {
        self.bids.len() + self.asks.len()
    }

    /// How many slots a slab has needed so far.
    pub fn slots_used(&self) -> usize {
        self.orders.len()
    }

    /// The trades so far.
    pub fn fold(&self) -> TradeFold {
        self.fold
    }

    /// The live order with the given number among [`Self::live_orders`].
    pub fn live_order(&self, number: usize) -> ModelOrder {
        self.order(self.live[number])
    }

    /// The orders that a taker on `side` meets, in the order of the trades.
    pub fn makers(&self, side: Side) -> impl Iterator<Item = ModelOrder> {
        let (asks, bids) = match side {
            Side::Buy => (Some(self.asks.values()), None),
            Side::Sell => (None, Some(self.bids.values().rev())),
        };
        let queues = asks.into_iter().flatten().chain(bids.into_iter().flatten());
        queues.flatten().map(|slot| self.order(*slot))
    }

    /// Applies an operation, and returns it with its slot and filled quantity filled in.
    pub fn apply(&mut self, mut operation: Operation) -> Operation {
        match operation.kind {
            OperationKind::Submit | OperationKind::SubmitImmediate => {
                operation.slot = self.enter(operation, 0);
            }
            OperationKind::Cancel => {
                operation.slot = self.remove(operation.id).map_or(NO_SLOT, |(slot, _)| slot);
            }
            OperationKind::Replace => match self.remove(operation.id) {
                Some((slot, order)) => {
                    operation.slot = slot;
                    operation.filled = order.filled;
                    self.enter(operation, order.filled);
                }
                None => operation.slot = NO_SLOT,
            },
        }
        operation
    }

    fn order(&self, slot: u32) -> ModelOrder {
        self.orders[slot as usize].expect("a listed slot holds an order")
    }

    fn enter(&mut self, operation: Operation, filled: u32) -> u32 {
        let leaves = self.trade(operation);
        let is_resting = leaves > 0 && operation.kind != OperationKind::SubmitImmediate;
        if !is_resting {
            return NO_SLOT;
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.orders.push(None);
            u32::try_from(self.orders.len() - 1).expect("a workload has fewer than 2^32 orders")
        });
        let Operation {
            id,
            side,
            price,
            quantity,
            ..
        } = operation;
        let filled = filled + (quantity - leaves);
        let place = self.live.len();
        self.orders[slot as usize] = Some(ModelOrder {
            id,
            side,
            price,
            leaves,
            filled,
            place,
        });
        self.live.push(slot);
        let before = self.slots.insert(id, slot);
        assert!(
            before.is_none(),
            "a workload never uses the id of a live order again"
        );
        self.queues(side).entry(price).or_default().push_back(slot);
        slot
    }

    fn trade(&mut self, taker: Operation) -> u32 {
        let mut leaves = taker.quantity;
        while leaves > 0 {
            let Some(maker) = self.makers(taker.side).next() else {
                break;
            };
            let is_marketable = match taker.side {
                Side::Buy => taker.price >= maker.price,
                Side::Sell => taker.price <= maker.price,
            };
            if !is_marketable {
                break;
            }
            let quantity = leaves.min(maker.leaves);
            leaves -= quantity;
            self.fold
                .trade(taker.id, maker.id, maker.price, u64::from(quantity));
            if quantity == maker.leaves {
                self.remove(maker.id);
            } else {
                let slot = self.slots[&maker.id];
                let order = self.orders[slot as usize]
                    .as_mut()
                    .expect("a maker is live");
                order.leaves -= quantity;
                order.filled += quantity;
            }
        }
        leaves
    }

    fn remove(&mut self, id: u64) -> Option<(u32, ModelOrder)> {
        let slot = self.slots.remove(&id)?;
        let order = self.orders[slot as usize]
            .take()
            .expect("an indexed order is live");
        self.free.push(slot);
        self.live.swap_remove(order.place);
        if let Some(moved) = self.live.get(order.place) {
            let moved = self.orders[*moved as usize]
                .as_mut()
                .expect("a listed order is live");
            moved.place = order.place;
        }
        let queues = self.queues(order.side);
        let queue = queues
            .get_mut(&order.price)
            .expect("a live order is queued");
        let index = queue
            .iter()
            .position(|queued| *queued == slot)
            .expect("it is in its queue");
        queue.remove(index);
        if queue.is_empty() {
            queues.remove(&order.price);
        }
        Some((slot, order))
    }

    fn queues(&mut self, side: Side) -> &mut BTreeMap<i64, VecDeque<u32>> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }
}
