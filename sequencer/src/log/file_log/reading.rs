//! Reads segments block by block, and tells the end of a log from damage to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::BLOCK_BYTES;
use super::block::{BlockKind, BlockState, Place, read_block};
use super::frame::{BODY_BYTES_MAX, Chain, FrameHeader, HEADER_BYTES, blocks_of};
use super::segment::{HeaderError, SegmentHeader, segment_number};
use crate::position::LogPosition;

/// A segment's bytes, and how far they have been read.
#[derive(Debug)]
pub(super) struct SegmentReader {
    pub path: PathBuf,
    pub number: u64,
    pub header: SegmentHeader,
    bytes: Vec<u8>,
    /// Index of the next block.
    pub next: u64,
}

/// What comes next in a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The frame that is expected.
    Frame { header: FrameHeader, body: Vec<u8> },
    /// Nothing more was written, as far as this segment says.
    End,
    /// Something else stands there, or stands after a block that was never written.
    Damage,
}

/// Why a segment cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum SegmentError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Header(#[from] HeaderError),
}

/// The segments of `folder`, in the order of their numbers.
pub(super) fn segments_of(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if let Some(number) = segment_number(&path) {
            segments.push((number, path));
        }
    }
    segments.sort_unstable();
    Ok(segments)
}

impl SegmentReader {
    pub fn open(path: &Path, number: u64) -> Result<Self, SegmentError> {
        let bytes = fs::read(path)?;
        let first = bytes.get(..BLOCK_BYTES).unwrap_or(&bytes);
        let header = SegmentHeader::read(first, number)?;
        let (found, expected) = (bytes.len() as u64, header.blocks * BLOCK_BYTES as u64);
        // It had its full length before its header was written.
        if found != expected {
            return Err(HeaderError::Truncated { found, expected }.into());
        }
        Ok(Self {
            path: path.to_owned(),
            number,
            header,
            bytes,
            next: 1,
        })
    }

    /// Offset in the file of the next block.
    pub const fn offset(&self) -> u64 {
        self.next * BLOCK_BYTES as u64
    }

    /// Reads the frame at `expected`, whose predecessors hash to `chain`.
    pub fn next_frame(&mut self, expected: LogPosition, chain: Chain) -> Found {
        match self.block(self.next) {
            None => Found::End,
            Some(BlockState::Zero | BlockState::Valid(BlockKind::Watermark, _)) => {
                if self.is_zero_after(self.next) {
                    Found::End
                } else {
                    Found::Damage
                }
            }
            Some(BlockState::Valid(BlockKind::FrameStart, payload)) => {
                match self.frame(payload, expected, chain) {
                    None => Found::Damage,
                    Some((header, body)) => {
                        self.next += blocks_of(body.len()) as u64;
                        Found::Frame { header, body }
                    }
                }
            }
            Some(
                BlockState::Damaged
                | BlockState::Valid(BlockKind::SegmentHeader | BlockKind::FrameContinued, _),
            ) => Found::Damage,
        }
    }

    /// The highest position that anything from the next block on knows to be durable.
    pub fn durable_seen(&self) -> LogPosition {
        let blocks = (self.next..self.header.blocks).filter_map(|index| self.block(index));
        let known = blocks.filter_map(|block| match block {
            BlockState::Valid(BlockKind::FrameStart, payload) => FrameHeader::decode(payload)
                .ok()
                .map(|header| header.durable),
            BlockState::Valid(BlockKind::Watermark, payload) => {
                let bytes = payload.first_chunk::<8>()?;
                Some(LogPosition(u64::from_le_bytes(*bytes)))
            }
            BlockState::Valid(BlockKind::SegmentHeader | BlockKind::FrameContinued, _)
            | BlockState::Zero
            | BlockState::Damaged => None,
        });
        known.max().unwrap_or_default()
    }

    fn frame(
        &self,
        payload: &[u8],
        expected: LogPosition,
        chain: Chain,
    ) -> Option<(FrameHeader, Vec<u8>)> {
        let header = FrameHeader::decode(payload).ok()?;
        let body_bytes = usize::try_from(header.body_bytes).ok()?;
        let is_next = header.position == expected && header.chain == chain;
        if !is_next || body_bytes > BODY_BYTES_MAX {
            return None;
        }
        let mut body = Vec::with_capacity(body_bytes);
        body.extend_from_slice(&payload[HEADER_BYTES..]);
        for index in (self.next + 1..).take(blocks_of(body_bytes) - 1) {
            let Some(BlockState::Valid(BlockKind::FrameContinued, part)) = self.block(index) else {
                return None;
            };
            body.extend_from_slice(part);
        }
        (body.len() == body_bytes).then_some((header, body))
    }

    /// The block at `index`; `None` at the end of the segment.
    fn block(&self, index: u64) -> Option<BlockState<'_>> {
        if index >= self.header.blocks {
            return None;
        }
        let start = usize::try_from(index).ok()?.checked_mul(BLOCK_BYTES)?;
        let end = start.checked_add(BLOCK_BYTES)?;
        let bytes = self.bytes.get(start..end)?;
        let place = Place {
            segment: self.number,
            index,
        };
        Some(read_block(bytes, place))
    }

    fn is_zero_after(&self, index: u64) -> bool {
        let start = usize::try_from(index)
            .ok()
            .and_then(|index| index.checked_add(1)?.checked_mul(BLOCK_BYTES));
        let rest = start.and_then(|start| self.bytes.get(start..));
        rest.is_some_and(|rest| rest.iter().all(|byte| *byte == 0))
    }
}
