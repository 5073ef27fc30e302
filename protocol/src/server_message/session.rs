//! Messages about the session itself.

use std::borrow::Cow;

use serde::Deserialize;

use crate::binary::BinaryInstrument;
use crate::error::{CodecError, ErrorCode};
use crate::exact_decimal::ExactDecimal;
use crate::inline_text::{AssetName, Challenge, Symbol};
use crate::json_writer::JsonWriter;
use crate::request::ExecutionCursor;
use crate::scale::Scale;
use crate::words::{Channel, ClockMode, Frames};

/// Answers `hello`: what the exchange is, what is traded, and which limits hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HelloAnswer {
    /// The request's number.
    pub request: Option<u64>,
    /// The version of the protocol that is spoken from now on.
    pub protocol: u64,
    /// Name and version of the exchange's program.
    pub server: Cow<'static, str>,
    /// The epoch of all published numbers; see `docs/protocol.md`.
    pub epoch: u64,
    /// The exchange's number of this connection.
    pub session: u64,
    /// How the exchange's time passes.
    pub clock: ClockMode,
    /// The exchange's time.
    pub at_us: u64,
    /// What kind of frames the session is told in.
    #[serde(default)]
    pub frames: Frames,
    /// The schema of binary frames that the exchange speaks.
    #[serde(default)]
    pub schema: u16,
    /// The version of its layouts.
    #[serde(default)]
    pub schema_version: u16,
    /// What a logon by signature is signed over; of this session alone.
    pub challenge: Option<Challenge>,
    /// What a session may do.
    pub limits: Limits,
    /// What is traded.
    pub instruments: Vec<InstrumentTerms>,
}

/// What a session may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Limits {
    /// Longest frame that is read, in bytes.
    pub frame_bytes_max: u64,
    /// How many messages wait for a slow reader before it is cut off.
    pub outbound_messages_max: u64,
    /// How many subscriptions (channel and instrument) a session may have.
    pub subscriptions_max: u64,
    /// How many levels of each side a depth snapshot can show.
    pub depth_levels_max: u64,
    /// How many requests a second are taken; 0: any number.
    #[serde(default)]
    pub requests_per_second_max: u64,
    /// How many of them may come at once.
    #[serde(default)]
    pub requests_burst_max: u64,
}

/// An instrument and its grid, as decimals.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InstrumentTerms {
    /// Its printed name.
    pub symbol: Symbol,
    /// Its number in binary frames, above zero.
    #[serde(default)]
    pub number: u16,
    /// What is bought and sold.
    pub base: AssetName,
    /// What it is paid with.
    pub quote: AssetName,
    /// Prices are multiples of it.
    pub tick_size: ExactDecimal,
    /// Quantities are multiples of it.
    pub lot_size: ExactDecimal,
    /// How many decimals a price can have.
    pub price_decimals: u8,
    /// How many decimals a quantity can have.
    pub quantity_decimals: u8,
    /// Lowest limit price.
    pub price_min: ExactDecimal,
    /// Highest limit price.
    pub price_max: ExactDecimal,
    /// Smallest order quantity.
    pub quantity_min: ExactDecimal,
    /// Largest order quantity.
    pub quantity_max: ExactDecimal,
}

/// Answers `logon`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct LoggedOn {
    /// The request's number.
    pub request: Option<u64>,
    /// The account that the session acts for.
    pub account: u64,
    /// The exchange's time.
    pub at_us: u64,
}

/// Answers `subscribe`: from here on the channel's messages of these instruments flow.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Subscribed {
    /// The request's number.
    pub request: Option<u64>,
    /// Which channel.
    pub channel: Channel,
    /// Which instruments; all are listed where all were meant.
    pub symbols: Vec<Symbol>,
    /// The epoch of the cursor; executions only.
    pub epoch: Option<u64>,
    /// The last event that the account was told of before, by instrument; executions only.
    pub cursor: Option<Vec<ExecutionCursor>>,
}

/// Answers `unsubscribe`: no message of these flows follows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Unsubscribed {
    /// The request's number.
    pub request: Option<u64>,
    /// Which channel.
    pub channel: Channel,
    /// Which instruments.
    pub symbols: Vec<Symbol>,
}

/// Answers `ping`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Pong {
    /// The request's number.
    pub request: Option<u64>,
    /// The exchange's time.
    pub at_us: u64,
}

/// A request was not understood or not allowed; it changed nothing and the session goes on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ErrorMessage {
    /// The request's number, if it could be read.
    pub request: Option<u64>,
    /// What kind of mistake it is.
    pub code: ErrorCode,
    /// A sentence for people.
    pub text: Cow<'static, str>,
    /// Where more was asked than is taken in so short a time: after how many milliseconds one more is.
    pub retry_after_ms: Option<u32>,
}

words! {
    /// Why the exchange closes a connection.
    pub enum GoingAwayReason {
        /// The exchange stops.
        Shutdown = "shutdown",
        /// The exchange begins again: every order, balance and number of before is gone.
        Reset = "reset",
        /// The session did not read what was sent to it.
        SlowConsumer = "slow_consumer",
        /// The session said nothing for too long, or no `hello` in time.
        IdleTimeout = "idle_timeout",
        /// A frame was above the limit of the transport.
        FrameTooLarge = "frame_too_large",
        /// The session broke a rule of the transport.
        ProtocolError = "protocol_error",
        /// The session went on asking more than is taken.
        RateLimit = "rate_limit",
        /// The key that the session logged on with was revoked.
        KeyRevoked = "key_revoked",
        /// The exchange made a mistake; it is logged there.
        Internal = "internal",
        /// A reason that this version does not know.
        Other = "other",
    }
    else Other
}

/// The exchange is about to close this connection.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoingAway {
    /// Why.
    pub reason: GoingAwayReason,
    /// A sentence for people.
    pub text: Cow<'static, str>,
}

impl InstrumentTerms {
    /// How its decimals and its integer units belong together.
    pub const fn scale(&self) -> Scale {
        Scale {
            price_decimals: self.price_decimals,
            quantity_decimals: self.quantity_decimals,
        }
    }

    /// How binary frames name it.
    pub const fn binary(&self) -> BinaryInstrument {
        BinaryInstrument {
            number: self.number,
            symbol: self.symbol,
            scale: self.scale(),
        }
    }

    /// Appends the terms to `buffer` as one JSON object.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.name("symbol", &self.symbol);
        json.number("number", self.number);
        json.name("base", &self.base);
        json.name("quote", &self.quote);
        json.decimal("tick_size", self.tick_size);
        json.decimal("lot_size", self.lot_size);
        json.number("price_decimals", self.price_decimals);
        json.number("quantity_decimals", self.quantity_decimals);
        json.decimal("price_min", self.price_min);
        json.decimal("price_max", self.price_max);
        json.decimal("quantity_min", self.quantity_min);
        json.decimal("quantity_max", self.quantity_max);
        json.close();
    }
}

impl Limits {
    fn encode(self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.number("frame_bytes_max", self.frame_bytes_max);
        json.number("outbound_messages_max", self.outbound_messages_max);
        json.number("subscriptions_max", self.subscriptions_max);
        json.number("depth_levels_max", self.depth_levels_max);
        json.number("requests_per_second_max", self.requests_per_second_max);
        json.number("requests_burst_max", self.requests_burst_max);
        json.close();
    }
}

impl HelloAnswer {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "hello", self.request);
        json.number("protocol", self.protocol);
        json.text("server", &self.server);
        json.number("epoch", self.epoch);
        json.number("session", self.session);
        json.word("clock", self.clock.word());
        json.number("at_us", self.at_us);
        json.word("frames", self.frames.word());
        json.number("schema", self.schema);
        json.number("schema_version", self.schema_version);
        json.maybe_name("challenge", self.challenge.as_ref());
        json.value("limits", |buffer| self.limits.encode(buffer));
        json.list("instruments", &self.instruments, |buffer, instrument| {
            instrument.encode(buffer);
        });
        json.close();
    }
}

impl LoggedOn {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "logged_on", self.request);
        json.number("account", self.account);
        json.number("at_us", self.at_us);
        json.close();
    }
}

impl Subscribed {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "subscribed", self.request);
        json.word("channel", self.channel.word());
        json.names("symbols", &self.symbols);
        json.maybe_number("epoch", self.epoch);
        if let Some(cursor) = &self.cursor {
            json.list("cursor", cursor, |buffer, cursor| cursor.encode(buffer));
        }
        json.close();
    }
}

impl Unsubscribed {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "unsubscribed", self.request);
        json.word("channel", self.channel.word());
        json.names("symbols", &self.symbols);
        json.close();
    }
}

impl Pong {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "pong", self.request);
        json.number("at_us", self.at_us);
        json.close();
    }
}

impl ErrorMessage {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "error", self.request);
        json.word("code", self.code.word());
        json.text("text", &self.text);
        json.maybe_number("retry_after_ms", self.retry_after_ms.map(u64::from));
        json.close();
    }
}

impl From<CodecError> for ErrorMessage {
    fn from(error: CodecError) -> Self {
        Self {
            request: error.request,
            code: error.code,
            text: Cow::Owned(error.text),
            retry_after_ms: None,
        }
    }
}

impl GoingAway {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "going_away", None);
        json.word("reason", self.reason.word());
        json.text("text", &self.text);
        json.close();
    }
}
