//! The uncross: every trade at one price, buyers and sellers in priority order.

use super::equilibrium::Equilibrium;
use super::self_trade::AuctionSelfTrade;
use crate::book::book_side::rank_of;
use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::event::{Event, Party, Trade, TradePhase};
use crate::event_sink::EventSink;
use crate::fees::Paying;
use crate::listing::Listing;
use crate::price::Price;
use crate::quantity::Quantity;
use crate::session::{Phase, SessionState, StateEnd};
use crate::side::Side;

/// What decides between prices that are equally good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuctionReference {
    /// The last price, if anything has traded.
    LastPrice,
    /// This price.
    Given(Price),
}

impl Listing {
    /// What the operator asks for: outside a call there is nothing to uncross.
    pub(crate) fn uncross_call<S: EventSink>(&mut self, reference: AuctionReference, sink: &mut S) {
        if self.state.phase() == Phase::Collecting {
            self.uncross(reference, sink);
        }
    }

    /// Ends a call: trades what crosses at one price, then matching is continuous.
    pub(crate) fn uncross<S: EventSink>(&mut self, reference: AuctionReference, sink: &mut S) {
        // Once, unless an order that went with another one left the book crossed: what is left is uncrossed again.
        while let Some(found) = self.equilibrium_without_own_pairs(reference, sink) {
            self.trade_at(found.price, sink);
            self.print_auction(found.price);
        }
        self.end_orders_of_this_call(sink);
        self.may_be_crossed = false;
        self.begin_state(SessionState::Continuous, StateEnd::Command, sink);
    }

    /// The price of the next round, after self-trade prevention where it applies to uncrosses.
    fn equilibrium_without_own_pairs<S: EventSink>(
        &mut self,
        reference: AuctionReference,
        sink: &mut S,
    ) -> Option<Equilibrium> {
        let reference = match reference {
            AuctionReference::LastPrice => self.last_price,
            AuctionReference::Given(price) => Some(price),
        };
        match self.instrument.rules.auction_self_trade {
            AuctionSelfTrade::Allowed => self.equilibrium(reference),
            AuctionSelfTrade::CancelNewest => self.cancel_own_pairs(reference, sink),
        }
    }

    /// The auction price counts as one print.
    fn print_auction(&mut self, price: Price) {
        self.last_price = Some(price);
        self.session.last_auction_price = Some(price);
        if self.session.notes_prints {
            self.note_print(price);
        }
        if self.triggers.may_fire_at(price.units()) {
            self.examine_print(price);
        }
    }

    /// Buyers in their order, each with sellers in theirs, until one side has nobody left at the price.
    fn trade_at<S: EventSink>(&mut self, price: Price, sink: &mut S) {
        let trades_before = self.next_trade_id;
        let mut turns = [0, 0];
        while let Some(buyer) = self.first_within(Side::Buy, price, &mut turns)
            && let Some(seller) = self.first_within(Side::Sell, price, &mut turns)
        {
            self.trade_pair(buyer, seller, price, sink);
        }
        assert!(
            self.next_trade_id != trades_before,
            "every round trades something"
        );
    }

    /// The first order of a side that trades at a price: market orders, then the book. `turns` says from where on
    /// market orders were not looked at yet.
    fn first_within(&self, side: Side, price: Price, turns: &mut [u64; 2]) -> Option<u32> {
        let from = &mut turns[side as usize];
        for (turn, order_id) in self.session.market_queue.since_turn(side, *from) {
            *from = turn;
            let slot = self.slot_of_queued(order_id);
            if self.reaches(slot, price) {
                return Some(slot);
            }
        }
        let levels = self.book.side(side);
        let best = levels.best_within(rank_of(side, price.units()));
        (best != NO_SLOT).then(|| levels.level(best).head)
    }

    fn trade_pair<S: EventSink>(&mut self, buyer: u32, seller: u32, price: Price, sink: &mut S) {
        let pool = &self.book.pool;
        let open = |slot| pool.open_units(slot, pool.get(slot));
        let units = open(buyer).min(open(seller));
        let taker = self.party(buyer, units, Paying::AsTaker);
        let maker = self.party(seller, units, Paying::AsMaker);
        self.risk
            .note_trade(taker.account, maker.account, units, self.at.0);
        let trade = Trade {
            trade_id: self.next_trade_id(),
            price,
            quantity: Quantity::from_units(units),
            phase: TradePhase::Auction,
            aggressor_side: Side::Buy,
            taker,
            maker,
        };
        sink.event(Event::Trade(trade));
        self.remember_trade(&trade);
        let is_tied = [buyer, seller].map(|slot| self.book.pool.get(slot).traits().is_special());
        if is_tied != [false; 2] {
            self.note_tied_pair((buyer, seller), units, sink);
        }
        self.execute(buyer, units, sink);
        self.execute(seller, units, sink);
        self.follow(sink);
    }

    /// An order's part in a trade of `units`, as it stands after it.
    fn party(&self, slot: u32, units: u64, paying: Paying) -> Party {
        let order = *self.book.pool.get(slot);
        let detail = self.book.pool.detail(slot);
        let terms = self.book.holds;
        let (hold_price, beside) = self.book.hold_basis(slot);
        let before = self.book.pool.open_units(slot, &order);
        let left = before - units;
        // A child that has traded all it was given is over: what was still to come is given back.
        let held = if left == 0 { 0 } else { left + beside };
        Party {
            order_id: order.id(),
            external_id: order.external_id(),
            account: order.account,
            fee: self.fee_of(order.account, paying),
            leaves_quantity: Quantity::from_units(left),
            filled_quantity: Quantity::from_units(detail.filled_units + units),
            // At its own limit: what it paid less than that is given back with the trade.
            hold_used: terms.freed(order.side(), hold_price, before + beside, held),
            hold: terms.need(order.side(), hold_price, Quantity::from_units(held)),
        }
    }

    /// Takes what traded off an order, and the order off the book or the queue when it is filled.
    fn execute<S: EventSink>(&mut self, slot: u32, units: u64, sink: &mut S) {
        let mut detail = self.book.pool.detail(slot);
        detail.filled_units += units;
        self.book.pool.set_detail(slot, detail);
        let order = *self.book.pool.get(slot);
        if order.level == NO_SLOT {
            self.execute_queued(slot, units);
        } else {
            let limit = self.book.price_of(&order);
            self.take_traded(slot, units, limit, sink);
        }
    }

    /// Takes what traded off a market order, and the order off the queue when it is filled.
    fn execute_queued(&mut self, slot: u32, units: u64) {
        self.book.pool.get_mut(slot).leaves_units -= units;
        let order = *self.book.pool.get(slot);
        if order.leaves_units == 0 {
            self.stop_waiting(slot);
            self.forget(slot, &order);
        }
    }

    /// What was for this call only goes with it, in the order of entry.
    fn end_orders_of_this_call<S: EventSink>(&mut self, sink: &mut S) {
        for id in self.for_this_call() {
            self.end_by_id(id, CancelReason::AuctionEnded, sink);
        }
    }
}
