//! What the exchange says: one JSON object per text frame, told apart by `type`.
//!
//! A reader leaves out fields that it does not know: a newer exchange may say more.

mod account;
mod batch;
mod candle;
mod lockstep;
mod maker;
mod market_data;
mod market_state;
mod order_book;
mod past;
mod report;
mod report_line;
mod session;
mod statistics;
mod trace;

use std::borrow::Cow;

use serde::Deserialize;

pub use account::{Balance, Balances, MassCanceled, OpenOrder, OpenOrders, Position, Positions};
pub use batch::{BatchResult, Batched};
pub use candle::{Candle, CandleUpdate, Candles};
pub use lockstep::{Enrolled, Tick};
pub use maker::{Done, Quoted};
pub use market_data::{Depth, DepthSnapshot, Level, Top, Trade, TradeBusted};
pub use market_state::{Heartbeat, InstrumentDefinition, Lagged, Status};
pub use order_book::{BookOrder, OrderChange, Orders, OrdersSnapshot, QueuePosition};
pub use past::{
    AmendmentRecord, ExecutionRecord, OrderRecord, Past, PastPage, PastRecord, PreventedRecord,
};
pub use report::{EventId, Report};
pub use session::{
    ErrorMessage, GoingAway, GoingAwayReason, HelloAnswer, InstrumentTerms, Limits, LoggedOn, Pong,
    Subscribed, Unsubscribed,
};
pub use statistics::{Statistics, StatisticsUpdate};
pub use trace::Trace;

use crate::error::{CodecError, ErrorCode};
use crate::words::PastKind;

/// One message of the exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerMessage {
    /// Answers `hello`.
    Hello(HelloAnswer),
    /// Answers `logon`.
    LoggedOn(LoggedOn),
    /// Tells what became of an order or of a request about one.
    Report(Box<Report>),
    /// Follows the answer to an order that asked for it.
    Trace(Box<Trace>),
    /// Answers `open_orders`.
    OpenOrders(OpenOrders),
    /// Answers `balances`.
    Balances(Balances),
    /// Answers `batch`.
    Batched(Batched),
    /// Answers `positions`, and tells them when they have changed.
    Positions(Positions),
    /// Answers `closed_orders`, `executions`, `amendments` and `prevented_matches`.
    Past(Past),
    /// Answers `candles`.
    Candles(Candles),
    /// A candle that runs, or is over.
    Candle(Box<CandleUpdate>),
    /// What traded in the last 24 hours.
    Statistics(Box<StatisticsUpdate>),
    /// Answers `mass_cancel`.
    MassCanceled(MassCanceled),
    /// Answers `mass_quote`, once for each quote.
    Quoted(Quoted),
    /// Answers `mmp_reset` and `cancel_after`.
    Done(Done),
    /// Answers `subscribe`.
    Subscribed(Subscribed),
    /// Answers `unsubscribe`.
    Unsubscribed(Unsubscribed),
    /// The aggregated book as it stands.
    DepthSnapshot(DepthSnapshot),
    /// Changes of the aggregated book.
    Depth(Depth),
    /// One trade.
    Trade(Trade),
    /// A trade was taken back.
    TradeBusted(TradeBusted),
    /// The best bid and ask.
    Top(Top),
    /// The book order by order as it stands.
    OrdersSnapshot(OrdersSnapshot),
    /// What became of displayed orders.
    Orders(Orders),
    /// How an instrument treats orders now.
    Status(Status),
    /// What an instrument is.
    Instrument(Box<InstrumentDefinition>),
    /// Where an instrument's channels stand.
    Heartbeat(Heartbeat),
    /// Where an own order stands in its queue.
    Queue(QueuePosition),
    /// Messages of a subscription were dropped.
    Lagged(Lagged),
    /// Answers `enroll`.
    Enrolled(Enrolled),
    /// Time has passed, with the lockstep clock.
    Tick(Tick),
    /// Answers `ping`.
    Pong(Pong),
    /// A request was not understood or not allowed; it changed nothing.
    Error(ErrorMessage),
    /// The exchange is about to close this connection.
    GoingAway(GoingAway),
}

impl ServerMessage {
    /// Every word that `type` can be.
    pub const TYPES: &'static [&'static str] = &[
        "hello",
        "logged_on",
        "report",
        "trace",
        "open_orders",
        "balances",
        "batched",
        "positions",
        "closed_orders",
        "executions",
        "amendments",
        "prevented_matches",
        "candles",
        "candle",
        "statistics",
        "mass_canceled",
        "quoted",
        "done",
        "subscribed",
        "unsubscribed",
        "depth_snapshot",
        "depth",
        "trade",
        "trade_busted",
        "top",
        "orders_snapshot",
        "orders",
        "status",
        "instrument",
        "heartbeat",
        "queue",
        "lagged",
        "enrolled",
        "tick",
        "pong",
        "error",
        "going_away",
    ];

    /// Reads one frame.
    ///
    /// # Errors
    /// The frame is no JSON object, has an unknown `type`, or lacks what its type must have.
    pub fn decode(frame: &str) -> Result<Self, CodecError> {
        let tag = match leading_type(frame) {
            Some(tag) => Cow::Borrowed(tag),
            None => Cow::Owned(searched_type(frame)?),
        };
        match tag.as_ref() {
            "hello" => read(frame).map(Self::Hello),
            "logged_on" => read(frame).map(Self::LoggedOn),
            "report" => read(frame).map(Self::Report),
            "trace" => read(frame).map(Self::Trace),
            "open_orders" => read(frame).map(Self::OpenOrders),
            "balances" => read(frame).map(Self::Balances),
            "batched" => read(frame).map(Self::Batched),
            "positions" => read(frame).map(Self::Positions),
            "candles" => read(frame).map(Self::Candles),
            "candle" => read(frame).map(Self::Candle),
            "statistics" => read(frame).map(Self::Statistics),
            "mass_canceled" => read(frame).map(Self::MassCanceled),
            "quoted" => read(frame).map(Self::Quoted),
            "done" => read(frame).map(Self::Done),
            "subscribed" => read(frame).map(Self::Subscribed),
            "unsubscribed" => read(frame).map(Self::Unsubscribed),
            "depth_snapshot" => read(frame).map(Self::DepthSnapshot),
            "depth" => read(frame).map(Self::Depth),
            "trade" => read(frame).map(Self::Trade),
            "trade_busted" => read(frame).map(Self::TradeBusted),
            "top" => read(frame).map(Self::Top),
            "orders_snapshot" => read(frame).map(Self::OrdersSnapshot),
            "orders" => read(frame).map(Self::Orders),
            "status" => read(frame).map(Self::Status),
            "instrument" => read(frame).map(Self::Instrument),
            "heartbeat" => read(frame).map(Self::Heartbeat),
            "queue" => read(frame).map(Self::Queue),
            "lagged" => read(frame).map(Self::Lagged),
            "enrolled" => read(frame).map(Self::Enrolled),
            "tick" => read(frame).map(Self::Tick),
            "pong" => read(frame).map(Self::Pong),
            "error" => read(frame).map(Self::Error),
            "going_away" => read(frame).map(Self::GoingAway),
            other => match PastKind::from_word(other) {
                Some(kind) => Past::decode(kind, frame).map(Self::Past),
                None => Err(CodecError::bad(
                    "type",
                    format_args!("it names no message: `{other}`"),
                )),
            },
        }
    }

    /// Appends the message to `buffer` as one JSON object, `type` first.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        match self {
            Self::Hello(message) => message.encode(buffer),
            Self::LoggedOn(message) => message.encode(buffer),
            Self::Report(message) => message.encode(buffer),
            Self::Trace(message) => message.encode(buffer),
            Self::OpenOrders(message) => message.encode(buffer),
            Self::Balances(message) => message.encode(buffer),
            Self::Batched(message) => message.encode(buffer),
            Self::Positions(message) => message.encode(buffer),
            Self::Past(message) => message.encode(buffer),
            Self::Candles(message) => message.encode(buffer),
            Self::Candle(message) => message.encode(buffer),
            Self::Statistics(message) => message.encode(buffer),
            Self::MassCanceled(message) => message.encode(buffer),
            Self::Quoted(message) => message.encode(buffer),
            Self::Done(message) => message.encode(buffer),
            Self::Subscribed(message) => message.encode(buffer),
            Self::Unsubscribed(message) => message.encode(buffer),
            Self::DepthSnapshot(message) => message.encode(buffer),
            Self::Depth(message) => message.encode(buffer),
            Self::Trade(message) => message.encode(buffer),
            Self::TradeBusted(message) => message.encode(buffer),
            Self::Top(message) => message.encode(buffer),
            Self::OrdersSnapshot(message) => message.encode(buffer),
            Self::Orders(message) => message.encode(buffer),
            Self::Status(message) => message.encode(buffer),
            Self::Instrument(message) => message.encode(buffer),
            Self::Heartbeat(message) => message.encode(buffer),
            Self::Queue(message) => message.encode(buffer),
            Self::Lagged(message) => message.encode(buffer),
            Self::Enrolled(message) => message.encode(buffer),
            Self::Tick(message) => message.encode(buffer),
            Self::Pong(message) => message.encode(buffer),
            Self::Error(message) => message.encode(buffer),
            Self::GoingAway(message) => message.encode(buffer),
        }
    }
}

/// The type of a frame that begins with it, as the exchange's own frames do.
fn leading_type(frame: &str) -> Option<&str> {
    let (tag, _) = frame.strip_prefix("{\"type\":\"")?.split_once('"')?;
    (!tag.contains('\\')).then_some(tag)
}

/// The type of a frame that has it elsewhere, or is written with spaces.
fn searched_type(frame: &str) -> Result<String, CodecError> {
    #[derive(Deserialize)]
    struct Tag {
        #[serde(rename = "type")]
        tag: String,
    }
    read::<Tag>(frame).map(|found| found.tag)
}

fn read<'a, T: Deserialize<'a>>(frame: &'a str) -> Result<T, CodecError> {
    serde_json::from_str(frame).map_err(|error| {
        let code = if error.is_data() {
            ErrorCode::BadField
        } else {
            ErrorCode::MalformedJson
        };
        CodecError::new(code, error.to_string())
    })
}
