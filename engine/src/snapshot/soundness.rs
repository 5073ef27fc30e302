//! What a state that is read back must not say: orders that can never be open, or not together.

use super::OpenOrder;
use crate::canonical::StateError;
use crate::instrument::FundsCheck;
use crate::listing::Listing;
use crate::order::TimeInForce;
use crate::quantity::Notional;
use crate::side::Side;

impl Listing {
    /// Trades that can be taken back are the newest ones; where money is kept they are remembered.
    pub(super) fn check_past_trades(&self) -> Result<(), StateError> {
        let keeps_money = self.instrument.funds_check == FundsCheck::Enforced;
        let are_sound = match &self.past_trades {
            Some(past) => past.are_sound(self.next_trade_id),
            None => !keeps_money,
        };
        if are_sound {
            Ok(())
        } else {
            Err(StateError::Impossible(
                "the trades that can be taken back are not the newest ones",
            ))
        }
    }

    /// Refuses ties to orders that are not open, or that do not answer them.
    pub(super) fn check_tied(&self) -> Result<(), StateError> {
        let slot_of = |id| self.book.ids.get(id, &self.book.pool);
        for slot in self.book.pool.open_slots() {
            let Some(ties) = self.book.pool.ties(slot) else {
                continue;
            };
            let id = self.book.pool.get(slot).id();
            if let Some(partner) = ties.partner {
                let back = slot_of(partner.order)
                    .and_then(|other| self.book.pool.ties(other)?.partner)
                    .map(|back| (back.order, back.shared));
                if back != Some((id, partner.shared)) {
                    return Err(StateError::Impossible("a leg's partner does not name it"));
                }
                if partner.shared < Notional::ZERO || partner.shared > self.hold_of(slot) {
                    return Err(StateError::Impossible("a leg shares more than it needs"));
                }
            }
            if let Some(parent) = ties.parent.filter(|parent| parent.parent_is_open)
                && slot_of(parent.order).is_none()
            {
                return Err(StateError::Impossible("a child's parent is not open"));
            }
        }
        let mut sides = self.quotes.iter().flat_map(|(_, sides)| sides).flatten();
        if sides.any(|order| slot_of(*order).is_none()) {
            return Err(StateError::Impossible("a side of a quote is not open"));
        }
        Ok(())
    }

    /// Refuses an order that can never be open here.
    pub(super) fn check_open(&self, side: Side, order: &OpenOrder) -> Result<(), StateError> {
        let id = order.order_id;
        if id.0 == 0
            || id.0 >= self.next_order_id
            || self.book.ids.get(id, &self.book.pool).is_some()
        {
            return Err(StateError::Impossible(
                "an order id is open twice, or was never given",
            ));
        }
        let quantities = order.leaves_quantity.checked_add(order.filled_quantity);
        if order.leaves_quantity.is_zero() || quantities.is_none() {
            return Err(StateError::Impossible("an open order has no open quantity"));
        }
        if !self
            .book
            .holds
            .can_hold(side, order.price, order.leaves_quantity)
        {
            return Err(StateError::Impossible("an order's hold does not fit"));
        }
        if self.book.open_order_count() >= self.instrument.open_orders_max {
            return Err(StateError::Impossible("more orders are open than may be"));
        }
        match order.time_in_force {
            TimeInForce::GoodTillCanceled
            | TimeInForce::GoodTillDate(_)
            | TimeInForce::Day
            | TimeInForce::AtOpen
            | TimeInForce::AtClose
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => {}
            TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill => {
                return Err(StateError::Impossible("an immediate order rests"));
            }
        }
        if let Some(external_id) = order.external_id
            && (self.book.externals.is_none()
                || self.book.slot_by_external_id(external_id).is_some())
        {
            return Err(StateError::Impossible(
                "an external id is open twice, or not indexed",
            ));
        }
        match order.client_order_id {
            Some(client_id) if self.client_ids.is_open(order.account, client_id) => {
                Err(StateError::Impossible("a client order id is open twice"))
            }
            Some(_) | None => Ok(()),
        }
    }
}
