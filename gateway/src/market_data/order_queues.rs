//! The book order by order (L3) as everyone may see it: displayed orders in the order in which they trade.

use std::collections::BTreeMap;

use engine::{
    AccountId, Canonical, OrderChange, OrderChangeKind, OrderId, Price, Quantity, Side, StateError,
    StateReader,
};

use crate::hashing::HashMap;
use crate::market_data::level_queue::{LevelQueue, QueuePlace, SeatedOrder};

/// All displayed orders of one instrument.
#[derive(Debug, Clone, Default)]
pub struct OrderQueues {
    // Ordered maps: snapshots walk them from the touch.
    bids: BTreeMap<Price, LevelQueue>,
    asks: BTreeMap<Price, LevelQueue>,
    seats: HashMap<OrderId, Seat>,
}

/// Where an order sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seat {
    side: Side,
    price: Price,
    number: usize,
}

/// A displayed order with its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisplayedOrder {
    /// Which order.
    pub order_id: OrderId,
    /// Who owns it; not for the public.
    pub account: AccountId,
    /// Among the bids or the asks.
    pub side: Side,
    /// At which level.
    pub price: Price,
    /// How much it shows.
    pub quantity: Quantity,
}

impl OrderQueues {
    /// Applies what became of one order.
    pub fn apply(&mut self, change: &OrderChange) {
        match change.kind {
            OrderChangeKind::Added(quantity) => self.add(DisplayedOrder {
                order_id: change.order_id,
                account: change.account,
                side: change.side,
                price: change.price,
                quantity,
            }),
            OrderChangeKind::Reduced(quantity)
            | OrderChangeKind::Executed(quantity)
            | OrderChangeKind::Refilled(quantity) => self.set(change.order_id, quantity),
            OrderChangeKind::Removed => self.set(change.order_id, Quantity::ZERO),
        }
    }

    fn add(&mut self, order: DisplayedOrder) {
        let DisplayedOrder {
            order_id,
            account,
            side,
            price,
            quantity,
        } = order;
        let (levels, seats) = match side {
            Side::Buy => (&mut self.bids, &mut self.seats),
            Side::Sell => (&mut self.asks, &mut self.seats),
        };
        let queue = levels.entry(price).or_default();
        if queue.has_many_gaps() {
            queue.close_gaps(|moved, seat| {
                seats.insert(
                    moved,
                    Seat {
                        side,
                        price,
                        number: seat,
                    },
                );
            });
        }
        let seat = queue.push(SeatedOrder {
            order_id,
            account,
            quantity,
        });
        let before = seats.insert(
            order_id,
            Seat {
                side,
                price,
                number: seat,
            },
        );
        assert!(before.is_none(), "an order joins the book once");
    }

    fn set(&mut self, order_id: OrderId, quantity: Quantity) {
        let found = *self
            .seats
            .get(&order_id)
            .expect("an order is changed after it has joined the book");
        let levels = match found.side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        let queue = levels
            .get_mut(&found.price)
            .expect("a level is there while an order sits at it");
        queue.set(found.number, quantity);
        if quantity.is_zero() {
            self.seats.remove(&order_id);
            if queue.total().orders == 0 {
                levels.remove(&found.price);
            }
        }
    }

    /// Where a displayed order stands in its queue.
    pub fn place_of(&self, order_id: OrderId) -> Option<(DisplayedOrder, QueuePlace)> {
        let found = self.seats.get(&order_id)?;
        let queue = self.side(found.side).get(&found.price)?;
        let place = queue.place_of(found.number);
        let order = queue.at(found.number);
        Some((displayed(found.side, found.price, order), place))
    }

    /// Displayed orders of a side, best price first, in queue order within a price.
    pub fn orders(&self, side: Side) -> impl Iterator<Item = DisplayedOrder> {
        self.orders_of_levels(side, usize::MAX)
    }

    /// The same of the best `levels_max` levels.
    pub fn orders_of_levels(
        &self,
        side: Side,
        levels_max: usize,
    ) -> impl Iterator<Item = DisplayedOrder> {
        let levels = self.side(side);
        let (from_low, from_high) = match side {
            Side::Buy => (None, Some(levels.iter().rev())),
            Side::Sell => (Some(levels.iter()), None),
        };
        from_high
            .into_iter()
            .flatten()
            .chain(from_low.into_iter().flatten())
            .take(levels_max)
            .flat_map(move |(price, queue)| {
                queue
                    .orders()
                    .map(move |order| displayed(side, *price, order))
            })
    }

    fn side(&self, side: Side) -> &BTreeMap<Price, LevelQueue> {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    /// Spells out every order, bids first, best price first, in queue order.
    pub fn spell(&self, out: &mut Vec<u8>) {
        (self.seats.len() as u64).write(out);
        for side in [Side::Buy, Side::Sell] {
            for order in self.orders(side) {
                order.order_id.write(out);
                order.account.write(out);
                order.side.write(out);
                order.price.write(out);
                order.quantity.write(out);
            }
        }
    }

    /// Takes orders that were spelled out.
    ///
    /// # Errors
    /// The bytes spell none, or one twice.
    pub fn restore(&mut self, from: &mut StateReader<'_>) -> Result<(), StateError> {
        let count: u64 = from.value()?;
        for _ in 0..count {
            let order = DisplayedOrder {
                order_id: from.value()?,
                account: from.value()?,
                side: from.value()?,
                price: from.value()?,
                quantity: from.value()?,
            };
            if self.seats.contains_key(&order.order_id) || order.quantity.is_zero() {
                return Err(StateError::Impossible(
                    "an order is displayed twice, or shows nothing",
                ));
            }
            self.add(order);
        }
        Ok(())
    }
}

const fn displayed(side: Side, price: Price, order: SeatedOrder) -> DisplayedOrder {
    DisplayedOrder {
        order_id: order.order_id,
        account: order.account,
        side,
        price,
        quantity: order.quantity,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(order: u64, side: Side, price: i64, kind: OrderChangeKind) -> OrderChange {
        OrderChange {
            order_id: OrderId(order),
            account: AccountId(1),
            side,
            price: Price::from_units(price),
            kind,
        }
    }

    fn units(quantity: u64) -> Quantity {
        Quantity::from_units(quantity)
    }

    fn ids(queues: &OrderQueues, side: Side) -> Vec<u64> {
        queues.orders(side).map(|order| order.order_id.0).collect()
    }

    #[test]
    fn orders_stand_best_price_first_and_by_arrival_within_a_price() {
        let mut queues = OrderQueues::default();
        for (order, price) in [(1, 99), (2, 100), (3, 99), (4, 100)] {
            queues.apply(&change(
                order,
                Side::Buy,
                price,
                OrderChangeKind::Added(units(5)),
            ));
        }
        queues.apply(&change(
            2,
            Side::Buy,
            100,
            OrderChangeKind::Executed(units(2)),
        ));
        queues.apply(&change(1, Side::Buy, 99, OrderChangeKind::Removed));

        assert_eq!(ids(&queues, Side::Buy), [2, 4, 3]);
        let (order, place) = queues.place_of(OrderId(4)).unwrap();
        assert_eq!(order.quantity, units(5));
        assert_eq!(place.ahead.quantity, units(2));
        assert!(queues.place_of(OrderId(1)).is_none());
    }

    #[test]
    fn what_is_spelled_out_is_restored_in_the_same_order() {
        let mut queues = OrderQueues::default();
        for n in 0..200 {
            let side = if n % 2 == 0 { Side::Buy } else { Side::Sell };
            let price = 100 + i64::try_from(n % 7).unwrap();
            queues.apply(&change(
                n,
                side,
                price,
                OrderChangeKind::Added(units(n + 1)),
            ));
            if n % 3 == 2 {
                queues.apply(&change(
                    n / 2,
                    side,
                    price,
                    OrderChangeKind::Reduced(units(1)),
                ));
            }
        }
        let mut spelled = Vec::new();
        queues.spell(&mut spelled);

        let mut restored = OrderQueues::default();
        let mut from = StateReader::new(&spelled);
        restored.restore(&mut from).unwrap();
        from.end().unwrap();

        for side in [Side::Buy, Side::Sell] {
            assert!(queues.orders(side).eq(restored.orders(side)));
        }
        assert_eq!(queues.orders(Side::Buy).count(), 100);
    }
}
