//! What a participant enters, and what rests.

use crate::command::OrderRef;
use crate::conditions::Conditions;
use crate::id::{AccountId, ClientOrderId, ExternalId, OrderHandle, OrderId, StpGroup};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::sequence::Timestamp;
use crate::side::Side;

/// An order as entered, before admission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// Who owns it.
    pub account: AccountId,
    /// The participant's own id of it.
    pub client_order_id: Option<ClientOrderId>,
    /// What a repeated client order id means.
    pub client_id_policy: ClientIdPolicy,
    /// The embedder's id of it; needs the engine's external index.
    pub external_id: Option<ExternalId>,
    /// Buy or sell.
    pub side: Side,
    /// What it is.
    pub kind: OrderKind,
    /// How much it is for.
    pub size: OrderSize,
    /// How long it lives.
    pub time_in_force: TimeInForce,
    /// Whether it may take liquidity.
    pub post_only: PostOnly,
    /// How much of it the market sees.
    pub display: Display,
    /// Least quantity that must trade at once; zero asks for nothing. Not met: the whole order is canceled.
    pub minimum_quantity: Quantity,
    /// What happens where it would trade with its own account or group.
    pub self_trade_prevention: SelfTradePrevention,
    /// Further accounts that are in self-trade scope.
    pub stp_group: Option<StpGroup>,
    /// What it waits for and whom it is tied to; `None` for a plain order, which then pays eight bytes
    /// for it on its way and no more.
    pub conditions: Option<Box<Conditions>>,
    /// What the door reserved for it, in price units x quantity units for a buy and quantity units for a sell.
    pub extra: Notional,
}

impl NewOrder {
    /// Whether it is tied to an order that it names by its place in memory.
    pub(crate) fn names_a_handle(&self) -> bool {
        let conditions = self.conditions.as_deref();
        conditions.is_some_and(|conditions| {
            let partner = conditions.oco.map(|oco| oco.partner);
            let parent = conditions.parent.map(|parent| parent.order);
            let mut named = [partner, parent].into_iter().flatten();
            named.any(|named| matches!(named, OrderRef::Handle(_)))
        })
    }

    /// Whether its price follows the book.
    pub(crate) const fn is_pegged(&self) -> bool {
        matches!(self.kind, OrderKind::Pegged { .. })
    }
}

/// What kind of order it is. FIX OrdType(40).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderKind {
    /// Trades at `price` or better; what is left may rest there.
    Limit {
        /// The worst price it accepts.
        price: Price,
    },
    /// Trades at any price, never rests.
    Market,
    /// Trades up to `points` price units beyond the best opposite price; a stop, beyond its stop price. CME.
    MarketWithProtection {
        /// How far, in price units.
        points: u64,
    },
    /// Trades at the best opposite price; what is left becomes a limit order there.
    MarketToLimit,
    /// A limit order whose price follows the book.
    ///
    /// The worst price it goes to is in its [`Conditions::cap`].
    Pegged {
        /// Which price it follows.
        reference: PegReference,
        /// Price units added to it, for buys and sells alike.
        offset: i64,
    },
}

/// Which price a pegged order follows; pegged orders themselves do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PegReference {
    /// The best price of its own side.
    Primary,
    /// The best price of the other side.
    Market,
    /// The middle of both.
    Mid,
}

/// How much an order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderSize {
    /// This much of the base asset.
    Quantity(Quantity),
    /// Whole lots until this much of the quote asset is spent (a buy) or received (a sell); market orders only.
    QuoteAmount(Notional),
}

/// How long an order lives. FIX `TimeInForce(59)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeInForce {
    /// Until it is filled or canceled.
    GoodTillCanceled,
    /// Trades what it can at once; the remainder is canceled.
    ImmediateOrCancel,
    /// Trades wholly at once or not at all.
    FillOrKill,
    /// Until the first command or tick at or after this engine time.
    GoodTillDate(Timestamp),
    /// Until the session closes.
    Day,
    /// Waits for the opening auction and goes when it ends.
    AtOpen,
    /// Waits for the closing auction and goes when it ends.
    AtClose,
    /// Taken in a call only, and goes when it ends.
    GoodForAuction,
    /// Taken outside calls only, and goes when one begins.
    GoodForContinuous,
}

impl TimeInForce {
    /// Whether what does not trade at once dies.
    #[inline]
    pub const fn is_immediate(self) -> bool {
        matches!(self, Self::ImmediateOrCancel | Self::FillOrKill)
    }

    /// Whether a change may give it an expiry: market-rules 9 knows good-till-canceled and good-till-date.
    #[inline]
    pub const fn takes_expiry(self) -> bool {
        matches!(self, Self::GoodTillCanceled | Self::GoodTillDate(_))
    }

    /// Whether it is for one call and goes when that ends.
    #[inline]
    pub const fn is_for_a_call(self) -> bool {
        matches!(self, Self::AtOpen | Self::AtClose | Self::GoodForAuction)
    }

    /// When it is over, if a time says that.
    #[inline]
    pub const fn expiry(self) -> Option<Timestamp> {
        match self {
            Self::GoodTillDate(expiry) => Some(expiry),
            Self::GoodTillCanceled
            | Self::ImmediateOrCancel
            | Self::FillOrKill
            | Self::Day
            | Self::AtOpen
            | Self::AtClose
            | Self::GoodForAuction
            | Self::GoodForContinuous => None,
        }
    }
}

/// Whether an order may take liquidity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PostOnly {
    /// It may take and make.
    No,
    /// Refused where it would take any liquidity, hidden liquidity included.
    Reject,
    /// Re-priced to one tick behind the best opposite price where it would take.
    Slide,
}

/// How much of a resting order the market sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Display {
    /// All of it.
    Full,
    /// Nothing of it; it queues by price and time like displayed ones.
    Hidden,
    /// A slice of it; when the slice has traded the next one joins the tail of the level.
    Iceberg {
        /// How much the first slice shows; the next ones too, unless [`crate::Refill`] says otherwise.
        peak: Quantity,
    },
}

/// What happens where a taker meets a maker of its own account or group; the taker's mode decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SelfTradePrevention {
    /// Own orders trade with each other.
    None,
    /// The taker's remainder is canceled.
    CancelNewest,
    /// The maker is canceled in full, the taker goes on.
    CancelOldest,
    /// Both are canceled.
    CancelBoth,
    /// Both are reduced by the smaller open quantity; the taker goes on.
    Decrement,
}

/// What a repeated client order id of one account and instrument means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientIdPolicy {
    /// The same payload returns the original result, another payload is refused. Native persona.
    Idempotent,
    /// Refused while its order is open, free afterwards. Binance persona, scenario files.
    OpenUnique,
}

/// An open order outside the book: it waits for what makes it enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingOrder {
    /// The exchange's id.
    pub order_id: OrderId,
    /// Who owns it.
    pub account: AccountId,
    /// Buy or sell.
    pub side: Side,
    /// What it enters as.
    pub kind: OrderKind,
    /// The price at which it fires now; `None` where it waits for something else.
    pub stop_price: Option<Price>,
    /// What it is for when it enters.
    pub leaves_quantity: Quantity,
    /// What is reserved for it.
    pub hold: Notional,
}

/// An open order as it rests in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RestingOrder {
    /// The exchange's id.
    pub order_id: OrderId,
    /// Its place in memory.
    pub handle: OrderHandle,
    /// The embedder's id.
    pub external_id: Option<ExternalId>,
    /// The participant's id.
    pub client_order_id: Option<ClientOrderId>,
    /// Who owns it.
    pub account: AccountId,
    /// Among the bids or the asks.
    pub side: Side,
    /// Where it rests.
    pub price: Price,
    /// Still open. FIX LeavesQty(151).
    pub leaves_quantity: Quantity,
    /// What the market sees of it.
    pub displayed_quantity: Quantity,
    /// What it does not see.
    pub hidden_quantity: Quantity,
    /// Traded so far. FIX CumQty(14).
    pub filled_quantity: Quantity,
    /// How long it lives.
    pub time_in_force: TimeInForce,
    /// Whether a change may make it take.
    pub post_only: PostOnly,
    /// How much of it the market sees.
    pub display: Display,
    /// Its mode when a change makes it a taker.
    pub self_trade_prevention: SelfTradePrevention,
    /// Further accounts that are in self-trade scope.
    pub stp_group: Option<StpGroup>,
    /// How often it was changed.
    pub replace_count: u32,
    /// What is reserved for it.
    pub hold: Notional,
}
