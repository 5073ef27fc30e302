//! The blocks of a snapshot file: a flipped bit, a cut, a block of another place or file is seen.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 4 | CRC32C of everything after it |
//! | 4 | 4 | bytes of payload that count |
//! | 8 | 8 | log position of the snapshot |
//! | 16 | 8 | index of the block in the file |
//! | 24 | 1 | 1 for the last block, else 0 |
//! | 25 | 7 | zero |
//! | 32 | 4,064 | payload, then zeros |
//!
//! All numbers are little-endian.

use crate::log::codec::{DecodeError, Reader};
use crate::position::LogPosition;

/// Bytes of a block.
pub(super) const BLOCK_BYTES: usize = 4_096;
const HEADER_BYTES: usize = 32;
const PAYLOAD_BYTES: usize = BLOCK_BYTES - HEADER_BYTES;
const CRC_BYTES: usize = 4;

/// Why a file's blocks cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// The file does not end with a block that says so.
    #[error("it was truncated")]
    Truncated,
    /// A block is damaged, or belongs elsewhere.
    #[error("the block at byte {offset} is damaged")]
    Damaged {
        /// Where the block begins.
        offset: usize,
    },
}

/// Which block of which snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BlockPlace {
    position: LogPosition,
    index: u64,
    is_last: bool,
}

/// `content` in blocks.
pub(super) fn into_blocks(position: LogPosition, content: &[u8]) -> Vec<u8> {
    // An empty content has a block, too: the last one says that nothing is missing.
    let count = content.len().div_ceil(PAYLOAD_BYTES).max(1);
    let mut out = Vec::with_capacity(count.saturating_mul(BLOCK_BYTES));
    let mut rest = content;
    for (index, left) in (0..).zip((0..count).rev()) {
        let (payload, behind) = rest.split_at(rest.len().min(PAYLOAD_BYTES));
        rest = behind;
        let place = BlockPlace {
            position,
            index,
            is_last: left == 0,
        };
        put_block(&mut out, place, payload);
    }
    out
}

fn put_block(out: &mut Vec<u8>, place: BlockPlace, payload: &[u8]) {
    let start = out.len();
    let length = u32::try_from(payload.len()).expect("a payload is shorter than a block");
    out.extend_from_slice(&[0; CRC_BYTES]);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&place.position.0.to_le_bytes());
    out.extend_from_slice(&place.index.to_le_bytes());
    out.extend_from_slice(&[u8::from(place.is_last), 0, 0, 0, 0, 0, 0, 0]);
    out.extend_from_slice(payload);
    out.resize(start.saturating_add(BLOCK_BYTES), 0);
    let (crc, rest) = out[start..].split_at_mut(CRC_BYTES);
    crc.copy_from_slice(&crc32c::crc32c(rest).to_le_bytes());
}

/// The content of the blocks of a whole file.
pub(super) fn from_blocks(position: LogPosition, file: &[u8]) -> Result<Vec<u8>, BlockError> {
    let (blocks, rest) = file.as_chunks::<BLOCK_BYTES>();
    if blocks.is_empty() || !rest.is_empty() {
        return Err(BlockError::Truncated);
    }
    let mut content = Vec::with_capacity(blocks.len().saturating_mul(PAYLOAD_BYTES));
    let mut is_ended = false;
    for (index, block) in blocks.iter().enumerate() {
        let damaged = BlockError::Damaged {
            offset: index.saturating_mul(BLOCK_BYTES),
        };
        let (place, payload) = read_block(block).map_err(|_| damaged.clone())?;
        let is_here = place.position == position && u64::try_from(index) == Ok(place.index);
        if !is_here || is_ended {
            return Err(damaged);
        }
        is_ended = place.is_last;
        content.extend_from_slice(payload);
    }
    if is_ended {
        Ok(content)
    } else {
        Err(BlockError::Truncated)
    }
}

fn read_block(block: &[u8; BLOCK_BYTES]) -> Result<(BlockPlace, &[u8]), DecodeError> {
    let mut reader = Reader::new(block);
    let crc = reader.u32()?;
    if crc != crc32c::crc32c(&block[CRC_BYTES..]) {
        return Err(DecodeError::Unknown("a checksum"));
    }
    let length = usize::try_from(reader.u32()?).map_err(|_| DecodeError::TooShort)?;
    let place = BlockPlace {
        position: LogPosition(reader.u64()?),
        index: reader.u64()?,
        is_last: reader.u64()? != 0,
    };
    Ok((place, reader.bytes(length)?))
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_BYTES, BlockError, PAYLOAD_BYTES, from_blocks, into_blocks};
    use crate::position::LogPosition;

    const HERE: LogPosition = LogPosition(77);

    fn content(length: usize) -> Vec<u8> {
        (0..length)
            .map(|k| u8::try_from(k % 251).unwrap())
            .collect()
    }

    #[test]
    fn content_comes_back_at_every_length_around_a_block() {
        for length in [
            0,
            1,
            PAYLOAD_BYTES - 1,
            PAYLOAD_BYTES,
            PAYLOAD_BYTES + 1,
            3 * PAYLOAD_BYTES,
        ] {
            let file = into_blocks(HERE, &content(length));

            assert_eq!(file.len() % BLOCK_BYTES, 0);
            assert_eq!(from_blocks(HERE, &file), Ok(content(length)), "{length}");
        }
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let mut file = into_blocks(HERE, &content(PAYLOAD_BYTES + 100));
        for bit in 0..file.len() * 8 {
            file[bit / 8] ^= 1 << (bit % 8);
            assert!(from_blocks(HERE, &file).is_err(), "bit {bit}");
            file[bit / 8] ^= 1 << (bit % 8);
        }
        println!("GOAL R4 snapshot_bits={} undetected=0", file.len() * 8);
    }

    #[test]
    fn every_cut_is_seen() {
        let file = into_blocks(HERE, &content(3 * PAYLOAD_BYTES));
        for length in 0..file.len() {
            assert!(from_blocks(HERE, &file[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn exchanged_and_zeroed_blocks_and_those_of_another_snapshot_are_seen() {
        let whole = into_blocks(HERE, &content(3 * PAYLOAD_BYTES));
        let other = into_blocks(LogPosition(78), &content(3 * PAYLOAD_BYTES));
        let (first, second) = (..BLOCK_BYTES, BLOCK_BYTES..2 * BLOCK_BYTES);

        let mut exchanged = whole.clone();
        exchanged[first].copy_from_slice(&whole[second.clone()]);
        exchanged[second.clone()].copy_from_slice(&whole[first]);
        let mut zeroed = whole.clone();
        zeroed[second.clone()].fill(0);
        let mut mixed = whole.clone();
        mixed[second.clone()].copy_from_slice(&other[second]);
        let doubled = [whole.clone(), whole].concat();

        assert_eq!(
            from_blocks(HERE, &exchanged),
            Err(BlockError::Damaged { offset: 0 })
        );
        for (damaged, offset) in [
            (zeroed, BLOCK_BYTES),
            (mixed, BLOCK_BYTES),
            (doubled, 3 * BLOCK_BYTES),
        ] {
            assert_eq!(
                from_blocks(HERE, &damaged),
                Err(BlockError::Damaged { offset })
            );
        }
    }
}
