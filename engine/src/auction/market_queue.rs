//! Market orders that wait for the uncross: first in the queue of their side, by time.
//!
//! They are waiting orders like stops: they stand in no level, and are found by their ids. Their turns are
//! counted over the instrument's life, so that the younger one always has the higher turn.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::price_level::NO_SLOT;
use crate::event::{Event, Queued};
use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::listing::Listing;
use crate::matching::taker::Taker;
use crate::order::{Display, NewOrder};
use crate::outcome::release_of_taker;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::side::Side;
use crate::waiting::{Waiting, WaitsFor};

/// Market orders that wait for the uncross.
#[derive(Debug, Default)]
pub(crate) struct MarketQueue {
    /// By turn; bids first.
    sides: [BTreeMap<u64, OrderId>; 2],
    next_turn: u64,
}

impl MarketQueue {
    /// The turn of the order that comes next.
    pub(crate) const fn next_turn(&self) -> u64 {
        self.next_turn
    }

    /// What the counter was.
    pub(crate) const fn resume_at(&mut self, next_turn: u64) {
        self.next_turn = next_turn;
    }

    pub(crate) fn is_taken(&self, side: Side, turn: u64) -> bool {
        turn >= self.next_turn || self.sides[side as usize].contains_key(&turn)
    }

    pub(crate) fn add(&mut self, side: Side, turn: u64, order_id: OrderId) {
        self.sides[side as usize].insert(turn, order_id);
        self.next_turn = self.next_turn.max(turn.saturating_add(1));
    }

    pub(crate) fn remove(&mut self, side: Side, turn: u64) {
        let was_there = self.sides[side as usize].remove(&turn).is_some();
        assert!(
            was_there,
            "every order that waits for the uncross has its turn"
        );
    }

    /// Orders of a side from a turn on, oldest first.
    pub(crate) fn since_turn(
        &self,
        side: Side,
        turn: u64,
    ) -> impl Iterator<Item = (u64, OrderId)> + '_ {
        let later = self.sides[side as usize].range(turn..);
        later.map(|(turn, order_id)| (*turn, *order_id))
    }

    /// All orders, by age.
    pub(crate) fn orders(&self) -> BTreeSet<OrderId> {
        self.sides
            .iter()
            .flat_map(BTreeMap::values)
            .copied()
            .collect()
    }
}

impl Listing {
    /// Market orders of a side that wait for the uncross, oldest first, with what is open of them.
    pub(crate) fn queued(&self, side: Side) -> impl Iterator<Item = (OrderId, u64)> + '_ {
        let queue = self.session.market_queue.since_turn(side, 0);
        queue.map(|(_, order_id)| {
            let slot = self.slot_of_queued(order_id);
            (order_id, self.book.pool.get(slot).leaves_units)
        })
    }

    /// The same, for those who look from outside.
    pub(crate) fn queued_orders(&self, side: Side) -> Vec<(OrderId, Quantity, Display)> {
        let all = self.queued(side).map(|(order_id, units)| {
            let order = self.book.pool.get(self.slot_of_queued(order_id));
            let display = if order.is_hidden() {
                Display::Hidden
            } else {
                Display::Full
            };
            (order_id, Quantity::from_units(units), display)
        });
        all.collect()
    }

    pub(super) fn slot_of_queued(&self, order_id: OrderId) -> u32 {
        let slot = self.book.ids.get(order_id, &self.book.pool);
        slot.expect("every order that waits for the uncross is open")
    }

    /// Up to which price a market order that waits may trade: as far as its reserve goes.
    pub(super) fn bound_of_queued(&self, slot: u32) -> Option<Price> {
        let order = self.book.pool.get(slot);
        if !self.book.holds.are_enforced() || order.side() == Side::Sell {
            return None;
        }
        let units = self.book.waiting_record(slot).hold_price.units();
        let tick = self.instrument.tick_size;
        Some(Price::from_units(units - units.rem_euclid(tick)))
    }

    /// Whether a market order that waits trades at a price.
    pub(super) fn reaches(&self, slot: u32, price: Price) -> bool {
        self.bound_of_queued(slot)
            .is_none_or(|bound| bound >= price)
    }

    /// What a market order waits for that comes now, at the end of its queue.
    pub(crate) const fn next_in_queue(&self) -> WaitsFor {
        WaitsFor::Uncross {
            turn: self.session.market_queue.next_turn(),
        }
    }

    /// What is left of a market order waits for the uncross of the call that it begins. Its slot and ids are
    /// there. What is reserved for it bounds its price from now on.
    pub(crate) fn queue_rest<S: EventSink>(
        &mut self,
        slot: u32,
        order: &NewOrder,
        taker: &mut Taker,
        sink: &mut S,
    ) {
        assert!(
            self.book.pool.get(slot).level == NO_SLOT,
            "a market order stands in no level"
        );
        let hold_price = self.affordable_price(taker);
        let quantity = Quantity::from_units(taker.leaves_units);
        let need = self.book.holds.need(taker.side, hold_price, quantity);
        let waiting = Waiting {
            order: NewOrder {
                extra: Notional::ZERO,
                ..order.clone()
            },
            waits_for: self.next_in_queue(),
            hold_price,
        };
        self.wait(slot, waiting);
        let surplus = taker.hold - need;
        taker.hold = need;
        self.report_queued(slot, need, sink);
        release_of_taker(taker, surplus, sink);
    }

    /// The highest price at which the reserve of a taker covers all that it has left.
    fn affordable_price(&self, taker: &Taker) -> Price {
        if !self.book.holds.are_enforced() || taker.side == Side::Sell {
            return Price::default();
        }
        let spendable = self.book.holds.spendable(taker.hold).units();
        let units = spendable.div_euclid(i128::from(taker.leaves_units));
        Price::from_units(i64::try_from(units).unwrap_or(i64::MAX))
    }

    /// Tells that a market order waits for the uncross.
    pub(crate) fn report_queued<S: EventSink>(&self, slot: u32, hold: Notional, sink: &mut S) {
        let order = self.book.pool.get(slot);
        sink.event(Event::Queued(Queued {
            order_id: order.id(),
            handle: self.book.pool.handle(slot),
            account: order.account,
            side: order.side(),
            leaves_quantity: Quantity::from_units(order.leaves_units),
            hold,
        }));
    }
}
