//! A generation's journal, and the terms that it was written with: other ones would give another state.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sequencer::{Epoch, Faults, FileLogs, RealDisk, SnapshotOptions, Storage, WasShown};

use crate::config::Config;
use crate::storage::durable::replace_file;
use crate::storage::error::DataError;
use crate::storage::names_in;

/// Everything that decides and stands in no command, as it was when the journal was begun, one thing a line.
const TERMS: &str = "instruments.txt";
/// There is nothing secret in it.
const MODE: u32 = 0o644;

/// Opens the journal in `folder`, once it is sure that its instruments are the configured ones. A journal that
/// has nothing yet begins in `epoch`.
pub fn open_journal(folder: &Path, config: &Config, epoch: Epoch) -> Result<FileLogs, DataError> {
    refuse_lost_journal(folder)?;
    keep_terms(&folder.join(TERMS), config)?;
    let storage = Storage::with_faults(Arc::new(RealDisk), Faults::from_environment()?);
    let snapshots = SnapshotOptions {
        cadence: config.snapshot_cadence,
        retention_bytes: config.retention_bytes,
        ..SnapshotOptions::default()
    };
    let logs = FileLogs::open_with_snapshots(storage, folder, config.journal, snapshots, epoch)?;
    say_what_was_lost(&logs);
    Ok(logs)
}

fn say_what_was_lost(logs: &FileLogs) {
    if let Some(torn) = logs.torn_tail() {
        let (file, offset, position) = (torn.file.display(), torn.offset, torn.position.0);
        match torn.was_shown {
            WasShown::No => tracing::warn!(
                %file, offset, position,
                "the journal's last write was not finished; it was cut off, and nothing of it had been reported"
            ),
            WasShown::Perhaps => tracing::error!(
                %file, offset, position,
                "the journal's last write was not finished; it was cut off, and some of it may have been \
                 reported: durability was not \"sync\""
            ),
        }
    }
    if logs.epoch() != logs.epoch_before() {
        tracing::error!(
            last_position = logs.last_position().0,
            epoch_before = logs.epoch_before().0,
            epoch = logs.epoch().0,
            "the exchange did not stop in order while it reported what was not synced: what was reported after \
             the last position is lost, and published numbers may repeat in the new epoch"
        );
    }
}

/// A folder that remembers its terms had a journal: without it, it would start as if nothing had been. One that
/// was not finished may have none yet, but that one was removed before.
fn refuse_lost_journal(folder: &Path) -> Result<(), DataError> {
    if !folder.join(TERMS).exists() {
        return Ok(());
    }
    let names = names_in(folder).map_err(|error| DataError::io(folder, error))?;
    let is_segment = |name: &String| Path::new(name).extension().is_some_and(|end| end == "seg");
    if names.iter().any(is_segment) {
        return Ok(());
    }
    Err(DataError::LostJournal {
        folder: folder.to_owned(),
    })
}

/// Refuses terms other than those that the journal in `folder` was written with.
///
/// # Errors
/// They are other ones, or what is remembered cannot be read.
pub fn check_terms(folder: &Path, config: &Config) -> Result<(), DataError> {
    compare_terms(&folder.join(TERMS), &lines(config)).map(drop)
}

/// The same, and remembers new assets and instruments that come after the old.
fn keep_terms(path: &Path, config: &Config) -> Result<(), DataError> {
    let configured = lines(config);
    let written = compare_terms(path, &configured)?;
    let text = configured.join("\n") + "\n";
    if text == written {
        return Ok(());
    }
    replace_file(path, &text, MODE).map_err(|error| DataError::io(path, error))
}

/// Compares the configured terms with those of the journal; says what stands there.
fn compare_terms(path: &Path, configured: &[String]) -> Result<String, DataError> {
    let written = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(DataError::io(path, error)),
    };
    for kind in ["limit", "asset", "instrument"] {
        let of_kind = |line: &&str| line.split(' ').next() == Some(kind);
        let mut now = configured.iter().map(String::as_str).filter(of_kind);
        for written in written.lines().filter(of_kind) {
            let configured = now.next().unwrap_or("nothing");
            if configured != written {
                return Err(DataError::OtherInstruments {
                    path: PathBuf::from(path),
                    written: written.to_owned(),
                    configured: configured.to_owned(),
                });
            }
        }
    }
    Ok(written)
}

/// Everything that decides, in words. `Debug` leaves out no field, so a new one cannot be forgotten here.
fn lines(config: &Config) -> Vec<String> {
    let limit = std::iter::once(format!("limit accounts_max={}", config.accounts_max));
    let assets = config.listing.assets.iter().map(|asset| {
        format!(
            "asset {} id={} decimals={}",
            asset.name, asset.id.0, asset.decimals
        )
    });
    let instruments = config.listing.instruments.iter().map(|listed| {
        format!(
            "instrument {} {:?} {:?}",
            listed.symbol, listed.instrument, listed.terms
        )
    });
    limit.chain(assets).chain(instruments).collect()
}
