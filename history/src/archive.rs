//! Records in frames: each frame is whole or does not count, and says how far the history had come with it.
//!
//! ```text
//! frame   magic u32 | length of the body u32 | CRC32C of the body u32 | length of its records u32
//! body    records, each: length u32, bytes
//!         marks, each: instrument u32, sequence u64, the last command that everything up to here stands for
//! ```

use std::collections::BTreeMap;
use std::io;

use engine::{Canonical, InstrumentId, SequenceNumber, StateReader};

use crate::record::{Filed, Record};
use crate::storage::{Storage, Syncing};

/// `RHI` and the version of everything in a frame.
const MAGIC: u32 = u32::from_le_bytes(*b"RHI\x01");
const HEADER_BYTES: usize = 16;
const MARK_BYTES: usize = 12;
/// No frame has a longer body: a length beyond it is damage.
const BODY_BYTES_MAX: u32 = 1 << 26;
/// A frame is written when it has so many bytes.
const FRAME_BYTES: usize = 256 * 1_024;

/// How far the records of each instrument have come.
pub type Marks = BTreeMap<InstrumentId, SequenceNumber>;

/// Records in a storage, and those that are on their way to it.
#[derive(Debug)]
pub struct Archive {
    storage: Box<dyn Storage>,
    /// The frame that is being filled: room for its header, then its records.
    frame: Vec<u8>,
    written: Marks,
}

/// What was found when an archive was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opened {
    /// Frames that are whole.
    pub frames: u64,
    /// Bytes at the end that were not, and were cut off.
    pub cut_bytes: u64,
}

impl Archive {
    /// Opens what a storage has: `take` gets each record with its place, in the order in which they were kept. What
    /// follows the last whole frame is cut off.
    ///
    /// # Errors
    /// The storage fails.
    pub fn open(
        mut storage: Box<dyn Storage>,
        mut take: impl FnMut(u64, Filed),
    ) -> io::Result<(Self, Opened)> {
        let mut opened = Opened::default();
        let mut marks = Marks::new();
        let mut at = storage.start();
        while let Some(body) = read_frame(&*storage, at)? {
            let first = at + HEADER_BYTES as u64;
            let Some(records) = read_body(&body, first, &mut take, &mut marks) else {
                break;
            };
            opened.frames += records;
            at = first + body.bytes.len() as u64;
        }
        opened.cut_bytes = storage.end().saturating_sub(at);
        if opened.cut_bytes > 0 {
            storage.cut(at)?;
        }
        let archive = Self {
            storage,
            frame: vec![0; HEADER_BYTES],
            written: marks,
        };
        Ok((archive, opened))
    }

    /// How far the records of each instrument have come that are written.
    pub const fn written(&self) -> &Marks {
        &self.written
    }

    /// Adds a record; says its place.
    pub fn push(&mut self, filed: &Filed) -> u64 {
        let place = self.storage.end() + self.frame.len() as u64;
        let start = self.frame.len();
        self.frame.extend_from_slice(&[0; 4]);
        filed.write(&mut self.frame);
        let length = u32::try_from(self.frame.len() - start - 4).expect("a record is short");
        self.frame[start..start + 4].copy_from_slice(&length.to_le_bytes());
        place
    }

    /// Whether the frame that is being filled is long enough to be written.
    pub fn is_frame_full(&self) -> bool {
        self.frame.len() >= FRAME_BYTES
    }

    /// Writes what was added, and says that it is everything up to `marks`.
    ///
    /// # Errors
    /// It was not written. It is tried again with the next frame.
    pub fn flush(&mut self, marks: &Marks) -> io::Result<()> {
        let records = self.frame.len() - HEADER_BYTES;
        if records == 0 && *marks == self.written {
            return Ok(());
        }
        for (instrument, sequence) in marks {
            instrument.write(&mut self.frame);
            sequence.write(&mut self.frame);
        }
        let body = &self.frame[HEADER_BYTES..];
        let header = [
            MAGIC,
            u32::try_from(body.len()).expect("a frame is written long before it has 4 GiB"),
            crc32c::crc32c(body),
            u32::try_from(records).expect("records are a part of the body"),
        ];
        for (place, word) in self.frame.chunks_exact_mut(4).zip(header) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        let end = self.storage.end();
        let written = self.storage.append(&self.frame);
        if let Err(error) = written {
            self.frame.truncate(HEADER_BYTES + records);
            // Half a frame would hide what follows it.
            self.storage.cut(end)?;
            return Err(error);
        }
        self.written.clone_from(marks);
        self.frame.truncate(HEADER_BYTES);
        Ok(())
    }

    /// What makes everything that was written so far survive a power cut.
    pub fn syncing(&mut self) -> Syncing {
        self.storage.syncing()
    }

    /// The record at a place that [`Self::push`] or [`Self::open`] gave.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(&self, place: u64) -> io::Result<Record> {
        let mut length = [0; 4];
        self.read_bytes(&mut length, place)?;
        let length = u32::from_le_bytes(length);
        if length > BODY_BYTES_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.read_bytes(&mut bytes, place + 4)?;
        let filed: Filed = StateReader::new(&bytes).value().map_err(io::Error::other)?;
        Ok(filed.record)
    }

    /// The first place that is still kept.
    pub fn start(&self) -> u64 {
        self.storage.start()
    }

    fn read_bytes(&self, bytes: &mut [u8], place: u64) -> io::Result<()> {
        let Some(in_frame) = place.checked_sub(self.storage.end()) else {
            return self.storage.read_at(bytes, place);
        };
        let start = usize::try_from(in_frame).map_err(io::Error::other)?;
        let kept = self.frame.get(start..start + bytes.len());
        bytes.copy_from_slice(kept.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

struct Body {
    bytes: Vec<u8>,
    records: usize,
}

/// The body of the frame at `at`; `None` where there is no whole one.
fn read_frame(storage: &dyn Storage, at: u64) -> io::Result<Option<Body>> {
    let left = storage.end().saturating_sub(at);
    if left < HEADER_BYTES as u64 {
        return Ok(None);
    }
    let mut header = [0; HEADER_BYTES];
    storage.read_at(&mut header, at)?;
    let word = |place: usize| {
        let bytes = header[place * 4..place * 4 + 4].try_into();
        u32::from_le_bytes(bytes.expect("four bytes were taken"))
    };
    let (magic, length, crc, records) = (word(0), word(1), word(2), word(3));
    let is_possible = magic == MAGIC
        && length <= BODY_BYTES_MAX
        && records <= length
        && u64::from(length) <= left - HEADER_BYTES as u64;
    if !is_possible {
        return Ok(None);
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    storage.read_at(&mut bytes, at + HEADER_BYTES as u64)?;
    if crc32c::crc32c(&bytes) != crc {
        return Ok(None);
    }
    let records = usize::try_from(records).map_err(io::Error::other)?;
    Ok(Some(Body { bytes, records }))
}

/// Hands out the records of a whole frame; 1, or `None` where the bytes spell none.
fn read_body(
    body: &Body,
    first: u64,
    take: &mut impl FnMut(u64, Filed),
    marks: &mut Marks,
) -> Option<u64> {
    let (records, ends) = body.bytes.split_at(body.records);
    let mut reader = StateReader::new(records);
    let mut place = first;
    while reader.end().is_err() {
        let length: u32 = reader.value().ok()?;
        let bytes = reader.bytes(usize::try_from(length).ok()?).ok()?;
        let mut record = StateReader::new(bytes);
        let filed: Filed = record.value().ok()?;
        record.end().ok()?;
        take(place, filed);
        place += 4 + u64::from(length);
    }
    for mark in ends.chunks_exact(MARK_BYTES) {
        let mut reader = StateReader::new(mark);
        let instrument = reader.value().ok()?;
        marks.insert(instrument, reader.value().ok()?);
    }
    Some(1)
}
