//! Takes holds at the door, and gives them back where a command was not sequenced.

use engine::{
    AccountId, CancelReplace, NewOrder, Notional, OrderSize, Price, Quantity, Replace, Side,
};
use ledger::Ledger;

use crate::door::worst_case;
use crate::edge::InstrumentState;
use crate::egress::OpenOrder;
use crate::lock::lock;

/// The available balance does not cover the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLittle;

/// The door of one instrument for one account.
#[derive(Debug, Clone, Copy)]
pub struct Door<'a> {
    ledger: &'a Ledger,
    state: &'a InstrumentState,
    account: AccountId,
}

impl<'a> Door<'a> {
    /// The door through which `account` reaches the instrument.
    pub const fn new(ledger: &'a Ledger, state: &'a InstrumentState, account: AccountId) -> Self {
        Self {
            ledger,
            state,
            account,
        }
    }

    /// Reserves an order's worst case and notes it in the order.
    ///
    /// # Errors
    /// Too little is available for an order that would not be a retry. An order with a client order id goes on with what there is,
    /// so that a retry gets its original answer, and so does a market buy: the engine decides.
    pub fn reserve_entry(self, order: &mut NewOrder) -> Result<(), TooLittle> {
        let Some(need) = self.worst_case(order) else {
            return Ok(());
        };
        let is_retryable = order.client_order_id.is_some();
        order.extra = if is_retryable || is_measured_by_reference(order) {
            self.reserve_up_to(order.side, need)
        } else {
            self.ledger
                .reserve(self.account, self.state.id(), order.side, need)
                .map_err(|_insufficient| TooLittle)?;
            need
        };
        Ok(())
    }

    /// Reserves what a replace needs beyond the order's hold as last reported, as far as it is available.
    ///
    /// Also fills in the side. An order whose acceptance has not been reported yet counts as having the hold it needs.
    pub fn reserve_replace(self, replace: &mut Replace) {
        let orders = lock(&self.state.orders);
        let Some(order) = orders.find(self.account, replace.order) else {
            return;
        };
        replace.side = order.side;
        let missing = self.missing_for_replace(order, replace);
        drop(orders);
        replace.extra = self.reserve_up_to(replace.side, missing);
    }

    fn missing_for_replace(self, order: &OpenOrder, replace: &Replace) -> Notional {
        let price = replace
            .price
            .or(order.price)
            .unwrap_or(Price::from_units(0));
        let total = replace.quantity.unwrap_or(order.quantity());
        let leaves = total
            .checked_sub(order.filled_quantity)
            .unwrap_or(Quantity::ZERO);
        let need = worst_case::of_limit(order.side, price, leaves, &self.state.listed.instrument);
        need.map_or(Notional::ZERO, |need| beyond(need, order.hold))
    }

    /// Reserves what the new order needs beyond what the ended one gives back, as far as it is available.
    pub fn reserve_cancel_replace(self, command: &mut CancelReplace) {
        let Some(need) = self.worst_case(&command.new_order) else {
            return;
        };
        let side = command.new_order.side;
        let given_back = lock(&self.state.orders)
            .find(self.account, command.cancel)
            .filter(|order| order.side == side)
            .map_or(Notional::ZERO, |order| order.hold);
        command.new_order.extra = self.reserve_up_to(side, beyond(need, given_back));
    }

    /// Gives back what was reserved for a command that was not sequenced.
    pub fn give_back(self, side: Side, hold: Notional) {
        if !hold.is_zero() {
            self.ledger
                .give_back(self.account, self.state.id(), side, hold);
        }
    }

    fn worst_case(self, order: &NewOrder) -> Option<Notional> {
        let reference = self.state.reference.for_taker(order.side);
        worst_case::of_entry(order, &self.state.listed.instrument, reference)
    }

    fn reserve_up_to(self, side: Side, need: Notional) -> Notional {
        if need.is_zero() {
            return need;
        }
        self.ledger
            .reserve_up_to(self.account, self.state.id(), side, need)
    }
}

/// Whether the order's worst case is an estimate: a market buy, or a sale for an amount of money.
const fn is_measured_by_reference(order: &NewOrder) -> bool {
    match (order.kind, order.side, order.size) {
        (engine::OrderKind::Limit { .. }, _, _)
        | (engine::OrderKind::Market, Side::Sell, OrderSize::Quantity(_)) => false,
        (engine::OrderKind::Market, Side::Buy, _)
        | (engine::OrderKind::Market, Side::Sell, OrderSize::QuoteAmount(_)) => true,
    }
}

fn beyond(need: Notional, hold: Notional) -> Notional {
    need.checked_sub(hold)
        .filter(|missing| missing.units() > 0)
        .unwrap_or(Notional::ZERO)
}
