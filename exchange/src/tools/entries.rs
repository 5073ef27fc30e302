//! Applies a journal to a state of its own, one entry after another.

use std::sync::Arc;

use sequencer::{LogPosition, RealDisk, Replica, Snapshot, SnapshotStore};

use crate::config::Config;
use crate::output::Output;
use crate::tools::ToolError;
use crate::tools::folder::JournalFolder;
use crate::tools::progress::Progress;
use crate::wiring::new_ledger;

/// The snapshots of a journal's folder, oldest first, and those that cannot be read, as they complain.
pub fn snapshots_of(journal: &JournalFolder) -> Result<(Vec<Snapshot>, Vec<String>), ToolError> {
    let store = SnapshotStore::new(Arc::new(RealDisk), journal.folder.clone());
    let (snapshots, refused) = store.all().map_err(|error| ToolError::Snapshots {
        folder: journal.folder.clone(),
        error,
    })?;
    let complaints = refused
        .iter()
        .map(|refused| format!("{}: {}", refused.file.display(), refused.error))
        .collect();
    Ok((snapshots, complaints))
}

/// A state before the journal's first entry: empty, or the oldest snapshot where older entries were dropped.
pub fn beginning(
    journal: &JournalFolder,
    config: &Config,
    snapshots: &[Snapshot],
) -> Result<Replica, ToolError> {
    let instruments: Vec<engine::Instrument> = config
        .listing
        .instruments
        .iter()
        .map(|listed| listed.instrument)
        .collect();
    let ledger = Arc::new(new_ledger(config)?);
    let first = journal.view.first_position();
    if first <= LogPosition(1) {
        return Ok(Replica::new(&instruments, ledger)?);
    }
    let reaches = |snapshot: &&Snapshot| snapshot.position.0.saturating_add(1) >= first.0;
    match snapshots.iter().find(reaches) {
        Some(snapshot) => Ok(Replica::restored(snapshot, &instruments, ledger)?),
        None => Err(ToolError::NoSuchPosition {
            asked: LogPosition(1),
            first,
            last: journal.view.last_position(),
        }),
    }
}

/// Whether whoever looks wants to see more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The next entry too.
    More,
    /// Nothing more.
    Enough,
}

/// Applies what the journal has up to `until`, and has `look` look after each entry until it has seen enough.
pub fn apply(
    replica: &mut Replica,
    journal: &JournalFolder,
    until: LogPosition,
    output: Output,
    mut look: impl FnMut(&Replica) -> Result<Look, ToolError>,
) -> Result<(), ToolError> {
    let from = LogPosition(replica.position().0.saturating_add(1));
    let last = journal.view.last_position();
    if until > last || until.0.saturating_add(1) < from.0 {
        return Err(ToolError::NoSuchPosition {
            asked: until,
            first: LogPosition(from.0.saturating_sub(1)),
            last,
        });
    }
    if until < from {
        return Ok(());
    }
    let progress = Progress::new(output, "replaying", from, until);
    for entry in journal.read_from(from)? {
        let entry = entry.map_err(|error| ToolError::Log {
            folder: journal.folder.clone(),
            error,
        })?;
        if entry.position > until {
            break;
        }
        replica.apply(&entry);
        progress.at(entry.position);
        if look(replica)? == Look::Enough {
            break;
        }
    }
    Ok(())
}
