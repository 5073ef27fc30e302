//! What a data folder holds, without changing anything: the end of the log, a torn tail, or damage.

use std::path::{Path, PathBuf};

use super::frame::Chain;
use super::reading::{Found, Opened, SegmentBlocks, SegmentError, SegmentReader};
use super::repair::taken_out;
use super::segment::{FIRST_FRAME_BLOCK, SegmentHeader, Shows, segment_path, segments_of};
use super::watermark::{SegmentState, Watermark};
use crate::disk::Disk;
use crate::log::Rejection;
use crate::position::{Epoch, LogPosition};

/// What was found.
#[derive(Debug)]
pub(super) struct Survey {
    pub last: LogPosition,
    pub chain: Chain,
    pub epoch: Epoch,
    /// The segment that was written to last; `None` in a folder without a log.
    pub tail: Option<Tail>,
    /// What has to be cut off.
    pub torn: Option<TornTail>,
    /// Watermarks that are not whole.
    pub torn_watermarks: Vec<TornWatermark>,
    /// The first position that the folder has; 1 where it has none.
    pub first: LogPosition,
    /// What repairs have taken out.
    pub taken_out: Vec<Rejection>,
}

/// The last segment that was begun.
#[derive(Debug)]
pub(super) struct Tail {
    pub path: PathBuf,
    pub number: u64,
    pub header: SegmentHeader,
    /// Index of the block after the last whole frame.
    pub next: u64,
    /// Index of the first block whose sync nothing vouches for.
    pub unvouched: u64,
    /// [`Watermark::count`] of the next one.
    pub watermarks: u64,
    /// Something may have been shown that is lost: it was shown before it was synced, and the process did
    /// not stop in order.
    pub may_have_lost_shown: bool,
}

/// A tail that was being written when the process or the machine stopped. Where nothing leaves before it is
/// synced, nothing of it was ever reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// In which file.
    pub file: PathBuf,
    /// From which byte on it was cut.
    pub offset: u64,
    /// The first position that was not whole.
    pub position: LogPosition,
    /// Whether something of it may have been reported.
    pub was_shown: WasShown,
}

/// A note of what is durable that is not whole: a write that a power cut tore, or damage. It is missed only where the
/// frames that it vouches for are damaged too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornWatermark {
    /// In which file.
    pub file: PathBuf,
    /// At which byte.
    pub offset: u64,
}

/// Whether something that is lost had left the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WasShown {
    /// Nothing leaves before it is synced.
    No,
    /// Under `async` and `none` what is written may leave.
    Perhaps,
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
        error: std::io::Error,
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
    /// A command makes the program fail, and nobody has said yet that it is to be left out.
    #[error(
        "position {} made a matcher panic ({reason}); go on without it with `rialto repair --reject {}`, or \
         remove {marker} to try it again, after an update of the program perhaps",
        position.0, position.0
    )]
    Poisoned {
        /// Where the command stands.
        position: LogPosition,
        /// What the panic said.
        reason: String,
        /// The file that remembers it.
        marker: PathBuf,
    },
}

impl OpenError {
    pub(super) fn io(path: &Path, error: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            error,
        }
    }

    pub(super) fn segment(path: &Path, error: SegmentError) -> Self {
        match error {
            SegmentError::Io(error) => Self::io(path, error),
            SegmentError::Header(reason) => Self::bad(path, &reason.to_string()),
        }
    }

    fn bad(path: &Path, reason: &str) -> Self {
        Self::BadSegment {
            file: path.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// Looks at the segments of `folder`: at the heads of all, at every frame of the last.
///
/// Frames of earlier segments are checked when they are read: the last segment's chain hash covers them.
/// `known` is a position that something beside the log knows to have been durable, such as a snapshot.
pub(super) fn survey(
    disk: &dyn Disk,
    folder: &Path,
    known: LogPosition,
) -> Result<Survey, OpenError> {
    let segments = segments_of(disk, folder).map_err(|error| OpenError::io(folder, error))?;
    let mut tail: Option<SegmentReader> = None;
    let (mut blank, mut first) = (None, None);
    let mut torn_watermarks = Vec::new();
    for (k, (number, path)) in segments.iter().enumerate() {
        let opened =
            Opened::open(disk, folder, *number).map_err(|error| OpenError::segment(path, error))?;
        match opened {
            Opened::Begun(mut reader) => {
                check_succession(tail.as_ref(), &reader)?;
                let torn = reader.blocks.torn_watermark();
                let torn = torn.map_err(|error| OpenError::io(path, error))?;
                torn_watermarks.extend(torn.map(|offset| TornWatermark {
                    file: path.clone(),
                    offset,
                }));
                first.get_or_insert(reader.header.first);
                tail = Some(reader);
            }
            Opened::Blank(blocks) if k + 1 == segments.len() => blank = Some(blocks),
            Opened::Blank(_) => return Err(OpenError::bad(path, "its header is damaged")),
        }
    }
    if let Some(blank) = &blank {
        check_number(tail.as_ref(), blank)?;
    }
    let mut survey = match tail {
        None => Survey::of_nothing(),
        Some(reader) => walk(reader, known, blank.is_some())?,
    };
    survey.refuse_if_begun(blank.as_mut())?;
    survey.first = first.unwrap_or(survey.first);
    survey.torn_watermarks = torn_watermarks;
    let numbers: Vec<u64> = segments.iter().map(|(number, _)| *number).collect();
    survey.taken_out = taken_out(disk, folder, &numbers)?;
    if known > survey.last {
        let file = segment_path(folder, survey.tail.as_ref().map_or(1, |tail| tail.number));
        let block = survey.tail.as_ref().map_or(0, |tail| tail.next);
        return Err(survey.damaged(file, block, known));
    }
    Ok(survey)
}

/// Each segment goes on where the one before it ended.
fn check_succession(
    before: Option<&SegmentReader>,
    reader: &SegmentReader,
) -> Result<(), OpenError> {
    let Some(before) = before else {
        return Ok(());
    };
    let path = &reader.blocks.path;
    check_number(Some(before), &reader.blocks)?;
    if reader.header.first < before.header.first || reader.header.epoch < before.header.epoch {
        return Err(OpenError::bad(
            path,
            &format!(
                "it starts at position {} of epoch {}, and the segment before it at {} of {}",
                reader.header.first.0,
                reader.header.epoch.0,
                before.header.first.0,
                before.header.epoch.0
            ),
        ));
    }
    Ok(())
}

fn check_number(before: Option<&SegmentReader>, blocks: &SegmentBlocks) -> Result<(), OpenError> {
    let expected = before.map_or(1, |before| before.blocks.number + 1);
    if blocks.number == expected {
        return Ok(());
    }
    Err(OpenError::bad(
        &blocks.path,
        &format!("segment {expected}, which comes before it, is missing"),
    ))
}

/// Reads every frame of the last segment.
fn walk(
    mut reader: SegmentReader,
    known: LogPosition,
    has_next: bool,
) -> Result<Survey, OpenError> {
    let path = reader.blocks.path.clone();
    let io = |error| OpenError::io(&path, error);
    let header = reader.header;
    // Before the frames: beside a process that writes, a watermark may vouch for what comes only now.
    let watermarks = reader.blocks.watermarks().map_err(io)?;
    let (mut last, mut chain) = (header.before(), header.chain);
    // A segment is begun only when everything before it is durable.
    let mut durable = last.max(known);
    let mut starts = Vec::new();
    let mut body = Vec::new();
    let damage = loop {
        let start = reader.next;
        let expected = LogPosition(last.0 + 1);
        match reader.next_frame(expected, chain, &mut body).map_err(io)? {
            Found::Frame(frame) => {
                starts.push(start);
                last = frame.position;
                chain = frame.chain;
                durable = durable.max(frame.durable);
            }
            Found::End => break None,
            Found::Damage { block } => break Some(block),
        }
    };
    let next = reader.next;
    if damage.is_some() {
        let end = reader.blocks.blocks;
        durable = durable.max(reader.blocks.durable_seen(next, end).map_err(io)?);
    }
    let newest = watermarks.iter().max_by_key(|watermark| watermark.count);
    let vouched = watermarks.iter().map(|watermark| watermark.durable).max();
    durable = durable.max(vouched.unwrap_or_default());
    if !has_next && newest.is_some_and(|newest| newest.state == SegmentState::Continued) {
        let reason = format!(
            "segment {}, which goes on after it, is missing",
            reader.blocks.number + 1
        );
        return Err(OpenError::bad(&path, &reason));
    }
    let frames_vouched = usize::try_from(durable.0.saturating_sub(header.before().0));
    let unvouched = starts.get(frames_vouched.unwrap_or(usize::MAX)).copied();
    let survey = Survey {
        last,
        chain,
        epoch: header.epoch,
        first: header.first,
        taken_out: Vec::new(),
        torn_watermarks: Vec::new(),
        torn: damage.is_some().then(|| TornTail {
            file: path.clone(),
            offset: reader.offset(),
            position: LogPosition(last.0 + 1),
            was_shown: match header.shows {
                Shows::Synced => WasShown::No,
                Shows::Written => WasShown::Perhaps,
            },
        }),
        tail: Some(Tail {
            path: path.clone(),
            number: reader.blocks.number,
            header,
            next,
            unvouched: unvouched.unwrap_or(next),
            watermarks: newest.map_or(1, |newest| newest.count + 1),
            may_have_lost_shown: header.shows == Shows::Written && !is_closed(newest, last),
        }),
    };
    if durable > last {
        let block = damage.unwrap_or(next);
        return Err(survey.damaged(path, block, durable));
    }
    Ok(survey)
}

fn is_closed(newest: Option<&Watermark>, last: LogPosition) -> bool {
    newest.is_some_and(|newest| newest.state == SegmentState::Closed && newest.durable == last)
}

impl Survey {
    fn of_nothing() -> Self {
        Self {
            last: LogPosition(0),
            chain: Chain::default(),
            epoch: Epoch(1),
            tail: None,
            torn: None,
            torn_watermarks: Vec::new(),
            first: LogPosition(1),
            taken_out: Vec::new(),
        }
    }

    /// A header that cannot be read belongs to a first write that never finished, unless something in its
    /// segment says that it had.
    fn refuse_if_begun(&self, blank: Option<&mut SegmentBlocks>) -> Result<(), OpenError> {
        let Some(blank) = blank else {
            return Ok(());
        };
        let path = blank.path.clone();
        let io = |error| OpenError::io(&path, error);
        let vouched = blank.watermarks().map_err(io)?;
        let vouched = vouched.iter().map(|watermark| watermark.durable).max();
        let seen = blank
            .durable_seen(FIRST_FRAME_BLOCK, blank.blocks)
            .map_err(io)?;
        if seen.max(vouched.unwrap_or_default()) > self.last {
            return Err(OpenError::bad(&path, "its header is damaged"));
        }
        Ok(())
    }

    fn damaged(&self, file: PathBuf, block: u64, durable: LogPosition) -> OpenError {
        OpenError::Damaged {
            file,
            offset: block * super::BLOCK_BYTES as u64,
            position: LogPosition(self.last.0 + 1),
            durable,
        }
    }
}
