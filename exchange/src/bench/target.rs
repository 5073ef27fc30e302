//! What can be measured, by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::config::Profile;

/// An exchange that a bench starts, or one that runs already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// This program, as `--profile` says.
    Rialto,
    /// This program with what the other languages' exchanges have, and no more.
    Bare,
    /// This program without a hand-off between threads, never sleeping.
    LowLatency,
    /// Go: a goroutine per connection, a matcher goroutine per instrument, answers gathered for one write.
    Go,
    /// Go as it is mostly written: one write an answer.
    GoClassic,
    /// Python: asyncio.
    Python,
    /// Python: a thread per connection.
    PythonThreads,
    /// Python: a process per instrument.
    PythonProcesses,
    /// One that runs already.
    Running,
}

/// Who wrote it, and so what has to be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// This program starts itself.
    Rialto(Option<Profile>),
    /// Needs Go.
    Go(&'static str),
    /// Needs Python and its WebSocket library.
    Python(&'static str),
    /// Nothing is started.
    Nobody,
}

impl Target {
    const NAMED: [(&'static str, Self); 8] = [
        ("rialto", Self::Rialto),
        ("bare", Self::Bare),
        ("low-latency", Self::LowLatency),
        ("go", Self::Go),
        ("go-classic", Self::GoClassic),
        ("python", Self::Python),
        ("python-threads", Self::PythonThreads),
        ("python-processes", Self::PythonProcesses),
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rialto => "rialto",
            Self::Bare => "bare",
            Self::LowLatency => "low-latency",
            Self::Go => "go",
            Self::GoClassic => "go-classic",
            Self::Python => "python",
            Self::PythonThreads => "python-threads",
            Self::PythonProcesses => "python-processes",
            Self::Running => "url",
        }
    }

    /// Who wrote it.
    pub const fn maker(self) -> Maker {
        match self {
            Self::Rialto => Maker::Rialto(None),
            Self::Bare => Maker::Rialto(Some(Profile::Bare)),
            Self::LowLatency => Maker::Rialto(Some(Profile::LowLatency)),
            Self::Go => Maker::Go("coalescing"),
            Self::GoClassic => Maker::Go("classic"),
            Self::Python => Maker::Python("asyncio"),
            Self::PythonThreads => Maker::Python("threads"),
            Self::PythonProcesses => Maker::Python("processes"),
            Self::Running => Maker::Nobody,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Targets in the order in which they take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets(pub Vec<Target>);

impl FromStr for Targets {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut targets = Vec::new();
        for word in text.split([',', '|']) {
            let named = Target::NAMED.iter().find(|(name, _)| *name == word.trim());
            let Some((_, target)) = named else {
                let names: Vec<&str> = Target::NAMED.iter().map(|(name, _)| *name).collect();
                return Err(format!(
                    "there is no `{word}`; there are {}",
                    names.join(", ")
                ));
            };
            if targets.contains(target) {
                return Err(format!("`{word}` is there twice"));
            }
            targets.push(*target);
        }
        Ok(Self(targets))
    }
}

/// What is spoken to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// The native protocol in JSON.
    Json,
    /// The WebSocket API of the Binance persona.
    Binance,
}

impl Wire {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Binance => "binance",
        }
    }
}

impl FromStr for Wire {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "json" => Ok(Self::Json),
            "binance" => Ok(Self::Binance),
            other => Err(format!(
                "there is no `{other}`; there are `json` and `binance`"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_take_turns_in_the_order_given() {
        assert_eq!(
            "go|python,rialto".parse(),
            Ok(Targets(vec![Target::Go, Target::Python, Target::Rialto]))
        );
        assert!("go,java".parse::<Targets>().unwrap_err().contains("`java`"));
        assert!("go,go".parse::<Targets>().unwrap_err().contains("twice"));
    }

    #[test]
    fn every_name_is_the_one_that_is_printed() {
        for (name, target) in Target::NAMED {
            assert_eq!(target.name(), name);
        }
    }
}
