//! What a start finds in a data folder: the end of the log, a torn tail to be cut, or damage to be refused.

use std::io;
use std::path::{Path, PathBuf};

use super::frame::Chain;
use super::reading::{Found, SegmentError, SegmentReader, segments_of};
use super::segment::Segment;
use crate::position::{Epoch, LogPosition};

/// Where the log goes on.
#[derive(Debug)]
pub(super) struct Recovered {
    pub last: LogPosition,
    pub chain: Chain,
    pub epoch: Epoch,
    /// The segment that is written to, unless there is none yet.
    pub segment: Option<Segment>,
    /// What was cut off.
    pub torn: Option<TornTail>,
}

/// A tail that was being written when the process or the machine stopped. Under
/// [`Durability::Sync`](super::Durability::Sync) nothing of it was ever reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// In which file.
    pub file: PathBuf,
    /// From which byte on it was cut.
    pub offset: u64,
    /// The first position that was not whole.
    pub position: LogPosition,
}

/// Why a data folder's log cannot be used. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Reading or writing failed.
    #[error("{path}: {error}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Another process has the folder open.
    #[error("{folder} is in use by another rialto; stop it, or name another folder with --data")]
    InUse {
        /// Which folder.
        folder: PathBuf,
    },
    /// A segment's first block cannot be used.
    #[error("{file}: {reason}; restore the folder from a copy, or name an empty one with --data")]
    BadSegment {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// What was acknowledged is damaged.
    #[error(
        "{file} is damaged at byte {offset}: position {} cannot be read, and everything up to {} was \
         acknowledged; restore the file from a copy (nothing was changed)",
        position.0, durable.0
    )]
    Damaged {
        /// In which file.
        file: PathBuf,
        /// At which byte.
        offset: u64,
        /// The first position that cannot be read.
        position: LogPosition,
        /// The highest position that is known to have been durable.
        durable: LogPosition,
    },
}

impl OpenError {
    pub(super) fn io(path: &Path, error: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            error,
        }
    }

    fn segment(path: &Path, error: SegmentError) -> Self {
        match error {
            SegmentError::Io(error) => Self::io(path, error),
            SegmentError::Header(reason) => Self::BadSegment {
                file: path.to_owned(),
                reason: reason.to_string(),
            },
        }
    }
}

/// Walks the whole log of `folder`; cuts a torn tail, refuses damage.
pub(super) fn recover(folder: &Path) -> Result<Recovered, OpenError> {
    let segments = segments_of(folder).map_err(|error| OpenError::io(folder, error))?;
    let mut walk = Walk {
        last: LogPosition(0),
        chain: Chain::default(),
        durable: LogPosition(0),
        epoch: Epoch(1),
    };
    let mut open = None;
    for (k, (number, path)) in segments.iter().enumerate() {
        let mut reader =
            SegmentReader::open(path, *number).map_err(|error| OpenError::segment(path, error))?;
        walk.enter(&reader, k == 0)?;
        let is_whole = walk.read_to_the_end(&mut reader);
        let later = &segments[k + 1..];
        open = Some((reader, is_whole));
        if !is_whole && !later.is_empty() {
            break;
        }
    }
    let Some((reader, is_whole)) = open else {
        return Ok(walk.ended(None, None));
    };
    let is_last = segments
        .last()
        .is_some_and(|(number, _)| *number == reader.number);
    if !is_last || !is_whole || walk.durable > walk.last {
        walk.refuse_if_acknowledged(&reader, is_last)?;
    }
    let path = reader.path.clone();
    let segment = Segment::resume(&path, reader.number, reader.next)
        .map_err(|error| OpenError::io(&path, error))?;
    let torn = (!is_whole).then(|| TornTail {
        file: path.clone(),
        offset: reader.offset(),
        position: walk.next(),
    });
    let settled = match torn {
        Some(_) => segment.cut(),
        // What was read may stand in the system's memory only: it is shown again, so it is synced first.
        None => segment.sync(),
    };
    settled.map_err(|error| OpenError::io(&path, error))?;
    Ok(walk.ended(Some(segment), torn))
}

/// What has been read so far.
#[derive(Debug)]
struct Walk {
    last: LogPosition,
    chain: Chain,
    /// The highest position that anything said to be durable.
    durable: LogPosition,
    epoch: Epoch,
}

impl Walk {
    fn next(&self) -> LogPosition {
        LogPosition(self.last.0 + 1)
    }

    /// Checks that a segment goes on where the one before it ended.
    fn enter(&mut self, reader: &SegmentReader, is_first: bool) -> Result<(), OpenError> {
        if is_first {
            // Older segments may have been dropped: the header says where this one starts.
            self.last = LogPosition(reader.header.first.0.saturating_sub(1));
            self.chain = reader.header.chain;
        }
        self.epoch = reader.header.epoch;
        // A segment is begun only when everything before it is durable.
        let before = LogPosition(reader.header.first.0.saturating_sub(1));
        self.durable = self.durable.max(before);
        if reader.header.first != self.next() || reader.header.chain != self.chain {
            return Err(OpenError::BadSegment {
                file: reader.path.clone(),
                reason: format!(
                    "it starts at position {}, and the segment before it ends at {}",
                    reader.header.first.0, self.last.0
                ),
            });
        }
        Ok(())
    }

    /// Reads every whole frame; says whether nothing but zeros stands behind them.
    fn read_to_the_end(&mut self, reader: &mut SegmentReader) -> bool {
        loop {
            match reader.next_frame(self.next(), self.chain) {
                Found::Frame { header, body } => {
                    self.last = header.position;
                    self.chain = self.chain.then(&header, &body);
                    self.durable = self.durable.max(header.durable);
                }
                Found::End => {
                    self.durable = self.durable.max(reader.durable_seen());
                    return true;
                }
                Found::Damage => {
                    self.durable = self.durable.max(reader.durable_seen());
                    return false;
                }
            }
        }
    }

    fn refuse_if_acknowledged(
        &self,
        reader: &SegmentReader,
        is_last: bool,
    ) -> Result<(), OpenError> {
        if is_last && self.durable <= self.last {
            return Ok(());
        }
        Err(OpenError::Damaged {
            file: reader.path.clone(),
            offset: reader.offset(),
            position: self.next(),
            durable: self.durable.max(self.next()),
        })
    }

    fn ended(self, segment: Option<Segment>, torn: Option<TornTail>) -> Recovered {
        Recovered {
            last: self.last,
            chain: self.chain,
            epoch: self.epoch,
            segment,
            torn,
        }
    }
}
