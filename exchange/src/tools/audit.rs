//! What operators asked for, as the journal has it.

use std::fmt::Write as _;

use sequencer::{ControlCommand, LogPosition};
use serde::Serialize;

use crate::tools::ToolError;
use crate::tools::folder::JournalFolder;

/// Every change that an operator asked for, oldest first.
#[derive(Debug, Serialize)]
pub struct Audit {
    audit: Vec<Asked>,
}

#[derive(Debug, Serialize)]
struct Asked {
    position: u64,
    /// Engine time.
    at_us: u64,
    who: String,
    request: String,
}

impl Audit {
    /// Of a journal's entries up to a position.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn of(journal: &JournalFolder, until: LogPosition) -> Result<Self, ToolError> {
        let first = journal.view.first_position().max(LogPosition(1));
        let mut audit = Vec::new();
        if until < first {
            return Ok(Self { audit });
        }
        for entry in journal.read_from(first)? {
            let entry = entry.map_err(|error| ToolError::Log {
                folder: journal.folder.clone(),
                error,
            })?;
            if entry.position > until {
                break;
            }
            let at_us = entry.at.0 / 1_000;
            audit.extend(
                entry
                    .control
                    .into_iter()
                    .filter_map(|command| match command {
                        ControlCommand::Note(note) => Some(Asked {
                            position: entry.position.0,
                            at_us,
                            who: note.who,
                            request: note.request,
                        }),
                        ControlCommand::CreateAccount { .. }
                        | ControlCommand::Deposit { .. }
                        | ControlCommand::Withdraw { .. }
                        | ControlCommand::AddKey(_)
                        | ControlCommand::RevokeKey { .. }
                        | ControlCommand::FanOut { .. }
                        | ControlCommand::TakeOut(_) => None,
                    }),
            );
        }
        Ok(Self { audit })
    }

    /// For people.
    pub fn text(&self) -> String {
        if self.audit.is_empty() {
            return "no operator has asked for anything".to_owned();
        }
        let mut text = String::new();
        for asked in &self.audit {
            let (at, who) = (utc(asked.at_us), &asked.who);
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{:>10}  {at}  {who:<28}  {}",
                asked.position, asked.request
            );
        }
        text.trim_end().to_owned()
    }
}

/// A time as `2026-11-23 22:12:48.000123`.
pub fn utc(at_us: u64) -> String {
    let (second, us) = (at_us / 1_000_000, at_us % 1_000_000);
    let (day, second) = (second / 86_400, second % 86_400);
    // The Gregorian calendar repeats after 400 years of 146,097 days; years begin in March here.
    let shifted = day + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, years) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!(
        "{:04}-{month:02}-{day:02} {:02}:{:02}:{:02}.{us:06}",
        era * 400 + year + years,
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn times_are_said_in_utc() {
        assert_eq!(utc(0), "1970-01-01 00:00:00.000000");
        assert_eq!(utc(951_782_400_000_001), "2000-02-29 00:00:00.000001");
        assert_eq!(utc(1_767_225_599_999_999), "2025-12-31 23:59:59.999999");
        assert_eq!(utc(1_795_471_968_000_000), "2026-11-23 22:12:48.000000");
    }
}
