//! From a message to bytes that any number of sessions share.

use bytes::Bytes;
use protocol::{BinaryInstrument, Frames, InstrumentTable, Layout, Report, ServerMessage};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::websocket::{give_back_written, lend_for_writing};

/// Encodes into `buffer`, which is reused, and copies once into a shared text frame of exactly that size.
pub fn encode(buffer: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Message {
    buffer.clear();
    write(buffer);
    let text = Utf8Bytes::try_from(Bytes::copy_from_slice(buffer));
    Message::Text(text.expect("messages are written as UTF-8"))
}

/// The same with a binary frame, where `write` has a layout for it.
pub fn encode_binary(
    buffer: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Layout,
) -> Option<Message> {
    buffer.clear();
    match write(buffer) {
        Layout::Fixed => Some(Message::Binary(Bytes::copy_from_slice(buffer))),
        Layout::Text => None,
    }
}

/// Has `write` use a buffer of the thread: a session that waits keeps none of its own.
pub fn with_lent_room<T>(write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let mut room = lend_for_writing();
    let written = write(&mut room);
    give_back_written(room);
    written
}

/// A message about `instrument`, or about none, in the frames that its reader asked for.
pub fn say(
    buffer: &mut Vec<u8>,
    frames: Frames,
    instrument: &BinaryInstrument,
    message: &ServerMessage,
) -> Message {
    let binary = match frames {
        Frames::Text => None,
        Frames::Binary => encode_binary(buffer, |buffer| {
            message.encode_binary_of(instrument, buffer)
        }),
    };
    binary.unwrap_or_else(|| encode(buffer, |buffer| message.encode(buffer)))
}

/// Writes a report into `buffer`, which is reused; says in what kind of frame it goes.
pub fn write_report(
    buffer: &mut Vec<u8>,
    frames: Frames,
    instrument: &BinaryInstrument,
    report: &Report,
) -> Frames {
    buffer.clear();
    match frames {
        Frames::Binary if report.encode_binary(instrument, buffer) == Layout::Fixed => {
            return Frames::Binary;
        }
        Frames::Binary => buffer.clear(),
        Frames::Text => {}
    }
    report.encode(buffer);
    Frames::Text
}

/// A report in the frames that its reader asked for.
pub fn report(
    buffer: &mut Vec<u8>,
    frames: Frames,
    instrument: &BinaryInstrument,
    report: &Report,
) -> Message {
    let binary = match frames {
        Frames::Text => None,
        Frames::Binary => encode_binary(buffer, |buffer| report.encode_binary(instrument, buffer)),
    };
    binary.unwrap_or_else(|| encode(buffer, |buffer| report.encode(buffer)))
}

/// A frame about `instrument` that was written before, in the frames that its reader asks for now.
pub fn told_again(
    (written, frame): (Frames, Vec<u8>),
    wished: Frames,
    instrument: &BinaryInstrument,
) -> Message {
    if written == wished && written == Frames::Binary {
        return Message::Binary(frame.into());
    }
    let read = match written {
        Frames::Text => ServerMessage::decode(&String::from_utf8_lossy(&frame)),
        Frames::Binary => {
            ServerMessage::decode_binary(&frame, &InstrumentTable::new([*instrument]))
        }
    };
    let read = read.expect("what was written here can be read here");
    say(&mut Vec::new(), wished, instrument, &read)
}
