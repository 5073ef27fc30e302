//! What is always true of a book; walks all of it.

use crate::book::book_side::rank_of;
use crate::book::order_book::OrderBook;
use crate::book::price_level::NO_SLOT;
use crate::side::Side;
use crate::waiting::Waiting;

impl OrderBook {
    /// Panics with a sentence where the book contradicts itself. Walks the whole book: for tests and simulation.
    pub fn assert_invariants(&self) {
        let bids = self.assert_side(Side::Buy);
        let asks = self.assert_side(Side::Sell);
        assert!(
            bids + asks + self.assert_waiting() == self.pool.open_count(),
            "every open order is in a queue, or waits outside"
        );
    }

    /// Whether the best bid reaches the best ask: never so in continuous trading.
    pub(crate) fn is_crossed(&self) -> bool {
        let best = (self.best_price(Side::Buy), self.best_price(Side::Sell));
        matches!(best, (Some(bid), Some(ask)) if bid >= ask)
    }

    /// Checks the orders that wait outside the book, and counts them.
    fn assert_waiting(&self) -> u32 {
        for (order_id, slot) in &self.waiting {
            let order = self.pool.get(*slot);
            assert!(
                order.traits().is_open() && order.id() == *order_id && order.level == NO_SLOT,
                "a waiting order is not where it is listed"
            );
            assert!(order.leaves_units > 0, "an empty order waits");
            assert!(
                self.ids.get(*order_id, &self.pool) == Some(*slot),
                "a waiting order is not found by its id"
            );
            let _: &Waiting = self.waiting_record(*slot);
        }
        u32::try_from(self.waiting.len()).expect("open orders are bounded")
    }

    /// Checks one side and counts its orders.
    fn assert_side(&self, side: Side) -> u32 {
        let levels = self.side(side);
        let mut orders = 0;
        let mut rank_before = None;
        for level in levels.levels() {
            let place = levels.level(level);
            assert!(place.order_count > 0, "an empty level is in the book");
            assert!(
                rank_before.is_none_or(|before| before < place.rank),
                "levels are not in price order"
            );
            assert!(
                levels.level_at(levels.price(level)) == level
                    && rank_of(side, levels.price(level).units()) == place.rank,
                "a level is not found at its price"
            );
            rank_before = Some(place.rank);
            self.assert_queue(side, level);
            orders += place.order_count;
        }
        orders
    }

    fn assert_queue(&self, side: Side, level: u32) {
        let place = self.side(side).level(level);
        let (mut orders, mut displayed_orders, mut displayed_units) = (0, 0, 0);
        let mut before = None;
        for slot in self.side(side).queue(level, &self.pool) {
            let order = self.pool.get(slot);
            assert!(order.traits().is_open(), "an ended order is in a queue");
            assert!(order.leaves_units > 0, "an empty order rests");
            assert!(
                order.level == level && order.side() == side,
                "an order does not know its level"
            );
            assert!(
                before.is_none_or(|before| before == order.previous),
                "a queue is not linked both ways"
            );
            assert!(
                !self.ids.is_kept() || self.ids.get(order.id(), &self.pool) == Some(slot),
                "an open order is not found by its id"
            );
            if let (Some(_), Some(id)) = (&self.externals, order.external_id()) {
                assert!(
                    self.slot_by_external_id(id) == Some(slot),
                    "an open order is not found by its external id"
                );
            }
            before = Some(slot);
            orders += 1;
            if !order.is_hidden() {
                displayed_orders += 1;
                displayed_units += order.leaves_units;
            }
        }
        assert!(
            orders == place.order_count
                && displayed_orders == place.displayed_count()
                && displayed_units == place.displayed_units,
            "a level's totals are not the sums of its orders"
        );
        assert!(
            before == Some(place.tail),
            "a queue does not end at its tail"
        );
    }
}
