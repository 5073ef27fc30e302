//! A generation's journal, and the terms that it was written with: other ones would give another state.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sequencer::{Epoch, Faults, FileLogs, RealDisk, SnapshotOptions, Storage, WasShown};

use crate::config::{Config, Listing};
use crate::storage::durable::replace_file;
use crate::storage::error::DataError;
use crate::storage::names_in;

/// Everything that decides and stands in no command, as it was when the journal was begun, one thing a line.
const TERMS: &str = "instruments.txt";
/// The same as a configuration has it: what a replay begins with.
const BASE: &str = "listing.toml";
/// The configuration that the journal's commands have carried out since; without it, the one of [`BASE`].
const APPLIED: &str = "applied.toml";
/// There is nothing secret in it.
const MODE: u32 = 0o644;

/// Opens the journal in `folder`, once it is sure that its instruments are the configured ones. A journal that
/// has nothing yet begins in `epoch`.
pub fn open_journal(
    folder: &Path,
    config: &Config,
    epoch: Epoch,
) -> Result<(FileLogs, KeptListing), DataError> {
    refuse_lost_journal(folder)?;
    let kept = keep_terms(folder, config)?;
    let storage = Storage::with_faults(Arc::new(RealDisk), Faults::from_environment()?);
    let snapshots = SnapshotOptions {
        cadence: config.snapshot_cadence,
        retention_bytes: config.retention_bytes,
        ..SnapshotOptions::default()
    };
    let logs = FileLogs::open_with_snapshots(storage, folder, config.journal, snapshots, epoch)?;
    say_what_was_lost(&logs);
    Ok((logs, kept))
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

/// With what a journal was written, and what holds since the configuration was last carried out.
#[derive(Debug, Clone)]
pub struct KeptListing {
    /// What was listed when each instrument got its first command: what a replay begins with.
    pub base: Listing,
    /// The configuration that the journal's commands have carried out.
    pub applied: Listing,
}

impl KeptListing {
    /// Of a journal that begins.
    pub fn new(listing: &Listing) -> Self {
        Self {
            base: listing.clone(),
            applied: listing.clone(),
        }
    }
}

/// With what the journal in `folder` was written. Refuses a configuration that differs from it in what cannot change.
///
/// # Errors
/// It differs, or what is remembered cannot be read.
pub fn written_with(folder: &Path, config: &Config) -> Result<KeptListing, DataError> {
    let terms = folder.join(TERMS);
    let path = folder.join(BASE);
    let kept = match read_if_there(&path)? {
        None => KeptListing::new(&config.listing),
        Some(text) => {
            let base = read_listing(&path, &text)?;
            let wanted = with_live_parts_of(&config.listing, &base);
            compare(&path, &lines(config, &base), &lines(config, &wanted))?;
            let applied_path = folder.join(APPLIED);
            let applied = match read_if_there(&applied_path)? {
                None => base.clone(),
                Some(text) => read_listing(&applied_path, &text)?,
            };
            let longer = |listing: &Listing| {
                let longer = listing.with_new_of(&config.listing);
                longer.map_err(|error| DataError::Terms {
                    path: path.clone(),
                    error,
                })
            };
            KeptListing {
                base: longer(&base)?,
                applied: longer(&applied)?.with_holds_of(&base),
            }
        }
    };
    let written = read_if_there(&terms)?.unwrap_or_default();
    let written: Vec<String> = written.lines().map(str::to_owned).collect();
    compare(&terms, &written, &lines(config, &kept.base))?;
    Ok(kept)
}

/// The same, and remembers new assets and instruments that come after the old.
fn keep_terms(folder: &Path, config: &Config) -> Result<KeptListing, DataError> {
    let kept = written_with(folder, config)?;
    replace(
        &folder.join(TERMS),
        &(lines(config, &kept.base).join("\n") + "\n"),
    )?;
    replace(&folder.join(BASE), &kept.base.written)?;
    Ok(kept)
}

/// Remembers which configuration the journal's commands have carried out.
///
/// # Errors
/// It cannot be written.
pub fn note_applied(folder: &Path, listing: &Listing) -> Result<(), DataError> {
    replace(&folder.join(APPLIED), &listing.written)
}

fn replace(path: &Path, text: &str) -> Result<(), DataError> {
    if read_if_there(path)?.as_deref() == Some(text) {
        return Ok(());
    }
    replace_file(path, text, MODE).map_err(|error| DataError::io(path, error))
}

fn read_if_there(path: &Path) -> Result<Option<String>, DataError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DataError::io(path, error)),
    }
}

fn read_listing(path: &Path, text: &str) -> Result<Listing, DataError> {
    let read = Listing::read(&path.display().to_string(), text);
    read.map_err(|error| DataError::Terms {
        path: path.to_owned(),
        error,
    })
}

/// `wanted`, but for what may change while an instrument trades: that is as `base` has it.
fn with_live_parts_of(wanted: &Listing, base: &Listing) -> Listing {
    let mut changed = wanted.clone();
    for listed in &mut changed.instruments {
        let Some(old) = base.listed(listed.symbol.as_str()) else {
            continue;
        };
        if old.scale != listed.scale {
            continue;
        }
        if base.may_change_fees(listed.symbol.as_str(), wanted) {
            listed.terms.fees = old.terms.fees;
            listed.instrument.hold_surcharge_ppm = old.instrument.hold_surcharge_ppm;
        }
        let (old, new) = (&old.instrument, &mut listed.instrument);
        new.rules = old.rules;
        new.tick_size = old.tick_size;
        new.lot_size = old.lot_size;
        new.price_min = old.price_min;
        new.price_max = old.price_max;
        new.quantity_min = old.quantity_min;
        new.quantity_max = old.quantity_max;
    }
    changed
}

/// Refuses terms other than those that were written; there may be more of them.
fn compare(path: &Path, written: &[String], configured: &[String]) -> Result<(), DataError> {
    for kind in ["limit", "asset", "instrument"] {
        let of_kind = |line: &&String| line.split(' ').next() == Some(kind);
        let mut now = configured.iter().filter(of_kind);
        for written in written.iter().filter(of_kind) {
            let configured = now.next().map_or("nothing", String::as_str);
            if configured != written {
                return Err(DataError::OtherInstruments {
                    path: PathBuf::from(path),
                    written: written.to_owned(),
                    configured: configured.to_owned(),
                });
            }
        }
    }
    Ok(())
}

/// Everything that decides, in words. `Debug` leaves out no field, so a new one cannot be forgotten here.
fn lines(config: &Config, listing: &Listing) -> Vec<String> {
    let limit = std::iter::once(format!("limit accounts_max={}", config.accounts_max));
    let assets = listing.assets.iter().map(|asset| {
        format!(
            "asset {} id={} decimals={}",
            asset.name, asset.id.0, asset.decimals
        )
    });
    let instruments = listing.instruments.iter().map(|listed| {
        format!(
            "instrument {} {:?} {:?}",
            listed.symbol, listed.instrument, listed.terms
        )
    });
    limit.chain(assets).chain(instruments).collect()
}
