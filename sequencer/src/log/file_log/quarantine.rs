//! The file that remembers a command which made a matcher panic, until a repair takes it out.
//!
//! `quarantine.txt`: one `key value` a line: `position`, `instrument` and `sequence` where the command is
//! known, `reason`. It is written and synced before the process ends.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use engine::{InstrumentId, SequenceNumber};

use super::survey::OpenError;
use crate::disk::{Disk, read_file, write_file_whole};
use crate::log::{Poison, RejectedPart, Rejection};
use crate::position::LogPosition;

fn marker(folder: &Path) -> PathBuf {
    folder.join("quarantine.txt")
}

/// Writes the marker.
pub(super) fn keep(disk: &dyn Disk, folder: &Path, poison: &Poison) -> io::Result<()> {
    let mut text = format!("position {}\n", poison.rejection.position.0);
    if let RejectedPart::Command {
        instrument,
        sequence,
    } = poison.rejection.rejected
    {
        let _ = writeln!(text, "instrument {}", instrument.0);
        let _ = writeln!(text, "sequence {}", sequence.0);
    }
    let reason = poison.reason.replace(char::is_control, " ");
    let _ = writeln!(text, "reason {reason}");
    write_file_whole(disk, &marker(folder), text.as_bytes())
}

/// What the marker says; `None` where there is none.
pub(super) fn kept(disk: &dyn Disk, folder: &Path) -> Result<Option<Poison>, OpenError> {
    let path = marker(folder);
    match read_file(disk, &path) {
        Ok(bytes) => match parse(&String::from_utf8_lossy(&bytes)) {
            Some(poison) => Ok(Some(poison)),
            None => Err(OpenError::io(&path, io::ErrorKind::InvalidData.into())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(OpenError::io(&path, error)),
    }
}

/// Refuses a log with a command that nobody has taken out. A marker whose command is not in the log, or is
/// taken out, is no longer needed.
pub(super) fn check(
    disk: &dyn Disk,
    folder: &Path,
    last: LogPosition,
    taken_out: &[Rejection],
) -> Result<(), OpenError> {
    let Some(poison) = kept(disk, folder)? else {
        return Ok(());
    };
    let position = poison.rejection.position;
    let is_taken_out = taken_out.iter().any(|one| one.position == position);
    if position > last || is_taken_out {
        let path = marker(folder);
        return disk
            .remove(&path)
            .map_err(|error| OpenError::io(&path, error));
    }
    Err(OpenError::Poisoned {
        position,
        reason: poison.reason,
        marker: marker(folder),
    })
}

fn parse(text: &str) -> Option<Poison> {
    let value = |key: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(' '));
        lines
            .find(|(found, _)| *found == key)
            .map(|(_, value)| value)
    };
    let rejected = match (value("instrument"), value("sequence")) {
        (Some(instrument), Some(sequence)) => RejectedPart::Command {
            instrument: InstrumentId(instrument.parse().ok()?),
            sequence: SequenceNumber(sequence.parse().ok()?),
        },
        (None, _) | (_, None) => RejectedPart::Whole,
    };
    Some(Poison {
        rejection: Rejection {
            position: LogPosition(value("position")?.parse().ok()?),
            rejected,
        },
        reason: value("reason")?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{
        InstrumentId, LogPosition, Path, Poison, RejectedPart, Rejection, SequenceNumber, keep,
        kept,
    };
    use crate::disk::SimulatedDisk;

    #[test]
    fn what_was_kept_is_read_again() {
        let command = RejectedPart::Command {
            instrument: InstrumentId(3),
            sequence: SequenceNumber(99),
        };
        for rejected in [RejectedPart::Whole, command] {
            let disk = SimulatedDisk::new();
            let rejection = Rejection {
                position: LogPosition(12),
                rejected,
            };
            let poison = Poison {
                rejection,
                reason: "two lines\nof it".to_owned(),
            };

            keep(&disk, Path::new("/"), &poison).unwrap();
            let found = kept(&disk.cut_power(1), Path::new("/")).unwrap().unwrap();

            assert_eq!(found.rejection, rejection);
            assert_eq!(found.reason, "two lines of it");
        }
    }
}
