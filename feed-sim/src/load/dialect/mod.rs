//! What is spoken on the socket of a load: how an order is written, and which order an answer answers.

mod binance;
mod digits;
mod native;

use crate::load::LoadError;
use crate::load::frame::FrameKind;
use crate::load::order_stream::{Asked, LoadInstrument};
use crate::load::socket::Greeting;

pub use binance::SignedLogon;

/// A way to speak. One message is one order, and has one answer.
#[derive(Debug, Clone)]
pub enum Dialect {
    /// The native protocol, JSON in text frames.
    NativeJson,
    /// The Binance persona's WebSocket API, in a session that is logged on once.
    Binance(SignedLogon),
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<'a> {
    /// It answers the order with this number.
    To {
        /// The order's number.
        number: u64,
        /// What it says, in a word.
        kind: &'a str,
        /// Whether a load may get it from a healthy exchange.
        health: Health,
    },
    /// It answers none.
    ToNobody,
}

/// Whether an answer is one that a healthy exchange gives to a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It is.
    Good,
    /// It is not: too busy, not understood, out of money.
    Bad,
}

impl Dialect {
    /// Where it is spoken.
    pub const fn path(&self) -> &'static str {
        match self {
            Self::NativeJson => "/v1/ws",
            Self::Binance(_) => "/ws-api/v3",
        }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NativeJson => "json",
            Self::Binance(_) => "binance",
        }
    }

    /// Opens a session for the owner of `key`.
    pub(super) fn log_on(&self, greeting: &mut Greeting, key: &str) -> Result<(), LoadError> {
        match self {
            Self::NativeJson => native::log_on(greeting, key),
            Self::Binance(signed) => signed.log_on(greeting),
        }
    }

    /// In which frames orders travel.
    pub(super) const fn frame(&self) -> FrameKind {
        match self {
            Self::NativeJson | Self::Binance(_) => FrameKind::Text,
        }
    }

    /// Writes an order over what `buffer` has.
    pub(super) fn write(
        &self,
        buffer: &mut Vec<u8>,
        asked: &Asked,
        instrument: &LoadInstrument,
        tag: &str,
    ) {
        buffer.clear();
        match self {
            Self::NativeJson => native::write(buffer, asked, instrument, tag),
            Self::Binance(_) => binance::write(buffer, asked, instrument, tag),
        }
    }

    /// Reads a message.
    pub(super) fn read<'a>(&self, message: &'a [u8]) -> Answer<'a> {
        match self {
            Self::NativeJson => native::read(message),
            Self::Binance(_) => binance::read(message),
        }
    }
}
