//! The native wire protocol: messages, JSON codec, decimals to integer units.
//!
//! ```text
//!  participant ── Request::encode ──► text frame ── Request::decode ──► exchange
//!  participant ◄─ ServerMessage::decode ── text frame ◄── ServerMessage::encode ── exchange
//! ```
//!
//! [`Request`] and [`ServerMessage`] are the principal types; `docs/protocol.md` tells what they mean.
//! Numbers of money are [`ExactDecimal`]s: exact, copied without allocation, never a float. [`Scale`] is
//! the one place where they become an instrument's integer units.

#[macro_use]
mod words;
mod binary;
mod book_hash;
mod checksum;
mod error;
mod exact_decimal;
mod inline_text;
mod json_writer;
mod reason;
mod request;
mod scale;
mod server_message;

pub use binary::{
    BINARY_SCHEMA, BINARY_SCHEMA_VERSION, BinaryBlock, BinaryInstrument, BlockField,
    InstrumentTable, Layout, binary_words, blocks,
};
pub use book_hash::BookHash;
pub use checksum::BookChecksum;
pub use error::{CodecError, ErrorCode};
pub use exact_decimal::{DecimalError, ExactDecimal};
pub use inline_text::{
    AssetName, Challenge, ClientOrderId, InlineText, InlineTextError, KeyName, Symbol,
};
pub use reason::Reason;
pub use request::{
    Batch, Cancel, CancelAfter, CancelReplace, CandlesRequest, Conditions, Display, Enroll,
    ExecutionCursor, Hello, Instruction, Logon, MassCancel, MassQuote, MmpReset, NewOrder, Oco,
    OpenOrdersRequest, Operation, OrderKind, OrderRef, OrderSize, Parent, PastRequest, Peg, Quote,
    Replace, Request, Resume, ResumeExecutions, SignedLogon, StatisticsRequest, Submit,
    Subscription, TickDone, TimeInForce, Trailing, TrailingDistance, Trigger, TriggerKind,
};
pub use scale::Scale;
pub use server_message::{
    AmendmentRecord, Balance, Balances, BatchResult, Batched, BookOrder, Candle, CandleUpdate,
    Candles, Depth, DepthSnapshot, Done, Enrolled, ErrorMessage, EventId, ExecutionRecord,
    GoingAway, GoingAwayReason, Heartbeat, HelloAnswer, InstrumentDefinition, InstrumentTerms,
    Lagged, Level, Limits, LoggedOn, MassCanceled, OpenOrder, OpenOrders, OrderChange, OrderRecord,
    Orders, OrdersSnapshot, Past, PastPage, PastRecord, Pong, Position, Positions, PreventedRecord,
    QueuePosition, Quoted, Report, ServerMessage, Statistics, StatisticsUpdate, Status, Subscribed,
    Tick, Top, Trace, Trade, TradeBusted, Unsubscribed,
};
pub use words::{
    BatchMode, CandleInterval, Channel, ChildStart, ClockMode, Delivery, Frames, Liquidity,
    OcoMode, OnCancelFailure, OnDisconnect, OnLag, OrderChangeKind, OrderStatus, OrderType,
    PastKind, PegReference, PostOnly, Priority, ReportKind, SelfTradePrevention, Side,
    TradingState, TriggerSource,
};

/// The version of the protocol that this crate speaks.
pub const PROTOCOL_VERSION: u64 = 1;
