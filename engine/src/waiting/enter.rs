//! A waiting order's turn: it enters as if it had just arrived, checked again against the book as it is.

use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::event::{Event, Triggered};
use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::listing::Listing;
use crate::matching::match_order::Residual;
use crate::matching::taker::{MoneyBound, PriceLimit, Taker};
use crate::order::{NewOrder, OrderKind, OrderSize};
use crate::outcome::{release_all, release_of_taker, release_part, report_rested};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::side::Side;
use crate::waiting::WaitsFor;

impl Listing {
    /// The turn of an order in the cascade. Nothing happens if it has ended since.
    pub(crate) fn take_turn<S: EventSink>(&mut self, order_id: OrderId, sink: &mut S) {
        let Some(slot) = self.book.ids.get(order_id, &self.book.pool) else {
            return;
        };
        let order = *self.book.pool.get(slot);
        let is_hit = self.has_turn(order_id);
        if let Some(parentage) = self.child_with_turn(slot) {
            self.take_turn_of_child(slot, parentage, sink);
            if !is_hit {
                return;
            }
        }
        if order.level != NO_SLOT {
            return;
        }
        let WaitsFor::Turn { stop_price } = self.book.waiting_record(slot).waits_for else {
            return;
        };
        let order = *self.book.pool.get(slot);
        let hold = self.hold_of(slot);
        let waiting = self.stop_waiting(slot);
        sink.event(Event::Triggered(Triggered {
            order_id,
            account: order.account,
            side: order.side(),
            stop_price,
        }));
        self.cancel_other_leg(slot, sink);
        let entering = NewOrder {
            size: OrderSize::Quantity(Quantity::from_units(order.leaves_units)),
            ..waiting.order
        };
        self.enter_late(slot, &entering, hold, Some(stop_price), sink);
    }

    /// An order that has its slot enters now, with what is reserved for it. A market order with protection
    /// counts it from its stop price.
    pub(crate) fn enter_late<S: EventSink>(
        &mut self,
        slot: u32,
        order: &NewOrder,
        hold: Notional,
        stop_price: Option<Price>,
        sink: &mut S,
    ) {
        let limit = match self.limit_of_late(order, stop_price) {
            Ok(limit) => limit,
            Err(reason) => return self.end_late(slot, order, hold, reason, sink),
        };
        let mut taker = self.late_taker(slot, order, limit, hold);
        let freed = hold - taker.hold;
        let kept = self.kept_for_partner(slot, taker.hold, freed);
        release_of_taker(&taker, freed - kept, sink);
        match self.match_order(&mut taker, sink) {
            Residual::Rests => {}
            Residual::Ended => {
                let order = *self.book.pool.get(slot);
                self.forget(slot, &order);
                self.follow(sink);
                return self.settle_interruption(sink);
            }
            Residual::Queues => {
                self.note_fills(slot, &taker);
                self.queue_rest(slot, order, &mut taker, sink);
                return self.settle_interruption(sink);
            }
        }
        let price = taker.limit_price().expect("only a limited order rests");
        self.note_fills(slot, &taker);
        self.note_iceberg(slot, order.display);
        let resting = self.rest(slot, price, sink);
        let shown = self.book.pool.shown_and_hidden(slot, &resting);
        let handle = resting.handle(slot);
        report_rested(&resting, handle, price, shown, taker.hold, sink);
        self.release_of_rested(slot, taker.hold, sink);
        self.settle_interruption(sink);
    }

    /// An order came to rest that its taker held so much for. Its parent may have ended while it took.
    pub(crate) fn release_of_rested<S: EventSink>(
        &mut self,
        slot: u32,
        held: Notional,
        sink: &mut S,
    ) {
        let order = *self.book.pool.get(slot);
        let hold = self.hold_of(slot);
        let freed = held - hold;
        let kept = self.kept_for_partner(slot, hold, freed);
        release_part(&order, freed - kept, hold, sink);
    }

    /// Up to which price a late order trades; it is checked like one that has just arrived.
    fn limit_of_late(
        &self,
        order: &NewOrder,
        stop_price: Option<Price>,
    ) -> Result<PriceLimit, CancelReason> {
        let price = match (order.kind, stop_price) {
            (OrderKind::Limit { price }, _) => {
                self.check_price(price)
                    .map_err(|_| CancelReason::InvalidPrice)?;
                self.check_band(price)
                    .map_err(|_| CancelReason::PriceOutsideBand)?;
                price
            }
            (OrderKind::Market, _) => return Ok(PriceLimit::Any),
            (OrderKind::MarketWithProtection { points }, Some(stop_price)) => {
                self.protection_price(order.side, stop_price, points)
            }
            (
                OrderKind::MarketWithProtection { .. }
                | OrderKind::MarketToLimit
                | OrderKind::Pegged { .. },
                _,
            ) => match self.limit_from_book(order) {
                Some(price) => price,
                None => return Ok(PriceLimit::Any), // nobody is there: it ends without liquidity
            },
        };
        self.price_without_taking(order.side, price, order.post_only)
            .map(|price| PriceLimit::AtOrBetter(self.within_band(order.side, price)))
            .map_err(|_| CancelReason::PostOnlyWouldCross)
    }

    fn late_taker(&self, slot: u32, order: &NewOrder, limit: PriceLimit, hold: Notional) -> Taker {
        let resting = self.book.pool.get(slot);
        let mut taker = Taker::entering(order, resting.id(), limit);
        taker.remainder = self.remainder_of(order, limit);
        taker.filled_units = self.book.pool.detail(slot).filled_units;
        self.tie_taker(&mut taker, slot);
        let quantity = Quantity::from_units(taker.leaves_units + taker.pending_units);
        let terms = self.book.holds;
        taker.hold = match limit {
            PriceLimit::AtOrBetter(price) => terms.need(order.side, price, quantity).min(hold),
            PriceLimit::Any => hold,
        };
        if terms.are_enforced() && order.side == Side::Buy && limit == PriceLimit::Any {
            taker.money = Some(MoneyBound {
                left: terms.spendable(hold),
                short: Notional::ZERO,
            });
        }
        taker
    }

    /// An order that was accepted long ago is refused now that it enters.
    pub(crate) fn end_late<S: EventSink>(
        &mut self,
        slot: u32,
        order: &NewOrder,
        hold: Notional,
        reason: CancelReason,
        sink: &mut S,
    ) {
        let price = match order.kind {
            OrderKind::Limit { price } => Some(price),
            OrderKind::Market
            | OrderKind::MarketWithProtection { .. }
            | OrderKind::MarketToLimit
            | OrderKind::Pegged { .. } => None,
        };
        let ended = *self.book.pool.get(slot);
        let hold = hold - self.book.pool.owed(slot);
        self.report_ended(slot, &ended, price, reason, sink);
        self.forget(slot, &ended);
        release_all(&ended, hold, sink);
        self.follow(sink);
    }
}
