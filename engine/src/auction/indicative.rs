//! The indicative price: told after each command in a call that changes orders.

use std::collections::BTreeSet;

use crate::command::Command;
use crate::event::{Event, Indicative};
use crate::event_sink::{EventSink, LevelChange, OrderChange};
use crate::id::OrderId;
use crate::listing::Listing;
use crate::sequence::Sequenced;
use crate::session::Phase;

/// Whether the market is told in a call what an uncross would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndicativePrice {
    /// It is not.
    Off,
    /// After each command that changes orders.
    EachChange,
}

/// Passes everything on, and remembers what it says of the book.
struct Watched<'a> {
    sink: &'a mut dyn EventSink,
    /// Orders that came to the book, and have not ended since.
    came: BTreeSet<OrderId>,
    /// The order that the command replaced: what that changed is noted where it is made.
    replaced: Option<OrderId>,
    has_changed: bool,
}

impl EventSink for Watched<'_> {
    fn event(&mut self, event: Event) {
        match &event {
            Event::Rested(rested) if self.replaced == Some(rested.order_id) => {}
            Event::Rested(rested) => {
                self.came.insert(rested.order_id);
            }
            Event::Replaced(replaced) => self.replaced = Some(replaced.order_id),
            // What one instruction of a batch brings the next one may take away.
            Event::Step(_) => {
                self.replaced = None;
                self.has_changed |= !self.came.is_empty();
            }
            Event::Triggered(triggered) if self.replaced == Some(triggered.order_id) => {
                self.replaced = None; // it waited, and comes now
            }
            Event::Queued(queued) => {
                self.came.insert(queued.order_id);
            }
            // A peg enters the book with its price, and waits without one.
            Event::Pegged(pegged) => {
                if pegged.price.is_some() {
                    self.came.insert(pegged.order_id);
                } else {
                    self.came.remove(&pegged.order_id);
                }
            }
            Event::Canceled(canceled) => {
                self.came.remove(&canceled.order_id);
            }
            Event::Trade(_) | Event::Prevented(_) | Event::Refilled(_) => self.has_changed = true,
            Event::Accepted(_)
            | Event::Conditioned(_)
            | Event::Triggered(_)
            | Event::Rejected(_)
            | Event::Repeated(_)
            | Event::HoldReleased(_)
            | Event::StatusChanged(_)
            | Event::Indicative(_)
            | Event::TermsChanged(_)
            | Event::TradeBusted(_)
            | Event::BustRefused(_) => {}
        }
        self.sink.event(event);
    }

    fn level_changed(&mut self, change: LevelChange) {
        self.sink.level_changed(change);
    }

    fn order_changed(&mut self, change: OrderChange) {
        self.sink.order_changed(change);
    }
}

impl Listing {
    /// Whether the indicative price is told.
    #[inline]
    pub(crate) const fn is_watched(&self) -> bool {
        self.session.tells_indicative
    }

    /// Applies a command of an instrument that tells its indicative price.
    ///
    /// Events say what comes and trades. Of what goes they do not say whether it was in the book: the number of
    /// orders there does, and changes in place are noted where they are made.
    #[cold]
    pub(crate) fn apply_watched<S: EventSink>(
        &mut self,
        command: &Sequenced<Command>,
        sink: &mut S,
    ) {
        let orders_before = self.orders_in_book();
        self.session.has_replaced = false;
        let mut watched = Watched {
            sink,
            came: BTreeSet::new(),
            replaced: None,
            has_changed: false,
        };
        self.apply_now(command, &mut watched);
        let has_changed = watched.has_changed || !watched.came.is_empty();
        let has_changed =
            has_changed || self.session.has_replaced || self.orders_in_book() != orders_before;
        if has_changed && self.state.phase() == Phase::Collecting {
            let indicative = self.indicative();
            sink.event(Event::Indicative(indicative));
        }
    }

    /// Orders that an uncross looks at.
    fn orders_in_book(&self) -> (usize, usize) {
        let queued = self.session.market_queue.orders().len();
        let waiting = self.book.waiting.len() - queued;
        (self.book.open_order_count() as usize - waiting, queued)
    }

    fn indicative(&self) -> Indicative {
        match self.equilibrium(self.last_price) {
            Some(found) => Indicative {
                price: Some(found.price),
                volume: found.volume,
                surplus: found.surplus,
            },
            None => Indicative {
                price: None,
                volume: 0,
                surplus: 0,
            },
        }
    }
}
