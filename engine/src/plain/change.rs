//! A plain order is changed: in its place, or at the tail of its new price, where it does not take.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

use super::leave::Named;
use super::{Lane, show, tell};
use crate::command::Replace;
use crate::event::{Event, Priority, Replaced};
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::listing::Listing;
use crate::order::{PostOnly, TimeInForce};
use crate::outcome::report_order;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};

impl Listing {
    /// Changes price or quantity of a plain order.
    #[inline(always)]
    pub(super) fn replace_plainly<S: EventSink>(
        &mut self,
        replace: &Replace,
        sink: &mut S,
    ) -> Lane {
        let Some(named) = self.named_plainly(replace.account, replace.order) else {
            return Lane::NotHere;
        };
        let order = &named.order;
        let old_price = self.book.price_of(order);
        let price = replace.price.unwrap_or(old_price);
        let old_total = order.leaves_units + order.filled_units;
        let total = replace.quantity.map_or(old_total, Quantity::units);
        let asks_plainly = replace.peak.is_none()
            && replace.stop.is_none()
            && replace.expiry.is_none()
            && replace.side == order.side()
            && replace.extra >= Notional::ZERO;
        if !asks_plainly
            || order.is_hidden()
            || order.traits().post_only() != PostOnly::No
            || total <= order.filled_units
            || !self.is_valid_quantity(Quantity::from_units(total))
            || !self.is_valid_price(price)
        {
            return Lane::NotHere;
        }
        let leaves_units = total - order.filled_units;
        if price == old_price && total <= old_total {
            self.shrink_plainly(&named, price, leaves_units, sink);
        } else if self.would_take(order.side(), price) {
            return Lane::NotHere;
        } else {
            self.move_plainly(&named, old_price, price, leaves_units, sink);
        }
        Lane::Done
    }

    /// The order keeps its place, with the same quantity or less.
    fn shrink_plainly<S: EventSink>(
        &mut self,
        named: &Named,
        price: Price,
        leaves_units: u64,
        sink: &mut S,
    ) {
        let shrinks = leaves_units < named.order.leaves_units;
        self.reduce_leaves(named.slot, leaves_units);
        self.report_changed(named, price, leaves_units, Priority::Kept, sink);
        if shrinks {
            let order = *self.book.pool.get(named.slot);
            let left = Quantity::from_units(leaves_units);
            show(sink, |sink| {
                report_order(&order, price, OrderChangeKind::Reduced(left), sink);
                sink.level_changed(self.book.side(order.side()).displayed(order.level));
            });
        }
    }

    /// The order leaves its place and joins the tail of a level that it does not take from.
    #[inline(always)]
    fn move_plainly<S: EventSink>(
        &mut self,
        named: &Named,
        old_price: Price,
        price: Price,
        leaves_units: u64,
        sink: &mut S,
    ) {
        let Named { slot, order, .. } = *named;
        report_order(&order, old_price, OrderChangeKind::Removed, sink);
        self.book.unlink(slot, &order);
        self.settle_level(&order, sink);
        self.report_changed(named, price, leaves_units, Priority::Lost, sink);
        let mut resting = *self.book.pool.get(slot);
        resting.leaves_units = leaves_units;
        let (levels, pool) = self.book.side_and_pool(order.side());
        levels.link(pool, slot, &mut resting, price);
        *pool.get_mut(slot) = resting;
        self.report_joined(&resting, price, sink);
    }

    /// Counts the change and tells it.
    #[inline]
    fn report_changed<S: EventSink>(
        &mut self,
        named: &Named,
        price: Price,
        leaves_units: u64,
        priority: Priority,
        sink: &mut S,
    ) {
        let place = self.book.pool.get_mut(named.slot);
        place.replace_count += 1;
        let (filled_units, replace_count) = (place.filled_units, place.replace_count);
        tell(sink, || {
            Event::Replaced(Replaced {
                order_id: named.order.id(),
                account: named.order.account,
                side: named.order.side(),
                price,
                quantity: Quantity::from_units(filled_units + leaves_units),
                filled_quantity: Quantity::from_units(filled_units),
                leaves_quantity: Quantity::from_units(leaves_units),
                time_in_force: TimeInForce::GoodTillCanceled,
                priority,
                replace_count,
                hold: Notional::ZERO,
            })
        });
    }
}
