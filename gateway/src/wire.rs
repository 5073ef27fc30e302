//! From a message to bytes that any number of sessions share.

use bytes::Bytes;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Encodes into `buffer`, which is reused, and copies once into shared bytes of exactly that size.
pub fn encode(buffer: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Utf8Bytes {
    buffer.clear();
    write(buffer);
    Utf8Bytes::try_from(Bytes::copy_from_slice(buffer)).expect("messages are written as UTF-8")
}
