//! How orders that wait are spelled, and read back.

use crate::book::price_level::NO_SLOT;
use crate::canonical::{
    Canonical, StateError, StateReader, StateSink, canonical_enum, canonical_struct,
};
use crate::id::{OrderId, SessionNumber};
use crate::linked::Ties;
use crate::listing::Listing;
use crate::order::{NewOrder, OrderSize};
use crate::pegged::Peg;
use crate::quantity::Quantity;
use crate::submit::{has_more, slot_of};
use crate::triggers::{Armed, Direction, Trail};
use crate::waiting::{Waiting, WaitsFor};

canonical_struct!(NewOrder {
    account,
    client_order_id,
    client_id_policy,
    external_id,
    side,
    kind,
    size,
    time_in_force,
    post_only,
    display,
    minimum_quantity,
    self_trade_prevention,
    stp_group,
    conditions,
    extra,
});

canonical_struct!(Waiting {
    order,
    waits_for,
    hold_price,
});

canonical_enum!(WaitsFor {
    1 => Trigger(armed),
    2 => Turn { stop_price },
    3 => Auction,
    4 => Uncross { turn },
    5 => Parent,
    6 => Price,
    7 => OtherSide,
});

canonical_struct!(Armed {
    side,
    source,
    kind,
    trail,
});

canonical_enum!(Trail { 0 => None, 1 => Fresh, 2 => Inactive(direction), 3 => Following(stop) });

canonical_enum!(Direction { 1 => Up, 2 => Down });

/// Everything of a waiting order that decides.
struct OpenWaiting {
    order_id: OrderId,
    leaves_quantity: Quantity,
    filled_quantity: Quantity,
    replace_count: u32,
    waiting: Waiting,
    ties: Option<Ties>,
    peg: Option<Peg>,
}

canonical_struct!(OpenWaiting {
    order_id,
    leaves_quantity,
    filled_quantity,
    replace_count,
    waiting,
    ties,
    peg,
});

impl Listing {
    /// Spells out the waiting orders, in the order in which they were accepted.
    pub(crate) fn write_waiting<S: StateSink>(&self, out: &mut S) {
        let open = |(order_id, slot): (&OrderId, &u32)| {
            let detail = self.book.pool.detail(*slot);
            OpenWaiting {
                order_id: *order_id,
                leaves_quantity: Quantity::from_units(self.book.pool.get(*slot).leaves_units),
                filled_quantity: Quantity::from_units(detail.filled_units),
                replace_count: detail.replace_count,
                waiting: self.book.waiting_record(*slot).clone(),
                ties: self.book.pool.ties(*slot).copied(),
                peg: self.book.pool.peg(*slot).copied(),
            }
        };
        let all: Vec<_> = self.book.waiting.iter().map(open).collect();
        all.write(out);
    }

    pub(crate) fn read_waiting(&mut self, from: &mut StateReader<'_>) -> Result<(), StateError> {
        let all: Vec<OpenWaiting> = from.value()?;
        for open in all {
            self.check_waiting(&open)?;
            let entered = NewOrder {
                size: OrderSize::Quantity(open.leaves_quantity),
                ..open.waiting.order.clone()
            };
            let slot = self
                .book
                .pool
                .take(slot_of(&entered, open.order_id, SessionNumber::NONE));
            if has_more(&entered) {
                self.note_more(slot, &entered);
            }
            if !open.filled_quantity.is_zero() || open.replace_count != 0 {
                let mut detail = self.book.pool.detail(slot);
                detail.filled_units = open.filled_quantity.units();
                detail.replace_count = open.replace_count;
                self.book.pool.set_detail(slot, detail);
            }
            self.book.list(slot, open.order_id, entered.external_id);
            self.wait(slot, open.waiting);
            self.tie_again(slot, open.ties, open.peg);
        }
        Ok(())
    }

    /// Refuses an order that can never wait here.
    fn check_waiting(&self, open: &OpenWaiting) -> Result<(), StateError> {
        let (id, order) = (open.order_id, &open.waiting.order);
        let is_known = id.0 != 0 && id.0 < self.next_order_id;
        if !is_known || self.book.ids.get(id, &self.book.pool).is_some() {
            return Err(StateError::Impossible(
                "an order id is open twice, or was never given",
            ));
        }
        let quantities = open.leaves_quantity.checked_add(open.filled_quantity);
        if open.leaves_quantity.is_zero() || quantities.is_none() {
            return Err(StateError::Impossible("an open order has no open quantity"));
        }
        let (holds, price) = (self.book.holds, open.waiting.hold_price);
        if !holds.can_hold(order.side, price, open.leaves_quantity) {
            return Err(StateError::Impossible("an order's hold does not fit"));
        }
        if self.book.open_order_count() >= self.instrument.open_orders_max {
            return Err(StateError::Impossible("more orders are open than may be"));
        }
        let is_taken = order.external_id.is_some_and(|id| {
            self.book.externals.is_none() || self.book.slot_by_external_id(id).is_some()
        }) || order
            .client_order_id
            .is_some_and(|id| self.client_ids.is_open(order.account, id));
        if is_taken {
            return Err(StateError::Impossible(
                "an id of a waiting order is open twice, or not indexed",
            ));
        }
        match open.waiting.waits_for {
            WaitsFor::Trigger(armed) if !armed.is_sound(order.side) => Err(StateError::Impossible(
                "a trigger stands where none can stand",
            )),
            WaitsFor::Uncross { turn } if self.session.market_queue.is_taken(order.side, turn) => {
                Err(StateError::Impossible("two market orders have one turn"))
            }
            WaitsFor::Trigger(_)
            | WaitsFor::Turn { .. }
            | WaitsFor::Auction
            | WaitsFor::Parent
            | WaitsFor::Price
            | WaitsFor::OtherSide
            | WaitsFor::Uncross { .. } => Ok(()),
        }
    }

    /// Whether an order in the cascade is still to enter.
    pub(crate) fn has_turn(&self, order_id: OrderId) -> bool {
        self.book
            .ids
            .get(order_id, &self.book.pool)
            .filter(|slot| self.book.pool.get(*slot).level == NO_SLOT)
            .is_some_and(|slot| {
                // One that takes at this moment is in no queue and does not wait.
                let special = self.book.pool.special(slot);
                let waiting = special.and_then(|special| special.waiting.as_ref());
                waiting.is_some_and(|waiting| matches!(waiting.waits_for, WaitsFor::Turn { .. }))
            })
    }

    /// Whether an order in the cascade is still to enter, or to grow.
    pub(crate) fn is_to_enter(&self, order_id: OrderId) -> bool {
        let slot = self.book.ids.get(order_id, &self.book.pool);
        self.has_turn(order_id) || slot.is_some_and(|slot| self.child_with_turn(slot).is_some())
    }

    pub(crate) fn read_turns(&mut self, from: &mut StateReader<'_>) -> Result<(), StateError> {
        let turns: Vec<OrderId> = from.value()?;
        for order_id in turns {
            if !self.is_to_enter(order_id) {
                return Err(StateError::Impossible("the turn of an order that has none"));
            }
            self.cascade.push(order_id);
        }
        Ok(())
    }
}
