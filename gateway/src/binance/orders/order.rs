//! One order in the venue's words.

use engine::{
    Accepted, AccountId, ClientOrderId, Conditions, Display, NewOrder, Notional, OrderHandle,
    OrderId, OrderKind, OrderSize, PostOnly, Price, Quantity, SelfTradePrevention, Side,
    TrailingDistance, TriggerKind,
};

use crate::binance::words::{ExpiryReason, OrderType, PegPriceType, Status, TimeInForce};
use crate::egress::OpenOrder;

/// An order as its last event left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VenueOrder {
    /// The exchange's id.
    pub order_id: OrderId,
    /// Who owns it.
    pub account: AccountId,
    /// The participant's id now: an amendment gives it another one.
    pub client_order_id: ClientOrderId,
    /// Buy or sell.
    pub side: Side,
    /// What it is.
    pub order_type: OrderType,
    /// How long it lives.
    pub time_in_force: TimeInForce,
    /// Its limit; zero for an order without one.
    pub price: Price,
    /// What it is for; of an order by quote amount what has traded.
    pub quantity: Quantity,
    /// The money that it is for, of an order by quote amount.
    pub quote_amount: Notional,
    /// Traded so far.
    pub executed: Quantity,
    /// Price times quantity of what has traded.
    pub cumulative_quote: Notional,
    /// Where it stands.
    pub status: Status,
    /// What it waits for.
    pub stop_price: Option<Price>,
    /// How far it trails, in hundredths of a percent.
    pub trailing_delta: Option<u32>,
    /// How much of an iceberg shows.
    pub iceberg: Option<Quantity>,
    /// What happens where it meets its own account.
    pub self_trade_prevention: SelfTradePrevention,
    /// What only this persona keeps of it.
    pub attributes: Attributes,
    /// When it was entered.
    pub entered_us: u64,
    /// When something last happened to it.
    pub updated_us: u64,
    /// Since when it is in the book, or was tried against it.
    pub working_us: Option<u64>,
    /// How much did not trade because it met its own account.
    pub prevented: Quantity,
    /// The last time that it met its own account.
    pub prevented_match_id: Option<u64>,
    /// Why it expired.
    pub expiry_reason: Option<ExpiryReason>,
    /// How often it was amended.
    pub amendments: u32,
}

/// What a request says of an order that no event repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes {
    /// The owner's number of a strategy.
    pub strategy_id: Option<u64>,
    /// The owner's kind of strategy.
    pub strategy_type: Option<u64>,
    /// Where its price comes from.
    pub peg: Option<Peg>,
    /// The list that it belongs to.
    pub list_id: Option<u64>,
    /// What its owner calls it, where nobody else can know: of an order that trails.
    pub order_type: Option<OrderType>,
}

/// A price that is taken from the book once, at entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peg {
    /// From which side.
    pub price_type: PegPriceType,
    /// So many levels behind the best one.
    pub offset_levels: Option<u64>,
}

impl VenueOrder {
    /// An order that was accepted at `at_us`.
    pub fn accepted(
        accepted: &Accepted,
        conditions: Option<&Conditions>,
        attributes: Attributes,
        at_us: u64,
    ) -> Self {
        let (stop_price, trailing_delta) = stop_of(conditions);
        let waits = conditions.is_some_and(Conditions::make_it_wait);
        let (quantity, quote_amount) = match accepted.size {
            OrderSize::Quantity(quantity) => (quantity, Notional::ZERO),
            OrderSize::QuoteAmount(amount) => (Quantity::ZERO, amount),
        };
        Self {
            order_id: accepted.order_id,
            account: accepted.account,
            client_order_id: accepted
                .client_order_id
                .unwrap_or_else(|| nameless(accepted.order_id)),
            side: accepted.side,
            order_type: attributes
                .order_type
                .unwrap_or_else(|| order_type(accepted.kind, accepted.post_only, conditions)),
            time_in_force: time_in_force(accepted.time_in_force),
            price: match accepted.kind {
                OrderKind::Limit { price } => price,
                OrderKind::Market
                | OrderKind::MarketWithProtection { .. }
                | OrderKind::MarketToLimit
                | OrderKind::Pegged { .. } => Price::from_units(0),
            },
            quantity,
            quote_amount,
            executed: Quantity::ZERO,
            cumulative_quote: Notional::ZERO,
            status: if conditions.is_some_and(|it| it.parent.is_some()) {
                Status::PendingNew
            } else {
                Status::New
            },
            stop_price,
            trailing_delta,
            iceberg: iceberg(accepted.display),
            self_trade_prevention: accepted.self_trade_prevention,
            attributes,
            entered_us: at_us,
            updated_us: at_us,
            working_us: (!waits).then_some(at_us),
            prevented: Quantity::ZERO,
            prevented_match_id: None,
            expiry_reason: None,
            amendments: 0,
        }
    }

    /// An order as it is told of if it is refused: it never had an id of the exchange.
    pub fn refused(order: &NewOrder, attributes: Attributes) -> Self {
        let as_entered = Accepted {
            order_id: OrderId(0),
            handle: OrderHandle {
                slot: 0,
                generation: 0,
            },
            account: order.account,
            client_order_id: order.client_order_id,
            external_id: order.external_id,
            side: order.side,
            kind: order.kind,
            size: order.size,
            time_in_force: order.time_in_force,
            post_only: order.post_only,
            display: order.display,
            self_trade_prevention: order.self_trade_prevention,
            stp_group: order.stp_group,
            hold: order.extra,
        };
        Self {
            status: Status::Rejected,
            working_us: None,
            ..Self::accepted(&as_entered, order.conditions.as_deref(), attributes, 0)
        }
    }

    /// An open order that was entered before this persona kept its account's orders.
    pub fn found(open: &OpenOrder, at_us: u64) -> Self {
        Self {
            order_id: open.order_id,
            account: open.account,
            client_order_id: open
                .client_order_id
                .unwrap_or_else(|| nameless(open.order_id)),
            side: open.side,
            order_type: match (open.price, open.post_only) {
                (None, _) => OrderType::Market,
                (Some(_), PostOnly::Reject | PostOnly::Slide) => OrderType::LimitMaker,
                (Some(_), PostOnly::No) => OrderType::Limit,
            },
            time_in_force: time_in_force(open.time_in_force),
            price: open.price.unwrap_or(Price::from_units(0)),
            quantity: open.quantity(),
            quote_amount: Notional::ZERO,
            executed: open.filled_quantity,
            cumulative_quote: Notional::of(
                open.price.unwrap_or(Price::from_units(0)),
                open.filled_quantity,
            ),
            status: if open.filled_quantity.is_zero() {
                Status::New
            } else {
                Status::PartiallyFilled
            },
            stop_price: None,
            trailing_delta: None,
            iceberg: iceberg(open.display),
            self_trade_prevention: SelfTradePrevention::CancelNewest,
            attributes: Attributes::default(),
            entered_us: at_us,
            updated_us: at_us,
            working_us: Some(at_us),
            prevented: Quantity::ZERO,
            prevented_match_id: None,
            expiry_reason: None,
            amendments: open.replace_count,
        }
    }

    /// Whether it is for money and not for a quantity.
    pub fn is_by_quote(&self) -> bool {
        !self.quote_amount.is_zero()
    }

    /// The quantity that it asks for: of an order by quote amount what has traded.
    pub fn original_quantity(&self) -> Quantity {
        if self.is_by_quote() {
            self.executed
        } else {
            self.quantity
        }
    }

    /// What may still trade.
    pub fn leaves(&self) -> Quantity {
        self.quantity
            .checked_sub(self.executed)
            .and_then(|left| left.checked_sub(self.prevented))
            .unwrap_or(Quantity::ZERO)
    }
}

/// The id of an order whose owner gave it none.
pub(super) fn nameless(order_id: OrderId) -> ClientOrderId {
    ClientOrderId::new(&format!("rialto-{}", order_id.0)).expect("a word and a number are an id")
}

pub(super) const fn iceberg(display: Display) -> Option<Quantity> {
    match display {
        Display::Iceberg { peak } => Some(peak),
        Display::Full | Display::Hidden => None,
    }
}

pub(super) fn stop_of(conditions: Option<&Conditions>) -> (Option<Price>, Option<u32>) {
    match conditions
        .and_then(|it| it.trigger)
        .map(|trigger| trigger.kind)
    {
        None => (None, None),
        Some(TriggerKind::Stop { price } | TriggerKind::TakeProfit { price }) => {
            (Some(price), None)
        }
        Some(TriggerKind::Trailing {
            distance,
            activation,
            ..
        }) => match distance {
            TrailingDistance::Bips(bips) => (activation, Some(bips)),
            TrailingDistance::Price(_) => (activation, None),
        },
    }
}

pub(super) fn order_type(
    kind: OrderKind,
    post_only: PostOnly,
    conditions: Option<&Conditions>,
) -> OrderType {
    let is_limit = match kind {
        OrderKind::Limit { .. } | OrderKind::Pegged { .. } => true,
        OrderKind::Market | OrderKind::MarketWithProtection { .. } | OrderKind::MarketToLimit => {
            false
        }
    };
    let trigger = conditions.and_then(|it| it.trigger);
    match (trigger.map(|trigger| trigger.kind), is_limit) {
        (Some(TriggerKind::TakeProfit { .. }), true) => OrderType::TakeProfitLimit,
        (Some(TriggerKind::TakeProfit { .. }), false) => OrderType::TakeProfit,
        (Some(TriggerKind::Stop { .. } | TriggerKind::Trailing { .. }), true) => {
            OrderType::StopLossLimit
        }
        (Some(TriggerKind::Stop { .. } | TriggerKind::Trailing { .. }), false) => {
            OrderType::StopLoss
        }
        (None, false) => OrderType::Market,
        (None, true) => match post_only {
            PostOnly::No => OrderType::Limit,
            PostOnly::Reject | PostOnly::Slide => OrderType::LimitMaker,
        },
    }
}

pub(super) const fn time_in_force(lifetime: engine::TimeInForce) -> TimeInForce {
    match lifetime {
        engine::TimeInForce::ImmediateOrCancel => TimeInForce::Ioc,
        engine::TimeInForce::FillOrKill => TimeInForce::Fok,
        engine::TimeInForce::GoodTillCanceled
        | engine::TimeInForce::GoodTillDate(_)
        | engine::TimeInForce::Day
        | engine::TimeInForce::AtOpen
        | engine::TimeInForce::AtClose
        | engine::TimeInForce::GoodForAuction
        | engine::TimeInForce::GoodForContinuous => TimeInForce::Gtc,
    }
}
