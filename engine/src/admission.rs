//! Checks before matching, in the order of [`RejectReason`]: a refused order changes nothing.

use crate::client_ids::ClientIdClaim;
use crate::conditions::{Conditions, TrailingDistance, TriggerKind};
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
use crate::side::Side;
use crate::waiting::{Waiting, WaitsFor};

const BIPS: u32 = 10_000;

/// How an admitted order enters.
pub(crate) enum Admitted {
    /// With this limit.
    Limited(Price),
    /// Without one.
    Unlimited(Box<Taker>),
    /// Later: it waits outside the book.
    Waits(Box<Waiting>),
}

impl Listing {
    /// Whether a limit order that asks for nothing special passes all checks. `false` does not say why:
    /// see [`Self::admit_order`].
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
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
            && self.instrument.rules.entry_band.is_none()
            && self.is_valid_quantity(quantity)
            && self.is_valid_price(price)
            && order.extra >= need
            && self.book.pool.open_count() < self.instrument.open_orders_max
    }

    /// Admits an order that has `have` reserved for it: how it enters, or why it does not.
    #[inline(never)]
    pub(crate) fn admit_order(
        &self,
        order: &NewOrder,
        have: Notional,
    ) -> Result<Admitted, RejectReason> {
        self.check_ids(order)?;
        self.check_ties(order)?;
        self.risk.check_admission(order.account)?;
        self.check_state()?;
        self.check_size(order)?;
        self.check_prices(order)?;
        check_combination(order)?;
        self.check_pair(order)?;
        self.check_phase(order)?;
        self.check_expiry(order.time_in_force)?;
        if let OrderKind::Limit { price } = order.kind {
            self.check_band(price)?;
        }
        self.check_group(order)?;
        let conditions = order.conditions.as_deref();
        if conditions.is_some_and(|conditions| conditions.parent.is_some()) {
            let stop_price = conditions.and_then(Conditions::stop_price);
            return self.admit_waiting(order, WaitsFor::Parent, stop_price, have);
        }
        if let Some(armed) = self.armed_on_entry(order) {
            let waits_for = self.waits_for(armed)?;
            return self.admit_waiting(order, waits_for, armed.stop_price(), have);
        }
        if let Some(waits_for) = self.waits_for_a_call(order) {
            return self.admit_waiting(order, waits_for, None, have);
        }
        if order.is_pegged() {
            return self.admit_waiting(order, WaitsFor::Price, None, have);
        }
        let limit = match order.kind {
            OrderKind::Limit { price } => {
                let price = self.price_without_taking(order.side, price, order.post_only)?;
                Some(self.price_within_band(order.side, price)?)
            }
            OrderKind::Market | OrderKind::Pegged { .. } => None,
            OrderKind::MarketWithProtection { .. } | OrderKind::MarketToLimit => self
                .limit_from_book(order)
                .map(|price| self.within_band(order.side, price)),
        };
        match limit {
            Some(price) => self.admit_limited(order, price, have),
            None => self.admit_unlimited(order, have),
        }
    }

    fn admit_limited(
        &self,
        order: &NewOrder,
        price: Price,
        have: Notional,
    ) -> Result<Admitted, RejectReason> {
        let need = self.need_of_entering(order, price);
        if have + self.shared_on_entry(order, need) < need {
            return Err(RejectReason::InsufficientFunds);
        }
        self.check_room(order)?;
        self.check_limits(&Asked::entering(order, Some(price)))?;
        Ok(Admitted::Limited(price))
    }

    /// Admits an order that trades at any price.
    fn admit_unlimited(&self, order: &NewOrder, have: Notional) -> Result<Admitted, RejectReason> {
        let order_id = OrderId(self.next_order_id);
        let mut taker = Taker::entering(order, order_id, PriceLimit::Any);
        match (order.kind, order.size) {
            // Without anybody opposite it has no limit, and ends as it comes.
            (OrderKind::MarketWithProtection { .. } | OrderKind::MarketToLimit, _) => {}
            (_, OrderSize::Quantity(_)) => self.fund_market(&mut taker, have)?,
            (_, OrderSize::QuoteAmount(amount)) => {
                self.fund_market_by_quote(&mut taker, amount, have)?;
            }
        }
        self.check_room(order)?;
        self.check_limits(&Asked::entering(order, None))?;
        Ok(Admitted::Unlimited(Box::new(taker)))
    }

    /// Whether a limit price is inside the entry band.
    #[inline]
    pub(crate) fn check_band(&self, price: Price) -> Result<(), RejectReason> {
        match self.instrument.rules.entry_band {
            Some(band) if price < band.low || price > band.high => {
                Err(RejectReason::PriceOutsideBand)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether all prices that an order names are on the grid and make sense.
    fn check_prices(&self, order: &NewOrder) -> Result<(), RejectReason> {
        if let OrderKind::Limit { price } = order.kind {
            self.check_price(price)?;
        }
        let conditions = order.conditions.as_deref();
        self.check_peg_prices(order)?;
        let Some(trigger) = conditions.and_then(|conditions| conditions.trigger) else {
            return Ok(());
        };
        match trigger.kind {
            TriggerKind::Stop { price } | TriggerKind::TakeProfit { price } => {
                self.check_price(price)
            }
            TriggerKind::Trailing {
                distance,
                step,
                activation,
            } => {
                if let Some(price) = activation {
                    self.check_price(price)?;
                }
                let tick = self.instrument.tick_size;
                let is_sound = match distance {
                    TrailingDistance::Price(units) => {
                        units > 0 && i64::try_from(units).is_ok_and(|units| units % tick == 0)
                    }
                    TrailingDistance::Bips(bips) => {
                        bips > 0 && (order.side == Side::Buy || bips < BIPS)
                    }
                };
                if is_sound && step.is_none_or(|step| step > 0 && step % tick == 0) {
                    Ok(())
                } else {
                    Err(RejectReason::InvalidPrice)
                }
            }
        }
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
                    && match order.display {
                        Display::Full | Display::Hidden => true,
                        Display::Iceberg { peak } => self.is_valid_peak(peak),
                    }
            }
            OrderSize::QuoteAmount(amount) => {
                amount > Notional::ZERO
                    && amount <= Notional::QUOTE_AMOUNT_MAX
                    && self.is_on_lot_grid(minimum)
            }
        };
        if is_valid {
            Ok(())
        } else {
            Err(RejectReason::InvalidQuantity)
        }
    }

    /// Whether an iceberg may show slices of this much.
    pub(crate) fn is_valid_peak(&self, peak: Quantity) -> bool {
        !peak.is_zero() && self.is_on_lot_grid(peak)
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
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn is_valid_price(&self, price: Price) -> bool {
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
        let waits = order
            .conditions
            .as_deref()
            .is_some_and(Conditions::make_it_wait);
        let by_amount = matches!(order.size, OrderSize::QuoteAmount(_));
        let can_wait = !order.time_in_force.is_immediate()
            && order.minimum_quantity.is_zero()
            && (waits || !by_amount);
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
        self.check_external_ids(order)
    }

    #[inline]
    pub(crate) fn check_external_ids(&self, order: &NewOrder) -> Result<(), RejectReason> {
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
/// trade; only a market order that does not wait is for an amount of money; an iceberg must have a limit
/// and time to show its slices.
#[inline]
fn check_combination(order: &NewOrder) -> Result<(), RejectReason> {
    let (is_limit, is_market) = match order.kind {
        OrderKind::Limit { .. } | OrderKind::Pegged { .. } => (true, false),
        OrderKind::Market => (false, true),
        OrderKind::MarketWithProtection { .. } | OrderKind::MarketToLimit => (false, false),
    };
    let is_pegged = order.is_pegged();
    let by_quote = matches!(order.size, OrderSize::QuoteAmount(_));
    let has_minimum = !order.minimum_quantity.is_zero();
    let post_only = order.post_only != PostOnly::No;
    let is_iceberg = matches!(order.display, Display::Iceberg { .. });
    let may_wait = is_limit && !order.time_in_force.is_immediate();
    let waits = order
        .conditions
        .as_deref()
        .is_some_and(Conditions::make_it_wait);
    let conditions = order.conditions.as_deref();
    let has_trigger = conditions.is_some_and(|conditions| conditions.trigger.is_some());
    let has_cap = conditions.is_some_and(|conditions| conditions.cap.is_some());
    let contradicts = post_only && (!may_wait || has_minimum || is_pegged)
        || is_pegged && (!may_wait || has_minimum || has_trigger)
        || is_pegged && order.time_in_force.is_for_a_call()
        || has_cap && !is_pegged
        || is_iceberg && !may_wait
        || by_quote && (!is_market || has_minimum || waits)
        || order.time_in_force.is_for_a_call() && (by_quote || has_trigger);
    if contradicts {
        Err(RejectReason::InvalidCombination)
    } else {
        Ok(())
    }
}
