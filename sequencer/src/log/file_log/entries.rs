//! Reads a folder's entries again.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::BLOCK_BYTES;
use super::frame::Chain;
use super::reading::{Found, Opened, SegmentError, SegmentReader};
use super::segment::segments_of;
use crate::disk::Disk;
use crate::log::{LogEntry, LogError, Rejection, codec};
use crate::position::LogPosition;

/// Entries of a folder, in the order of their positions.
#[derive(Debug)]
pub(super) struct Entries {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    /// Numbers of the segments that come.
    segments: VecDeque<u64>,
    /// Number of the last segment that was opened.
    opened: u64,
    reader: Option<SegmentReader>,
    /// The next position and the chain hash before it, once a segment was opened.
    next: Option<(LogPosition, Chain)>,
    from: LogPosition,
    /// What the chain hash is before `from`, until it was compared.
    chain_before: Option<u64>,
    up_to: LogPosition,
    body: Vec<u8>,
    rejections: Arc<[Rejection]>,
}

/// Which entries are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// The first one.
    pub from: LogPosition,
    /// What the chain hash has to be before it, where that is known.
    pub chain_before: Option<u64>,
    /// The last one.
    pub up_to: LogPosition,
}

impl Iterator for Entries {
    type Item = Result<LogEntry, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Err(other_log) = self.compare_chain() {
                return Some(Err(other_log));
            }
            if self.next.is_some_and(|(next, _)| next > self.up_to) {
                return None;
            }
            match self.next_frame().transpose()? {
                Err(error) => return Some(Err(error)),
                Ok(position) if position < self.from => {}
                Ok(position) => return Some(self.entry(position)),
            }
        }
    }
}

impl Entries {
    /// Goes on up to there, when more was written meanwhile.
    pub(super) const fn read_up_to(&mut self, up_to: LogPosition) {
        self.up_to = up_to;
    }

    /// Syncs the segment that is being read, whoever writes it.
    pub(super) fn sync_segment(&self) -> io::Result<()> {
        match &self.reader {
            Some(reader) => reader.blocks.sync(),
            // What was read to its end was synced before the next one was begun.
            None => Ok(()),
        }
    }

    /// Chain hash of everything up to the last entry that was read.
    pub(super) fn chain_hash(&self) -> u64 {
        self.next.map_or(0, |(_, chain)| chain.0)
    }

    /// The entries of `folder` in `span`.
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        folder: &Path,
        span: Span,
        rejections: Arc<[Rejection]>,
    ) -> io::Result<Self> {
        let segments = segments_of(&*disk, folder)?;
        Ok(Self {
            disk,
            folder: folder.to_owned(),
            segments: segments.into_iter().map(|(number, _)| number).collect(),
            opened: 0,
            reader: None,
            next: None,
            from: span.from,
            chain_before: span.chain_before,
            up_to: span.up_to,
            body: Vec::new(),
            rejections,
        })
    }

    fn entry(&self, position: LogPosition) -> Result<LogEntry, LogError> {
        let entry = codec::decode_entry(position, &self.body);
        let mut entry = entry
            .map_err(|error| LogError::Unreadable(format!("position {}: {error}", position.0)))?;
        let rejections = self.rejections.iter();
        for rejection in rejections.filter(|rejection| rejection.position == position) {
            entry.rejected = rejection.rejected;
        }
        Ok(entry)
    }

    /// Reads the next frame into the buffer; gives its position.
    fn next_frame(&mut self) -> Result<Option<LogPosition>, LogError> {
        loop {
            let Some(reader) = self.reader.as_mut() else {
                if !self.open_next()? {
                    return self.end();
                }
                continue;
            };
            let (expected, chain) = self.next.expect("it is set with the first segment");
            if expected > self.up_to {
                return Ok(None);
            }
            let failed = |error: io::Error| LogError::Unreadable(error.to_string());
            reader.forget_stale_end().map_err(failed)?;
            let mut found = reader
                .next_frame(expected, chain, &mut self.body)
                .map_err(failed)?;
            if matches!(found, Found::Damage { .. }) {
                // Of a frame that was being written the window has a part alone.
                reader.blocks.forget_window();
                found = reader
                    .next_frame(expected, chain, &mut self.body)
                    .map_err(failed)?;
            }
            match found {
                Found::Frame(header) => {
                    let after = LogPosition(expected.0 + 1);
                    self.next = Some((after, header.chain));
                    return Ok(Some(expected));
                }
                Found::End => self.reader = None,
                Found::Damage { block } => {
                    return Err(LogError::Damaged {
                        file: reader.blocks.path.clone(),
                        offset: block * BLOCK_BYTES as u64,
                        position: expected,
                        durable: self.up_to,
                    });
                }
            }
        }
    }

    /// Opens the next segment, the first time the one that has `from`; says whether there was one.
    fn open_next(&mut self) -> Result<bool, LogError> {
        if self.segments.is_empty() {
            self.list_new_ones()?;
        }
        while let Some(number) = self.segments.pop_front() {
            let opened = Opened::open(&*self.disk, &self.folder, number);
            let path = super::segment::segment_path(&self.folder, number);
            let Opened::Begun(reader) = opened.map_err(|error| unreadable(&path, &error))? else {
                // It stands ready: nothing is in it yet.
                self.segments.push_front(number);
                return Ok(false);
            };
            self.opened = number;
            let (first, chain) = (reader.header.first, reader.header.chain);
            match self.next {
                None if first > self.from.max(LogPosition(1)) => {
                    return Err(LogError::NotKept(self.from));
                }
                None if self.is_before_from(number)? => {}
                None => {
                    self.next = Some((first, chain));
                    self.reader = Some(reader);
                    return Ok(true);
                }
                Some(next) if next == (first, chain) => {
                    self.reader = Some(reader);
                    return Ok(true);
                }
                Some((next, _)) => {
                    return Err(LogError::Damaged {
                        file: path,
                        offset: 0,
                        position: next,
                        durable: self.up_to,
                    });
                }
            }
        }
        Ok(false)
    }

    /// Looks for segments that were begun meanwhile.
    fn list_new_ones(&mut self) -> Result<(), LogError> {
        let segments = segments_of(&*self.disk, &self.folder)
            .map_err(|error| LogError::Unreadable(error.to_string()))?;
        let numbers = segments.into_iter().map(|(number, _)| number);
        self.segments = numbers.filter(|number| *number > self.opened).collect();
        Ok(())
    }

    /// Compares the chain hash before the first entry that is asked for with what it has to be.
    fn compare_chain(&mut self) -> Result<(), LogError> {
        let Some((next, chain)) = self.next else {
            return Ok(());
        };
        if next != self.from {
            return Ok(());
        }
        match self.chain_before.take() {
            Some(before) if before != chain.0 => Err(LogError::OtherLog {
                position: LogPosition(self.from.0.saturating_sub(1)),
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether everything in segment `number` comes before what is asked for.
    fn is_before_from(&self, number: u64) -> Result<bool, LogError> {
        let Some(following) = self.segments.front() else {
            return Ok(false);
        };
        let opened = Opened::open(&*self.disk, &self.folder, *following);
        let path = super::segment::segment_path(&self.folder, number);
        match opened.map_err(|error| unreadable(&path, &error))? {
            Opened::Begun(following) => Ok(following.header.first <= self.from),
            Opened::Blank(_) => Ok(false),
        }
    }

    /// There is no segment left: everything that was asked for has been read, or something is missing.
    fn end(&self) -> Result<Option<LogPosition>, LogError> {
        match self.next {
            Some((next, _)) if next <= self.up_to => Err(LogError::Unreadable(format!(
                "it ends before position {}, and everything up to {} is durable",
                next.0, self.up_to.0
            ))),
            Some(_) | None => Ok(None),
        }
    }
}

fn unreadable(path: &Path, error: &SegmentError) -> LogError {
    LogError::Unreadable(format!("{}: {error}", path.display()))
}
