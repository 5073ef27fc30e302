//! The segment: one preallocated file of the log, `journal-0000000001.seg`.
//!
//! Its first block is the header: magic, format version u32, epoch u64, blocks it has room for u64, first
//! position u64, chain hash of everything before it u64. The rest is zeros until it is written.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::BLOCK_BYTES;
use super::block::{BlockKind, BlockState, Place, put_block, read_block};
use super::frame::Chain;
use crate::log::codec::{DecodeError, Reader};
use crate::position::{Epoch, LogPosition};

const MAGIC: &[u8; 8] = b"RIALTOJ1";
/// Version of everything in a segment: blocks, frames, entries. A file of another version is refused.
pub(super) const FORMAT_VERSION: u32 = 1;

/// What a segment's first block says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub epoch: Epoch,
    /// Blocks it has room for, this one included: a shorter file was truncated.
    pub blocks: u64,
    /// Position of the first frame that stands in it; everything before it was durable.
    pub first: LogPosition,
    pub chain: Chain,
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
    #[error("it was truncated: it has {found} bytes instead of {expected}")]
    Truncated { found: u64, expected: u64 },
}

/// A segment that is open for writing.
#[derive(Debug)]
pub(super) struct Segment {
    file: File,
    pub number: u64,
    /// Blocks it has room for, the header included.
    pub blocks: u64,
    /// Index of the next block to be written.
    pub next: u64,
}

/// The path of segment `number` in `folder`.
pub(super) fn segment_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("journal-{number:010}.seg"))
}

/// The number of a segment file, from its name.
pub(super) fn segment_number(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    let digits = name.strip_prefix("journal-")?.strip_suffix(".seg")?;
    (digits.len() == 10).then(|| digits.parse().ok())?
}

/// Writes and syncs a file of zeros, off the hot path, to become a segment later.
pub(super) fn preallocate(path: &Path, bytes: u64) -> io::Result<File> {
    static ZEROS: [u8; 1 << 16] = [0; 1 << 16];
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    let mut offset = 0;
    while offset < bytes {
        let left = usize::try_from(bytes - offset).unwrap_or(usize::MAX);
        let part = left.min(ZEROS.len());
        file.write_all_at(&ZEROS[..part], offset)?;
        offset += part as u64;
    }
    file.sync_all()?;
    Ok(file)
}

/// Makes the names in `folder` durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

impl SegmentHeader {
    fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(44);
        payload.extend_from_slice(MAGIC);
        payload.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        payload.extend_from_slice(&self.epoch.0.to_le_bytes());
        payload.extend_from_slice(&self.blocks.to_le_bytes());
        payload.extend_from_slice(&self.first.0.to_le_bytes());
        payload.extend_from_slice(&self.chain.0.to_le_bytes());
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
        })
    }
}

impl Segment {
    /// Turns the preallocated `spare` into segment `number`: header, sync, rename, sync of the folder.
    pub fn begin(
        folder: &Path,
        spare: &Path,
        file: File,
        number: u64,
        header: &SegmentHeader,
    ) -> io::Result<Self> {
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        let place = Place {
            segment: number,
            index: 0,
        };
        put_block(
            &mut block,
            place,
            BlockKind::SegmentHeader,
            &header.encode(),
        );
        write_once(&file, &block, 0)?;
        file.sync_data()?;
        std::fs::rename(spare, segment_path(folder, number))?;
        sync_folder(folder)?;
        Ok(Self {
            file,
            number,
            blocks: header.blocks,
            next: 1,
        })
    }

    /// Goes on in a segment that was written up to block `next`.
    pub fn resume(path: &Path, number: u64, next: u64) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let blocks = file.metadata()?.len() / BLOCK_BYTES as u64;
        Ok(Self {
            file,
            number,
            blocks,
            next,
        })
    }

    /// Where the next block belongs.
    pub const fn place(&self) -> Place {
        Place {
            segment: self.number,
            index: self.next,
        }
    }

    /// Whether `blocks` more fit, and the watermark after them.
    pub const fn has_room(&self, blocks: u64) -> bool {
        self.next + blocks < self.blocks
    }

    /// Writes whole blocks.
    pub fn write(&mut self, blocks: &[u8]) -> io::Result<()> {
        assert!(
            blocks.len().is_multiple_of(BLOCK_BYTES),
            "only whole blocks are written"
        );
        write_once(&self.file, blocks, self.next * BLOCK_BYTES as u64)?;
        self.next += (blocks.len() / BLOCK_BYTES) as u64;
        Ok(())
    }

    /// Syncs what was written.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Writes a watermark into the next block, which the next frame overwrites. It is not synced: it only
    /// lets a later start tell damage from a torn tail.
    pub fn write_watermark(&self, durable: LogPosition) -> io::Result<()> {
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        let payload = durable.0.to_le_bytes();
        put_block(&mut block, self.place(), BlockKind::Watermark, &payload);
        write_once(&self.file, &block, self.next * BLOCK_BYTES as u64)
    }

    /// Writes zeros from the next block to the end, and syncs: what stood there is gone.
    pub fn cut(&self) -> io::Result<()> {
        let zeros = vec![0; BLOCK_BYTES];
        for index in self.next..self.blocks {
            self.file.write_all_at(&zeros, index * BLOCK_BYTES as u64)?;
        }
        self.file.sync_data()
    }
}

/// One write. EINTR is tried again; a short write is a failure.
fn write_once(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    loop {
        match file.write_at(bytes, offset) {
            Ok(written) if written == bytes.len() => return Ok(()),
            Ok(written) => {
                return Err(io::Error::new(
                    io::ErrorKind::WriteZero,
                    format!("short write: {written} of {} bytes", bytes.len()),
                ));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
