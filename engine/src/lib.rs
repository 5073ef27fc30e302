//! Deterministic order books and matching. Commands in, events out.
//!
//! The principal type is [`MatchingEngine`]: it owns the order books of its instruments and turns
//! each [`Sequenced`] [`Command`] into one contiguous block of [`Event`]s, written to an
//! [`EventSink`]. It knows no clock, no thread, no file, no randomness and no balance: the same
//! commands always give the same events and the same state hash.

mod admission;
mod auction;
mod batch;
mod book;
mod bust;
mod cancel;
mod cancel_reason;
mod cancel_replace;
mod canonical;
mod cascade;
mod chance;
mod client_ids;
mod command;
mod conditions;
mod dead_man;
mod deadlines;
mod event;
mod event_sink;
mod expiry;
mod fan_out;
mod fees;
mod holds;
mod id;
mod instrument;
mod linked;
mod listing;
mod market_maker_protection;
mod mass_quote;
mod matching;
mod matching_engine;
mod operation;
mod order;
mod outcome;
mod pegged;
mod plain;
mod price;
mod quantity;
mod reject;
mod repeats;
mod replace;
mod risk;
mod rules;
mod sequence;
mod session;
mod side;
mod snapshot;
mod submit;
mod triggers;
mod waiting;
mod warm;

pub use auction::{AuctionReference, AuctionSelfTrade, IndicativePrice};
pub use batch::{BATCH_INSTRUCTIONS_MAX, Batch, BatchError, BatchMode, Instruction};
pub use book::depth::{Depth, DepthLevel, LevelCount, TopOfBook};
pub use book::order_book::OrderBook;
pub use bust::{BUST_WINDOW_TRADES, Bust, BustRefused, PastParty, PastTrade, TradeBusted};
pub use cancel_reason::CancelReason;
pub use canonical::{Canonical, StateError, StateReader, StateSink};
pub use command::{
    Cancel, CancelReplace, Command, MassCancel, OnCancelFailure, OrderRef, Replace, SessionFilter,
    SideFilter,
};
pub use conditions::{
    ChildStart, Conditions, MmpGroup, Oco, OcoMode, OnDisconnect, Parent, TrailingDistance,
    Trigger, TriggerKind, TriggerSource,
};
pub use dead_man::{CancelAfter, Disconnect};
pub use event::{
    Accepted, Canceled, Conditioned, Event, HoldReleased, Indicative, OriginalOutcome, Party,
    Pegged, Prevented, Priority, Queued, Refilled, Rejected, Repeated, Replaced, Rested,
    StatusChanged, Step, Trade, TradePhase, Triggered,
};
pub use event_sink::{EventSink, Heard, LevelChange, OrderChange, OrderChangeKind};
pub use fan_out::{FanOut, FanOutAction, FanOutId};
pub use fees::{FEE_TIERS_MAX, FeeBasis, FeeRates, FeeSchedule};
pub use id::{
    AccountId, ClientOrderId, ClientOrderIdError, ExternalId, FeeTier, InstrumentId, OrderHandle,
    OrderId, SessionNumber, StpGroup, TradeId,
};
pub use instrument::{FundsCheck, Instrument, InstrumentError, MarketBudget};
pub use market_maker_protection::{
    Freeze, MmpReset, PROTECTED_GROUPS_MAX, ProtectedGroup, ProtectedGroups, ProtectionLimits,
    ProtectionWindow,
};
pub use mass_quote::{Quote, QuoteSide};
pub use matching_engine::{EngineLimits, MatchingEngine};
pub use operation::{Grid, Operation, TermsChanged};
pub use order::{
    ClientIdPolicy, Display, NewOrder, OrderKind, OrderSize, PegReference, PostOnly, RestingOrder,
    SelfTradePrevention, TimeInForce, WaitingOrder,
};
pub use plain::{LimitOrder, Remainder};
pub use price::Price;
pub use quantity::{Notional, Quantity};
pub use reject::RejectReason;
pub use risk::{
    Admission, Admit, OrderRate, OrderToTrade, RiskLimits, Scope, SetFeeTier, SetLimits,
};
pub use rules::{
    ExecutionRange, GrowingChild, MarketResidual, MatchingAlgorithm, PriceBand, ProRata, Refill,
    Rules, StopOnEntry, TopOrder,
};
pub use sequence::{SequenceNumber, Sequenced, Timestamp};
pub use session::{
    BandWindow, BeyondBand, CallEnd, CallLength, Corridors, DoubledBands, LimitUpLimitDown,
    MeanReference, Schedule, ScheduleStep, SessionState, StopLogic, Velocity,
};
pub use side::Side;
pub use snapshot::STATE_VERSION;
pub use warm::{Foreseen, WARM_COMMANDS_MAX};
