//! What stands in the book, and in which order.

use scenario::{BookEntry, BookPicture, BookPrice, Shown, SideWord};

use super::order::{Order, Place};
use super::{NaiveMarket, is_better, opposite};

impl NaiveMarket {
    /// Orders of one side: market orders first, then by price, then by turn.
    pub(super) fn queue_of(&self, side: SideWord) -> Vec<Order> {
        let resting = |order: &&Order| order.place == Place::Book && order.side == side;
        let mut queue: Vec<Order> = self.orders.iter().filter(resting).copied().collect();
        queue.sort_by_key(|order| {
            let rank = match (order.limit, side) {
                (None, _) => i64::MIN,
                (Some(price), SideWord::Buy) => -price,
                (Some(price), SideWord::Sell) => price,
            };
            (rank, order.turn)
        });
        queue
    }

    /// The best price of a side, hidden orders included.
    pub(super) fn best(&self, side: SideWord) -> Option<i64> {
        self.best_of(side, |_| true)
    }

    /// The best price that everybody sees.
    pub(super) fn best_displayed(&self, side: SideWord) -> Option<i64> {
        self.best_of(side, |order| order.displayed() > 0)
    }

    /// The best price of the orders that count.
    pub(super) fn best_of(&self, side: SideWord, counts: impl Fn(&Order) -> bool) -> Option<i64> {
        let mut best = None;
        for order in &self.orders {
            let stands = order.place == Place::Book && order.side == side && counts(order);
            if let (true, Some(price)) = (stands, order.limit)
                && best.is_none_or(|best| is_better(side, price, best))
            {
                best = Some(price);
            }
        }
        best
    }

    /// Whether an order would take anything, hidden or its own included.
    pub(super) fn would_take(&self, order: &Order) -> bool {
        let best = self.best(opposite(order.side));
        best.is_some_and(|price| order.reaches(price))
    }

    pub(super) fn book_picture(&self) -> BookPicture {
        let entry = |order: &Order| BookEntry {
            name: self.names.name(order.name).clone(),
            shown: if order.is_hidden {
                Shown {
                    displayed: 0,
                    hidden: Some(order.open),
                }
            } else {
                order.shown()
            },
            price: order.limit.map_or(BookPrice::Market, BookPrice::At),
        };
        let entries = |side| self.queue_of(side).iter().map(entry).collect();
        BookPicture {
            bids: entries(SideWord::Buy),
            asks: entries(SideWord::Sell),
        }
    }
}
