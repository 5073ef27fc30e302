//! The segment: one preallocated file of the log, `journal-0000000001.seg`.
//!
//! | block | what |
//! |---|---|
//! | 0 | the header, written with the segment's first frames |
//! | 1, 2 | watermarks, written in turn: see [`Watermark`](super::watermark::Watermark) |
//! | 3 to 7 | zeros, so that frames begin with a page of their own |
//! | 8 on | frames, then zeros |
//!
//! The header: magic, format version u32, epoch u64, blocks it has room for u64, first position u64, chain
//! hash of everything before it u64, what may leave u8 (1 what is synced, 2 what is written).
//!
//! A segment whose header was never written is blank: it stands ready to be gone on in.

use std::io;
use std::path::{Path, PathBuf};

use super::block::{BlockKind, BlockState, Place, put_block, read_block};
use super::frame::Chain;
use super::watermark::{SegmentState, WATERMARK_BLOCKS, Watermark};
use super::{BLOCK_BYTES, Durability};
use crate::disk::{Disk, DiskFile, OpenMode, read_up_to, write_once};
use crate::log::codec::{DecodeError, Reader};
use crate::position::{Epoch, LogPosition};

const MAGIC: &[u8; 8] = b"RIALTOJ1";
/// Version of everything in a segment: blocks, frames, entries. A file of another version is refused.
pub(super) const FORMAT_VERSION: u32 = 2;
/// Index of the first block that holds frames.
pub(super) const FIRST_FRAME_BLOCK: u64 = 8;
/// Smallest segment: a frame of a usual batch must fit several times.
pub(super) const SEGMENT_BYTES_MIN: u64 = 64 << 10;

/// What a segment's first block says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub epoch: Epoch,
    /// Blocks it has room for, this one included: a shorter file was truncated.
    pub blocks: u64,
    /// Position of the first frame that stands in it; everything before it was durable.
    pub first: LogPosition,
    pub chain: Chain,
    pub shows: Shows,
}

/// What may leave while a segment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// What is synced.
    Synced = 1,
    /// What is written: a crash may lose what was shown.
    Written = 2,
}

/// Why a segment's header cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum HeaderError {
    #[error("its header is damaged")]
    Damaged,
    #[error("it is no journal of rialto")]
    BadMagic,
    #[error("it has format version {0}, and this program reads version {FORMAT_VERSION}")]
    BadVersion(u32),
    #[error("it is damaged at byte {offset}, where nothing is ever written")]
    SpareBlock { offset: u64 },
    #[error("it was truncated: it has {found} bytes instead of {expected}")]
    Truncated { found: u64, expected: u64 },
}

/// A segment that is open for writing.
#[derive(Debug)]
pub(super) struct Segment {
    file: Box<dyn DiskFile>,
    pub number: u64,
    pub header: SegmentHeader,
    /// Index of the next block to be written.
    pub next: u64,
    /// The next write brings the header.
    is_blank: bool,
    /// [`Watermark::count`] of the next one.
    watermarks: u64,
}

/// A file of zeros under a segment's name.
#[derive(Debug)]
pub(super) struct BlankSegment {
    pub file: Box<dyn DiskFile>,
    pub number: u64,
    pub bytes: u64,
}

impl From<Durability> for Shows {
    fn from(durability: Durability) -> Self {
        match durability {
            Durability::Sync => Self::Synced,
            Durability::Async(_) | Durability::None => Self::Written,
        }
    }
}

/// The path of segment `number` in `folder`.
pub(super) fn segment_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("journal-{number:010}.seg"))
}

/// The number of a segment file, from its name.
fn segment_number(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    let digits = name.strip_prefix("journal-")?.strip_suffix(".seg")?;
    (digits.len() == 10).then(|| digits.parse().ok())?
}

/// The segments of `folder`, in the order of their numbers.
pub(super) fn segments_of(disk: &dyn Disk, folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let paths = disk.list(folder)?.into_iter();
    let mut segments: Vec<_> = paths
        .filter_map(|path| Some((segment_number(&path)?, path)))
        .collect();
    segments.sort_unstable();
    Ok(segments)
}

impl SegmentHeader {
    fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(45);
        payload.extend_from_slice(MAGIC);
        payload.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        payload.extend_from_slice(&self.epoch.0.to_le_bytes());
        payload.extend_from_slice(&self.blocks.to_le_bytes());
        payload.extend_from_slice(&self.first.0.to_le_bytes());
        payload.extend_from_slice(&self.chain.0.to_le_bytes());
        payload.push(self.shows as u8);
        payload
    }

    /// Reads the header from the first block of segment `number`.
    pub fn read(block: &[u8], number: u64) -> Result<Self, HeaderError> {
        let place = Place {
            segment: number,
            index: 0,
        };
        let BlockState::Valid(BlockKind::SegmentHeader, payload) = read_block(block, place) else {
            return Err(HeaderError::Damaged);
        };
        if payload.get(..MAGIC.len()) != Some(MAGIC) {
            return Err(HeaderError::BadMagic);
        }
        let mut reader = Reader::new(&payload[MAGIC.len()..]);
        let version = reader.u32().map_err(|_| HeaderError::Damaged)?;
        if version != FORMAT_VERSION {
            return Err(HeaderError::BadVersion(version));
        }
        Self::decode(reader).map_err(|_| HeaderError::Damaged)
    }

    fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            epoch: Epoch(reader.u64()?),
            blocks: reader.u64()?,
            first: LogPosition(reader.u64()?),
            chain: Chain(reader.u64()?),
            shows: match reader.u8()? {
                1 => Shows::Synced,
                2 => Shows::Written,
                _ => return Err(DecodeError::Unknown("what a segment shows")),
            },
        })
    }

    /// The position before the first.
    pub const fn before(&self) -> LogPosition {
        LogPosition(self.first.0.saturating_sub(1))
    }
}

impl Segment {
    /// Goes on in a blank segment; its header is written with its first frames.
    pub fn begin(blank: BlankSegment, header: SegmentHeader) -> Self {
        assert_eq!(
            blank.bytes,
            header.blocks * BLOCK_BYTES as u64,
            "a header says how long its file is"
        );
        Self {
            file: blank.file,
            number: blank.number,
            header,
            next: FIRST_FRAME_BLOCK,
            is_blank: true,
            watermarks: 1,
        }
    }

    /// Goes on in a segment that was written up to block `next`.
    pub fn resume(
        disk: &dyn Disk,
        path: &Path,
        number: u64,
        header: SegmentHeader,
        next: u64,
        watermarks: u64,
    ) -> io::Result<Self> {
        Ok(Self {
            file: disk.open(path, OpenMode::Write)?,
            number,
            header,
            next,
            is_blank: false,
            watermarks,
        })
    }

    /// Where the next block belongs.
    pub const fn place(&self) -> Place {
        self.place_of(self.next)
    }

    /// Whether `blocks` more fit.
    pub const fn has_room(&self, blocks: u64) -> bool {
        self.next + blocks <= self.header.blocks
    }

    /// Writes whole blocks, and the header before the first of them.
    pub fn write(&mut self, blocks: &[u8]) -> io::Result<()> {
        assert!(
            blocks.len().is_multiple_of(BLOCK_BYTES),
            "only whole blocks are written"
        );
        self.write_header()?;
        write_once(&*self.file, blocks, self.next * BLOCK_BYTES as u64)?;
        self.next += (blocks.len() / BLOCK_BYTES) as u64;
        Ok(())
    }

    /// Writes the header, unless it stands there.
    pub fn write_header(&mut self) -> io::Result<()> {
        if !self.is_blank {
            return Ok(());
        }
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        let payload = self.header.encode();
        put_block(
            &mut block,
            self.place_of(0),
            BlockKind::SegmentHeader,
            &payload,
        );
        write_once(&*self.file, &block, 0)?;
        self.is_blank = false;
        Ok(())
    }

    /// Syncs what was written.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    /// Notes what is durable, in the watermark's blocks in turn. It is not synced: it lets a later start tell
    /// damage from a torn tail.
    pub fn write_watermark(&mut self, durable: LogPosition, state: SegmentState) -> io::Result<()> {
        let watermark = Watermark {
            count: self.watermarks,
            durable,
            state,
        };
        let turn = usize::from(!self.watermarks.is_multiple_of(2));
        let index = WATERMARK_BLOCKS[turn];
        self.watermarks += 1;
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        let place = self.place_of(index);
        put_block(&mut block, place, BlockKind::Watermark, &watermark.encode());
        write_once(&*self.file, &block, index * BLOCK_BYTES as u64)
    }

    /// Writes what stands from block `first` up to the next one to be written again: what reads well may
    /// stand in the page cache only, left there by a sync that failed, and only what is written is synced.
    pub fn write_again(&self, first: u64) -> io::Result<()> {
        each_part(first, self.next, |part, offset| {
            let found = read_up_to(&*self.file, part, offset)?;
            write_once(&*self.file, &part[..found], offset)
        })
    }

    /// Writes zeros from the next block to the end: what stood there is gone.
    pub fn cut(&self) -> io::Result<()> {
        each_part(self.next, self.header.blocks, |part, offset| {
            let found = read_up_to(&*self.file, part, offset)?;
            if part[..found].iter().all(|byte| *byte == 0) {
                return Ok(());
            }
            part.fill(0);
            write_once(&*self.file, part, offset)
        })
    }

    const fn place_of(&self, index: u64) -> Place {
        Place {
            segment: self.number,
            index,
        }
    }
}

/// Shows `visit` the blocks from `first` up to `end`, in parts with their offsets.
fn each_part(
    first: u64,
    end: u64,
    mut visit: impl FnMut(&mut [u8], u64) -> io::Result<()>,
) -> io::Result<()> {
    const PART_BLOCKS: u64 = 128;
    let mut part = vec![0; 128 * BLOCK_BYTES];
    let mut index = first;
    while index < end {
        let blocks = PART_BLOCKS.min(end - index);
        let bytes = usize::try_from(blocks).expect("a part is small") * BLOCK_BYTES;
        visit(&mut part[..bytes], index * BLOCK_BYTES as u64)?;
        index += blocks;
    }
    Ok(())
}
