//! Looks at a log without opening it to be gone on in: nothing is changed, nothing is locked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::entries::{Entries, Span};
use super::quarantine;
use super::survey::{OpenError, Survey, TornTail, TornWatermark, survey};
use crate::disk::Disk;
use crate::log::{LogError, LogReader, Poison, Rejection};
use crate::position::{Epoch, LogPosition};

/// The log in a data folder as it was found. For tools that read, also beside a process that writes: what
/// that writes later is not seen.
#[derive(Debug)]
pub struct JournalView {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    found: Survey,
    poison: Option<Poison>,
}

impl JournalView {
    /// Looks at the log in `folder`.
    ///
    /// # Errors
    /// It cannot be read, or something that was acknowledged is damaged.
    pub fn open(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, OpenError> {
        Ok(Self {
            found: survey(&*disk, folder, LogPosition(0))?,
            poison: quarantine::kept(&*disk, folder)?,
            folder: folder.to_owned(),
            disk,
        })
    }

    /// The first position that it has; 1 where it has none.
    pub const fn first_position(&self) -> LogPosition {
        self.found.first
    }

    /// The last position that it has; 0 where it has none.
    pub const fn last_position(&self) -> LogPosition {
        self.found.last
    }

    /// The epoch of its numbers.
    pub const fn epoch(&self) -> Epoch {
        self.found.epoch
    }

    /// A tail that is not whole: a start would cut it.
    pub const fn torn_tail(&self) -> Option<&TornTail> {
        self.found.torn.as_ref()
    }

    /// Watermarks that are not whole: a start writes new ones.
    pub fn torn_watermarks(&self) -> &[TornWatermark] {
        &self.found.torn_watermarks
    }

    /// What repairs have taken out.
    pub fn taken_out(&self) -> &[Rejection] {
        &self.found.taken_out
    }

    /// The command that made a matcher panic, unless it is taken out.
    pub fn poison(&self) -> Option<&Poison> {
        let poison = self.poison.as_ref()?;
        let position = poison.rejection.position;
        let is_taken_out = |one: &Rejection| one.position == position;
        (!self.found.taken_out.iter().any(is_taken_out)).then_some(poison)
    }

    /// Reads its entries from `position` on, up to the last that is whole.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn read_from(&self, position: LogPosition) -> Result<LogReader, LogError> {
        let (disk, taken_out) = (Arc::clone(&self.disk), self.taken_out().into());
        let span = Span {
            from: position,
            chain_before: None,
            up_to: self.found.last,
        };
        let entries = Entries::new(disk, &self.folder, span, taken_out)
            .map_err(|error| LogError::Unreadable(error.to_string()))?;
        Ok(LogReader::new(entries))
    }
}
