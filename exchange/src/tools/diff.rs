//! `rialto diff A B`: the first position at which two journals differ.

use sequencer::{LogEntry, LogPosition, RejectedPart};
use serde::Serialize;

use crate::cli::DiffArgs;
use crate::output::Output;
use crate::tools::folder::JournalFolder;
use crate::tools::progress::Progress;
use crate::tools::{ToolError, Verdict};

/// What was found.
#[derive(Debug, Serialize)]
struct Difference {
    equal: bool,
    /// Where they differ first; the number of equal positions is one less.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
    /// In what.
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<&'static str>,
    /// What A has there.
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<String>,
    /// What B has there.
    #[serde(skip_serializing_if = "Option::is_none")]
    b: Option<String>,
    last_position_a: u64,
    last_position_b: u64,
}

/// Reads both side by side.
pub fn run(arguments: &DiffArgs, output: Output) -> Result<Verdict, ToolError> {
    let (a, b) = (
        JournalFolder::open(Some(&arguments.a))?,
        JournalFolder::open(Some(&arguments.b))?,
    );
    let first = a.view.first_position().max(b.view.first_position());
    let (last_a, last_b) = (a.view.last_position(), b.view.last_position());
    let progress = Progress::new(output, "comparing", first, last_a.max(last_b));
    let (mut entries_a, mut entries_b) = (a.read_from(first)?, b.read_from(first)?);
    let mut found = None;
    loop {
        let (one, other) = (next(&mut entries_a, &a)?, next(&mut entries_b, &b)?);
        let position = match (&one, &other) {
            (None, None) => break,
            (Some(entry), _) | (None, Some(entry)) => entry.position,
        };
        progress.at(position);
        if let Some(what) = what_differs(one.as_ref(), other.as_ref()) {
            found = Some((position, what, one, other));
            break;
        }
    }
    drop(progress);
    let (last_position_a, last_position_b) = (last_a.0, last_b.0);
    let difference = match found {
        None => Difference {
            equal: true,
            position: None,
            what: None,
            a: None,
            b: None,
            last_position_a,
            last_position_b,
        },
        Some((position, what, one, other)) => Difference {
            equal: false,
            position: Some(position.0),
            what: Some(what),
            a: one.as_ref().map(|entry| shown(entry, other.as_ref())),
            b: other.as_ref().map(|entry| shown(entry, one.as_ref())),
            last_position_a,
            last_position_b,
        },
    };
    output.say(&text(&difference, first));
    output.object(&difference);
    Ok(if difference.equal {
        Verdict::Good
    } else {
        Verdict::Bad
    })
}

fn next(
    entries: &mut sequencer::LogReader,
    journal: &JournalFolder,
) -> Result<Option<LogEntry>, ToolError> {
    let entry = entries.next().transpose();
    entry.map_err(|error| ToolError::Log {
        folder: journal.folder.clone(),
        error,
    })
}

/// What of two entries at one position is not the same; who asked does not decide anything.
fn what_differs(a: Option<&LogEntry>, b: Option<&LogEntry>) -> Option<&'static str> {
    let (Some(a), Some(b)) = (a, b) else {
        return (a.is_some() || b.is_some()).then_some("end");
    };
    let are_same_commands = a.commands.len() == b.commands.len()
        && a.commands.iter().zip(&b.commands).all(|(one, other)| {
            one.instrument == other.instrument && one.at == other.at && one.command == other.command
        });
    if a.control != b.control || !are_same_commands {
        Some("commands")
    } else if a.rejected != b.rejected {
        Some("repair")
    } else if a.at != b.at {
        Some("time")
    } else {
        None
    }
}

/// Most commands of an entry that are shown.
const COMMANDS_SHOWN_MAX: usize = 5;

/// An entry's time, and its commands from the first one on that the other journal does not have there, one a line.
fn shown(entry: &LogEntry, beside: Option<&LogEntry>) -> String {
    let commands = commands_of(entry);
    let others = beside.map(commands_of).unwrap_or_default();
    let pairs = commands.iter().zip(&others);
    let equal = pairs.take_while(|(one, other)| one == other).count();
    let mut lines = vec![format!("at {} ns", entry.at.0)];
    if entry.rejected != RejectedPart::Nothing {
        lines.push(format!("a repair has taken out: {:?}", entry.rejected));
    }
    if equal > 0 {
        lines.push(format!("the first {equal} commands are equal"));
    }
    let (shown, rest) = {
        let differing = commands.get(equal..).unwrap_or_default();
        differing.split_at(differing.len().min(COMMANDS_SHOWN_MAX))
    };
    lines.extend(shown.iter().cloned());
    if !rest.is_empty() {
        lines.push(format!("and {} more", rest.len()));
    }
    lines.join("\n")
}

fn commands_of(entry: &LogEntry) -> Vec<String> {
    let control = entry.control.iter().map(|control| format!("{control:?}"));
    let commands = entry
        .commands
        .iter()
        .map(|command| format!("instrument {}: {:?}", command.instrument.0, command.command));
    control.chain(commands).collect()
}

fn text(difference: &Difference, first: LogPosition) -> String {
    let (Some(position), Some(what)) = (difference.position, difference.what) else {
        return format!(
            "equal: positions {} to {}",
            first.0, difference.last_position_a
        );
    };
    let side = |side: &Option<String>, last: u64| match side {
        Some(text) => text.replace('\n', "\n   "),
        None => format!("nothing: it ends at {last}"),
    };
    format!(
        "first difference at position {position}, in the {what}\nA: {}\nB: {}",
        side(&difference.a, difference.last_position_a),
        side(&difference.b, difference.last_position_b)
    )
}
