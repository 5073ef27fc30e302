//! The displayed orders of one price level in queue order, and what stands before each of them.

use engine::{AccountId, OrderId, Quantity};

/// Fewer seats than this are never worth closing gaps for.
const SEATS_MIN: usize = 32;

/// The queue of one price level. An order keeps its seat until it leaves; [`Self::close_gaps`] moves all of them.
#[derive(Debug, Clone, Default)]
pub struct LevelQueue {
    // Seats in the order of arrival; one whose order has left shows nothing and stays until gaps are closed.
    seats: Vec<SeatedOrder>,
    // A binary indexed tree over the seats: what stands before a seat is a sum of O(log n) nodes.
    sums: Vec<Shown>,
    total: Shown,
    // No order sits before this seat.
    first: usize,
}

/// A displayed order in its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatedOrder {
    /// Which order.
    pub order_id: OrderId,
    /// Who owns it; not for the public.
    pub account: AccountId,
    /// How much it shows; zero where it has left.
    pub quantity: Quantity,
}

/// How much some orders show together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shown {
    /// How many orders.
    pub orders: u32,
    /// How much in all.
    pub quantity: Quantity,
}

/// Where an order stands in its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueuePlace {
    /// What it shows itself.
    pub own: Quantity,
    /// What is shown before it.
    pub ahead: Shown,
    /// What is shown behind it.
    pub behind: Shown,
}

impl Shown {
    fn plus(self, other: Self) -> Self {
        Self {
            orders: self.orders + other.orders,
            quantity: Quantity::from_units(self.quantity.units() + other.quantity.units()),
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            orders: self.orders - other.orders,
            quantity: Quantity::from_units(self.quantity.units() - other.quantity.units()),
        }
    }
}

const fn of_one(quantity: Quantity) -> Shown {
    Shown {
        orders: if quantity.is_zero() { 0 } else { 1 },
        quantity,
    }
}

/// The lowest set bit: how many seats the node of this number, counted from 1, sums up.
const fn width(node: usize) -> usize {
    node & node.wrapping_neg()
}

impl LevelQueue {
    /// Seats an order at the tail; returns its seat.
    pub fn push(&mut self, order: SeatedOrder) -> usize {
        let seat = self.seats.len();
        let node = seat + 1;
        let mut sum = of_one(order.quantity);
        let mut below = seat;
        while below > node - width(node) {
            sum = sum.plus(self.sums[below - 1]);
            below -= width(below);
        }
        self.sums.push(sum);
        self.seats.push(order);
        self.total = self.total.plus(of_one(order.quantity));
        seat
    }

    /// What the order in a seat shows now; zero frees the seat.
    pub fn set(&mut self, seat: usize, quantity: Quantity) {
        let before = of_one(self.seats[seat].quantity);
        let after = of_one(quantity);
        self.seats[seat].quantity = quantity;
        self.total = self.total.minus(before).plus(after);
        let mut node = seat + 1;
        while node <= self.sums.len() {
            let sum = &mut self.sums[node - 1];
            *sum = sum.minus(before).plus(after);
            node += width(node);
        }
        while self
            .seats
            .get(self.first)
            .is_some_and(|order| order.quantity.is_zero())
        {
            self.first += 1;
        }
    }

    /// Where the order in a seat stands: O(log n).
    pub fn place_of(&self, seat: usize) -> QueuePlace {
        let own = self.seats[seat].quantity;
        let mut ahead = Shown::default();
        let mut node = seat;
        while node > 0 {
            ahead = ahead.plus(self.sums[node - 1]);
            node -= width(node);
        }
        QueuePlace {
            own,
            ahead,
            behind: self.total.minus(ahead).minus(of_one(own)),
        }
    }

    /// The order in a seat.
    pub fn at(&self, seat: usize) -> SeatedOrder {
        self.seats[seat]
    }

    /// What all orders show together.
    pub const fn total(&self) -> Shown {
        self.total
    }

    /// The orders, first in the queue first.
    pub fn orders(&self) -> impl Iterator<Item = SeatedOrder> {
        self.seats[self.first..]
            .iter()
            .copied()
            .filter(|order| !order.quantity.is_zero())
    }

    /// Whether more seats are free than taken, so that closing the gaps costs no more than leaving did.
    pub fn has_many_gaps(&self) -> bool {
        let taken = usize::try_from(self.total.orders).unwrap_or(usize::MAX);
        self.seats.len() > SEATS_MIN && self.seats.len() / 2 > taken
    }

    /// Moves the orders together; tells each one's new seat.
    pub fn close_gaps(&mut self, mut moved: impl FnMut(OrderId, usize)) {
        let orders: Vec<SeatedOrder> = self.orders().collect();
        *self = Self::default();
        for order in orders {
            moved(order.order_id, self.push(order));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: u64, quantity: u64) -> SeatedOrder {
        SeatedOrder {
            order_id: OrderId(id),
            account: AccountId(1),
            quantity: Quantity::from_units(quantity),
        }
    }

    fn shown(orders: u32, quantity: u64) -> Shown {
        Shown {
            orders,
            quantity: Quantity::from_units(quantity),
        }
    }

    #[test]
    fn what_stands_before_and_behind_an_order_follows_every_change() {
        let mut queue = LevelQueue::default();
        for id in 1..=5 {
            queue.push(order(id, id * 10));
        }
        queue.set(1, Quantity::from_units(5));
        queue.set(3, Quantity::ZERO);

        let place = queue.place_of(2);

        assert_eq!(place.own, Quantity::from_units(30));
        assert_eq!(place.ahead, shown(2, 15));
        assert_eq!(place.behind, shown(1, 50));
        assert_eq!(queue.total(), shown(4, 95));
    }

    #[test]
    fn places_are_those_of_a_plain_list() {
        let mut queue = LevelQueue::default();
        let mut plain: Vec<u64> = Vec::new();
        for n in 0_u64..500 {
            let quantity = n * 7 % 13 + 1;
            queue.push(order(n, quantity));
            plain.push(quantity);
            let victim = usize::try_from(n * 31 % (n + 1)).unwrap();
            let left = if n % 3 == 0 { 0 } else { plain[victim].min(1) };
            if plain[victim] > 0 {
                queue.set(victim, Quantity::from_units(left));
                plain[victim] = left;
            }
            let seat = usize::try_from(n * 17 % (n + 1)).unwrap();

            let ahead: u64 = plain[..seat].iter().sum();
            let behind: u64 = plain[seat + 1..].iter().sum();

            let place = queue.place_of(seat);
            assert_eq!(place.ahead.quantity, Quantity::from_units(ahead));
            assert_eq!(place.behind.quantity, Quantity::from_units(behind));
        }
    }

    #[test]
    fn closing_gaps_keeps_the_order_and_tells_the_seats() {
        let mut queue = LevelQueue::default();
        for id in 0..100 {
            queue.push(order(id, 1));
        }
        for seat in 0..97 {
            queue.set(seat, Quantity::ZERO);
        }
        assert!(queue.has_many_gaps());

        let mut seats = Vec::new();
        queue.close_gaps(|order, seat| seats.push((order.0, seat)));

        assert_eq!(seats, [(97, 0), (98, 1), (99, 2)]);
        assert_eq!(queue.place_of(2).ahead, shown(2, 2));
        assert!(!queue.has_many_gaps());
    }
}
