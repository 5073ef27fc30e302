//! A limit order that asks for nothing but a price, a quantity and a place in time.

use crate::command::{Cancel, Command, Replace};
use crate::id::{AccountId, ExternalId};
use crate::order::{
    ClientIdPolicy, Display, NewOrder, OrderKind, OrderSize, PostOnly, SelfTradePrevention,
    TimeInForce,
};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::side::Side;

/// A limit order without further wishes: what most orders are, in a sixth of the bytes of a [`NewOrder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitOrder {
    /// Who owns it.
    pub account: AccountId,
    /// The embedder's id of it; needs the engine's external index.
    pub external_id: Option<ExternalId>,
    /// Buy or sell.
    pub side: Side,
    /// The worst price it accepts.
    pub price: Price,
    /// How much it is for.
    pub quantity: Quantity,
    /// What becomes of what it does not trade at once.
    pub remainder: Remainder,
}

/// What becomes of what an order does not trade at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remainder {
    /// It rests until it is filled or canceled.
    Rests,
    /// It is canceled.
    IsCanceled,
}

impl Remainder {
    #[inline]
    pub(super) const fn time_in_force(self) -> TimeInForce {
        match self {
            Self::Rests => TimeInForce::GoodTillCanceled,
            Self::IsCanceled => TimeInForce::ImmediateOrCancel,
        }
    }
}

impl LimitOrder {
    /// What a new order asks, if that is no more than this.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(super) fn of(order: &NewOrder) -> Option<Self> {
        let (OrderKind::Limit { price }, OrderSize::Quantity(quantity)) = (order.kind, order.size)
        else {
            return None;
        };
        let remainder = match order.time_in_force {
            TimeInForce::GoodTillCanceled => Remainder::Rests,
            TimeInForce::ImmediateOrCancel => Remainder::IsCanceled,
            TimeInForce::FillOrKill
            | TimeInForce::GoodTillDate(_)
            | TimeInForce::Day
            | TimeInForce::AtOpen
            | TimeInForce::AtClose
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => return None,
        };
        let is_plain = order.client_order_id.is_none()
            & order.conditions.is_none()
            & order.stp_group.is_none()
            & order.minimum_quantity.is_zero()
            && order.post_only == PostOnly::No
            && order.self_trade_prevention == SelfTradePrevention::None
            && order.display == Display::Full
            && order.extra >= Notional::ZERO;
        is_plain.then_some(Self {
            account: order.account,
            external_id: order.external_id,
            side: order.side,
            price,
            quantity,
            remainder,
        })
    }
}

impl From<LimitOrder> for NewOrder {
    fn from(order: LimitOrder) -> Self {
        Self {
            account: order.account,
            client_order_id: None,
            client_id_policy: ClientIdPolicy::OpenUnique,
            external_id: order.external_id,
            side: order.side,
            kind: OrderKind::Limit { price: order.price },
            size: OrderSize::Quantity(order.quantity),
            time_in_force: order.remainder.time_in_force(),
            post_only: PostOnly::No,
            display: Display::Full,
            minimum_quantity: Quantity::ZERO,
            self_trade_prevention: SelfTradePrevention::None,
            stp_group: None,
            conditions: None,
            extra: Notional::ZERO,
        }
    }
}

impl From<LimitOrder> for Command {
    fn from(order: LimitOrder) -> Self {
        Self::Submit(order.into())
    }
}

impl From<Cancel> for Command {
    fn from(cancel: Cancel) -> Self {
        Self::Cancel(cancel)
    }
}

impl From<Replace> for Command {
    fn from(replace: Replace) -> Self {
        Self::Replace(replace)
    }
}
