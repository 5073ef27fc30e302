//! By which connection open orders came: told of those that came by one, in the order of their entry.

use crate::book::order_book::OrderBook;
use crate::canonical::{StateError, StateReader};
use crate::id::{OrderId, SessionNumber};
use crate::listing::Listing;

/// The connections of the open orders that have one, oldest order first.
pub(super) fn of_orders(book: &OrderBook) -> Vec<(OrderId, SessionNumber)> {
    let slots = book.pool.open_slots().map(|slot| book.pool.get(slot));
    let numbered = slots.filter(|order| order.session != SessionNumber::NONE);
    let mut numbered: Vec<_> = numbered.map(|order| (order.id(), order.session)).collect();
    numbered.sort_unstable();
    numbered
}

impl Listing {
    /// Gives the open orders their connections back.
    pub(super) fn read_sessions(&mut self, from: &mut StateReader<'_>) -> Result<(), StateError> {
        let numbered: Vec<(OrderId, SessionNumber)> = from.value()?;
        if !numbered.is_sorted_by(|(older, _), (younger, _)| older < younger) {
            return Err(StateError::Impossible(
                "connections are not in the order of their orders",
            ));
        }
        for (order_id, session) in numbered {
            let slot = self.book.ids.get(order_id, &self.book.pool);
            let is_known = session != SessionNumber::NONE && session <= self.highest_session;
            let Some(slot) = slot.filter(|_| is_known) else {
                return Err(StateError::Impossible(
                    "a connection has no open order, or there is none of its number",
                ));
            };
            self.book.pool.get_mut(slot).session = session;
        }
        Ok(())
    }
}
