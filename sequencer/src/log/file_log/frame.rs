//! The frame: one batch in the log, cut into blocks.
//!
//! Its header: position u64, highest position known durable when it was written u64, chain hash over
//! everything up to its end u64, matcher u32, length of the body u32; then the body.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::block::{BlockKind, PAYLOAD_BYTES, Place, put_block};
use crate::log::codec::{DecodeError, Reader};
use crate::position::LogPosition;

pub(super) const HEADER_BYTES: usize = 32;

/// Most bytes a body may have: a batch is bounded, and a length is not trusted beyond this.
pub(super) const BODY_BYTES_MAX: usize = 16 << 20;

/// What stands before a frame's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHeader {
    pub position: LogPosition,
    /// Highest position known durable when it was written.
    pub durable: LogPosition,
    /// [`Chain`] of everything up to it, and with it: none of its blocks can be another frame's.
    pub chain: Chain,
    /// Which matcher's batch it is.
    pub matcher: u32,
    /// Bytes of the body.
    pub body_bytes: u32,
}

/// Hash over every frame so far: a frame or a block that was exchanged for another valid one breaks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Chain(pub u64);

impl Chain {
    /// The chain after a frame whose header and body these are, whatever chain the header names.
    pub fn then(self, header: &FrameHeader, body: &[u8]) -> Self {
        let of_body = xxh3_64_with_seed(body, self.0);
        let header = FrameHeader {
            chain: self,
            ..*header
        };
        Self(xxh3_64_with_seed(&header.encode(), of_body))
    }
}

impl FrameHeader {
    fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&self.position.0.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.durable.0.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.chain.0.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.matcher.to_le_bytes());
        bytes[28..].copy_from_slice(&self.body_bytes.to_le_bytes());
        bytes
    }

    pub fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(payload);
        Ok(Self {
            position: LogPosition(reader.u64()?),
            durable: LogPosition(reader.u64()?),
            chain: Chain(reader.u64()?),
            matcher: reader.u32()?,
            body_bytes: reader.u32()?,
        })
    }
}

/// How many blocks a frame with this body takes.
pub(super) const fn blocks_of(body_bytes: usize) -> usize {
    (HEADER_BYTES + body_bytes).div_ceil(PAYLOAD_BYTES)
}

/// Adds a frame, which starts at `place`, to what is to be written.
pub(super) fn put_frame(out: &mut Vec<u8>, place: Place, header: &FrameHeader, body: &[u8]) {
    let (head, rest) = body.split_at(body.len().min(PAYLOAD_BYTES - HEADER_BYTES));
    let mut first = [0; PAYLOAD_BYTES];
    first[..HEADER_BYTES].copy_from_slice(&header.encode());
    first[HEADER_BYTES..HEADER_BYTES + head.len()].copy_from_slice(head);
    let first = &first[..HEADER_BYTES + head.len()];
    put_block(out, place, BlockKind::FrameStart, first);
    for (index, part) in (place.index + 1..).zip(rest.chunks(PAYLOAD_BYTES)) {
        put_block(
            out,
            Place { index, ..place },
            BlockKind::FrameContinued,
            part,
        );
    }
}
