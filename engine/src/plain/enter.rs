//! A plain order enters: it rests at once, or takes what it can first.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

use super::{Comer, Lane, LimitOrder, Remainder, show, tell};
use crate::book::book_side::rank_of;
use crate::book::order_slot::OrderSlot;
use crate::book::order_traits::Traits;
use crate::book::plain_orders::PlainParts;
use crate::book::price_level::NO_SLOT;
use crate::book::slot_table::Vacancy;
use crate::cancel_reason::CancelReason;
use crate::event::{Accepted, Canceled, Event, Rested};
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::id::{OrderHandle, OrderId, SessionNumber};
use crate::listing::Listing;
use crate::order::{Display, OrderKind, OrderSize, PostOnly, SelfTradePrevention};
use crate::outcome::report_order;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::submit::NO_HANDLE;

impl Listing {
    /// Enters a plain order that is admitted.
    #[inline(always)]
    pub(super) fn submit_plainly<S: EventSink>(
        &mut self,
        order: &LimitOrder,
        sink: &mut S,
    ) -> Lane {
        if !self.is_valid_quantity(order.quantity)
            || !self.is_valid_price(order.price)
            || self.book.pool.open_count() >= self.instrument.open_orders_max
        {
            return Lane::NotHere;
        }
        let vacancy = match (order.external_id, &self.book.externals) {
            (None, _) => None,
            (Some(id), Some(table)) => {
                let pool = &self.book.pool;
                match table.vacancy(id.0, |slot| pool.is_external(slot, id.0)) {
                    Some(vacancy) => Some(vacancy),
                    None => return Lane::NotHere,
                }
            }
            (Some(_), None) => return Lane::NotHere,
        };
        let makers = order.side.opposite();
        let nearest = self
            .book
            .side(makers)
            .best_within(rank_of(makers, order.price.units()));
        if nearest != NO_SLOT || order.remainder == Remainder::IsCanceled {
            return self.take_and_rest(*order, sink);
        }
        self.rest_plainly(order, vacancy, sink);
        Lane::Done
    }

    /// Nothing on the other side is within the order's limit: it joins the tail of its level.
    #[inline(always)]
    fn rest_plainly<S: EventSink>(
        &mut self,
        order: &LimitOrder,
        vacancy: Option<Vacancy>,
        sink: &mut S,
    ) {
        let LimitOrder {
            price, quantity, ..
        } = *order;
        let order_id = self.next_order_id();
        let mut resting = plain_slot(order, order_id, self.of_session);
        let PlainParts { levels, mut rest } = self.book.plain_parts(order.side);
        let slot = rest.pool.next_slot();
        let handle = resting.handle(slot);
        report_accepted(order, order_id, handle, sink);
        levels.link(rest.pool, slot, &mut resting, price);
        rest.pool.take_next(resting);
        rest.list(slot, order_id, vacancy);
        show(sink, |sink| {
            report_order(&resting, price, OrderChangeKind::Added(quantity), sink);
            sink.level_changed(levels.displayed(resting.level));
        });
        tell_rested(&resting, handle, price, sink);
    }

    /// Takes what it can; what is left rests, or is canceled.
    #[inline(never)]
    fn take_and_rest<S: EventSink>(&mut self, order: LimitOrder, sink: &mut S) -> Lane {
        if self.book.pool.extras_count() != 0 {
            return Lane::NotHere;
        }
        let LimitOrder {
            price, quantity, ..
        } = order;
        let order_id = self.next_order_id();
        let (slot, handle) = match order.remainder {
            Remainder::Rests => {
                let entering = plain_slot(&order, order_id, self.of_session);
                let slot = self.book.pool.take(entering);
                (slot, entering.handle(slot))
            }
            Remainder::IsCanceled => (NO_SLOT, NO_HANDLE),
        };
        report_accepted(&order, order_id, handle, sink);
        let mut comer = Comer {
            order_id,
            external_id: order.external_id,
            account: order.account,
            side: order.side,
            price,
            leaves_units: quantity.units(),
            filled_units: 0,
        };
        self.take_plainly(&mut comer, sink);
        match order.remainder {
            Remainder::Rests if comer.leaves_units == 0 => self.book.pool.free(slot),
            Remainder::Rests => self.rest_after_taking(slot, &comer, sink),
            Remainder::IsCanceled if comer.leaves_units == 0 => {}
            Remainder::IsCanceled => tell(sink, || {
                Event::Canceled(Canceled {
                    order_id,
                    external_id: comer.external_id,
                    account: comer.account,
                    side: comer.side,
                    price: Some(price),
                    canceled_quantity: Quantity::from_units(comer.leaves_units),
                    filled_quantity: Quantity::from_units(comer.filled_units),
                    unspent: Notional::ZERO,
                    reason: CancelReason::ImmediateOrCancel,
                })
            }),
        }
        Lane::Done
    }

    /// What a taker has left rests in the slot that it has.
    fn rest_after_taking<S: EventSink>(&mut self, slot: u32, comer: &Comer, sink: &mut S) {
        let place = self.book.pool.get_mut(slot);
        place.leaves_units = comer.leaves_units;
        place.filled_units = comer.filled_units;
        self.book.list(slot, comer.order_id, comer.external_id);
        let resting = self.rest(slot, comer.price, sink);
        tell_rested(&resting, resting.handle(slot), comer.price, sink);
    }
}

/// A plain order as it rests.
#[inline]
fn plain_slot(order: &LimitOrder, order_id: OrderId, session: SessionNumber) -> OrderSlot {
    let tag = Traits::plain_tag(order_id, order.side, order.external_id);
    let mut slot = OrderSlot::entering(tag, order.quantity.units(), order.account, session);
    slot.external_id = order.external_id.map_or(0, |id| id.0);
    slot
}

#[inline]
fn report_accepted<S: EventSink>(
    order: &LimitOrder,
    order_id: OrderId,
    handle: OrderHandle,
    sink: &mut S,
) {
    tell(sink, || {
        Event::Accepted(Accepted {
            order_id,
            handle,
            account: order.account,
            client_order_id: None,
            external_id: order.external_id,
            side: order.side,
            kind: OrderKind::Limit { price: order.price },
            size: OrderSize::Quantity(order.quantity),
            time_in_force: order.remainder.time_in_force(),
            post_only: PostOnly::No,
            display: Display::Full,
            self_trade_prevention: SelfTradePrevention::None,
            stp_group: None,
            hold: Notional::ZERO,
        })
    });
}

#[inline]
fn tell_rested<S: EventSink>(order: &OrderSlot, handle: OrderHandle, price: Price, sink: &mut S) {
    tell(sink, || {
        Event::Rested(Rested {
            order_id: order.id(),
            handle,
            account: order.account,
            side: order.side(),
            price,
            displayed_quantity: Quantity::from_units(order.leaves_units),
            hidden_quantity: Quantity::ZERO,
            hold: Notional::ZERO,
        })
    });
}
