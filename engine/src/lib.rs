//! Deterministic order books and matching. Commands in, events out.
//!
//! The principal type is `MatchingEngine`: it owns the order books of its instruments and turns
//! each [`Sequenced`] [`Command`] into one contiguous block of [`Event`]s, written to an
//! [`EventSink`]. It knows no clock, no thread, no file, no randomness and no balance: the same
//! commands always give the same events and the same state hash.

mod command;
mod event;
mod event_sink;
mod id;
mod instrument;
mod order;
mod price;
mod quantity;
mod reject;
mod sequence;
mod side;

pub use command::{
    Cancel, CancelReplace, Command, MassCancel, OnCancelFailure, OrderRef, Replace, SideFilter,
};
pub use event::{
    Accepted, CancelReason, Canceled, Event, HoldReleased, OriginalOutcome, Party, Prevented,
    Priority, Rejected, Repeated, Replaced, Rested, Trade,
};
pub use event_sink::{EventSink, LevelChange, OrderChange, OrderChangeKind};
pub use id::{
    AccountId, ClientOrderId, ClientOrderIdError, ExternalId, InstrumentId, OrderHandle, OrderId,
    StpGroup, TradeId,
};
pub use instrument::{FundsCheck, Instrument, InstrumentError, MarketBudget};
pub use order::{
    ClientIdPolicy, Display, NewOrder, OrderKind, OrderSize, PostOnly, SelfTradePrevention,
    TimeInForce,
};
pub use price::Price;
pub use quantity::{Notional, Quantity};
pub use reject::RejectReason;
pub use sequence::{SequenceNumber, Sequenced, Timestamp};
pub use side::Side;
