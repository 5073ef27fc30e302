//! Going on with the own executions where an earlier session ended.

use serde::Deserialize;

use crate::error::CodecError;
use crate::inline_text::Symbol;
use crate::json_writer::JsonWriter;
use crate::request::decode::word;
use crate::request::field::{Field, Fields, number};
use crate::words::Channel;

/// Starts the channel `executions` or `drop_copy` with what was told since an earlier session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeExecutions {
    /// Which of the two.
    pub channel: Channel,
    /// The epoch that the cursor is of.
    pub epoch: u64,
    /// The last event that was told of each instrument; of one that is not named, nothing was.
    pub after: Vec<ExecutionCursor>,
}

/// The last event of an instrument that an account was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionCursor {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The command's place in the instrument's order.
    pub seq: u64,
    /// The event's place among those of the command.
    pub k: u32,
}

impl ExecutionCursor {
    /// Appends it to `buffer` as one JSON object.
    pub(crate) fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.name("symbol", &self.symbol);
        json.number("seq", self.seq);
        json.number("k", self.k);
        json.close();
    }
}

impl ResumeExecutions {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Self, CodecError> {
        Ok(Self {
            channel: channel(fields)?,
            epoch: fields.required(Field::Epoch, number)?,
            after: fields.required(Field::After, |field, raw| {
                serde_json::from_str(raw).map_err(|error| CodecError::bad(field.name(), error))
            })?,
        })
    }

    pub(super) fn write(&self, json: &mut JsonWriter<'_>) {
        if self.channel != Channel::Executions {
            json.word(Field::Channel.name(), self.channel.word());
        }
        json.number(Field::Epoch.name(), self.epoch);
        json.list(Field::After.name(), &self.after, |buffer, cursor| {
            cursor.encode(buffer);
        });
    }
}

fn channel(fields: &mut Fields<'_>) -> Result<Channel, CodecError> {
    let channel = fields.optional(Field::Channel, word(Channel::from_word))?;
    match channel.unwrap_or(Channel::Executions) {
        channel @ (Channel::Executions | Channel::DropCopy) => Ok(channel),
        Channel::Trades
        | Channel::Depth
        | Channel::Top
        | Channel::Orders
        | Channel::Status
        | Channel::Instruments
        | Channel::Heartbeat
        | Channel::Queue
        | Channel::Candles
        | Channel::Statistics
        | Channel::Balances
        | Channel::Positions => Err(CodecError::bad(
            Field::Channel.name(),
            "it is `executions` or `drop_copy`",
        )),
    }
}
