//! Limits of one account on one instrument.

use crate::canonical::canonical_struct;
use crate::event::{Event, Rejected};
use crate::event_sink::EventSink;
use crate::id::{AccountId, FeeTier};
use crate::listing::Listing;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;

/// What one account may do on one instrument; `None` limits nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RiskLimits {
    /// Largest quantity of an order.
    pub quantity_max: Option<Quantity>,
    /// Largest price x quantity of an order. A market order is measured by the best opposite price, else by
    /// the last price.
    pub notional_max: Option<Notional>,
    /// How far through the last price (else the best opposite price) a limit price may go, in hundredths of a
    /// percent: a buy above it, a sell below it.
    pub price_band_bips: Option<u32>,
    /// Most orders that may be open.
    pub open_orders_max: Option<u32>,
    /// Largest position, bought or sold, that its trades and all its open orders of a side could come to.
    pub position_max: Option<Quantity>,
    /// Most orders in a time.
    pub order_rate: Option<OrderRate>,
    /// Most orders for what they trade.
    pub order_to_trade: Option<OrderToTrade>,
}

/// Most orders in a time. Changes of orders count as orders; what is refused does not count, cancels neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRate {
    /// So many.
    pub orders_max: u32,
    /// In each window of so much engine time, in its units; windows follow each other from time 0 on.
    pub window: u64,
}

/// Most orders for what they trade: `orders_free + orders_per_trade x trades` in each window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderToTrade {
    /// Orders that need no trade.
    pub orders_free: u32,
    /// Orders that each trade of the account is good for.
    pub orders_per_trade: u32,
    /// Length of the windows, as in [`OrderRate::window`].
    pub window: u64,
}

canonical_struct!(RiskLimits {
    quantity_max,
    notional_max,
    price_band_bips,
    open_orders_max,
    position_max,
    order_rate,
    order_to_trade,
});
canonical_struct!(OrderRate { orders_max, window });
canonical_struct!(OrderToTrade {
    orders_free,
    orders_per_trade,
    window,
});

/// Replaces an account's limits on the instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetLimits {
    /// Whose.
    pub account: AccountId,
    /// From now on; open orders stay as they are.
    pub limits: RiskLimits,
}

/// Says which of the instrument's fee rates an account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetFeeTier {
    /// Whose.
    pub account: AccountId,
    /// From the next trade on.
    pub fee_tier: FeeTier,
}

impl RiskLimits {
    /// Nothing is limited.
    pub const NONE: Self = Self {
        quantity_max: None,
        notional_max: None,
        price_band_bips: None,
        open_orders_max: None,
        position_max: None,
        order_rate: None,
        order_to_trade: None,
    };

    /// Whether every window has a length.
    pub(crate) fn are_sound(&self) -> bool {
        self.order_rate.is_none_or(|rate| rate.window > 0)
            && self.order_to_trade.is_none_or(|ratio| ratio.window > 0)
    }

    /// Whether a limit adds up or counts the account's open orders.
    pub(crate) const fn look_at_open_orders(&self) -> bool {
        self.open_orders_max.is_some() || self.position_max.is_some()
    }
}

impl Listing {
    /// Replaces an account's limits; a window without a length is refused. What they count begins anew.
    pub(crate) fn set_limits<S: EventSink>(&mut self, set: &SetLimits, sink: &mut S) {
        if !set.limits.are_sound() {
            sink.event(Event::Rejected(Rejected {
                account: set.account,
                order_id: None,
                client_order_id: None,
                external_id: None,
                reason: RejectReason::InvalidCombination,
            }));
            return;
        }
        self.risk.change(set.account, |risk| risk.limit(set.limits));
        if set.limits.look_at_open_orders() {
            self.book.watch(set.account);
        } else {
            self.book.unwatch(set.account);
        }
    }

    /// Says which fees an account pays.
    pub(crate) fn set_fee_tier(&mut self, set: SetFeeTier) {
        self.risk
            .change(set.account, |risk| risk.fee_tier = set.fee_tier);
    }
}
