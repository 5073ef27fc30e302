//! A plain order enters: it rests at once, or takes what it can first.

use super::{Comer, Lane, tell};
use crate::book::book_side::rank_of;
use crate::book::order_pool::OrderSlot;
use crate::book::order_traits::Traits;
use crate::book::plain_orders::PlainParts;
use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::event::{Accepted, Canceled, Event, Rested};
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::id::{OrderHandle, OrderId};
use crate::listing::Listing;
use crate::order::{
    Display, NewOrder, OrderKind, OrderSize, PostOnly, SelfTradePrevention, TimeInForce,
};
use crate::outcome::report_order;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::submit::NO_HANDLE;

/// What becomes of what a plain order does not trade at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Rests,
    Dies,
}

impl Listing {
    /// Enters a plain order that is admitted.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(super) fn submit_plainly<S: EventSink>(&mut self, order: &NewOrder, sink: &mut S) -> Lane {
        let (OrderKind::Limit { price }, OrderSize::Quantity(quantity)) = (order.kind, order.size)
        else {
            return Lane::NotHere;
        };
        let left = match order.time_in_force {
            TimeInForce::GoodTillCanceled => Left::Rests,
            TimeInForce::ImmediateOrCancel => Left::Dies,
            TimeInForce::FillOrKill
            | TimeInForce::GoodTillDate(_)
            | TimeInForce::Day
            | TimeInForce::AtOpen
            | TimeInForce::AtClose
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => return Lane::NotHere,
        };
        if !is_plain(order)
            || order.extra < Notional::ZERO
            || !self.is_valid_quantity(quantity)
            || !self.is_valid_price(price)
            || self.book.pool.open_count() >= self.instrument.open_orders_max
        {
            return Lane::NotHere;
        }
        let vacancy = match (order.external_id, &self.book.externals) {
            (None, _) => 0,
            (Some(id), Some(table)) => {
                let ids = self.book.pool.external_ids();
                match table.vacancy(id.0, |slot| ids[slot as usize] == id.0) {
                    Some(vacancy) => vacancy,
                    None => return Lane::NotHere,
                }
            }
            (Some(_), None) => return Lane::NotHere,
        };
        let makers = order.side.opposite();
        let nearest = self
            .book
            .side(makers)
            .best_within(rank_of(makers, price.units()));
        if nearest != NO_SLOT || left == Left::Dies {
            return self.take_and_rest(order, price, quantity, left, sink);
        }
        self.rest_plainly(order, price, quantity, vacancy, sink);
        Lane::Done
    }

    /// Nothing on the other side is within the order's limit: it joins the tail of its level.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    fn rest_plainly<S: EventSink>(
        &mut self,
        order: &NewOrder,
        price: Price,
        quantity: Quantity,
        vacancy: usize,
        sink: &mut S,
    ) {
        let order_id = self.next_order_id();
        let mut resting = plain_slot(order, order_id, quantity.units());
        let PlainParts { levels, mut rest } = self.book.plain_parts(order.side);
        let slot = rest.pool.next_slot();
        let handle = resting.handle(slot);
        report_accepted(order, order_id, handle, sink);
        levels.link(rest.pool, slot, &mut resting, price);
        let taken = rest.pool.take(resting);
        assert!(taken == slot, "the next slot is known beforehand");
        rest.list(slot, order_id, order.external_id, vacancy);
        report_order(&resting, price, OrderChangeKind::Added(quantity), sink);
        sink.level_changed(levels.displayed(resting.level));
        tell_rested(&resting, handle, price, sink);
    }

    /// Takes what it can; what is left rests, or is canceled.
    #[inline(never)]
    fn take_and_rest<S: EventSink>(
        &mut self,
        order: &NewOrder,
        price: Price,
        quantity: Quantity,
        left: Left,
        sink: &mut S,
    ) -> Lane {
        if self.book.pool.extras_count() != 0 {
            return Lane::NotHere;
        }
        let order_id = self.next_order_id();
        let entering = plain_slot(order, order_id, quantity.units());
        let (slot, handle) = match left {
            Left::Rests => {
                let slot = self.book.pool.take(entering);
                (slot, entering.handle(slot))
            }
            Left::Dies => (NO_SLOT, NO_HANDLE),
        };
        report_accepted(order, order_id, handle, sink);
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
        match left {
            Left::Rests if comer.leaves_units == 0 => self.book.pool.free(slot),
            Left::Rests => self.rest_after_taking(slot, &comer, sink),
            Left::Dies if comer.leaves_units == 0 => {}
            Left::Dies => tell(sink, || {
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
        self.book.pool.get_mut(slot).leaves_units = comer.leaves_units;
        if comer.filled_units != 0 {
            let mut detail = self.book.pool.detail(slot);
            detail.filled_units = comer.filled_units;
            self.book.pool.set_detail(slot, detail);
        }
        self.book.list(slot, comer.order_id, comer.external_id);
        let resting = self.rest(slot, comer.price, sink);
        tell_rested(&resting, resting.handle(slot), comer.price, sink);
    }
}

/// Whether an order asks for nothing but a price, a quantity and a place in time.
#[expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]
#[inline(always)]
fn is_plain(order: &NewOrder) -> bool {
    order.client_order_id.is_none()
        & order.conditions.is_none()
        & order.stp_group.is_none()
        & order.minimum_quantity.is_zero()
        && order.post_only == PostOnly::No
        && order.self_trade_prevention == SelfTradePrevention::None
        && order.display == Display::Full
}

/// A plain order as it rests.
#[inline]
fn plain_slot(order: &NewOrder, order_id: OrderId, leaves_units: u64) -> OrderSlot {
    OrderSlot {
        tagged_id: Traits::plain_tag(order_id, order),
        leaves_units,
        next: NO_SLOT,
        previous: NO_SLOT,
        level: NO_SLOT,
        account: order.account,
    }
}

#[inline]
fn report_accepted<S: EventSink>(
    order: &NewOrder,
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
            kind: order.kind,
            size: order.size,
            time_in_force: order.time_in_force,
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
