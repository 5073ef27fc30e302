//! Trades with the orders of one price level: oldest first, or as the instrument shares a level out.

use crate::event::{Event, Party, Trade, TradePhase};
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::fees::Paying;
use crate::id::TradeId;
use crate::listing::Listing;
use crate::matching::match_order::Stop;
use crate::matching::taker::{Concerns, Taker};
use crate::outcome::report_order;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::rules::MatchingAlgorithm;
use crate::side::Side;

impl Listing {
    /// Trades with a level until one of the two is exhausted; a reason to stop ends the taker.
    #[inline]
    pub(crate) fn trade_at_level<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        level: u32,
        sink: &mut S,
    ) -> Option<Stop> {
        let makers = taker.side.opposite();
        let price = self.book.side(makers).price(level);
        let before = self.book.side(makers).displayed(level);
        let stop = match self.instrument.rules.matching {
            MatchingAlgorithm::PriceTime => self.trade_in_time(taker, level, price, sink),
            MatchingAlgorithm::ProRata(_) => self.trade_by_size(taker, level, price, sink),
        };
        let after = self.book.side(makers).displayed(level);
        if after.displayed_quantity != before.displayed_quantity
            || after.order_count != before.order_count
        {
            sink.level_changed(after);
        }
        self.book.side_mut(makers).close_if_empty(level);
        stop
    }

    /// Trades with the makers of a level, oldest first.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(super) fn trade_in_time<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        level: u32,
        price: Price,
        sink: &mut S,
    ) -> Option<Stop> {
        let makers = taker.side.opposite();
        loop {
            let place = self.book.side(makers).level(level);
            if place.order_count == 0 {
                return None;
            }
            let maker = place.head;
            let wanted = taker.wanted_units(price, self.instrument.lot_size);
            if wanted == 0 {
                return Some(self.money_is_spent(taker, price));
            }
            if self.is_own_order(taker, maker) {
                if let Some(stop) = self.prevent(taker, maker, wanted, sink) {
                    return Some(stop);
                }
            } else if let Some(stop) = self.fill(taker, maker, wanted, sink) {
                return Some(stop);
            }
            if taker.leaves_units == 0 {
                return Some(self.quantity_is_used_up(taker, price));
            }
        }
    }

    /// One trade between a taker and a maker of the best level, at the maker's price.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(super) fn fill<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        maker: u32,
        wanted: u64,
        sink: &mut S,
    ) -> Option<Stop> {
        let terms = self.book.holds;
        let (side, pool) = self.book.side_and_pool(taker.side.opposite());
        let order = pool.get_mut(maker);
        let before = order.leaves_units;
        let units = before.min(wanted);
        let after = before - units;
        order.leaves_units = after;
        let order = *order;
        let is_special = order.traits().is_special();
        let price = side.price(order.level);
        let mut reserve = 0;
        let (mut hold_price, mut beside, mut beside_after) = (price, 0, 0);
        if is_special {
            reserve = pool.reserve_units(maker, &order);
            (hold_price, beside) = pool.hold_basis(maker, &order, price);
            // A child that has traded all it was given is over: what was still to come is given back.
            beside_after = if after + reserve == 0 { 0 } else { beside };
        }
        let external_id = order.external_id();
        let mut detail = order.detail();
        detail.filled_units += units;
        if after + reserve != 0 {
            pool.set_detail(maker, detail);
        }
        if !order.is_hidden() {
            side.level_mut(order.level).displayed_units -= units;
        }
        let left = OrderChangeKind::Executed(Quantity::from_units(after));
        report_order(&order, price, left, sink);
        let taker_used = taker.fill(price, units, terms);
        self.last_price = Some(price);
        let (buyer, seller) = match taker.side {
            Side::Buy => (taker.account, order.account),
            Side::Sell => (order.account, taker.account),
        };
        self.risk.note_trade(buyer, seller, units, self.at.0);
        if self.session.notes_prints {
            self.note_print(price);
        }
        let (mut hold_used, mut hold) = (Notional::ZERO, Notional::ZERO);
        if terms.are_enforced() {
            let (held_before, held) = (before + reserve + beside, after + reserve + beside_after);
            hold_used = terms.freed(order.side(), hold_price, held_before, held);
            hold = terms.need(order.side(), hold_price, Quantity::from_units(held));
        }
        let trade = Trade {
            trade_id: self.next_trade_id(),
            price,
            quantity: Quantity::from_units(units),
            phase: TradePhase::Continuous,
            aggressor_side: taker.side,
            taker: Party {
                order_id: taker.order_id,
                external_id: taker.external_id,
                account: taker.account,
                fee: self.fee_of(taker.account, Paying::AsTaker),
                leaves_quantity: taker.leaves_quantity(),
                filled_quantity: Quantity::from_units(taker.filled_units),
                hold_used: taker_used,
                hold: taker.hold,
            },
            maker: Party {
                order_id: order.id(),
                external_id,
                account: order.account,
                fee: self.fee_of(order.account, Paying::AsMaker),
                leaves_quantity: Quantity::from_units(after + reserve),
                filled_quantity: Quantity::from_units(detail.filled_units),
                hold_used,
                hold,
            },
        };
        sink.event(Event::Trade(trade));
        self.remember_trade(&trade);
        let is_tied = is_special || taker.concerns == Concerns::Others;
        // Stops that the print hits stand before the children that the trade starts.
        if self.triggers.may_fire_at(price.units()) {
            self.examine_print(price);
        }
        if is_tied {
            self.note_tied_fill(taker, (maker, detail.filled_units), units, sink);
        }
        if after == 0 {
            self.book.unlink(maker, &order);
            if reserve == 0 {
                self.forget(maker, &order);
            } else {
                self.refill(maker, &order, reserve, sink);
            }
        }
        if is_tied {
            return self.follow_in_sweep(taker, order.level, sink);
        }
        None
    }

    /// An order bounded by money cannot buy one more lot at `price`.
    pub(super) fn money_is_spent(&self, taker: &Taker, price: Price) -> Stop {
        if taker.is_by_quote && !self.could_go_on(taker, price) {
            Stop::Done
        } else {
            Stop::BudgetSpent
        }
    }

    /// Nothing is left of the taker's quantity. An order by quote amount has a quantity only as its reserve.
    pub(super) fn quantity_is_used_up(&self, taker: &Taker, price: Price) -> Stop {
        if taker.is_by_quote && self.could_go_on(taker, price) {
            Stop::BudgetSpent
        } else {
            Stop::Done
        }
    }

    #[inline]
    pub(crate) fn next_trade_id(&mut self) -> TradeId {
        let id = self.next_trade_id;
        self.next_trade_id += 1;
        TradeId(id)
    }
}
