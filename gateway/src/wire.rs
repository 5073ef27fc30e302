//! From a message to bytes that any number of sessions share.

use bytes::Bytes;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// Encodes into `buffer`, which is reused, and copies once into a shared text frame of exactly that size.
pub fn encode(buffer: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Message {
    buffer.clear();
    write(buffer);
    let text = Utf8Bytes::try_from(Bytes::copy_from_slice(buffer));
    Message::Text(text.expect("messages are written as UTF-8"))
}
