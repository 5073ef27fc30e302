//! A story about one market: what arrives, then what the market must say.

use std::fmt;

use crate::command::Command;
use crate::instrument_options::InstrumentOptions;
use crate::market_line::MarketLine;

/// One scenario of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// What stands after the `==`: ids of the rules it proves, and a sentence.
    pub title: String,
    /// Line of the title, from 1.
    pub line: usize,
    /// The market.
    pub instrument: Numbered<InstrumentOptions>,
    /// What arrives.
    pub commands: Vec<Numbered<Command>>,
    /// What must be said.
    pub expected: Vec<Numbered<MarketLine>>,
}

/// Something and the line it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered<T> {
    /// Line of the file, from 1.
    pub line: usize,
    /// What stands there.
    pub item: T,
}

impl fmt::Display for Scenario {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "== {}", self.title)?;
        if self.instrument.item != InstrumentOptions::default() {
            writeln!(formatter, "{}", self.instrument.item)?;
        }
        for command in &self.commands {
            writeln!(formatter, "{}", command.item)?;
        }
        writeln!(formatter, "--")?;
        for line in &self.expected {
            writeln!(formatter, "{}", line.item)?;
        }
        Ok(())
    }
}
