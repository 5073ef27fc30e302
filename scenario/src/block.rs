//! All that one command made the engine say.

use engine::{Event, EventSink, LevelChange, OrderChange};

/// One command's block of events, and what both feeds say of it.
#[derive(Debug, Default)]
pub struct Block {
    /// What happened, in its order.
    pub events: Vec<Event>,
    /// New totals of levels.
    pub levels: Vec<LevelChange>,
    /// What became of displayed orders.
    pub orders: Vec<OrderChange>,
}

impl Block {
    pub(crate) fn clear(&mut self) {
        self.events.clear();
        self.levels.clear();
        self.orders.clear();
    }
}

impl EventSink for Block {
    fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    fn level_changed(&mut self, change: LevelChange) {
        self.levels.push(change);
    }

    fn order_changed(&mut self, change: OrderChange) {
        self.orders.push(change);
    }
}
