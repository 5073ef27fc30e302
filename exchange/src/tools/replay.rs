//! `rialto replay`: the state as the journal makes it, at any position.

use sequencer::LogPosition;
use serde::Serialize;

use crate::cli::{ReplayArgs, Show};
use crate::config::Config;
use crate::output::Output;
use crate::tools::audit::Audit;
use crate::tools::entries::Look;
use crate::tools::folder::JournalFolder;
use crate::tools::shown::{Accounts, Books, Hashes, Orders};
use crate::tools::{ToolError, Verdict, entries};

/// What machines are told.
#[derive(Debug, Serialize)]
struct Replayed {
    folder: String,
    /// The last entry that was applied.
    position: u64,
    last_position: u64,
    commands: u64,
    epoch: u64,
    live: bool,
    #[serde(flatten)]
    shown: Shown,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Shown {
    Hashes(Hashes),
    Books(Books),
    Accounts(Accounts),
    Orders(Orders),
    Audit(Audit),
}

/// Replays, and shows what was asked for.
pub fn run(arguments: &ReplayArgs, config: &Config, output: Output) -> Result<Verdict, ToolError> {
    let journal = JournalFolder::open(arguments.data.as_deref())?;
    let config = &journal.written_with(config)?;
    let last = journal.view.last_position();
    let until = arguments.until.map_or(last, LogPosition);
    let (snapshots, _) = entries::snapshots_of(&journal)?;
    let mut replica = entries::beginning(&journal, config, &snapshots)?;
    entries::apply(&mut replica, &journal, until, output, |_| Ok(Look::More))?;
    let shown = match arguments.show {
        Show::Hash => Shown::Hashes(Hashes::of(&replica, config)),
        Show::Book => Shown::Books(Books::of(&replica, config)),
        Show::Accounts => Shown::Accounts(Accounts::of(&replica, config)),
        Show::Orders => Shown::Orders(Orders::of(&replica, config)),
        Show::Audit => Shown::Audit(Audit::of(&journal, until)?),
    };
    let replayed = Replayed {
        folder: journal.folder.display().to_string(),
        position: replica.position().0,
        last_position: last.0,
        commands: replica.commands(),
        epoch: journal.view.epoch().0,
        live: journal.is_live,
        shown,
    };
    output.say(&format!(
        "{}: position {} of {}, {} commands, epoch {}{}\n{}",
        replayed.folder,
        replayed.position,
        replayed.last_position,
        replayed.commands,
        replayed.epoch,
        if journal.is_live {
            "; an exchange writes into it, what comes now is not seen"
        } else {
            ""
        },
        match &replayed.shown {
            Shown::Hashes(hashes) => hashes.text(),
            Shown::Books(books) => books.text(),
            Shown::Accounts(accounts) => accounts.text(),
            Shown::Orders(orders) => orders.text(),
            Shown::Audit(audit) => audit.text(),
        }
    ));
    output.object(&replayed);
    Ok(Verdict::Good)
}
