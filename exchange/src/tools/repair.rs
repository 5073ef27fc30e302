//! `rialto repair --reject POSITION`: takes a command out that the program cannot apply.

use std::fs;
use std::sync::Arc;

use sequencer::{FileLogs, LogPosition, RealDisk, RejectedPart, SnapshotStore, Storage};
use serde::Serialize;

use crate::cli::RepairArgs;
use crate::config::Config;
use crate::output::Output;
use crate::storage::{DataFolder, Generations, check_terms, default_folder};
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
    check_terms(&folder, config)?;
    let position = LogPosition(arguments.reject);
    let repair = FileLogs::reject(Storage::real(), &folder, config.journal, position)?;
    let snapshots_removed = remove_snapshots(&folder, position)?;
    let repaired = Repaired {
        folder: folder.display().to_string(),
        rejected_position: repair.taken_out.position.0,
        what: match repair.taken_out.rejected {
            RejectedPart::Whole => "the whole position".to_owned(),
            part => format!("{part:?}"),
        },
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

/// Snapshots at the position or above hold what is taken out.
fn remove_snapshots(
    folder: &std::path::Path,
    position: LogPosition,
) -> Result<Vec<u64>, ToolError> {
    let failed = |error| ToolError::Snapshots {
        folder: folder.to_owned(),
        error,
    };
    let store = SnapshotStore::new(Arc::new(RealDisk), folder.to_owned());
    let mut removed = Vec::new();
    for at in store.positions().map_err(failed)? {
        if at >= position {
            fs::remove_file(store.path(at)).map_err(failed)?;
            removed.push(at.0);
        }
    }
    Ok(removed)
}
