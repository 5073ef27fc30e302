//! A plain order takes: best price first, oldest first, at the maker's price.

use super::{Comer, show};
use crate::book::book_side::rank_of;
use crate::book::order_slot::OrderSlot;
use crate::book::plain_orders::PlainParts;
use crate::book::price_level::NO_SLOT;
use crate::event::{Event, Party, Trade, TradePhase};
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::fees::FeeBasis;
use crate::id::{FeeTier, TradeId};
use crate::listing::Listing;
use crate::outcome::report_order;
use crate::quantity::{Notional, Quantity};

impl Listing {
    /// Trades until nothing is left of the order, or nothing within its limit opposite.
    #[inline]
    pub(super) fn take_plainly<S: EventSink>(&mut self, comer: &mut Comer, sink: &mut S) {
        let makers = comer.side.opposite();
        let rank_limit = rank_of(makers, comer.price.units());
        while comer.leaves_units != 0 {
            let level = self.book.side(makers).best_within(rank_limit);
            if level == NO_SLOT {
                return;
            }
            self.last_price = Some(self.book.side(makers).price(level));
            self.take_from_level(comer, level, sink);
        }
    }

    /// Trades with the orders of a level, oldest first.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    fn take_from_level<S: EventSink>(&mut self, comer: &mut Comer, level: u32, sink: &mut S) {
        let PlainParts { levels, mut rest } = self.book.plain_parts(comer.side.opposite());
        let price = levels.price(level);
        let place = levels.level_mut(level);
        let mut is_seen = false;
        while comer.leaves_units != 0 && place.order_count != 0 {
            let slot = place.head;
            let maker = rest.pool.get_mut(slot);
            let units = maker.leaves_units.min(comer.leaves_units);
            maker.leaves_units -= units;
            maker.filled_units += units;
            let maker = *maker;
            comer.leaves_units -= units;
            comer.filled_units += units;
            let trade_id = TradeId(self.next_trade_id);
            self.next_trade_id += 1;
            let external_id = maker.external_id();
            let is_filled = maker.leaves_units == 0;
            if maker.is_hidden() {
                place.hidden_count -= u32::from(is_filled);
            } else {
                is_seen = true;
                place.displayed_units -= units;
            }
            show(sink, |sink| {
                let left = Quantity::from_units(maker.leaves_units);
                report_order(&maker, price, OrderChangeKind::Executed(left), sink);
            });
            sink.event(Event::Trade(Trade {
                trade_id,
                price,
                quantity: Quantity::from_units(units),
                phase: TradePhase::Continuous,
                aggressor_side: comer.side,
                taker: taker_of(comer),
                maker: maker_of(&maker),
            }));
            if is_filled {
                place.head = maker.next;
                place.order_count -= 1;
                rest.forget(slot, &maker, external_id);
            }
        }
        let is_over = place.order_count == 0;
        show(sink, |sink| {
            if is_seen {
                sink.level_changed(levels.displayed(level));
            }
        });
        if is_over {
            levels.close(level);
        }
    }
}

#[inline]
fn taker_of(comer: &Comer) -> Party {
    Party {
        order_id: comer.order_id,
        external_id: comer.external_id,
        account: comer.account,
        fee: FeeBasis::Listed(FeeTier(0)),
        leaves_quantity: Quantity::from_units(comer.leaves_units),
        filled_quantity: Quantity::from_units(comer.filled_units),
        hold_used: Notional::ZERO,
        hold: Notional::ZERO,
    }
}

#[inline]
fn maker_of(order: &OrderSlot) -> Party {
    Party {
        order_id: order.id(),
        external_id: order.external_id(),
        account: order.account,
        fee: FeeBasis::Listed(FeeTier(0)),
        leaves_quantity: Quantity::from_units(order.leaves_units),
        filled_quantity: Quantity::from_units(order.filled_units),
        hold_used: Notional::ZERO,
        hold: Notional::ZERO,
    }
}
