//! What a subscriber knows: books folded from the L2 and the L3 feed alone.

use std::collections::BTreeMap;

use engine::{
    Event, EventSink, LevelChange, OrderChange, OrderChangeKind, OrderId, Price, Quantity, Side,
};

/// Collects events, and folds both feeds into a book.
#[derive(Debug, Default)]
pub struct FeedFold {
    pub events: Vec<Event>,
    bids: SideFold,
    asks: SideFold,
}

#[derive(Debug, Default)]
struct SideFold {
    levels: BTreeMap<Price, (Quantity, u32)>,
    orders: BTreeMap<Price, Vec<(OrderId, Quantity)>>,
}

impl FeedFold {
    /// Displayed total and number of orders of each level, lowest price first.
    pub fn levels(&self, side: Side) -> &BTreeMap<Price, (Quantity, u32)> {
        &self.side(side).levels
    }

    /// Displayed orders of each level in queue order, lowest price first.
    pub fn orders(&self, side: Side) -> &BTreeMap<Price, Vec<(OrderId, Quantity)>> {
        &self.side(side).orders
    }

    fn side(&self, side: Side) -> &SideFold {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut SideFold {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }
}

impl EventSink for FeedFold {
    fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    fn level_changed(&mut self, change: LevelChange) {
        let levels = &mut self.side_mut(change.side).levels;
        if change.displayed_quantity.is_zero() {
            assert_eq!(
                change.order_count, 0,
                "nothing displayed, so no displayed order"
            );
            levels.remove(&change.price);
        } else {
            levels.insert(
                change.price,
                (change.displayed_quantity, change.order_count),
            );
        }
    }

    fn order_changed(&mut self, change: OrderChange) {
        let orders = &mut self.side_mut(change.side).orders;
        let queue = orders.entry(change.price).or_default();
        let place = queue.iter().position(|(id, _)| *id == change.order_id);
        match (change.kind, place) {
            (OrderChangeKind::Added(quantity), None) => queue.push((change.order_id, quantity)),
            (OrderChangeKind::Reduced(left) | OrderChangeKind::Executed(left), Some(place)) => {
                assert!(
                    left < queue[place].1,
                    "a displayed order only shrinks in its place"
                );
                queue[place].1 = left;
                if left.is_zero() {
                    queue.remove(place);
                }
            }
            (OrderChangeKind::Refilled(shown), Some(place)) => queue[place].1 = shown,
            (OrderChangeKind::Removed, Some(place)) => {
                queue.remove(place);
            }
            (OrderChangeKind::Added(_), Some(_)) => panic!("added twice: {change:?}"),
            (
                OrderChangeKind::Reduced(_)
                | OrderChangeKind::Executed(_)
                | OrderChangeKind::Refilled(_)
                | OrderChangeKind::Removed,
                None,
            ) => panic!("changed before it was added: {change:?}"),
        }
        if queue.is_empty() {
            orders.remove(&change.price);
        }
    }
}
