//! What a participant asks: one JSON object per text frame, told apart by `op`.

mod batch;
mod decode;
mod decode_order;
mod encode;
mod encode_order;
mod executions;
mod field;
mod logon;
mod order;
mod past;
mod plain;

use serde::Deserialize;

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::{ClientOrderId, Symbol};
use crate::words::{CandleInterval, Channel, Delivery, Frames, OnCancelFailure, OnLag, Side};

pub use batch::{Batch, Instruction};
pub(crate) use decode::check_quotes;
pub use executions::{ExecutionCursor, ResumeExecutions};
pub use logon::{Logon, SignedLogon};
pub use order::{
    Conditions, Display, NewOrder, Oco, OrderKind, OrderSize, Parent, Peg, TimeInForce, Trailing,
    TrailingDistance, Trigger, TriggerKind,
};
pub use past::{CandlesRequest, PastRequest, StatisticsRequest};

/// One request with the number that its answer repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The participant's number of it, repeated as `request` in every answer to it.
    pub id: Option<u64>,
    /// What is asked.
    pub operation: Operation,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Opens the session; must come first.
    Hello(Hello),
    /// Binds the session to an account.
    Logon(Logon),
    /// Enters a new order. FIX D.
    Submit(Submit),
    /// Ends an open order. FIX F.
    Cancel(Cancel),
    /// Changes an open order, keeping its id. FIX G.
    Replace(Replace),
    /// Ends one order and enters another in one step.
    CancelReplace(CancelReplace),
    /// Carries out several instructions on one instrument in one step.
    Batch(Batch),
    /// Ends the account's open orders.
    MassCancel(MassCancel),
    /// Enters two-sided quotes in place of the group's previous ones.
    MassQuote(MassQuote),
    /// Lets a group that market-maker protection has frozen quote again.
    MmpReset(MmpReset),
    /// Sets, or turns off, the account's dead man's timer.
    CancelAfter(CancelAfter),
    /// Asks for the account's open orders.
    OpenOrders(OpenOrdersRequest),
    /// Asks for the account's balances.
    Balances,
    /// Asks for the account's positions.
    Positions,
    /// Asks for candles of an instrument.
    Candles(CandlesRequest),
    /// Asks what traded in the last 24 hours.
    Statistics(StatisticsRequest),
    /// Asks for a page of the account's past.
    Past(PastRequest),
    /// Starts a flow of messages.
    Subscribe(Subscription),
    /// Ends a flow of messages.
    Unsubscribe(Subscription),
    /// Starts a flow of public messages where an earlier one ended.
    Resume(Resume),
    /// Starts the channel `executions` with what an earlier session has missed.
    ResumeExecutions(ResumeExecutions),
    /// Asks for a `pong`.
    Ping,
    /// With the lockstep clock: time waits for this session from the next tick on.
    Enroll(Enroll),
    /// With the lockstep clock: the session has sent what it has to send in this tick.
    TickDone(TickDone),
}

/// Opens the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The version of the protocol that the participant speaks.
    pub protocol: u64,
    /// What the participant calls its program; for the exchange's log.
    pub client: Option<String>,
    /// What kind of frames it wants to be told in; by default text.
    pub frames: Frames,
    /// The version of the layouts of binary frames that it knows, where it uses any.
    pub schema_version: Option<u32>,
}

/// Enters a new order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submit {
    /// In which instrument.
    pub symbol: Symbol,
    /// The order.
    pub order: NewOrder,
    /// Engine time of the command, in µs since 1970-01-01 UTC; with the replay clock only.
    pub at_us: Option<u64>,
}

/// Which order is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderRef {
    /// By the exchange's id.
    Order(u64),
    /// By the participant's id.
    Client(ClientOrderId),
}

/// Ends an open order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancel {
    /// In which instrument.
    pub symbol: Symbol,
    /// Which order.
    pub order: OrderRef,
    /// Engine time of the command; with the replay clock only.
    pub at_us: Option<u64>,
}

/// Changes an open order. What is `None` stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replace {
    /// In which instrument.
    pub symbol: Symbol,
    /// Which order.
    pub order: OrderRef,
    /// New total quantity, what is filled included.
    pub quantity: Option<ExactDecimal>,
    /// New limit price.
    pub price: Option<ExactDecimal>,
    /// New displayed quantity of an iceberg.
    pub display_quantity: Option<ExactDecimal>,
    /// New price of a stop or take-profit that waits.
    pub trigger_price: Option<ExactDecimal>,
    /// New expiry: turns the order into good-till-date.
    pub expire_at_us: Option<u64>,
    /// Engine time of the command; with the replay clock only.
    pub at_us: Option<u64>,
}

/// Ends one order and enters another in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancelReplace {
    /// In which instrument.
    pub symbol: Symbol,
    /// Which order ends: `cancel_order_id` or `cancel_client_order_id`.
    pub cancel: OrderRef,
    /// What a failed cancel means for the new order; by default nothing is entered.
    pub on_cancel_failure: OnCancelFailure,
    /// The new order.
    pub order: NewOrder,
    /// Engine time of the command; with the replay clock only.
    pub at_us: Option<u64>,
}

/// Ends the account's open orders that fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MassCancel {
    /// In this instrument only.
    pub symbol: Option<Symbol>,
    /// On this side only.
    pub side: Option<Side>,
    /// At this limit price or above; needs a symbol.
    pub price_from: Option<ExactDecimal>,
    /// At this limit price or below; needs a symbol.
    pub price_to: Option<ExactDecimal>,
    /// Entered by the session of this number only, from 1; in lockstep by the session of this rank.
    pub session: Option<u32>,
    /// Engine time of the command; with the replay clock only.
    pub at_us: Option<u64>,
}

/// Enters two-sided quotes, at most one for each instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MassQuote {
    /// The group of orders and quotes that they belong to.
    pub mmp_group: u32,
    /// The quotes; each one takes the place of the group's previous one in its instrument.
    pub quotes: Vec<Quote>,
    /// Engine time of the commands; with the replay clock only.
    pub at_us: Option<u64>,
}

/// A two-sided quote in one instrument. A side without a price ends; so does one of quantity zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// In which instrument.
    pub symbol: Symbol,
    /// What is paid.
    pub bid_price: Option<ExactDecimal>,
    /// How much is bought.
    pub bid_quantity: Option<ExactDecimal>,
    /// What is asked.
    pub ask_price: Option<ExactDecimal>,
    /// How much is sold.
    pub ask_quantity: Option<ExactDecimal>,
}

/// Lets a frozen group quote again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MmpReset {
    /// In which instrument.
    pub symbol: Symbol,
    /// Which group.
    pub mmp_group: u32,
    /// Engine time of the command; with the replay clock only.
    pub at_us: Option<u64>,
}

/// Without another one in time, the account's orders go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancelAfter {
    /// In how many milliseconds of engine time; 0 turns the timer off.
    pub timeout_ms: u64,
    /// Engine time of the commands; with the replay clock only.
    pub at_us: Option<u64>,
}

/// Time waits for the session, and its requests have their place among those of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enroll {
    /// Its place in the order in which requests of one tick are taken; nobody else has it.
    pub rank: u32,
}

/// The session has sent what it has to send in a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickDone {
    /// In which one.
    pub tick: u64,
    /// It has nothing to do before this tick, unless it is told something: it need not be told of the ticks until then.
    pub idle_until: Option<u64>,
}

/// Asks for the account's open orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOrdersRequest {
    /// In this instrument only.
    pub symbol: Option<Symbol>,
}

/// Starts or ends a flow of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// What flows.
    pub channel: Channel,
    /// Of which instruments; `None` = all.
    pub symbols: Option<Vec<Symbol>>,
    /// How many levels of each side are told of; `None` = all. Depth only.
    pub levels: Option<u32>,
    /// How often changes are told; `None` = each. Depth and top only.
    pub delivery: Option<Delivery>,
    /// The interval of [`Delivery::Interval`], in milliseconds.
    pub interval_ms: Option<u32>,
    /// What becomes of it where it is not read in time; `None` = a snapshot.
    pub on_lag: Option<OnLag>,
    /// How long a candle lasts; candles alone have it. `None` ends those of every interval.
    pub interval: Option<CandleInterval>,
}

/// Starts a flow of public messages where an earlier one ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resume {
    /// What flows.
    pub channel: Channel,
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of `from`.
    pub epoch: u64,
    /// The number of the first message that is wanted.
    pub from: u64,
}

impl Subscription {
    /// Every message of a channel, of these instruments; `None` = all.
    pub const fn of(channel: Channel, symbols: Option<Vec<Symbol>>) -> Self {
        Self {
            channel,
            symbols,
            levels: None,
            delivery: None,
            interval_ms: None,
            on_lag: None,
            interval: None,
        }
    }

    /// Candles of one interval, of these instruments; `None` = all.
    pub const fn candles(interval: CandleInterval, symbols: Option<Vec<Symbol>>) -> Self {
        let mut subscription = Self::of(Channel::Candles, symbols);
        subscription.interval = Some(interval);
        subscription
    }
}

impl MassCancel {
    /// Everything that is open, in one instrument or in all of them.
    pub const fn of(symbol: Option<Symbol>) -> Self {
        Self {
            symbol,
            side: None,
            price_from: None,
            price_to: None,
            session: None,
            at_us: None,
        }
    }
}

impl MassQuote {
    /// Most quotes of one request.
    pub const QUOTES_MAX: usize = 100;
}

impl Operation {
    /// Every word that `op` can be.
    pub const OPS: &'static [&'static str] = &[
        "hello",
        "logon",
        "submit",
        "cancel",
        "replace",
        "cancel_replace",
        "batch",
        "mass_cancel",
        "mass_quote",
        "mmp_reset",
        "cancel_after",
        "open_orders",
        "balances",
        "positions",
        "candles",
        "statistics",
        "closed_orders",
        "executions",
        "amendments",
        "prevented_matches",
        "subscribe",
        "unsubscribe",
        "resume",
        "resume_executions",
        "ping",
        "enroll",
        "tick_done",
    ];

    /// The word for it on the wire.
    pub const fn op(&self) -> &'static str {
        match self {
            Self::Hello(_) => "hello",
            Self::Logon(_) => "logon",
            Self::Submit(_) => "submit",
            Self::Cancel(_) => "cancel",
            Self::Replace(_) => "replace",
            Self::CancelReplace(_) => "cancel_replace",
            Self::Batch(_) => "batch",
            Self::MassCancel(_) => "mass_cancel",
            Self::MassQuote(_) => "mass_quote",
            Self::MmpReset(_) => "mmp_reset",
            Self::CancelAfter(_) => "cancel_after",
            Self::OpenOrders(_) => "open_orders",
            Self::Balances => "balances",
            Self::Positions => "positions",
            Self::Candles(_) => "candles",
            Self::Statistics(_) => "statistics",
            Self::Past(request) => request.kind.word(),
            Self::Subscribe(_) => "subscribe",
            Self::Unsubscribe(_) => "unsubscribe",
            Self::Resume(_) => "resume",
            Self::ResumeExecutions(_) => "resume_executions",
            Self::Ping => "ping",
            Self::Enroll(_) => "enroll",
            Self::TickDone(_) => "tick_done",
        }
    }
}
