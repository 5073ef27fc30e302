//! Checks before matching, in the order of [`RejectReason`]: a refused order changes nothing.

use crate::client_ids::ClientIdClaim;
use crate::id::OrderId;
use crate::listing::Listing;
use crate::matching::taker::{PriceLimit, Taker};
use crate::order::{
    ClientIdPolicy, Display, NewOrder, OrderKind, OrderSize, PostOnly, TimeInForce,
};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;
use crate::risk::Asked;

impl Listing {
    /// Whether a limit order that asks for nothing special passes all checks. `false` does not say why:
    /// see [`Self::admit_limit`].
    #[inline]
    pub(crate) fn admits_plainly(
        &self,
        order: &NewOrder,
        price: Price,
        quantity: Quantity,
        need: Notional,
    ) -> bool {
        if let Some(id) = order.external_id
            && (self.book.externals.is_none() || self.book.slot_by_external_id(id).is_some())
        {
            return false;
        }
        self.is_matching()
            && self.risk.is_free(order.account)
            && !self.is_guarded()
            && self.is_valid_quantity(quantity)
            && self.is_valid_price(price)
            && order.extra >= need
            && self.book.pool.open_count() < self.instrument.open_orders_max
    }

    /// Whether an order asks for a mechanism that this engine does not have.
    pub(crate) fn is_not_supported(order: &NewOrder) -> bool {
        let has_lifetime = match order.time_in_force {
            TimeInForce::GoodTillCanceled
            | TimeInForce::ImmediateOrCancel
            | TimeInForce::FillOrKill
            | TimeInForce::GoodTillDate(_)
            | TimeInForce::Day
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => true,
            TimeInForce::AtOpen | TimeInForce::AtClose => false,
        };
        !has_lifetime
            || matches!(order.display, Display::Iceberg { .. })
            || order.conditions.is_some()
    }

    /// Admits a limit order that has `have` reserved for it: at which price it enters, or why it does not.
    #[inline(never)]
    pub(crate) fn admit_limit(
        &self,
        order: &NewOrder,
        price: Price,
        have: Notional,
    ) -> Result<Price, RejectReason> {
        self.check_ids(order)?;
        self.risk.check_admission(order.account)?;
        self.check_state()?;
        self.check_size(order)?;
        self.check_price(price)?;
        check_combination(order)?;
        self.check_phase(order)?;
        self.check_expiry(order.time_in_force)?;
        let price = self.price_within_band(order.side, price)?;
        let price = self.price_without_taking(order.side, price, order.post_only)?;
        if have < self.need_of_entering(order, price) {
            return Err(RejectReason::InsufficientFunds);
        }
        self.check_room(order)?;
        self.check_limits(&Asked::entering(order, Some(price)))?;
        Ok(price)
    }

    /// Admits a market order that has `have` reserved for it, or says why not.
    pub(crate) fn admit_market(
        &self,
        order: &NewOrder,
        have: Notional,
    ) -> Result<Taker, RejectReason> {
        self.check_ids(order)?;
        self.risk.check_admission(order.account)?;
        self.check_state()?;
        self.check_size(order)?;
        check_combination(order)?;
        self.check_phase(order)?;
        self.check_expiry(order.time_in_force)?;
        let order_id = OrderId(self.next_order_id);
        let mut taker = Taker::entering(order, order_id, PriceLimit::Any);
        match order.size {
            OrderSize::Quantity(_) => self.fund_market(&mut taker, have)?,
            OrderSize::QuoteAmount(amount) => {
                self.fund_market_by_quote(&mut taker, amount, have)?;
            }
        }
        self.check_room(order)?;
        self.check_limits(&Asked::entering(order, None))?;
        Ok(taker)
    }

    /// What a limit order must have reserved when it enters.
    #[inline]
    pub(crate) fn need_of_entering(&self, order: &NewOrder, price: Price) -> Notional {
        match order.size {
            OrderSize::Quantity(quantity) => self.book.holds.need(order.side, price, quantity),
            OrderSize::QuoteAmount(_) => Notional::ZERO, // never admitted with a limit
        }
    }

    #[inline]
    fn check_ids(&self, order: &NewOrder) -> Result<(), RejectReason> {
        if let Some(id) = order.client_order_id
            && self.client_ids.is_open(order.account, id)
        {
            return Err(RejectReason::DuplicateClientOrderId);
        }
        match order.external_id {
            Some(id) if self.book.slot_by_external_id(id).is_some() => {
                Err(RejectReason::DuplicateExternalId)
            }
            Some(_) | None => Ok(()),
        }
    }

    #[inline]
    fn check_size(&self, order: &NewOrder) -> Result<(), RejectReason> {
        let minimum = order.minimum_quantity;
        let is_valid = match order.size {
            OrderSize::Quantity(quantity) => {
                self.is_valid_quantity(quantity)
                    && (minimum.is_zero() || minimum <= quantity && self.is_on_lot_grid(minimum))
            }
            OrderSize::QuoteAmount(amount) => {
                amount > Notional::ZERO && amount <= Notional::QUOTE_AMOUNT_MAX
            }
        };
        if is_valid {
            Ok(())
        } else {
            Err(RejectReason::InvalidQuantity)
        }
    }

    /// Whether an order may be for this much.
    #[inline]
    pub(crate) fn is_valid_quantity(&self, quantity: Quantity) -> bool {
        !quantity.is_zero()
            && quantity >= self.instrument.quantity_min
            && quantity <= self.instrument.quantity_max
            && self.is_on_lot_grid(quantity)
    }

    #[inline]
    pub(crate) fn is_on_lot_grid(&self, quantity: Quantity) -> bool {
        // A division is worth a branch here.
        self.instrument.lot_size == 1 || quantity.units().is_multiple_of(self.instrument.lot_size)
    }

    /// Whether an order may be limited to this price.
    #[inline]
    fn is_valid_price(&self, price: Price) -> bool {
        let tick = self.instrument.tick_size;
        price >= self.instrument.price_min
            && price <= self.instrument.price_max
            && (tick == 1 || price.units() % tick == 0)
    }

    #[inline]
    pub(crate) fn check_price(&self, price: Price) -> Result<(), RejectReason> {
        if self.is_valid_price(price) {
            Ok(())
        } else {
            Err(RejectReason::InvalidPrice)
        }
    }

    /// What must trade at once cannot wait for an uncross.
    #[inline]
    fn check_phase(&self, order: &NewOrder) -> Result<(), RejectReason> {
        self.check_lifetime(order.time_in_force)?;
        let can_wait = may_rest(order) && order.minimum_quantity.is_zero();
        if self.is_matching() || can_wait {
            Ok(())
        } else {
            Err(RejectReason::NotInAuction)
        }
    }

    #[inline]
    pub(crate) fn check_expiry(&self, time_in_force: TimeInForce) -> Result<(), RejectReason> {
        match time_in_force {
            TimeInForce::GoodTillDate(expiry) if expiry <= self.at => Err(RejectReason::Expired),
            TimeInForce::GoodTillDate(_)
            | TimeInForce::GoodTillCanceled
            | TimeInForce::ImmediateOrCancel
            | TimeInForce::FillOrKill
            | TimeInForce::Day
            | TimeInForce::AtOpen
            | TimeInForce::AtClose
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => Ok(()),
        }
    }

    #[inline]
    fn check_room(&self, order: &NewOrder) -> Result<(), RejectReason> {
        let is_full = self.book.pool.open_count() >= self.instrument.open_orders_max;
        if is_full && may_rest(order) {
            return Err(RejectReason::TooManyOpenOrders);
        }
        if order.external_id.is_some() && self.book.externals.is_none() {
            return Err(RejectReason::ExternalIdsOff);
        }
        Ok(())
    }

    /// What an order's client id obliges to.
    pub(crate) fn claim_client_id(
        &mut self,
        order: &NewOrder,
        fingerprint: impl FnOnce() -> u64,
    ) -> ClientIdClaim {
        match (order.client_order_id, order.client_id_policy) {
            (None, _) | (Some(_), ClientIdPolicy::OpenUnique) => ClientIdClaim::Free,
            (Some(id), ClientIdPolicy::Idempotent) => {
                let fingerprint = fingerprint();
                self.client_ids
                    .claim(order.account, id, fingerprint, self.sequence)
            }
        }
    }
}

/// Whether an order may come to rest.
#[inline]
pub(crate) fn may_rest(order: &NewOrder) -> bool {
    !matches!(order.kind, OrderKind::Market) && !order.time_in_force.is_immediate()
}

/// Attributes that contradict each other: a post-only order must be able to rest and must not have to
/// trade; only a market order is for an amount of money.
#[inline]
fn check_combination(order: &NewOrder) -> Result<(), RejectReason> {
    let is_limit = matches!(order.kind, OrderKind::Limit { .. });
    let by_quote = matches!(order.size, OrderSize::QuoteAmount(_));
    let has_minimum = !order.minimum_quantity.is_zero();
    let post_only = order.post_only != PostOnly::No;
    let contradicts =
        post_only && (!may_rest(order) || has_minimum) || by_quote && (is_limit || has_minimum);
    if contradicts {
        Err(RejectReason::InvalidCombination)
    } else {
        Ok(())
    }
}
