//! Checks of an account's limits: after all others, in the order of [`RejectReason`].

use crate::id::AccountId;
use crate::listing::Listing;
use crate::order::{NewOrder, OrderSize};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;
use crate::risk::RiskLimits;
use crate::side::Side;

const BIPS: i128 = 10_000;

/// What a new order, or a changed one, asks an account's limits for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) account: AccountId,
    pub(crate) side: Side,
    /// Its limit, if it has one.
    pub(crate) price: Option<Price>,
    /// How much it is for; `None` where money measures it.
    pub(crate) quantity: Option<Quantity>,
    /// The money that measures it.
    pub(crate) amount: Option<Notional>,
    /// Quantity units that would be open beyond those that are.
    pub(crate) added_units: u64,
    /// Orders that would be open beyond those that are.
    pub(crate) added_orders: u32,
}

impl Asked {
    /// What a new order asks for that is limited to `price`, if to any.
    pub(crate) const fn entering(order: &NewOrder, price: Option<Price>) -> Self {
        let (quantity, amount, added_units) = match order.size {
            OrderSize::Quantity(quantity) => (Some(quantity), None, quantity.units()),
            OrderSize::QuoteAmount(amount) => (None, Some(amount), 0),
        };
        Self {
            account: order.account,
            side: order.side,
            price,
            quantity,
            amount,
            added_units,
            added_orders: 1,
        }
    }
}

impl Listing {
    /// Whether the account's limits let this in.
    ///
    /// # Errors
    /// The first limit that it is beyond.
    #[inline]
    pub(crate) fn check_limits(&self, asked: &Asked) -> Result<(), RejectReason> {
        if self.risk.is_free(asked.account) {
            return Ok(());
        }
        self.check_own_limits(asked)
    }

    #[cold]
    fn check_own_limits(&self, asked: &Asked) -> Result<(), RejectReason> {
        let risk = self.risk.of(asked.account);
        let limits = risk.limits;
        self.check_size_limits(asked, &limits)?;
        if self.is_far_through(asked, &limits) {
            return Err(RejectReason::PriceLimit);
        }
        if let Some(most) = limits.open_orders_max {
            let open = u64::from(self.book.open_count_of(asked.account));
            if open + u64::from(asked.added_orders) > u64::from(most) {
                return Err(RejectReason::OpenOrdersLimit);
            }
        }
        if let Some(most) = limits.position_max
            && asked.added_units > 0
            && self.position_at_worst(asked) > i128::from(most.units())
        {
            return Err(RejectReason::PositionLimit);
        }
        let at = self.at.0;
        if limits
            .order_rate
            .is_some_and(|rate| !risk.is_within_rate(rate, at))
        {
            return Err(RejectReason::OrderRateLimit);
        }
        if limits
            .order_to_trade
            .is_some_and(|ratio| !risk.is_within_ratio(ratio, at))
        {
            return Err(RejectReason::OrderToTradeLimit);
        }
        Ok(())
    }

    fn check_size_limits(&self, asked: &Asked, limits: &RiskLimits) -> Result<(), RejectReason> {
        if let (Some(most), Some(quantity)) = (limits.quantity_max, asked.quantity)
            && quantity > most
        {
            return Err(RejectReason::QuantityLimit);
        }
        if let (Some(most), Some(notional)) = (limits.notional_max, self.notional_of(asked))
            && notional > most
        {
            return Err(RejectReason::NotionalLimit);
        }
        Ok(())
    }

    /// Price x quantity; `None` for a market order that nothing measures.
    fn notional_of(&self, asked: &Asked) -> Option<Notional> {
        asked.amount.or_else(|| {
            let best = || self.book.best_price(asked.side.opposite());
            let price = asked.price.or_else(best).or(self.last_price)?;
            Some(Notional::of(price, asked.quantity?))
        })
    }

    /// Whether a limit price is further through the reference than the account's band lets it.
    fn is_far_through(&self, asked: &Asked, limits: &RiskLimits) -> bool {
        let best = || self.book.best_price(asked.side.opposite());
        let (Some(band), Some(price), Some(reference)) = (
            limits.price_band_bips,
            asked.price,
            self.last_price.or_else(best),
        ) else {
            return false;
        };
        let (price, reference) = (i128::from(price.units()), i128::from(reference.units()));
        let reach = reference.abs() * i128::from(band);
        match asked.side {
            Side::Buy => (price - reference) * BIPS > reach,
            Side::Sell => (reference - price) * BIPS > reach,
        }
    }

    /// The position on the order's side if it and everything that is open there traded.
    fn position_at_worst(&self, asked: &Asked) -> i128 {
        let open =
            i128::from(asked.added_units) + self.book.open_units_of(asked.account, asked.side);
        let position = self.risk.positions.of(asked.account);
        match asked.side {
            Side::Buy => position + open,
            Side::Sell => open - position,
        }
    }
}
