//! Takes a command out of a log that cannot be applied with it. The repair is itself logged.
//!
//! Its record is the first frame of a segment of its own, under a new epoch: what was published of the
//! command's effects may change its meaning. Whoever reads the log finds the records first, and passes over
//! what they name.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::quarantine;
use super::reading::{Found, Opened, SegmentReader};
use super::recovery::Purpose;
use super::survey::OpenError;
use super::view::JournalView;
use super::{FileLogOptions, FileLogs};
use crate::clock::{ClockSource, EngineClock, pause};
use crate::control::ControlCommand;
use crate::disk::{Disk, Storage};
use crate::log::{
    Batch, CommandLog, LogContext, LogError, LogFactory, RejectedPart, Rejection, codec,
};
use crate::position::{Epoch, LogPosition};

/// What a repair did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repair {
    /// What was taken out.
    pub taken_out: Rejection,
    /// Where the record of it stands.
    pub recorded_at: LogPosition,
    /// The epoch from now on.
    pub epoch: Epoch,
}

/// Why nothing was repaired.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// The log cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log does not have the position.
    #[error("the log has no position {}: it has {} to {}", position.0, first.0, last.0)]
    NoSuchPosition {
        /// Which was asked for.
        position: LogPosition,
        /// The first that it has.
        first: LogPosition,
        /// The last that it has.
        last: LogPosition,
    },
    /// It is taken out already.
    #[error("position {} is taken out already", .0.0)]
    TakenOutBefore(LogPosition),
    /// The record could not be logged.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The record may or may not be logged.
    #[error("the journal failed while the repair was logged")]
    Failed,
}

impl FileLogs {
    /// Takes out of the log in `folder` the command that made a matcher panic at `position`, or the whole
    /// position where that is not known. From then on it is passed over, and answered as rejected.
    ///
    /// Snapshots at `position` or above hold its effects: whoever keeps them removes them.
    ///
    /// # Errors
    /// The log cannot be used, or has no such position.
    pub fn reject(
        storage: Storage,
        folder: &Path,
        options: FileLogOptions,
        position: LogPosition,
    ) -> Result<Repair, RepairError> {
        let marked = quarantine::kept(&**storage.disk(), folder)?;
        let mut logs = Self::open_to_repair(storage, folder, options, position)?;
        let taken_out = marked
            .map(|poison| poison.rejection)
            .filter(|marked| marked.position == position)
            .unwrap_or(Rejection {
                position,
                rejected: RejectedPart::Whole,
            });
        let recorded_at = logs.record(taken_out)?;
        Ok(Repair {
            taken_out,
            recorded_at,
            epoch: logs.epoch(),
        })
    }

    /// Opens the log for a repair, once it is sure that there is something to be taken out.
    fn open_to_repair(
        storage: Storage,
        folder: &Path,
        options: FileLogOptions,
        position: LogPosition,
    ) -> Result<Self, RepairError> {
        let found = JournalView::open(Arc::clone(storage.disk()), folder)?;
        let (first, last) = (found.first_position(), found.last_position());
        if position < first || position > last {
            return Err(RepairError::NoSuchPosition {
                position,
                first,
                last,
            });
        }
        if found.taken_out().iter().any(|one| one.position == position) {
            return Err(RepairError::TakenOutBefore(position));
        }
        let opened = Self::open_for(Purpose::Repair, storage, folder, options, LogPosition(0));
        Ok(opened?)
    }

    /// Logs a repair, and waits until it is durable.
    fn record(&mut self, rejection: Rejection) -> Result<LogPosition, RepairError> {
        let clock = EngineClock::start(ClockSource::Realtime);
        let context = LogContext::detached(0, clock);
        let gate = Arc::clone(&context.gate);
        let mut log = LogFactory::open(self, context)?;
        let batch = Batch {
            number: 0,
            control: vec![ControlCommand::TakeOut(rejection)],
            commands: Vec::new(),
        };
        log.append(&batch).map_err(|_| RepairError::Failed)?;
        let position = self.last_position();
        while log.durable() < position {
            if gate.is_halted() {
                return Err(RepairError::Failed);
            }
            pause(Duration::from_millis(1));
        }
        Ok(position)
    }
}

/// What repairs have taken out of the segments of `folder` with these numbers.
pub(super) fn taken_out(
    disk: &dyn Disk,
    folder: &Path,
    numbers: &[u64],
) -> Result<Vec<Rejection>, OpenError> {
    let mut rejections = Vec::new();
    let mut epoch = Epoch(1);
    for number in numbers {
        let path = super::segment::segment_path(folder, *number);
        let opened = Opened::open(disk, folder, *number)
            .map_err(|error| OpenError::segment(&path, error))?;
        let Opened::Begun(reader) = opened else {
            break;
        };
        if reader.header.epoch != epoch {
            epoch = reader.header.epoch;
            let found = first_records(reader).map_err(|error| OpenError::io(&path, error))?;
            rejections.extend(found);
        }
    }
    Ok(rejections)
}

/// The repair that a segment begins with, if it does.
fn first_records(mut reader: SegmentReader) -> std::io::Result<Vec<Rejection>> {
    let (first, chain) = (reader.header.first, reader.header.chain);
    let mut body = Vec::new();
    let Found::Frame(_) = reader.next_frame(first, chain, &mut body)? else {
        return Ok(Vec::new());
    };
    let Ok(entry) = codec::decode_entry(first, &body) else {
        return Ok(Vec::new());
    };
    let records = entry.control.into_iter().filter_map(|command| {
        if let ControlCommand::TakeOut(rejection) = command {
            Some(rejection)
        } else {
            None
        }
    });
    Ok(records.collect())
}
