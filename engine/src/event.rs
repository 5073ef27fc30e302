//! What happened, in the order in which it happened.

use crate::bust::{BustRefused, TradeBusted};
use crate::cancel_reason::CancelReason;
use crate::conditions::Conditions;
use crate::fees::FeeBasis;
use crate::id::{AccountId, ClientOrderId, ExternalId, OrderHandle, OrderId, StpGroup, TradeId};
use crate::operation::TermsChanged;
use crate::order::{Display, OrderKind, OrderSize, PostOnly, SelfTradePrevention, TimeInForce};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;
use crate::session::SessionState;
use crate::side::Side;

/// One fact about one instrument. One command gives one contiguous block of them, each followed by its releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// An order passed admission and has an id.
    Accepted(Accepted),
    /// What the order that was accepted just before waits for, and whom it is tied to.
    Conditioned(Conditioned),
    /// A command was refused and changed nothing.
    Rejected(Rejected),
    /// A submit repeated one that was decided before; nothing changed.
    Repeated(Repeated),
    /// Two orders traded.
    Trade(Trade),
    /// Two orders of one self-trade scope met and did not trade.
    Prevented(Prevented),
    /// An order, or what is left of it, rests in the book.
    Rested(Rested),
    /// A market order, or what is left of it, waits for the uncross of a call.
    Queued(Queued),
    /// A waiting order's trigger fired; what it does now follows, as if it had just arrived.
    Triggered(Triggered),
    /// An iceberg shows its next slice, at the tail of its level.
    Refilled(Refilled),
    /// A pegged order got its price, or lost it.
    Pegged(Pegged),
    /// An open order was changed; what it trades now follows.
    Replaced(Replaced),
    /// An order ended with this much unfilled.
    Canceled(Canceled),
    /// Part of what was reserved for an order is no longer needed.
    HoldReleased(HoldReleased),
    /// The instrument treats orders differently from now on.
    StatusChanged(StatusChanged),
    /// What an uncross would do now.
    Indicative(Indicative),
    /// Other rules or steps of price and quantity hold from now on.
    TermsChanged(TermsChanged),
    /// A trade was taken back.
    TradeBusted(TradeBusted),
    /// A trade was not taken back.
    BustRefused(BustRefused),
    /// What follows is of the next instruction of a batch.
    Step(Step),
}

/// The next instruction of a batch is decided: the next event that accepts, refuses, changes or ends an order says how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Step {
    /// Whose batch.
    pub account: AccountId,
    /// Which instruction, counted from 0.
    pub index: u32,
}

/// An order passed admission and has an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Accepted {
    /// The exchange's id.
    pub order_id: OrderId,
    /// Its place in memory, should it come to rest.
    pub handle: OrderHandle,
    /// Who owns it.
    pub account: AccountId,
    /// The participant's id.
    pub client_order_id: Option<ClientOrderId>,
    /// The embedder's id.
    pub external_id: Option<ExternalId>,
    /// Buy or sell.
    pub side: Side,
    /// As entered; a slid post-only order shows its new price in [`Rested`].
    pub kind: OrderKind,
    /// As entered.
    pub size: OrderSize,
    /// As entered.
    pub time_in_force: TimeInForce,
    /// As entered.
    pub post_only: PostOnly,
    /// As entered.
    pub display: Display,
    /// As entered.
    pub self_trade_prevention: SelfTradePrevention,
    /// As entered.
    pub stp_group: Option<StpGroup>,
    /// What is reserved for it now; units as in [`crate::NewOrder::extra`].
    pub hold: Notional,
}

/// What an order waits for, and whom it is tied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Conditioned {
    /// Which order.
    pub order_id: OrderId,
    /// Who owns it.
    pub account: AccountId,
    /// As entered. Where they make it wait, the order is open and rests later, or never.
    pub conditions: Conditions,
}

/// A market order waits for the uncross of a call: first in the queue of its side, at no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Queued {
    /// Which order.
    pub order_id: OrderId,
    /// Its place in memory.
    pub handle: OrderHandle,
    /// Who owns it.
    pub account: AccountId,
    /// Buy or sell.
    pub side: Side,
    /// Still open.
    pub leaves_quantity: Quantity,
    /// What is reserved for it while it waits.
    pub hold: Notional,
}

/// A waiting order's trigger fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Triggered {
    /// Which order.
    pub order_id: OrderId,
    /// Who owns it.
    pub account: AccountId,
    /// Buy or sell.
    pub side: Side,
    /// The stop price that was reached.
    pub stop_price: Price,
}

/// An iceberg shows its next slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Refilled {
    /// Which order.
    pub order_id: OrderId,
    /// Who owns it.
    pub account: AccountId,
    /// Among the bids or the asks.
    pub side: Side,
    /// Where it rests.
    pub price: Price,
    /// How much the market sees now.
    pub displayed_quantity: Quantity,
    /// How much it does not see.
    pub hidden_quantity: Quantity,
}

/// A pegged order got its price, or lost it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pegged {
    /// Which order.
    pub order_id: OrderId,
    /// Its place in memory.
    pub handle: OrderHandle,
    /// Who owns it.
    pub account: AccountId,
    /// Buy or sell.
    pub side: Side,
    /// Where it rests now; `None` while it is parked outside the book.
    pub price: Option<Price>,
    /// Still open.
    pub leaves_quantity: Quantity,
    /// What is reserved for it.
    pub hold: Notional,
}

/// What an uncross would do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Indicative {
    /// At which price; `None` where nothing crosses.
    pub price: Option<Price>,
    /// How much would trade, in quantity units.
    pub volume: u128,
    /// What would be left at that price: above zero of buyers, below zero of sellers.
    pub surplus: i128,
}

/// A command was refused and changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rejected {
    /// Who asked.
    pub account: AccountId,
    /// The order that was meant, where it is known.
    pub order_id: Option<OrderId>,
    /// The participant's id that was given.
    pub client_order_id: Option<ClientOrderId>,
    /// The embedder's id that was given.
    pub external_id: Option<ExternalId>,
    /// Why.
    pub reason: RejectReason,
}

/// A submit repeated one that was decided before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Repeated {
    /// Who asked.
    pub account: AccountId,
    /// The participant's id.
    pub client_order_id: ClientOrderId,
    /// What was decided then.
    pub original: OriginalOutcome,
}

/// What was decided of the submit that another one repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OriginalOutcome {
    /// It was accepted under this id.
    Accepted(OrderId),
    /// It was refused.
    Rejected(RejectReason),
}

/// Two orders traded: at the maker's price, or at an auction's single price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Trade {
    /// Id of the execution.
    pub trade_id: TradeId,
    /// The price both got.
    pub price: Price,
    /// How much changed hands.
    pub quantity: Quantity,
    /// Whether it was matched as it came, or in an uncross.
    pub phase: TradePhase,
    /// The taker's side. FIX `AggressorSide`. In an auction nobody is the aggressor: the buyer stands as taker.
    pub aggressor_side: Side,
    /// The arriving order.
    pub taker: Party,
    /// The resting order.
    pub maker: Party,
}

/// How two orders met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TradePhase {
    /// One arrived and took the other.
    Continuous,
    /// They were collected in a call, and uncrossed at one price.
    Auction,
}

/// One order's part in a trade, as it stands after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Party {
    /// Which order.
    pub order_id: OrderId,
    /// The embedder's id.
    pub external_id: Option<ExternalId>,
    /// Who owns it.
    pub account: AccountId,
    /// What its owner pays for it.
    pub fee: FeeBasis,
    /// Still open. FIX LeavesQty(151). Zero for a market order by quote amount: it is measured in money.
    pub leaves_quantity: Quantity,
    /// Traded so far. FIX CumQty(14).
    pub filled_quantity: Quantity,
    /// What this trade used up of its hold: the cost at its own limit, fee surcharge included.
    pub hold_used: Notional,
    /// Still reserved for it.
    pub hold: Notional,
}

/// Two orders of one self-trade scope met and did not trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Prevented {
    /// The arriving order.
    pub taker: OrderId,
    /// Owner of the arriving order.
    pub taker_account: AccountId,
    /// The resting order.
    pub maker: OrderId,
    /// Owner of the resting order.
    pub maker_account: AccountId,
    /// The maker's price.
    pub price: Price,
    /// The smaller of the two open quantities.
    pub quantity: Quantity,
    /// The taker's mode, which decided.
    pub mode: SelfTradePrevention,
    /// The taker's open quantity after it.
    pub taker_leaves_quantity: Quantity,
    /// The maker's open quantity after it.
    pub maker_leaves_quantity: Quantity,
}

/// An order, or what is left of it, rests in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rested {
    /// Which order.
    pub order_id: OrderId,
    /// Its place in memory.
    pub handle: OrderHandle,
    /// Who owns it.
    pub account: AccountId,
    /// Among the bids or the asks.
    pub side: Side,
    /// Where it rests.
    pub price: Price,
    /// How much the market sees.
    pub displayed_quantity: Quantity,
    /// How much it does not see.
    pub hidden_quantity: Quantity,
    /// What is reserved for it while it rests.
    pub hold: Notional,
}

/// An open order was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Replaced {
    /// Which order; its id stays.
    pub order_id: OrderId,
    /// Who owns it.
    pub account: AccountId,
    /// Buy or sell.
    pub side: Side,
    /// Its limit price now; of a waiting order without one, its stop price. Where a band re-prices it, a
    /// [`Rested`] follows that says where it is.
    pub price: Price,
    /// Its total quantity now, what is filled included.
    pub quantity: Quantity,
    /// Traded so far.
    pub filled_quantity: Quantity,
    /// Still open.
    pub leaves_quantity: Quantity,
    /// How long it lives now.
    pub time_in_force: TimeInForce,
    /// Whether it kept its place in the queue.
    pub priority: Priority,
    /// How often it was changed so far, this change included.
    pub replace_count: u32,
    /// What is reserved for it now, what the door added included.
    pub hold: Notional,
}

/// Whether a changed order kept its place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Priority {
    /// It stays where it was.
    Kept,
    /// It joins the tail of its level, or trades.
    Lost,
}

/// An order ended with this much unfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Canceled {
    /// Which order.
    pub order_id: OrderId,
    /// The embedder's id.
    pub external_id: Option<ExternalId>,
    /// Who owns it.
    pub account: AccountId,
    /// Buy or sell.
    pub side: Side,
    /// Its limit price; `None` for a market order.
    pub price: Option<Price>,
    /// Ended unfilled. For a market order by quote amount zero: see `unspent`.
    pub canceled_quantity: Quantity,
    /// Traded before it ended.
    pub filled_quantity: Quantity,
    /// Money that an order by quote amount did not spend or receive; else zero.
    pub unspent: Notional,
    /// Why.
    pub reason: CancelReason,
}

/// Part of what was reserved for an order is no longer needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HoldReleased {
    /// Which order; `None` where a refused command gives back what the door reserved.
    pub order_id: Option<OrderId>,
    /// Who gets it back.
    pub account: AccountId,
    /// Buy: price units x quantity units of the quote asset. Sell: quantity units of the base asset.
    pub side: Side,
    /// How much is given back, above zero.
    pub released: Notional,
    /// What stays reserved for the order.
    pub hold: Notional,
}

/// The instrument treats orders differently from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusChanged {
    /// Its state now.
    pub state: SessionState,
}
