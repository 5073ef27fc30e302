//! `rialto repair --reject POSITION`: takes a command out that the program cannot apply.

use std::io;
use std::path::Path;
use std::sync::Arc;

use sequencer::{
    FileLogs, JournalView, LogPosition, RealDisk, RejectedPart, RepairError, SnapshotStore, Storage,
};
use serde::Serialize;

use crate::cli::RepairArgs;
use crate::config::Config;
use crate::output::Output;
use crate::storage::{DataFolder, Generations, default_folder, written_with};
use crate::tools::{ToolError, Verdict};

/// What was done.
#[derive(Debug, Serialize)]
struct Repaired {
    folder: String,
    rejected_position: u64,
    what: String,
    recorded_at: u64,
    epoch: u64,
    /// Snapshots that had its effects.
    snapshots_removed: Vec<u64>,
}

/// Logs the repair; no exchange may use the folder meanwhile.
pub fn run(arguments: &RepairArgs, config: &Config, output: Output) -> Result<Verdict, ToolError> {
    let root = match &arguments.data {
        Some(folder) => folder.clone(),
        None => default_folder()?,
    };
    if !root.is_dir() {
        return Err(ToolError::NoJournal { folder: root });
    }
    let _held = DataFolder::open(&root)?;
    let Some((_, folder)) = Generations::new(&root).newest()? else {
        return Err(ToolError::NoJournal { folder: root });
    };
    written_with(&folder, config)?;
    let position = LogPosition(arguments.reject);
    let store = SnapshotStore::new(Arc::new(RealDisk), folder.clone());
    check(&folder, &store, position)?;
    // First the snapshots: a repair that ends between the two has lost nothing, and can be asked for again.
    let removed = store
        .remove_from(position)
        .map_err(|error| snapshots_failed(&folder, error))?;
    let repair = FileLogs::reject(Storage::real(), &folder, config.journal, position)?;
    let snapshots_removed = removed.iter().map(|at| at.0).collect();
    let repaired = Repaired {
        folder: folder.display().to_string(),
        rejected_position: repair.taken_out.position.0,
        what: what(repair.taken_out.rejected, config),
        recorded_at: repair.recorded_at.0,
        epoch: repair.epoch.0,
        snapshots_removed,
    };
    output.say(&format!(
        "{}: position {} ({}) is taken out; the record of it is position {}, and published numbers are of epoch {} \
         from now on{}",
        repaired.folder,
        repaired.rejected_position,
        repaired.what,
        repaired.recorded_at,
        repaired.epoch,
        if repaired.snapshots_removed.is_empty() {
            String::new()
        } else {
            format!("; snapshots at {:?} had its effects and are removed", repaired.snapshots_removed)
        }
    ));
    output.object(&repaired);
    Ok(Verdict::Good)
}

/// What of a position is taken out, in words.
fn what(rejected: RejectedPart, config: &Config) -> String {
    match rejected {
        RejectedPart::Nothing => "nothing of it".to_owned(),
        RejectedPart::Whole => "the whole of it".to_owned(),
        RejectedPart::Command {
            instrument,
            sequence,
        } => {
            let mut listed = config.listing.instruments.iter();
            let listed = listed.find(|listed| listed.instrument.id == instrument);
            let symbol = listed.map_or_else(|| "?".to_owned(), |listed| listed.symbol.to_string());
            format!("command {} of {symbol}", sequence.0)
        }
    }
}

/// Refuses what [`FileLogs::reject`] would refuse, and a repair that would leave nothing to start from.
fn check(folder: &Path, store: &SnapshotStore, position: LogPosition) -> Result<(), ToolError> {
    let view = JournalView::open(Arc::new(RealDisk), folder)?;
    let (first, last) = (view.first_position(), view.last_position());
    if position < first || position > last {
        return Err(RepairError::NoSuchPosition {
            position,
            first,
            last,
        }
        .into());
    }
    if view.taken_out().iter().any(|one| one.position == position) {
        return Err(RepairError::TakenOutBefore(position).into());
    }
    let kept = store
        .positions()
        .map_err(|error| snapshots_failed(folder, error))?;
    let goes_on = |at: &LogPosition| *at < position && at.0.saturating_add(1) >= first.0;
    if first > LogPosition(1) && !kept.iter().any(goes_on) {
        return Err(ToolError::NothingBefore { position, first });
    }
    Ok(())
}

fn snapshots_failed(folder: &Path, error: io::Error) -> ToolError {
    ToolError::Snapshots {
        folder: folder.to_owned(),
        error,
    }
}
