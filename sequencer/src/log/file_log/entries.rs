//! Reads a folder's entries again.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::frame::Chain;
use super::reading::{Found, SegmentReader};
use super::segment::SegmentHeader;
use crate::log::{LogEntry, LogError, codec};
use crate::position::LogPosition;

/// Entries of a folder, in the order of their positions.
#[derive(Debug)]
pub(super) struct Entries {
    segments: VecDeque<(u64, PathBuf)>,
    reader: Option<SegmentReader>,
    /// The next position and the chain hash before it, once a segment was opened.
    next: Option<(LogPosition, Chain)>,
    from: LogPosition,
    up_to: LogPosition,
}

impl Iterator for Entries {
    type Item = Result<LogEntry, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.next.is_some_and(|(next, _)| next > self.up_to) {
                return None;
            }
            match self.next_frame().transpose()? {
                Err(error) => return Some(Err(error)),
                Ok((position, _)) if position < self.from => {}
                Ok((position, body)) => {
                    let entry = codec::decode_entry(position, &body);
                    return Some(entry.map_err(|error| {
                        LogError::Unreadable(format!("position {}: {error}", position.0))
                    }));
                }
            }
        }
    }
}

impl Entries {
    /// Entries of `segments` from position `from` on, up to `up_to`.
    pub(super) fn new(
        segments: Vec<(u64, PathBuf)>,
        from: LogPosition,
        up_to: LogPosition,
    ) -> Self {
        Self {
            segments: segments.into(),
            reader: None,
            next: None,
            from,
            up_to,
        }
    }

    fn next_frame(&mut self) -> Result<Option<(LogPosition, Vec<u8>)>, LogError> {
        loop {
            let Some(reader) = self.reader.as_mut() else {
                let Some((number, path)) = self.segments.pop_front() else {
                    return self.end();
                };
                let opened = SegmentReader::open(&path, number).map_err(|error| {
                    LogError::Unreadable(format!("{}: {error}", path.display()))
                })?;
                let SegmentHeader { first, chain, .. } = opened.header;
                if self.next.is_none() && first > self.from.max(LogPosition(1)) {
                    return Err(LogError::NotKept(self.from));
                }
                self.next.get_or_insert((first, chain));
                self.reader = Some(opened);
                continue;
            };
            let (expected, chain) = self.next.expect("it is set with the first segment");
            match reader.next_frame(expected, chain) {
                Found::Frame { header, body } => {
                    let after = LogPosition(expected.0 + 1);
                    self.next = Some((after, chain.then(&header, &body)));
                    return Ok(Some((expected, body)));
                }
                Found::End => self.reader = None,
                // While the log is written to, what is not durable may be half there.
                Found::Damage if expected > self.up_to => return Ok(None),
                Found::Damage => {
                    return Err(LogError::Unreadable(format!(
                        "{} is damaged at byte {}",
                        reader.path.display(),
                        reader.offset()
                    )));
                }
            }
        }
    }

    /// There is no segment left: everything that was asked for has been read, or something is missing.
    fn end(&self) -> Result<Option<(LogPosition, Vec<u8>)>, LogError> {
        match self.next {
            Some((next, _)) if next <= self.up_to => Err(LogError::Unreadable(format!(
                "it ends before position {}, and everything up to {} is durable",
                next.0, self.up_to.0
            ))),
            Some(_) | None => Ok(None),
        }
    }
}
