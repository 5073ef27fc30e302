//! Makes a data folder ready to be gone on in: what a stop left half done is finished or taken back.

use std::path::Path;

use super::frame::Chain;
use super::segment::{Segment, Shows};
use super::survey::{OpenError, Survey, Tail, TornTail, survey};
use super::watermark::SegmentState;
use super::{FileLogOptions, quarantine};
use crate::disk::{Disk, Storage};
use crate::faults::FaultPoint;
use crate::log::Rejection;
use crate::position::{Epoch, LogPosition};

/// Where the log goes on.
#[derive(Debug)]
pub(super) struct Recovered {
    pub last: LogPosition,
    pub chain: Chain,
    pub epoch: Epoch,
    /// The segment that was written to last, unless there is none yet.
    pub segment: Option<Segment>,
    /// Whether the log goes on in a segment of its own.
    pub begins: Begins,
    /// What was cut off.
    pub torn: Option<TornTail>,
    /// The first position that the log has.
    pub first: LogPosition,
    /// What repairs have taken out.
    pub taken_out: Vec<Rejection>,
    /// The epoch before, where published numbers may repeat.
    pub epoch_before: Epoch,
}

/// What a log is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be gone on in; one that has nothing yet begins in this epoch.
    Serve(Epoch),
    /// To have something taken out.
    Repair,
}

/// Where the next frame goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    /// Into the segment that was written to last.
    There,
    /// Into a new one: what its header says has changed.
    Anew,
}

/// Surveys `folder`, cuts a torn tail, and syncs what nothing vouches for.
pub(super) fn recover(
    storage: &Storage,
    folder: &Path,
    options: FileLogOptions,
    known: LogPosition,
    purpose: Purpose,
) -> Result<Recovered, OpenError> {
    let disk = &**storage.disk();
    let found = survey(disk, folder, known)?;
    for torn in &found.torn_watermarks {
        let (file, offset) = (torn.file.display(), torn.offset);
        tracing::warn!(%file, offset, "a watermark of the journal is not whole; its frames are, so nothing is lost");
    }
    if let Purpose::Serve(_) = purpose {
        quarantine::check(disk, folder, found.last, &found.taken_out)?;
    }
    let shows = Shows::from(options.durability);
    let mut recovered = Recovered {
        last: found.last,
        chain: found.chain,
        epoch: found.epoch,
        segment: None,
        begins: Begins::Anew,
        torn: found.torn.clone(),
        epoch_before: found.epoch,
        first: found.first,
        taken_out: found.taken_out.clone(),
    };
    let Some(tail) = &found.tail else {
        if let Purpose::Serve(epoch) = purpose {
            (recovered.epoch, recovered.epoch_before) = (epoch, epoch);
        }
        return Ok(recovered);
    };
    if tail.may_have_lost_shown || purpose == Purpose::Repair {
        // What was lost may have been shown: its numbers will be given out again. What is taken out was.
        recovered.epoch = Epoch(found.epoch.0 + 1);
    } else if tail.header.shows == shows {
        recovered.begins = Begins::There;
    }
    let trusts = storage.faults().has(FaultPoint::TrustPageCache);
    let segment = settle(disk, &found, tail, trusts);
    recovered.segment = Some(segment.map_err(|error| OpenError::io(&tail.path, error))?);
    Ok(recovered)
}

fn settle(
    disk: &dyn Disk,
    found: &Survey,
    tail: &Tail,
    trusts_page_cache: bool,
) -> std::io::Result<Segment> {
    let mut segment = Segment::resume(
        disk,
        &tail.path,
        tail.number,
        tail.header,
        tail.next,
        tail.watermarks,
    )?;
    if found.torn.is_some() {
        segment.cut()?;
    }
    // What was read is shown again, so it is made durable first.
    if !trusts_page_cache {
        segment.write_again(tail.unvouched)?;
    }
    segment.sync()?;
    // It is gone on in: from now on it is not closed, and a crash that loses what is shown says so.
    segment.write_watermark(found.last, SegmentState::Open)?;
    match tail.header.shows {
        Shows::Synced => {}
        Shows::Written => segment.sync()?,
    }
    Ok(segment)
}
