//! An order as it is entered: what every order has, and what only some ask for.

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::ClientOrderId;
use crate::request::OrderRef;
use crate::words::{
    ChildStart, OcoMode, OnDisconnect, PegReference, PostOnly, SelfTradePrevention, Side,
    TriggerSource,
};

/// An order as entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewOrder {
    /// The participant's own id of it.
    pub client_order_id: Option<ClientOrderId>,
    /// Buy or sell.
    pub side: Side,
    /// What it is limited by.
    pub kind: OrderKind,
    /// How much it is for.
    pub size: OrderSize,
    /// How long it lives; by default IOC for a market order without protection, else GTC.
    pub time_in_force: TimeInForce,
    /// Whether it may take liquidity; by default it may.
    pub post_only: PostOnly,
    /// How much of it the market sees; by default all.
    pub display: Display,
    /// Least quantity that must trade at once.
    pub minimum_quantity: Option<ExactDecimal>,
    /// What happens where it meets an order of its own account or group; by default it is canceled.
    pub self_trade_prevention: SelfTradePrevention,
    /// Further accounts that are in self-trade scope.
    pub stp_group: Option<u32>,
    /// What only some orders ask for.
    pub conditions: Conditions,
    /// Whether a `trace` of it is wanted.
    pub is_traced: bool,
}

/// What an order is limited by. FIX OrdType(40).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderKind {
    /// Trades at `price` or better; what is left may rest there.
    Limit {
        /// The worst price it accepts.
        price: ExactDecimal,
    },
    /// Trades at any price, never rests.
    Market,
    /// Trades up to `protection` beyond the best opposite price; what is left rests there.
    MarketWithProtection {
        /// Distance from the best opposite price, above zero.
        protection: ExactDecimal,
    },
    /// Trades at the best opposite price; what is left rests there.
    MarketToLimit,
    /// Its price follows the book.
    Pegged(Peg),
}

/// A price that follows the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peg {
    /// What it follows.
    pub reference: PegReference,
    /// Added to what it follows, for buys and sells alike; may be negative; by default zero.
    pub offset: Option<ExactDecimal>,
    /// The worst price it may have.
    pub cap: Option<ExactDecimal>,
}

/// How much an order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderSize {
    /// This much of the base asset.
    Quantity(ExactDecimal),
    /// This much of the quote asset.
    QuoteAmount(ExactDecimal),
}

/// How long an order lives. FIX `TimeInForce(59)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeInForce {
    /// Until it is filled or canceled: `GTC`.
    GoodTillCanceled,
    /// Trades what it can at once, the rest is canceled: `IOC`.
    ImmediateOrCancel,
    /// Trades wholly at once or not at all: `FOK`.
    FillOrKill,
    /// Until its expiry: `GTD` with `expire_at_us`.
    GoodTillDate {
        /// In µs since 1970-01-01 UTC.
        expire_at_us: u64,
    },
    /// Until the instrument closes: `DAY`.
    Day,
    /// For the opening auction alone: `OPG`.
    AtOpen,
    /// For the closing auction alone: `ATC`.
    AtClose,
    /// For the auction that is under way: `GFA`.
    GoodForAuction,
    /// Until an auction begins: `GFC`.
    GoodForContinuous,
}

/// How much of an order the market sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// All of it.
    Full,
    /// Nothing of it: `hidden`.
    Hidden,
    /// A slice at a time.
    Iceberg {
        /// The slice it shows.
        display_quantity: ExactDecimal,
    },
}

/// What only some orders ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conditions {
    /// It waits until the market reaches a price.
    pub trigger: Option<Trigger>,
    /// It and another order: one cancels the other.
    pub oco: Option<Oco>,
    /// It waits until another order has traded.
    pub parent: Option<Parent>,
    /// The market-maker protection group that its fills count in.
    pub mmp_group: Option<u32>,
    /// What becomes of it when its session ends; by default it stays.
    pub on_disconnect: OnDisconnect,
}

/// A price that an order waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trigger {
    /// Where it fires.
    pub kind: TriggerKind,
    /// What is watched; by default trades.
    pub source: TriggerSource,
}

/// Where a waiting order fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerKind {
    /// A buy at or above it, a sell at or below it: `stop_price`.
    Stop {
        /// The price.
        price: ExactDecimal,
    },
    /// A buy at or below it, a sell at or above it: `take_price`.
    TakeProfit {
        /// The price.
        price: ExactDecimal,
    },
    /// A stop that follows the best price since it began: `trail` or `trail_bips`.
    Trailing(Trailing),
}

/// A stop that follows the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trailing {
    /// How far behind the best price it stays.
    pub distance: TrailingDistance,
    /// It moves in steps of this much: `trail_step`.
    pub step: Option<ExactDecimal>,
    /// It follows from the first trade that reaches this price on: `activation_price`.
    pub activation: Option<ExactDecimal>,
}

/// How far a trailing stop stays behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrailingDistance {
    /// A distance in price.
    Price(ExactDecimal),
    /// Hundredths of a percent of the best price.
    Bips(u32),
}

/// One cancels the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oco {
    /// The other order, which must be open.
    pub partner: OrderRef,
    /// What an execution of one does to the other; by default it ends it.
    pub mode: OcoMode,
}

/// One triggers the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    /// The order that must trade first; it must be open.
    pub order: OrderRef,
    /// When this one starts; by default when the parent is filled.
    pub start: ChildStart,
}

impl NewOrder {
    /// A plain limit order: good till canceled, may take and make, never meets its own account.
    pub const fn limit(side: Side, price: ExactDecimal, quantity: ExactDecimal) -> Self {
        Self {
            kind: OrderKind::Limit { price },
            time_in_force: TimeInForce::GoodTillCanceled,
            ..Self::market(side, OrderSize::Quantity(quantity))
        }
    }

    /// A plain market order: immediate or cancel, never meets its own account.
    pub const fn market(side: Side, amount: OrderSize) -> Self {
        Self {
            client_order_id: None,
            side,
            kind: OrderKind::Market,
            size: amount,
            time_in_force: TimeInForce::ImmediateOrCancel,
            post_only: PostOnly::No,
            display: Display::Full,
            minimum_quantity: None,
            self_trade_prevention: SelfTradePrevention::Newest,
            stp_group: None,
            conditions: Conditions::NONE,
            is_traced: false,
        }
    }
}

impl Conditions {
    /// Those of a plain order.
    pub const NONE: Self = Self {
        trigger: None,
        oco: None,
        parent: None,
        mmp_group: None,
        on_disconnect: OnDisconnect::Keep,
    };
}

impl TimeInForce {
    /// The word for it on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GoodTillCanceled => "GTC",
            Self::ImmediateOrCancel => "IOC",
            Self::FillOrKill => "FOK",
            Self::GoodTillDate { .. } => "GTD",
            Self::Day => "DAY",
            Self::AtOpen => "OPG",
            Self::AtClose => "ATC",
            Self::GoodForAuction => "GFA",
            Self::GoodForContinuous => "GFC",
        }
    }
}

impl OrderKind {
    /// The time in force that is meant where none is given: a market order, which never rests, may wait for the
    /// uncross of a call.
    pub(super) const fn default_time_in_force(self) -> TimeInForce {
        match self {
            Self::Limit { .. }
            | Self::Market
            | Self::MarketWithProtection { .. }
            | Self::MarketToLimit
            | Self::Pegged(_) => TimeInForce::GoodTillCanceled,
        }
    }
}
