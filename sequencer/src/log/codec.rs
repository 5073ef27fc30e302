//! Entries as bytes: little-endian, tagged, without anything that decides nothing.
//!
//! Tags are append-only: a number that was used once keeps its meaning for ever. Where a command came
//! from and when it passed which stage is not written; it comes back as zero. By which connection orders come is.

mod batch;
mod bust;
mod command;
mod conditions;
mod control;
mod key;
mod maker;
mod mass_cancel;
mod operation;
mod order;
mod reader;
mod risk;

use engine::Timestamp;

use crate::control::ControlCommand;
use crate::inbound::{InboundCommand, Origin};
use crate::log::{Batch, LogEntry, RejectedPart};
use crate::position::LogPosition;
use crate::stamps::Stamps;

pub(crate) use reader::{DecodeError, Reader};

/// Writes what a batch asks for.
pub(crate) fn encode_batch(batch: &Batch, at: Timestamp, bytes: &mut Vec<u8>) {
    put_u64(bytes, at.0);
    put_u64(bytes, batch.number);
    put_count(bytes, batch.control.len());
    for entry in &batch.control {
        control::encode(entry, bytes);
    }
    put_count(bytes, batch.commands.len());
    for inbound in &batch.commands {
        put_u32(bytes, inbound.instrument.0);
        put_option(bytes, inbound.at, |bytes, at| put_u64(bytes, at.0));
        command::put_entered_by(bytes, inbound.origin.entered_by);
        command::encode(&inbound.command, bytes);
    }
}

/// Reads what [`encode_batch`] wrote, all of it.
pub(crate) fn decode_entry(position: LogPosition, bytes: &[u8]) -> Result<LogEntry, DecodeError> {
    let mut reader = Reader::new(bytes);
    let at = Timestamp(reader.u64()?);
    let number = reader.u64()?;
    let control = reader.list(control::decode)?;
    let commands = reader.list(|reader| {
        let instrument = engine::InstrumentId(reader.u32()?);
        let at = reader.option(|reader| reader.u64().map(Timestamp))?;
        let (entered_by, command) = command::decode_entered(reader)?;
        Ok(InboundCommand {
            instrument,
            origin: Origin {
                entered_by,
                ..Origin::default()
            },
            at,
            stamps: Stamps::default(),
            command,
        })
    })?;
    reader.end()?;
    Ok(LogEntry {
        position,
        at,
        number,
        control,
        commands,
        rejected: RejectedPart::Nothing,
    })
}

pub(crate) fn put_u8(bytes: &mut Vec<u8>, value: u8) {
    bytes.push(value);
}

pub(crate) fn put_u32(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

pub(crate) fn put_u64(bytes: &mut Vec<u8>, value: u64) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

fn put_i64(bytes: &mut Vec<u8>, value: i64) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

pub(crate) fn put_i128(bytes: &mut Vec<u8>, value: i128) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

pub(crate) fn put_count(bytes: &mut Vec<u8>, count: usize) {
    put_u32(bytes, u32::try_from(count).expect("a batch is bounded"));
}

/// Bytes behind their count.
pub(crate) fn put_bytes(bytes: &mut Vec<u8>, counted: &[u8]) {
    put_u64(bytes, u64::try_from(counted.len()).unwrap_or(u64::MAX));
    bytes.extend_from_slice(counted);
}

/// Writes a control entry.
pub(crate) fn encode_control(entry: &ControlCommand, bytes: &mut Vec<u8>) {
    control::encode(entry, bytes);
}

/// Reads what [`encode_control`] wrote.
pub(crate) fn decode_control(reader: &mut Reader<'_>) -> Result<ControlCommand, DecodeError> {
    control::decode(reader)
}

fn put_option<T>(bytes: &mut Vec<u8>, value: Option<T>, put: impl FnOnce(&mut Vec<u8>, T)) {
    match value {
        None => put_u8(bytes, 0),
        Some(value) => {
            put_u8(bytes, 1);
            put(bytes, value);
        }
    }
}

#[cfg(test)]
mod tests;
