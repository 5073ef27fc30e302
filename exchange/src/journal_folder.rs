//! The folder of `--data`: the journal, and the instruments that it was written with.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::FeeSchedule;
use sequencer::{
    FaultError, Faults, FileLogs, LogPosition, OpenError, RealDisk, Storage, WasShown,
};

use crate::config::Config;

/// Instruments as they were when the journal was begun, one a line.
const INSTRUMENTS: &str = "instruments.txt";

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The journal cannot be used.
    #[error("--data: {0}")]
    Journal(#[from] OpenError),
    /// A fault point cannot be played.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// Reading or writing failed.
    #[error("--data: {path}: {error}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The journal that the folder had is gone.
    #[error(
        "--data: {folder} had a journal and has no journal-*.seg any more; restore it from a copy, or name an \
         empty folder"
    )]
    LostJournal {
        /// Which folder.
        folder: PathBuf,
    },
    /// The journal was written with other instruments: replaying it would give another state.
    #[error(
        "--data: {path} says that the journal was written with `{written}`, and the configuration says \
         `{configured}`; start with the configuration of the journal, or name an empty folder"
    )]
    OtherInstruments {
        /// The file that remembers.
        path: PathBuf,
        /// What it remembers.
        written: String,
        /// What is configured now.
        configured: String,
    },
}

/// Opens the journal in `folder`, once it is sure that its instruments are the configured ones.
///
/// # Errors
/// The folder is in use, damaged, or of other instruments.
pub fn open_journal(folder: &Path, config: &Config) -> Result<FileLogs, DataError> {
    refuse_lost_journal(folder)?;
    let storage = Storage::with_faults(Arc::new(RealDisk), Faults::from_environment()?);
    let logs = FileLogs::open_on(storage, folder, config.journal, LogPosition(0))?;
    keep_instruments(&folder.join(INSTRUMENTS), config)?;
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

/// A folder that remembers instruments had a journal: without it, it would start as if nothing had been.
fn refuse_lost_journal(folder: &Path) -> Result<(), DataError> {
    if !folder.join(INSTRUMENTS).exists() {
        return Ok(());
    }
    let failed = |error| DataError::Io {
        path: folder.to_owned(),
        error,
    };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if name.to_string_lossy().ends_with(".seg") {
            return Ok(());
        }
    }
    Err(DataError::LostJournal {
        folder: folder.to_owned(),
    })
}

/// Compares the instruments with those of the journal; new ones may come after them.
fn keep_instruments(path: &Path, config: &Config) -> Result<(), DataError> {
    let failed = |error| DataError::Io {
        path: path.to_owned(),
        error,
    };
    let configured = lines(config);
    let written = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(error)),
    };
    for (k, written) in written.lines().enumerate() {
        let configured = configured.get(k).map_or("nothing", String::as_str);
        if configured != written {
            return Err(DataError::OtherInstruments {
                path: path.to_owned(),
                written: written.to_owned(),
                configured: configured.to_owned(),
            });
        }
    }
    if written.lines().count() == configured.len() {
        return Ok(());
    }
    let unfinished = path.with_extension("new");
    fs::write(&unfinished, configured.join("\n") + "\n").map_err(failed)?;
    fs::File::open(&unfinished)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    fs::rename(&unfinished, path).map_err(failed)
}

/// Everything of an instrument that decides, in words.
fn lines(config: &Config) -> Vec<String> {
    let listed = config.listing.instruments.iter();
    listed
        .map(|listed| {
            let (instrument, terms) = (&listed.instrument, &listed.terms);
            let mut line = String::new();
            let _ = write!(
                line,
                "{} id={} tick={} lot={} price={}..{} quantity={}..{} open_orders={} idempotency={}/{} \
                 budget={:?} protection_bips={} surcharge_ppm={} base={}x{} quote={}x{} \
                 fees={} fee={:?}",
                listed.symbol,
                instrument.id.0,
                instrument.tick_size,
                instrument.lot_size,
                instrument.price_min.units(),
                instrument.price_max.units(),
                instrument.quantity_min.units(),
                instrument.quantity_max.units(),
                instrument.open_orders_max,
                instrument.idempotency_orders_max,
                instrument.idempotency_sequences_max,
                instrument.market_budget,
                instrument.market_protection_bips,
                instrument.hold_surcharge_ppm,
                terms.base.0,
                terms.base_units_per_quantity_unit,
                terms.quote.0,
                terms.quote_units_per_notional_unit,
                fees_in_words(&terms.fees),
                terms.fee_asset,
            );
            line
        })
        .collect()
}

/// Maker and taker rates of each tier.
fn fees_in_words(fees: &FeeSchedule) -> String {
    let tiers = fees.tiers().iter();
    let words: Vec<String> = tiers
        .map(|rates| format!("{}/{}", rates.maker_ppm, rates.taker_ppm))
        .collect();
    words.join(",")
}
