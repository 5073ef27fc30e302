//! Asking for what was: candles, statistics, and an account's own past, page by page.

use crate::error::CodecError;
use crate::inline_text::Symbol;
use crate::json_writer::JsonWriter;
use crate::request::decode::word;
use crate::request::field::{Field, Fields, number, parsed, short_number};
use crate::words::{CandleInterval, PastKind};

/// Asks for candles of an instrument, oldest first and without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandlesRequest {
    /// Of which instrument.
    pub symbol: Symbol,
    /// How long each lasts.
    pub interval: CandleInterval,
    /// From the first one that begins here or later, in µs; `None` = the newest ones.
    pub from_us: Option<u64>,
    /// Up to the last one that begins here or earlier, in µs; `None` = up to now.
    pub to_us: Option<u64>,
    /// How many at most; `None` = 500.
    pub count: Option<u32>,
}

/// Asks what traded in the last 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatisticsRequest {
    /// Of which instrument.
    pub symbol: Symbol,
}

/// Asks for a page of the account's past, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastRequest {
    /// Of what.
    pub kind: PastKind,
    /// Of which instrument.
    pub symbol: Symbol,
    /// Of this order only.
    pub order_id: Option<u64>,
    /// From this id on; `None` = the newest ones, unless `from_us` is given.
    pub from_id: Option<u64>,
    /// From this time on, in µs.
    pub from_us: Option<u64>,
    /// Up to this time, in µs.
    pub to_us: Option<u64>,
    /// How many at most; `None` = 500.
    pub count: Option<u32>,
}

impl CandlesRequest {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Self, CodecError> {
        Ok(Self {
            symbol: fields.required(Field::Symbol, parsed)?,
            interval: fields.required(Field::Interval, word(CandleInterval::from_word))?,
            from_us: fields.optional(Field::FromUs, number)?,
            to_us: fields.optional(Field::ToUs, number)?,
            count: fields.optional(Field::Count, short_number)?,
        })
    }

    pub(super) fn write(&self, json: &mut JsonWriter<'_>) {
        json.name(Field::Symbol.name(), &self.symbol);
        json.word(Field::Interval.name(), self.interval.word());
        json.maybe_number(Field::FromUs.name(), self.from_us);
        json.maybe_number(Field::ToUs.name(), self.to_us);
        json.maybe_number(Field::Count.name(), self.count.map(u64::from));
    }
}

impl StatisticsRequest {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Self, CodecError> {
        Ok(Self {
            symbol: fields.required(Field::Symbol, parsed)?,
        })
    }

    pub(super) fn write(&self, json: &mut JsonWriter<'_>) {
        json.name(Field::Symbol.name(), &self.symbol);
    }
}

impl PastRequest {
    /// The newest page of an instrument.
    pub const fn newest(kind: PastKind, symbol: Symbol) -> Self {
        Self {
            kind,
            symbol,
            order_id: None,
            from_id: None,
            from_us: None,
            to_us: None,
            count: None,
        }
    }

    pub(super) fn decode(kind: PastKind, fields: &mut Fields<'_>) -> Result<Self, CodecError> {
        Ok(Self {
            kind,
            symbol: fields.required(Field::Symbol, parsed)?,
            order_id: fields.optional(Field::OrderId, number)?,
            from_id: fields.optional(Field::FromId, number)?,
            from_us: fields.optional(Field::FromUs, number)?,
            to_us: fields.optional(Field::ToUs, number)?,
            count: fields.optional(Field::Count, short_number)?,
        })
    }

    pub(super) fn write(&self, json: &mut JsonWriter<'_>) {
        json.name(Field::Symbol.name(), &self.symbol);
        json.maybe_number(Field::OrderId.name(), self.order_id);
        json.maybe_number(Field::FromId.name(), self.from_id);
        json.maybe_number(Field::FromUs.name(), self.from_us);
        json.maybe_number(Field::ToUs.name(), self.to_us);
        json.maybe_number(Field::Count.name(), self.count.map(u64::from));
    }
}
