//! Binary frames: fixed little-endian layouts for what is sent often.
//!
//! A frame is a header, a root block and, where its flags say so, further blocks, entries and text. Fields have
//! no padding and are read where they lie. What has no layout, or does not fit into one, is written as text: both
//! kinds of frames share one socket, and every message says the same in both.

#[macro_use]
mod layout;
mod cursor;
mod instruments;
mod market_decode;
mod market_encode;
mod market_layout;
mod message;
mod message_layout;
mod nothing;
mod numbers;
mod order_decode;
mod order_encode;
mod report;
mod request_decode;
mod request_encode;
mod request_layout;

pub use instruments::{BinaryInstrument, InstrumentTable};
pub use layout::{BinaryBlock, BlockField, blocks};
pub use numbers::binary_words;

/// Names the family of layouts: `RL` read as a little-endian number.
pub const BINARY_SCHEMA: u16 = 0x4c52;

/// The version of the layouts that this crate writes.
pub const BINARY_SCHEMA_VERSION: u16 = 1;

/// Whether a request or message was written as a binary frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Layout {
    /// It was.
    Fixed,
    /// It has no layout, or does not fit: nothing was written, and it goes as text.
    Text,
}

impl Layout {
    /// Runs `write`, and takes back what it wrote where it gives up.
    fn of(buffer: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> Self {
        let begin = buffer.len();
        if write(buffer).is_some() {
            return Self::Fixed;
        }
        buffer.truncate(begin);
        Self::Text
    }
}
