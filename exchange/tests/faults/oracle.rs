//! What the journal says happened: read from a copy of its folder, applied by a bare engine, one entry after
//! another. Nothing of the process under test is asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{
    Command, EngineLimits, Event, EventSink, InstrumentId, MatchingEngine, SequenceNumber,
    Sequenced, Timestamp,
};
use exchange::Config;
use gateway::ListedInstrument;
use sequencer::{EnteredBy, FileLogs, InboundCommand, JournalView, LogPosition, RealDisk};

use crate::witness::Seen;

/// What happened, by the journal.
#[derive(Debug, Default)]
pub struct Story {
    /// Client order id to the exchange's ids of every order that was accepted under it.
    accepted: BTreeMap<String, Vec<u64>>,
    /// Symbol and trade id to price and quantity.
    trades: BTreeMap<(String, u64), (String, String)>,
    /// Over everything that decides, as the exchange says it.
    pub state_hash: String,
    /// Of each instrument, for who looks for a difference.
    pub books: Vec<String>,
    /// The journal's last position.
    pub last_position: LogPosition,
}

/// What clients saw and the journal does not know, or knows otherwise.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Acknowledged orders that are not there, or not under their id.
    pub lost: Vec<String>,
    /// Client order ids under which more than one order was accepted.
    pub duplicated: Vec<String>,
    /// Trades that were reported and never happened.
    pub phantom: Vec<String>,
}

impl Faults {
    /// Whether there is none.
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Story {
    fn note(&mut self, listed: &ListedInstrument, event: &Event) {
        if let Event::Accepted(accepted) = event {
            if let Some(client) = accepted.client_order_id {
                let ids = self.accepted.entry(client.to_string()).or_default();
                ids.push(accepted.order_id.0);
            }
        } else if let Event::Trade(trade) = event {
            let price = listed.scale.price(trade.price.units()).to_string();
            let quantity = listed.scale.quantity(trade.quantity.units()).to_string();
            let key = (listed.symbol.to_string(), trade.trade_id.0);
            self.trades.insert(key, (price, quantity));
        }
    }

    /// What clients saw and this story does not have.
    pub fn faults(&self, seen: &Seen) -> Faults {
        let is_there = |client: &String, id: &u64| {
            let ids = self.accepted.get(client);
            ids.is_some_and(|ids| ids.contains(id))
        };
        let lost = seen.acknowledged.iter();
        let lost = lost.filter(|(client, id)| !is_there(client, id));
        let phantom = seen.trades.iter();
        let phantom = phantom.filter(|(trade, content)| self.trades.get(trade) != Some(content));
        Faults {
            lost: lost
                .map(|(client, id)| format!("{client} as {id}"))
                .collect(),
            duplicated: self
                .accepted
                .iter()
                .filter(|(_, ids)| ids.len() > 1)
                .map(|(client, ids)| format!("{client} as {ids:?}"))
                .collect(),
            phantom: phantom
                .map(|(trade, content)| format!("{trade:?} {content:?}"))
                .collect(),
        }
    }
}

/// The newest generation of a data folder.
pub fn newest_generation(folder: &Path) -> Option<PathBuf> {
    let names = fs::read_dir(folder).expect("the folder is there");
    names
        .map(|entry| entry.expect("it is read").path())
        .filter(|path| {
            let name = path.file_name().expect("it has a name").to_string_lossy();
            name.starts_with("generation-")
                && !name.ends_with(".new")
                && !path.join("unfinished").exists()
        })
        .max()
}

/// A copy of a generation's files.
pub fn copy(generation: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    for file in fs::read_dir(generation).expect("it is there") {
        let path = file.expect("it is read").path();
        if path.is_file() {
            let name = path.file_name().expect("it has a name");
            fs::copy(&path, copy.path().join(name)).expect("it is copied");
        }
    }
    copy
}

/// What the journal of a copied generation says.
///
/// # Errors
/// It cannot be read, and why: something that was acknowledged is gone.
pub fn tell(copy: &Path, config: &Config) -> Result<Story, String> {
    let mut story = Story::default();
    let engine = retell(copy, config, |listed, _, events| {
        for event in events {
            story.note(listed, event);
        }
    })?;
    // As the exchange words it: FNV-1a over the books' hashes, in the order of the instruments.
    let listed = config.listing.instruments.iter();
    let hash = listed.fold(0xcbf2_9ce4_8422_2325_u64, |hash, listed| {
        let book = engine.state_hash_of(listed.instrument.id);
        let book = book.expect("it is listed");
        story.books.push(format!("{}: {book:016x}", listed.symbol));
        (hash ^ book).wrapping_mul(0x0000_0100_0000_01b3)
    });
    story.state_hash = format!("{hash:016x}");
    story.last_position = last_position(copy);
    Ok(story)
}

/// Applies the journal of a copied generation to a bare engine, and shows each command with its block of events.
///
/// # Errors
/// It cannot be read, and why: something that was acknowledged is gone.
pub fn retell(
    copy: &Path,
    config: &Config,
    mut visit: impl FnMut(&ListedInstrument, &Sequenced<Command>, &[Event]),
) -> Result<MatchingEngine, String> {
    let logs = FileLogs::open(copy, config.journal).map_err(|error| error.to_string())?;
    assert_begins_at_the_first_command(copy);
    let mut telling = Telling::new(config);
    if logs.last_position() > LogPosition(0) {
        let entries = logs
            .read_from(LogPosition(1))
            .map_err(|error| error.to_string())?;
        for entry in entries {
            let entry = entry.map_err(|error| error.to_string())?;
            for command in entry.commands {
                let at = command.at.unwrap_or(entry.at);
                telling.apply(command, at, &mut visit);
            }
        }
    }
    Ok(telling.engine)
}

/// What this oracle tells is told from the first command on: a journal whose old segments were dropped would make
/// orders look lost that are not.
fn assert_begins_at_the_first_command(copy: &Path) {
    let view = JournalView::open(Arc::new(RealDisk), copy).expect("it was opened a moment ago");
    let first = view.first_position();
    assert_eq!(
        first,
        LogPosition(1),
        "the journal's old segments were dropped (log.retention_bytes): this oracle needs all of them"
    );
}

/// The last position of a copied generation's journal.
fn last_position(copy: &Path) -> LogPosition {
    let view = JournalView::open(Arc::new(RealDisk), copy).expect("it was opened a moment ago");
    view.last_position()
}

/// What stands in a copied generation's journal after `position`, in words.
pub fn entries_after(copy: &Path, position: LogPosition) -> Vec<String> {
    let view = JournalView::open(Arc::new(RealDisk), copy).expect("it was opened a moment ago");
    let next = LogPosition(position.0 + 1);
    if next > view.last_position() {
        return Vec::new();
    }
    let entries = view.read_from(next).expect("it was read a moment ago");
    entries.map(|entry| format!("{entry:?}")).collect()
}

struct Telling<'a> {
    config: &'a Config,
    engine: MatchingEngine,
    sequences: BTreeMap<InstrumentId, (SequenceNumber, Timestamp)>,
}

struct Events(Vec<Event>);

impl EventSink for Events {
    fn event(&mut self, event: Event) {
        self.0.push(event);
    }
}

impl<'a> Telling<'a> {
    fn new(config: &'a Config) -> Self {
        let listed = &config.listing.instruments;
        let mut engine = MatchingEngine::new(EngineLimits {
            instruments_max: u32::try_from(listed.len()).expect("there are few"),
        });
        for listed in listed {
            engine.list(listed.instrument).expect("it can be listed");
        }
        Self {
            config,
            engine,
            sequences: BTreeMap::new(),
        }
    }

    fn apply(
        &mut self,
        inbound: InboundCommand,
        at: Timestamp,
        visit: &mut impl FnMut(&ListedInstrument, &Sequenced<Command>, &[Event]),
    ) {
        let instrument = inbound.instrument;
        let (sequence, last_at) = self.sequences.entry(instrument).or_default();
        *sequence = SequenceNumber(sequence.0 + 1);
        *last_at = (*last_at).max(at);
        let command = Sequenced {
            instrument,
            sequence: *sequence,
            at: *last_at,
            command: inbound.command,
        };
        let EnteredBy(session) = inbound.origin.entered_by;
        let mut events = Events(Vec::new());
        self.engine.apply_of_session(session, &command, &mut events);
        let mut listed = self.config.listing.instruments.iter();
        let listed = listed
            .find(|listed| listed.instrument.id == instrument)
            .expect("it is listed");
        visit(listed, &command, &events.0);
    }
}
