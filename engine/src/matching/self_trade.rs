//! Self-trade prevention: orders of one account or group meet, and the taker's mode decides.

use crate::cancel_reason::CancelReason;
use crate::event::{Event, Prevented};
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::listing::Listing;
use crate::matching::match_order::Stop;
use crate::matching::taker::Taker;
use crate::order::SelfTradePrevention;
use crate::outcome::{release_of_taker, release_part, report_order};
use crate::quantity::{Notional, Quantity};

impl Listing {
    /// Whether a maker is in the taker's self-trade scope and the taker's mode minds.
    #[inline]
    pub(crate) fn is_own_order(&self, taker: &Taker, maker: u32) -> bool {
        if taker.stp == SelfTradePrevention::None {
            return false;
        }
        let order = self.book.pool.get(maker);
        order.account == taker.account
            || (taker.stp_group.is_some()
                && self.book.pool.detail(maker).stp_group == taker.stp_group)
    }

    /// The taker meets an order of its own scope. A reason to stop ends the taker.
    #[cold]
    pub(crate) fn prevent<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        maker: u32,
        wanted: u64,
        sink: &mut S,
    ) -> Option<Stop> {
        let level = self.book.pool.get(maker).level;
        let stop = self.resolve_own(taker, maker, wanted, sink);
        if self.following.is_empty() {
            return stop;
        }
        self.follow_in_sweep(taker, level, sink).or(stop)
    }

    fn resolve_own<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        maker: u32,
        wanted: u64,
        sink: &mut S,
    ) -> Option<Stop> {
        match taker.stp {
            SelfTradePrevention::None => None,
            SelfTradePrevention::CancelNewest => {
                self.report_prevented(taker, maker, wanted, sink);
                Some(Stop::OwnOrder)
            }
            SelfTradePrevention::CancelOldest => {
                self.report_prevented(taker, maker, wanted, sink);
                let order = *self.book.pool.get(maker);
                self.end_order(maker, &order, CancelReason::SelfTradePrevention, sink);
                None
            }
            SelfTradePrevention::CancelBoth => {
                self.report_prevented(taker, maker, wanted, sink);
                let order = *self.book.pool.get(maker);
                self.end_order(maker, &order, CancelReason::SelfTradePrevention, sink);
                Some(Stop::OwnOrder)
            }
            SelfTradePrevention::Decrement => {
                self.decrement(taker, maker, wanted, sink);
                None
            }
        }
    }

    fn report_prevented<S: EventSink>(&self, taker: &Taker, maker: u32, wanted: u64, sink: &mut S) {
        let order = self.book.pool.get(maker);
        let open_units = self.book.pool.open_units(maker, order);
        sink.event(Event::Prevented(Prevented {
            taker: taker.order_id,
            taker_account: taker.account,
            maker: order.id(),
            maker_account: order.account,
            price: self.book.price_of(order),
            quantity: Quantity::from_units(open_units.min(wanted)),
            mode: taker.stp,
            taker_leaves_quantity: taker.leaves_quantity(),
            maker_leaves_quantity: Quantity::from_units(open_units),
        }));
    }

    /// Both orders lose the smaller open quantity; a maker with nothing left goes.
    fn decrement<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        maker: u32,
        wanted: u64,
        sink: &mut S,
    ) {
        let terms = self.book.holds;
        let order = *self.book.pool.get(maker);
        let price = self.book.price_of(&order);
        let (hold_price, beside) = self.book.hold_basis(maker);
        let before = self.book.pool.open_units(maker, &order);
        let units = before.min(wanted);
        let after = before - units;
        self.reduce_open(maker, after);
        let taker_freed = taker.decrement(price, units, terms);
        sink.event(Event::Prevented(Prevented {
            taker: taker.order_id,
            taker_account: taker.account,
            maker: order.id(),
            maker_account: order.account,
            price,
            quantity: Quantity::from_units(units),
            mode: taker.stp,
            taker_leaves_quantity: taker.leaves_quantity(),
            maker_leaves_quantity: Quantity::from_units(after),
        }));
        let held = if after == 0 { 0 } else { after + beside };
        let maker_freed = terms.freed(order.side(), hold_price, before + beside, held);
        let hold = terms.need(order.side(), hold_price, Quantity::from_units(held));
        let maker_kept = if order.traits().is_special() && after > 0 {
            self.kept_for_partner(maker, hold, maker_freed)
        } else {
            Notional::ZERO
        };
        release_part(&order, maker_freed - maker_kept, hold, sink);
        let taker_kept = if taker.is_over() {
            self.let_other_leg_go(taker.slot);
            Notional::ZERO
        } else {
            self.kept_for_partner(taker.slot, taker.hold, taker_freed)
        };
        release_of_taker(taker, taker_freed - taker_kept, sink);
        if after == 0 {
            report_order(&order, price, OrderChangeKind::Removed, sink);
            let order = *self.book.pool.get(maker);
            self.book.unlink(maker, &order);
            self.forget(maker, &order);
        } else {
            let shown = self.book.pool.get(maker).leaves_units;
            if shown != order.leaves_units {
                let left = OrderChangeKind::Reduced(Quantity::from_units(shown));
                report_order(&order, price, left, sink);
            }
        }
    }
}
