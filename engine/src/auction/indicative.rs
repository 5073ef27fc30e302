//! The indicative price: told after each command in a call that changes orders.

use crate::command::Command;
use crate::event::{Event, Indicative};
use crate::event_sink::{EventSink, LevelChange, OrderChange};
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

/// Passes everything on, and remembers whether the book changed.
struct Watched<'a> {
    sink: &'a mut dyn EventSink,
    has_changed: bool,
}

impl EventSink for Watched<'_> {
    fn event(&mut self, event: Event) {
        self.has_changed |= changes_the_book(&event);
        self.sink.event(event);
    }

    fn level_changed(&mut self, change: LevelChange) {
        self.has_changed = true;
        self.sink.level_changed(change);
    }

    fn order_changed(&mut self, change: OrderChange) {
        self.has_changed = true;
        self.sink.order_changed(change);
    }
}

/// Whether an event says that an order in the book came, traded or changed. What orders that wait outside of
/// it do is told by the same events: of those that end or are replaced it does not tell, see
/// [`Listing::apply_watched`].
const fn changes_the_book(event: &Event) -> bool {
    match event {
        Event::Trade(_)
        | Event::Prevented(_)
        | Event::Rested(_)
        | Event::Queued(_)
        | Event::Refilled(_) => true,
        Event::Accepted(_)
        | Event::Conditioned(_)
        | Event::Triggered(_)
        | Event::Pegged(_)
        | Event::Replaced(_)
        | Event::Canceled(_)
        | Event::Rejected(_)
        | Event::Repeated(_)
        | Event::HoldReleased(_)
        | Event::StatusChanged(_)
        | Event::Indicative(_) => false,
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
    /// What the market sees of a change, it sees through the sink. Of hidden orders it sees nothing: their
    /// number and their changes in place are looked at beside it.
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
            has_changed: false,
        };
        self.apply_now(command, &mut watched);
        let has_changed = watched.has_changed
            || self.session.has_replaced
            || self.orders_in_book() != orders_before;
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
