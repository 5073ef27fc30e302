//! How much each resting order shows, so that a change says how much changed.

use std::collections::HashMap;

use engine::{OrderBook, OrderId, Quantity, Side};

/// How much each displayed order of one book shows.
#[derive(Debug, Default)]
pub struct ShownQuantities(HashMap<OrderId, Quantity>);

impl ShownQuantities {
    /// What the orders of a book show.
    pub fn of(book: &OrderBook) -> Self {
        let orders = [Side::Buy, Side::Sell].map(|side| book.orders(side));
        let shown = orders
            .into_iter()
            .flatten()
            .filter(|order| !order.displayed_quantity.is_zero())
            .map(|order| (order.order_id, order.displayed_quantity));
        Self(shown.collect())
    }

    /// Whether the market sees the order.
    pub fn shows(&self, order: OrderId) -> bool {
        self.0.contains_key(&order)
    }

    /// The order shows so much now; says how much it showed before.
    pub fn set(&mut self, order: OrderId, shown: Quantity) -> Quantity {
        let before = if shown.is_zero() {
            self.0.remove(&order)
        } else {
            self.0.insert(order, shown)
        };
        before.unwrap_or(Quantity::ZERO)
    }
}
