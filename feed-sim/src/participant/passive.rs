//! Leaves limit orders around and behind the best prices, and takes each back after its own lifetime.

use std::collections::VecDeque;

use protocol::Side;

use crate::flow::Stream;
use crate::flow::intent::{Action, IntendedKind, IntendedOrder, OrderNumber};
use crate::participant::{Decision, Lifetime, View};

/// A passive participant with a bounded number of open orders.
#[derive(Debug, Clone)]
pub struct Passive {
    stream: Stream,
    lifetime_mean_ns: u64,
    open_orders_max: usize,
    /// Oldest first.
    open: VecDeque<OrderNumber>,
    next_number: u64,
}

impl Passive {
    /// One whose orders live this long on average and are never more than this many.
    pub fn new(stream: Stream, lifetime_mean_ns: u64, open_orders_max: usize) -> Self {
        assert!(open_orders_max > 0, "it needs room for one order");
        Self {
            stream,
            lifetime_mean_ns,
            open_orders_max,
            open: VecDeque::with_capacity(open_orders_max),
            next_number: 0,
        }
    }

    /// Enters an order; where that would be one too many, the oldest one makes room.
    pub fn act(&mut self, view: View<'_>) -> Decision {
        let order = self.order(view);
        let lifetime = self.stream.exponential_ns(self.lifetime_mean_ns);
        let oldest = if self.open.len() < self.open_orders_max {
            None
        } else {
            self.open.pop_front()
        };
        self.open.push_back(order.number);
        Decision {
            action: match oldest {
                Some(cancel) => Action::CancelReplace { cancel, order },
                None => Action::Submit(order),
            },
            lifetime: Lifetime::Nanoseconds(lifetime),
        }
    }

    /// Forgets an order; says whether it was known as open.
    pub fn take_back(&mut self, number: OrderNumber) -> bool {
        // Numbers grow from front to back.
        match self.open.binary_search(&number) {
            Ok(place) => self.open.remove(place).is_some(),
            Err(_) => false,
        }
    }

    /// All its orders are gone.
    pub fn orders_lost(&mut self) {
        self.open.clear();
    }

    fn order(&mut self, view: View<'_>) -> IntendedOrder {
        let shape = view.shape;
        let number = OrderNumber(self.next_number);
        self.next_number += 1;
        let side = if self.stream.once_in(2) {
            Side::Buy
        } else {
            Side::Sell
        };
        let nearest = shape.half_spread_ticks / 2;
        let span = (2 * shape.reach_ticks() - nearest).max(1).unsigned_abs();
        let away = i64::try_from(self.stream.below(span)).expect("a span is a price difference");
        IntendedOrder {
            number,
            side,
            kind: IntendedKind::Limit {
                ticks: shape.behind(side, view.reference_ticks, nearest.max(1) + away),
            },
            lots: shape.quote_lots / 2 + 1 + self.stream.below(shape.quote_lots),
        }
    }
}

#[cfg(test)]
mod tests {
    //! Open orders are bounded, whatever the exchange answers.

    use super::*;
    use crate::participant::Shape;

    #[test]
    fn the_oldest_order_makes_room_when_as_many_are_open_as_may_be() {
        let shape = Shape {
            half_spread_ticks: 10,
            level_step_ticks: 5,
            levels: 2,
            quote_lots: 100,
            lots_min: 1,
            price_min_ticks: 1,
            price_max_ticks: 10_000,
        };
        let view = View {
            reference_ticks: 1_000,
            shape: &shape,
        };
        let mut passive = Passive::new(Stream::named(1, "passive"), 1_000_000, 2);

        let actions: Vec<_> = (0..3).map(|_| passive.act(view).action).collect();

        assert!(matches!(actions[1], Action::Submit(_)));
        assert!(matches!(
            actions[2],
            Action::CancelReplace {
                cancel: OrderNumber(0),
                ..
            }
        ));
        assert!(!passive.take_back(OrderNumber(0)));
        assert!(passive.take_back(OrderNumber(2)));
    }
}
