//! Generations of state: the newest whole one counts, and one that was not finished never did.
//!
//! A generation is made with a file `unfinished` in it. Removing that file, once everything that a
//! generation begins with is durable, is the one step that makes it the state.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use engine::InstrumentId;
use history::History;
use sequencer::{BookSnapshot, Epoch, FileLogs, LogPosition};

use crate::config::{Config, JournalPlace, Listing};
use crate::storage::durable::{make_folder, replace_file, sync_folder};
use crate::storage::error::DataError;
use crate::storage::history_files::open_history;
use crate::storage::{KeptListing, instruments, names_in};

/// Of a folder that has none yet.
const FIRST_GENERATION: u32 = 1;
/// The epoch of the first one.
const FIRST_EPOCH: Epoch = Epoch(1);
/// Stands in a generation that does not count yet.
const UNFINISHED: &str = "unfinished";
const PREFIX: &str = "generation-";
/// A folder that is not even a generation yet.
const NEW: &str = ".new";

/// The generations of a data folder.
#[derive(Debug, Clone)]
pub struct Generations {
    root: PathBuf,
}

/// A generation that this process works on.
#[derive(Debug)]
pub struct OpenGeneration {
    /// Its journal and history.
    pub logs: Logs,
    /// Which one it is, and whether it counts.
    pub mark: GenerationMark,
    /// With what its journal was written, and what holds since.
    pub listing: KeptListing,
}

/// The journal of a generation, and its history.
#[derive(Debug)]
pub enum Logs {
    /// In its files, with what was in it.
    Files(Box<(FileLogs, History)>),
    /// Nowhere: with the process all is gone.
    Memory(Epoch),
}

impl Logs {
    /// The epoch of the numbers that are published.
    pub fn epoch(&self) -> Epoch {
        match self {
            Self::Files(files) => files.0.epoch(),
            Self::Memory(epoch) => *epoch,
        }
    }
}

/// Whether a generation counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Unfinished,
    Whole,
}

impl Generations {
    /// Those in `root`.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// The folder of the newest generation that counts; `None` where there is none yet. Changes nothing.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn newest(&self) -> Result<Option<(u32, PathBuf)>, DataError> {
        let generations = self.all()?.into_iter();
        let newest = generations
            .filter(|(_, folder)| !folder.join(UNFINISHED).exists())
            .max_by_key(|(number, _)| *number);
        Ok(newest)
    }

    /// Opens the newest one, or begins the first. What was left unfinished by a crash is removed.
    pub fn open_newest(&self, config: &Config) -> Result<OpenGeneration, DataError> {
        self.remove_unfinished()?;
        let Some((number, folder)) = self.newest()? else {
            return self.begin(FIRST_GENERATION, FIRST_EPOCH, config);
        };
        if config.journal_place == JournalPlace::Memory {
            return Err(DataError::HasState { folder });
        }
        let journal = instruments::open_journal(&folder, config, FIRST_EPOCH)?;
        OpenGeneration::new(number, journal, folder, Stage::Whole, config)
    }

    /// Begins the one after `number`; its published numbers are of a new epoch.
    pub fn begin_after(
        &self,
        number: u32,
        epoch: Epoch,
        config: &Config,
    ) -> Result<OpenGeneration, DataError> {
        self.remove_unfinished()?;
        self.begin(
            number.saturating_add(1),
            Epoch(epoch.0.saturating_add(1)),
            config,
        )
    }

    fn begin(
        &self,
        number: u32,
        epoch: Epoch,
        config: &Config,
    ) -> Result<OpenGeneration, DataError> {
        let folder = self.root.join(format!("{PREFIX}{number:04}"));
        if config.journal_place == JournalPlace::Memory {
            // There is no folder of it, and nothing to finish.
            let listing = KeptListing::new(&config.listing);
            return Ok(OpenGeneration::in_memory(number, epoch, folder, listing));
        }
        self.make_unfinished(&folder)
            .map_err(|error| DataError::io(&folder, error))?;
        let journal = instruments::open_journal(&folder, config, epoch)?;
        OpenGeneration::new(number, journal, folder, Stage::Unfinished, config)
    }

    /// It gets its name only when its mark is durable: without the mark it would count.
    fn make_unfinished(&self, folder: &Path) -> io::Result<()> {
        let nameless = nameless(folder);
        make_folder(&nameless)?;
        replace_file(&nameless.join(UNFINISHED), "", 0o600)?;
        fs::rename(&nameless, folder)?;
        sync_folder(&self.root)
    }

    fn remove_unfinished(&self) -> Result<(), DataError> {
        let failed = |error| DataError::io(&self.root, error);
        for name in names_in(&self.root).map_err(failed)? {
            let folder = self.root.join(&name);
            let is_nameless = name.starts_with(PREFIX) && name.ends_with(NEW);
            let is_unfinished = number_of(&name).is_some() && folder.join(UNFINISHED).exists();
            if is_nameless || is_unfinished {
                tracing::warn!(folder = %folder.display(), "removing a generation that was never finished");
                remove(&self.root, &folder).map_err(|error| DataError::io(&folder, error))?;
            }
        }
        Ok(())
    }

    /// Every generation, whole or not.
    fn all(&self) -> Result<Vec<(u32, PathBuf)>, DataError> {
        let names = names_in(&self.root).map_err(|error| DataError::io(&self.root, error))?;
        let numbered = names
            .iter()
            .filter_map(|name| Some((number_of(name)?, name)));
        Ok(numbered
            .map(|(number, name)| (number, self.root.join(name)))
            .collect())
    }
}

/// Removes a generation that never counted. It loses its name first: half of it, without its mark, would count.
fn remove(root: &Path, folder: &Path) -> io::Result<()> {
    let nameless = nameless(folder);
    if folder != nameless {
        if nameless.exists() {
            fs::remove_dir_all(&nameless)?;
        }
        fs::rename(folder, &nameless)?;
        sync_folder(root)?;
    }
    fs::remove_dir_all(&nameless)
}

/// What a generation's folder is called before it is one, and when it is one no more.
fn nameless(folder: &Path) -> PathBuf {
    let mut nameless = folder.as_os_str().to_owned();
    if !folder.to_string_lossy().ends_with(NEW) {
        nameless.push(NEW);
    }
    PathBuf::from(nameless)
}

fn number_of(name: &str) -> Option<u32> {
    let digits = name.strip_prefix(PREFIX)?;
    (digits.len() >= 4).then(|| digits.parse().ok())?
}

impl OpenGeneration {
    fn new(
        number: u32,
        (mut logs, listing): (FileLogs, KeptListing),
        folder: PathBuf,
        stage: Stage,
        config: &Config,
    ) -> Result<Self, DataError> {
        let history = open_history(&folder, config.retention_bytes)?;
        if let Some(behind) = behind(&logs, &history) {
            let instrument = behind.0;
            if logs.first_position() <= LogPosition(1) {
                tracing::warn!(
                    instrument,
                    "the history ends before the snapshot; it is built again from the whole journal"
                );
                logs.forget_base();
            } else {
                tracing::error!(
                    instrument,
                    "the history ends before the snapshot, and the journal no longer has what is between: what \
                     closed in between is missing from it"
                );
            }
        }
        let mark = GenerationMark {
            number,
            folder,
            stage,
            place: JournalPlace::Files,
        };
        Ok(Self {
            logs: Logs::Files(Box::new((logs, history))),
            mark,
            listing,
        })
    }

    const fn in_memory(number: u32, epoch: Epoch, folder: PathBuf, listing: KeptListing) -> Self {
        let mark = GenerationMark {
            number,
            folder,
            stage: Stage::Whole,
            place: JournalPlace::Memory,
        };
        Self {
            logs: Logs::Memory(epoch),
            mark,
            listing,
        }
    }
}

/// The instrument of which the snapshot knows more than the history has.
fn behind(logs: &FileLogs, history: &History) -> Option<InstrumentId> {
    let base = logs.base()?;
    let is_behind = |book: &&BookSnapshot| history.kept(book.instrument) < book.sequence.last;
    base.books
        .iter()
        .find(is_behind)
        .map(|book| book.instrument)
}

/// The right to say that a generation counts.
#[derive(Debug)]
pub struct GenerationMark {
    /// Counted from 1.
    pub number: u32,
    folder: PathBuf,
    stage: Stage,
    place: JournalPlace,
}

impl GenerationMark {
    /// Remembers which configuration the commands of its journal have carried out.
    ///
    /// # Errors
    /// It cannot be written: a start carries it out again.
    pub fn note_applied(&self, listing: &Listing) -> Result<(), DataError> {
        match self.place {
            JournalPlace::Files => instruments::note_applied(&self.folder, listing),
            JournalPlace::Memory => Ok(()),
        }
    }

    /// From now on it is the state: everything that it begins with is durable.
    ///
    /// # Errors
    /// The mark cannot be removed, or not durably: whether it counts is not known.
    pub fn finish(&mut self) -> Result<(), DataError> {
        if self.stage == Stage::Whole {
            return Ok(());
        }
        let mark = self.folder.join(UNFINISHED);
        fs::remove_file(&mark)
            .and_then(|()| sync_folder(&self.folder))
            .map_err(|error| DataError::io(&mark, error))?;
        self.stage = Stage::Whole;
        Ok(())
    }
}
