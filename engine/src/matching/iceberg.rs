//! Icebergs: a slice is shown; when it has traded, the next one joins the tail of the level at once.

use crate::book::order_extras::Iceberg;
use crate::book::order_slot::OrderSlot;
use crate::event::{Event, Refilled};
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::listing::Listing;
use crate::order::{Display, NewOrder};
use crate::outcome::report_order;
use crate::price::Price;
use crate::quantity::Quantity;
use crate::rules::Refill;

const PERCENT: u128 = 100;

impl Listing {
    /// An iceberg comes to rest with this much open: it shows a slice of it.
    pub(crate) fn note_iceberg(&mut self, slot: u32, display: Display) {
        if let Display::Iceberg { peak } = display {
            self.book.pool.special_mut(slot).iceberg = Some(Iceberg {
                peak_units: peak.units(),
                hidden_units: 0,
            });
            let open_units = self.book.pool.get(slot).leaves_units;
            self.show_slice(slot, open_units);
        }
    }

    /// An iceberg rests at once: what it does not show is below the water.
    pub(crate) fn note_hidden_part(&mut self, slot: u32, order: &NewOrder, hidden_units: u64) {
        if let Display::Iceberg { peak } = order.display {
            self.set_iceberg(slot, peak.units(), hidden_units);
        }
    }

    /// Sets what an order has open that is in no queue; an iceberg shows its peak of it.
    pub(crate) fn show_slice(&mut self, slot: u32, open_units: u64) {
        let shown = match self.book.pool.iceberg(slot) {
            None => open_units,
            Some(iceberg) => {
                let shown = iceberg.peak_units.min(open_units);
                self.set_iceberg(slot, iceberg.peak_units, open_units - shown);
                shown
            }
        };
        self.book.pool.get_mut(slot).leaves_units = shown;
    }

    pub(crate) fn set_iceberg(&mut self, slot: u32, peak_units: u64, hidden_units: u64) {
        self.book.pool.special_mut(slot).iceberg = Some(Iceberg {
            peak_units,
            hidden_units,
        });
    }

    /// The slice has traded and its order is out of the queue: the next slice joins the tail.
    #[cold]
    #[inline(never)]
    pub(crate) fn refill<S: EventSink>(
        &mut self,
        slot: u32,
        order: &OrderSlot,
        hidden_units: u64,
        sink: &mut S,
    ) {
        let iceberg = self.book.pool.iceberg(slot).expect("only icebergs refill");
        let price = self.book.price_of(order);
        let shown = self.slice_of(iceberg.peak_units, hidden_units);
        self.set_iceberg(slot, iceberg.peak_units, hidden_units - shown);
        let mut next = *self.book.pool.get(slot);
        next.leaves_units = shown;
        let (levels, pool) = self.book.side_and_pool(order.side());
        levels.link(pool, slot, &mut next, price);
        *pool.get_mut(slot) = next;
        let added = OrderChangeKind::Added(Quantity::from_units(shown));
        report_order(&next, price, added, sink);
        sink.event(Event::Refilled(Refilled {
            order_id: next.id(),
            account: next.account,
            side: next.side(),
            price,
            displayed_quantity: Quantity::from_units(shown),
            hidden_quantity: Quantity::from_units(hidden_units - shown),
        }));
    }

    /// How much the next slice shows.
    fn slice_of(&mut self, peak_units: u64, hidden_units: u64) -> u64 {
        let shown = match self.instrument.rules.refill {
            Refill::Fixed => peak_units,
            Refill::Random {
                low_percent,
                high_percent,
            } => {
                let part = |percent: u32| self.lots_in(peak_units, u128::from(percent));
                let (low, high) = (part(low_percent).max(1), part(high_percent).max(1));
                let lots = low + self.chance.below(high - low + 1);
                lots.saturating_mul(self.instrument.lot_size)
            }
        };
        shown.min(hidden_units)
    }

    /// How many whole lots a part of a quantity is.
    fn lots_in(&self, units: u64, percent: u128) -> u64 {
        let part = u128::from(units) * percent / PERCENT / u128::from(self.instrument.lot_size);
        u64::try_from(part).unwrap_or(u64::MAX)
    }

    /// Takes a quantity that was traded in an uncross off an order: the slice it shows first, then what is
    /// below the water. The next slice keeps the order's place. The order leaves the book when nothing is left.
    pub(crate) fn take_traded<S: EventSink>(
        &mut self,
        slot: u32,
        units: u64,
        price: Price,
        sink: &mut S,
    ) {
        let order = *self.book.pool.get(slot);
        let hidden_units = self.book.pool.reserve_units(slot, &order);
        let beyond = units.saturating_sub(order.leaves_units);
        let left = order.leaves_units.saturating_sub(units);
        let refills = left == 0 && hidden_units > beyond;
        let shown = if refills {
            self.next_slice(slot, hidden_units - beyond)
        } else {
            left
        };
        self.book.pool.get_mut(slot).leaves_units = shown;
        if !order.is_hidden() {
            let level = self.book.side_mut(order.side()).level_mut(order.level);
            level.displayed_units = level.displayed_units - order.leaves_units + shown;
        }
        let shown = Quantity::from_units(shown);
        let change = if refills {
            OrderChangeKind::Refilled(shown)
        } else {
            OrderChangeKind::Executed(shown)
        };
        report_order(&order, price, change, sink);
        if refills {
            self.report_refilled_in_place(slot, price, sink);
        } else if left == 0 {
            let order = *self.book.pool.get(slot);
            self.book.unlink(slot, &order);
            self.forget(slot, &order);
        }
        self.settle_level(&order, sink);
    }

    /// Takes the next slice from below the water.
    fn next_slice(&mut self, slot: u32, hidden_units: u64) -> u64 {
        let iceberg = self.book.pool.iceberg(slot).expect("only icebergs refill");
        let shown = self.slice_of(iceberg.peak_units, hidden_units);
        self.set_iceberg(slot, iceberg.peak_units, hidden_units - shown);
        shown
    }

    /// Tells of a slice that has the place of the one before it.
    fn report_refilled_in_place<S: EventSink>(&self, slot: u32, price: Price, sink: &mut S) {
        let order = self.book.pool.get(slot);
        let (shown, hidden) = self.book.pool.shown_and_hidden(slot, order);
        sink.event(Event::Refilled(Refilled {
            order_id: order.id(),
            account: order.account,
            side: order.side(),
            price,
            displayed_quantity: shown,
            hidden_quantity: hidden,
        }));
    }
}
