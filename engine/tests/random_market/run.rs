//! Plays commands on both markets and compares every line, and the books.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use scenario::{Block, Command, InstrumentOptions, MarketLine, Numbered, Scenario, Subject};

use super::feeds::Feeds;
use crate::naive_market::NaiveMarket;

/// A market that can check itself.
pub trait Checked: Subject {
    /// Panics where its inside contradicts itself.
    fn check(&self);

    /// What its feeds said at the last command; `None` if it has none.
    fn block(&self) -> Option<&Block>;
}

impl Checked for scenario::Market {
    fn check(&self) {
        self.engine().assert_invariants();
    }

    fn block(&self) -> Option<&Block> {
        Some(self.block())
    }
}

impl Checked for NaiveMarket {
    fn check(&self) {
        self.assert_sane();
    }

    fn block(&self) -> Option<&Block> {
        None
    }
}

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Lines after each command; books and invariants every so often.
    Lines,
    /// Everything after each command.
    Everything,
}

/// How a difference begins that is none: the command cannot be asked of the market.
pub const UNABLE: &str = "cannot be asked: ";

/// Where the two part.
#[derive(Debug, Clone)]
pub struct Difference {
    /// What was asked.
    pub command: String,
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at `{}`:{}", self.command, self.what)
    }
}

/// Both markets, side by side.
pub struct Run<M> {
    pub naive: NaiveMarket,
    market: M,
    feeds: Feeds,
    depth: Depth,
    played: u64,
}

impl<M: Checked> Run<M> {
    /// # Panics
    /// The market cannot do what the terms ask.
    pub fn new(terms: &InstrumentOptions, depth: Depth) -> Self {
        Self {
            naive: NaiveMarket::open(terms).expect("the naive market has all rules"),
            market: M::open(terms).expect("what is not built is left out"),
            feeds: Feeds::default(),
            depth,
            played: 0,
        }
    }

    pub fn play(&mut self, command: &Command) -> Result<Vec<MarketLine>, Difference> {
        quiet_panics();
        IS_PLAYING.set(true);
        let played = catch_unwind(AssertUnwindSafe(|| self.compare(command)));
        IS_PLAYING.set(false);
        let played = played.unwrap_or_else(|panic| Err(panic_message(&*panic)));
        played.map_err(|what| Difference {
            command: command.to_string(),
            what,
        })
    }

    fn compare(&mut self, command: &Command) -> Result<Vec<MarketLine>, String> {
        self.played += 1;
        let expected = self.naive.apply(command)?;
        let said = self
            .market
            .apply(command)
            .map_err(|what| format!("{UNABLE}{what}"))?;
        if expected != said {
            return Err(both(&text(&expected), &text(&said)));
        }
        let block = self.market.block();
        if let Some(block) = block {
            self.feeds.hear(block);
        }
        if self.depth == Depth::Everything || self.played.is_multiple_of(64) {
            self.naive.check();
            self.market.check();
            let (expected, said) = (self.naive.picture(), self.market.picture());
            if expected != said {
                return Err(both(&expected.to_string(), &said.to_string()));
            }
            if let (Some(_), Some(what)) = (block, self.feeds.difference(&expected)) {
                return Err(what);
            }
        }
        Ok(expected)
    }
}

thread_local! {
    static IS_PLAYING: Cell<bool> = const { Cell::new(false) };
}

/// A panic of a market is a difference like others: it is told once, when the run is small.
fn quiet_panics() {
    static IS_SET: Once = Once::new();
    IS_SET.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_PLAYING.get() {
                tell(info);
            }
        }));
    });
}

fn both(expected: &str, said: &str) -> String {
    format!("\n  naive market says\n{expected}\n  engine says\n{said}")
}

fn text(lines: &[MarketLine]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a word").to_owned()
}

/// Plays a list of commands; the first difference ends it.
pub fn replay<M: Checked>(
    terms: &InstrumentOptions,
    commands: &[Command],
) -> Result<(), Difference> {
    let mut run = Run::<M>::new(terms, Depth::Everything);
    commands
        .iter()
        .try_for_each(|command| run.play(command).map(drop))
}

/// The commands as a scenario, expected by the naive market.
pub fn story(title: &str, terms: &InstrumentOptions, commands: &[Command]) -> Scenario {
    let numbered = |item| Numbered { line: 0, item };
    let mut naive = NaiveMarket::open(terms).expect("the naive market has all rules");
    let mut expected = Vec::new();
    for command in commands {
        expected.extend(naive.apply(command).expect("it knows all commands"));
    }
    expected.push(MarketLine::Book(naive.picture()));
    Scenario {
        title: title.to_owned(),
        line: 0,
        instrument: Numbered {
            line: 0,
            item: terms.clone(),
        },
        commands: commands.iter().cloned().map(numbered).collect(),
        expected: expected
            .into_iter()
            .map(|item| Numbered { line: 0, item })
            .collect(),
    }
}
