//! Where an engine writes what happens.

use crate::event::Event;
use crate::id::{AccountId, OrderId};
use crate::price::Price;
use crate::quantity::Quantity;
use crate::side::Side;

/// Takes what happens, in order. Verbs a sink leaves out cost nothing: the engine is compiled for its sink.
pub trait EventSink {
    /// The next event of the command that is being applied.
    fn event(&mut self, event: Event);

    /// What it reads; a constant of its type.
    #[inline]
    fn hears(&self) -> Heard {
        Heard::Everything
    }

    /// The displayed total of a price level changed (L2, market by price).
    ///
    /// Called at least once per level and command that changed it, the last call carrying the final
    /// total; zero means that nothing displayed is left at the price.
    #[inline]
    fn level_changed(&mut self, _change: LevelChange) {}

    /// A displayed order was added, changed or removed (L3, market by order).
    #[inline]
    fn order_changed(&mut self, _change: OrderChange) {}
}

/// What a sink reads. What it does not read need not be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// All events, and what changes in the book.
    Everything,
    /// All events; changes of levels and orders may come, too.
    Events,
    /// [`Event::Trade`] alone; others may come, too.
    Trades,
}

/// A price level's new displayed total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelChange {
    /// Among the bids or the asks.
    pub side: Side,
    /// Which level.
    pub price: Price,
    /// Displayed total now.
    pub displayed_quantity: Quantity,
    /// Orders that show something there now.
    pub order_count: u32,
}

/// What became of one displayed order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderChange {
    /// Which order.
    pub order_id: OrderId,
    /// Who owns it; not for the public.
    pub account: AccountId,
    /// Among the bids or the asks.
    pub side: Side,
    /// At which level.
    pub price: Price,
    /// What became of it.
    pub kind: OrderChangeKind,
}

/// What became of a displayed order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderChangeKind {
    /// It joined the tail of its level with this displayed quantity.
    Added(Quantity),
    /// Its displayed quantity is this now; its place is as before.
    Reduced(Quantity),
    /// A trade left it with this displayed quantity; zero removes it.
    Executed(Quantity),
    /// It shows this in its place: the slice after the one that an auction took, or what it grew to.
    Refilled(Quantity),
    /// It left its level without trading.
    Removed,
}

/// Collects events, for tests and tools.
impl EventSink for Vec<Event> {
    fn event(&mut self, event: Event) {
        self.push(event);
    }
}
