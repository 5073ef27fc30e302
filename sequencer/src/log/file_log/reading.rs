//! Reads segments block by block, and tells the end of a log from damage to it.

use std::io;
use std::path::{Path, PathBuf};

use super::BLOCK_BYTES;
use super::block::{BlockKind, BlockState, Place, read_block};
use super::frame::{BODY_BYTES_MAX, Chain, FrameHeader, HEADER_BYTES, blocks_of};
use super::segment::{
    FIRST_FRAME_BLOCK, HeaderError, SEGMENT_BYTES_MIN, SegmentHeader, segment_path,
};
use super::watermark::{WATERMARK_BLOCKS, Watermark};
use crate::disk::{Disk, DiskFile, OpenMode, read_up_to};
use crate::position::LogPosition;

/// Blocks that are read at once: few at first, because the tail of a log that grows has no more to read, and twice
/// as many each time that reading goes on where it ended.
const WINDOW_BLOCKS_MIN: u64 = 8;
/// Most of them.
const WINDOW_BLOCKS_MAX: u64 = 512;

/// A segment as it is read, a window of it in memory.
#[derive(Debug)]
pub(super) struct SegmentBlocks {
    pub path: PathBuf,
    pub number: u64,
    /// Whole blocks of the file.
    pub blocks: u64,
    file: Box<dyn DiskFile>,
    window: Vec<u8>,
    /// Index of the window's first block.
    window_first: u64,
}

/// Reads the frames of a segment in their order.
#[derive(Debug)]
pub(super) struct SegmentReader {
    pub blocks: SegmentBlocks,
    pub header: SegmentHeader,
    /// Index of the next block.
    pub next: u64,
}

/// A segment's file.
#[derive(Debug)]
pub(super) enum Opened {
    /// Its header was written.
    Begun(SegmentReader),
    /// Its header was never written, or cannot be read.
    Blank(SegmentBlocks),
}

/// What comes next in a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The frame that is expected; its body is in the buffer.
    Frame(FrameHeader),
    /// Nothing more was written, as far as this segment says.
    End,
    /// Something else stands in this block, or stands after it while it was never written.
    Damage {
        /// Its index.
        block: u64,
    },
}

/// Why a segment cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum SegmentError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Header(#[from] HeaderError),
}

impl Opened {
    pub fn open(disk: &dyn Disk, folder: &Path, number: u64) -> Result<Self, SegmentError> {
        let path = segment_path(folder, number);
        let file = disk.open(&path, OpenMode::Read)?;
        let found = file.length()?;
        let mut blocks = SegmentBlocks {
            path,
            number,
            blocks: found / BLOCK_BYTES as u64,
            file,
            window: Vec::new(),
            window_first: 0,
        };
        let header = SegmentHeader::read(blocks.bytes_of(0)?.unwrap_or_default(), number);
        match header {
            Ok(header) => {
                // It had its full length before its header was written.
                let expected = header.blocks.saturating_mul(BLOCK_BYTES as u64);
                if found != expected {
                    return Err(HeaderError::Truncated { found, expected }.into());
                }
                blocks.refuse_spare_blocks_in_use()?;
                Ok(Self::Begun(SegmentReader {
                    blocks,
                    header,
                    next: FIRST_FRAME_BLOCK,
                }))
            }
            // It got its name when it had its full length, and that is this at least.
            Err(_) if found < SEGMENT_BYTES_MIN => Err(HeaderError::Truncated {
                found,
                expected: SEGMENT_BYTES_MIN,
            }
            .into()),
            Err(HeaderError::Damaged) => Ok(Self::Blank(blocks)),
            Err(error) => Err(error.into()),
        }
    }
}

impl SegmentBlocks {
    /// The watermarks that can be read.
    pub fn watermarks(&mut self) -> io::Result<Vec<Watermark>> {
        let mut watermarks = Vec::new();
        for index in WATERMARK_BLOCKS {
            if let Some(BlockState::Valid(BlockKind::Watermark, payload)) = self.block(index)? {
                watermarks.extend(Watermark::decode(payload).ok());
            }
        }
        Ok(watermarks)
    }

    /// Where a watermark stands that is not whole: a power cut may tear one while it is written.
    pub fn torn_watermark(&mut self) -> io::Result<Option<u64>> {
        for index in WATERMARK_BLOCKS {
            let is_whole = match self.block(index)? {
                Some(BlockState::Valid(BlockKind::Watermark, payload)) => {
                    Watermark::decode(payload).is_ok()
                }
                Some(BlockState::Zero) | None => true,
                Some(BlockState::Valid(..) | BlockState::Damaged) => false,
            };
            if !is_whole {
                return Ok(Some(index * BLOCK_BYTES as u64));
            }
        }
        Ok(None)
    }

    /// Nothing is ever written between the watermarks and the frames, so what stands there is damage.
    fn refuse_spare_blocks_in_use(&mut self) -> Result<(), SegmentError> {
        for index in WATERMARK_BLOCKS[1] + 1..FIRST_FRAME_BLOCK {
            let bytes = self.bytes_of(index)?.unwrap_or_default();
            if bytes.iter().any(|byte| *byte != 0) {
                let offset = index * BLOCK_BYTES as u64;
                return Err(HeaderError::SpareBlock { offset }.into());
            }
        }
        Ok(())
    }

    /// The highest position that any frame header from block `first` up to block `end` knows to be durable.
    pub fn durable_seen(&mut self, first: u64, end: u64) -> io::Result<LogPosition> {
        let mut durable = LogPosition(0);
        for index in first..end.min(self.blocks) {
            if let Some(BlockState::Valid(BlockKind::FrameStart, payload)) = self.block(index)?
                && let Ok(header) = FrameHeader::decode(payload)
            {
                durable = durable.max(header.durable);
            }
        }
        Ok(durable)
    }

    /// Makes durable what anybody has written to the segment.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    /// Reads again what may have been written since.
    pub fn forget_window(&mut self) {
        self.window.clear();
    }

    /// Whether nothing was ever written from block `first` on.
    pub fn is_zero_from(&mut self, first: u64) -> io::Result<bool> {
        for index in first..self.blocks {
            let bytes = self.bytes_of(index)?;
            if bytes.is_some_and(|bytes| bytes.iter().any(|byte| *byte != 0)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The block at `index`; `None` at the end of the segment.
    fn block(&mut self, index: u64) -> io::Result<Option<BlockState<'_>>> {
        let place = Place {
            segment: self.number,
            index,
        };
        let bytes = self.bytes_of(index)?;
        Ok(bytes.map(|bytes| read_block(bytes, place)))
    }

    fn bytes_of(&mut self, index: u64) -> io::Result<Option<&[u8]>> {
        if index >= self.blocks {
            return Ok(None);
        }
        let window_blocks = (self.window.len() / BLOCK_BYTES) as u64;
        if index < self.window_first || index >= self.window_first + window_blocks {
            let blocks = self.blocks_at_once(index).min(self.blocks - index);
            let bytes = usize::try_from(blocks).expect("a window is small") * BLOCK_BYTES;
            self.window.resize(bytes, 0);
            let found = read_up_to(&*self.file, &mut self.window, index * BLOCK_BYTES as u64)?;
            self.window.truncate(found - found % BLOCK_BYTES);
            self.window_first = index;
        }
        let start = usize::try_from(index - self.window_first).expect("a window is small");
        let start = start * BLOCK_BYTES;
        Ok(self.window.get(start..start + BLOCK_BYTES))
    }

    /// How much is read from block `index` on, which is not in the window.
    fn blocks_at_once(&self, index: u64) -> u64 {
        let read_before = (self.window.len() / BLOCK_BYTES) as u64;
        if read_before > 0 && index == self.window_first + read_before {
            (read_before * 2).clamp(WINDOW_BLOCKS_MIN, WINDOW_BLOCKS_MAX)
        } else {
            WINDOW_BLOCKS_MIN
        }
    }
}

impl SegmentReader {
    /// Offset in the file of the next block.
    pub const fn offset(&self) -> u64 {
        self.next * BLOCK_BYTES as u64
    }

    /// Forgets what it read where that ends before the next frame: since then the frame may have been written.
    ///
    /// Without it each look at the tail of a log that grows finds a block that was never written, as far as it knows,
    /// and reads the whole rest of the segment to tell an end from damage.
    pub fn forget_stale_end(&mut self) -> io::Result<()> {
        let is_blank = matches!(self.blocks.block(self.next)?, Some(BlockState::Zero));
        if is_blank {
            self.blocks.forget_window();
        }
        Ok(())
    }

    /// Reads the frame at `expected`, whose predecessors hash to `chain`, and its body into `body`.
    pub fn next_frame(
        &mut self,
        expected: LogPosition,
        chain: Chain,
        body: &mut Vec<u8>,
    ) -> io::Result<Found> {
        let first = self.next;
        let damage = Found::Damage { block: first };
        let header = match self.blocks.block(first)? {
            None => return Ok(Found::End),
            Some(BlockState::Zero) => {
                let is_end = self.blocks.is_zero_from(first)?;
                return Ok(if is_end { Found::End } else { damage });
            }
            Some(BlockState::Valid(BlockKind::FrameStart, payload)) => {
                match expected_header(payload, expected) {
                    None => return Ok(damage),
                    Some(header) => {
                        body.clear();
                        body.extend_from_slice(&payload[HEADER_BYTES..]);
                        header
                    }
                }
            }
            Some(
                BlockState::Damaged
                | BlockState::Valid(
                    BlockKind::SegmentHeader | BlockKind::FrameContinued | BlockKind::Watermark,
                    _,
                ),
            ) => return Ok(damage),
        };
        let body_bytes = usize::try_from(header.body_bytes).unwrap_or(usize::MAX);
        let end = first + blocks_of(body_bytes) as u64;
        for index in first + 1..end {
            match self.blocks.block(index)? {
                Some(BlockState::Valid(BlockKind::FrameContinued, part)) => {
                    body.extend_from_slice(part);
                }
                Some(_) | None => return Ok(Found::Damage { block: index }),
            }
        }
        if body.len() != body_bytes || chain.then(&header, body) != header.chain {
            return Ok(damage);
        }
        self.next = end;
        Ok(Found::Frame(header))
    }
}

fn expected_header(payload: &[u8], expected: LogPosition) -> Option<FrameHeader> {
    let header = FrameHeader::decode(payload).ok()?;
    let is_next = header.position == expected;
    let is_bounded = usize::try_from(header.body_bytes).is_ok_and(|bytes| bytes <= BODY_BYTES_MAX);
    (is_next && is_bounded).then_some(header)
}
