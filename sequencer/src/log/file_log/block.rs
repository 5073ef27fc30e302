//! The 512-byte block: the unit that is written whole, torn or not at all.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 4 | CRC32C of everything after it |
//! | 4 | 1 | kind: 1 segment header, 2 first of a frame, 3 continues a frame, 4 watermark |
//! | 5 | 1 | zero |
//! | 6 | 2 | bytes of payload that count |
//! | 8 | 8 | segment number |
//! | 16 | 8 | index of the block in its segment |
//! | 24 | 488 | payload, then zeros |
//!
//! A block says where it belongs, so that one which was written or left in a wrong place is not taken for
//! the right one. All numbers are little-endian.

use super::BLOCK_BYTES;
use crate::log::codec::Reader;

/// Bytes of payload a block has room for.
pub(super) const PAYLOAD_BYTES: usize = BLOCK_BYTES - HEADER_BYTES;
const HEADER_BYTES: usize = 24;
const CRC_BYTES: usize = 4;

/// What a block is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    SegmentHeader = 1,
    FrameStart = 2,
    FrameContinued = 3,
    Watermark = 4,
}

/// Where a block belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub segment: u64,
    pub index: u64,
}

/// What is found in a block's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockState<'a> {
    /// It was never written.
    Zero,
    /// It is whole and where it belongs.
    Valid(BlockKind, &'a [u8]),
    /// It is neither.
    Damaged,
}

/// Adds a block to what is to be written at `place`.
pub(super) fn put_block(out: &mut Vec<u8>, place: Place, kind: BlockKind, payload: &[u8]) {
    assert!(payload.len() <= PAYLOAD_BYTES, "a payload fits its block");
    let start = out.len();
    out.extend_from_slice(&[0; CRC_BYTES]);
    out.extend_from_slice(&[kind as u8, 0]);
    let length = u16::try_from(payload.len()).expect("a payload is shorter than a block");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&place.segment.to_le_bytes());
    out.extend_from_slice(&place.index.to_le_bytes());
    out.extend_from_slice(payload);
    out.resize(start + BLOCK_BYTES, 0);
    let crc = crc32c::crc32c(&out[start + CRC_BYTES..]);
    out[start..start + CRC_BYTES].copy_from_slice(&crc.to_le_bytes());
}

/// Reads the block that stands at `place`.
pub(super) fn read_block(bytes: &[u8], place: Place) -> BlockState<'_> {
    if bytes.len() == BLOCK_BYTES && bytes.iter().all(|byte| *byte == 0) {
        return BlockState::Zero;
    }
    parse(bytes, place).map_or(BlockState::Damaged, |(kind, payload)| {
        BlockState::Valid(kind, payload)
    })
}

fn parse(bytes: &[u8], place: Place) -> Option<(BlockKind, &[u8])> {
    if bytes.len() != BLOCK_BYTES {
        return None;
    }
    let mut reader = Reader::new(bytes);
    let crc = reader.u32().ok()?;
    if crc != crc32c::crc32c(&bytes[CRC_BYTES..]) {
        return None;
    }
    let kind = match reader.u8().ok()? {
        1 => BlockKind::SegmentHeader,
        2 => BlockKind::FrameStart,
        3 => BlockKind::FrameContinued,
        4 => BlockKind::Watermark,
        _ => return None,
    };
    let _zero = reader.u8().ok()?;
    let length = usize::from(reader.u16().ok()?);
    let is_in_place = reader.u64().ok()? == place.segment && reader.u64().ok()? == place.index;
    let payload = reader.bytes(length).ok()?;
    is_in_place.then_some((kind, payload))
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_BYTES, BlockKind, BlockState, Place, put_block, read_block};

    const HERE: Place = Place {
        segment: 3,
        index: 9,
    };

    fn block() -> Vec<u8> {
        let mut bytes = Vec::new();
        put_block(&mut bytes, HERE, BlockKind::FrameStart, b"payload");
        bytes
    }

    #[test]
    fn a_block_comes_back_as_it_was_written() {
        let bytes = block();

        assert_eq!(bytes.len(), BLOCK_BYTES);
        assert_eq!(
            read_block(&bytes, HERE),
            BlockState::Valid(BlockKind::FrameStart, b"payload")
        );
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let mut bytes = block();
        for bit in 0..BLOCK_BYTES * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read_block(&bytes, HERE), BlockState::Damaged, "bit {bit}");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn a_block_in_a_wrong_place_is_damaged() {
        let elsewhere = Place { index: 10, ..HERE };

        assert_eq!(read_block(&block(), elsewhere), BlockState::Damaged);
    }

    #[test]
    fn zeros_were_never_written_and_half_a_block_is_damaged() {
        assert_eq!(read_block(&[0; BLOCK_BYTES], HERE), BlockState::Zero);
        assert_eq!(read_block(&block()[..256], HERE), BlockState::Damaged);
    }
}
