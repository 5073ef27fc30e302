//! A play as it is performed: its steps in order, its expectations with all that they need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use protocol::Symbol;

use crate::config::{Amount, ConfigError, Entry, Node, OwnFile};
use crate::play::claim::Expectation;
use crate::play::file::{FlowWord, PlayPart};
use crate::play::step::Step;

/// A play.
#[derive(Debug, Clone)]
pub struct Script {
    /// The file's name, without its ending.
    pub name: String,
    /// What it is about.
    pub about: String,
    /// How long it is, in engine time.
    pub length: Duration,
    /// Seed of its flow and of its own chance.
    pub seed: u64,
    /// Every instrument that is named.
    pub symbols: BTreeSet<Symbol>,
    /// Who trades beside those that the steps name.
    pub flow: Flow,
    /// Earliest first.
    pub steps: Vec<Step>,
    /// What must hold.
    pub expectations: Vec<Expectation>,
    /// What its own exchange is told beside the defaults.
    pub exchange: Option<Entry>,
    keys: BTreeMap<String, String>,
}

/// Who trades beside those that the steps name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Nobody.
    None,
    /// Simulated participants, or the model.
    Some {
        /// Which of them.
        kind: FlowWord,
        /// New orders a second.
        rate_orders_per_s: u32,
        /// How many instruments they trade.
        instruments: u32,
        /// How many sessions they share.
        sessions: u32,
    },
}

/// A seed where neither the file nor the command line gives one.
const SEED: u64 = 1;

/// The longest play.
const LENGTH_MAX: Duration = Duration::from_secs(3_600);

impl Script {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or a key, a value or a combination of both is wrong.
    pub fn open(path: &Path) -> Result<Self, ConfigError> {
        let file = OwnFile::open(path)?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy());
        Self::read(&name.unwrap_or_default(), file)
    }

    /// Reads a parsed file.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read(name: &str, mut file: OwnFile) -> Result<Self, ConfigError> {
        let exchange = file.take("exchange");
        let part: PlayPart = file.read()?;
        Self::derive(name, &part, exchange).map_err(|error| file.locate(error))
    }

    fn derive(name: &str, part: &PlayPart, exchange: Option<Entry>) -> Result<Self, ConfigError> {
        let length = part.length.0;
        if length.is_zero() || length > LENGTH_MAX {
            let reason = "a play is longer than nothing and at most 1h long";
            return Err(ConfigError::new(
                "for",
                reason,
                "write a time such as \"5s\"",
            ));
        }
        let symbol = symbol("symbol", &part.symbol)?;
        let mut steps = Vec::new();
        for (row, number) in part.step.iter().zip(1..) {
            steps.push(Step::derive(
                &format!("step.{number}"),
                row,
                symbol,
                length,
            )?);
        }
        steps.sort_by_key(|step| step.at);
        let actors: BTreeSet<&str> = steps.iter().filter_map(Step::actor).collect();
        let mut expectations = Vec::new();
        for (row, number) in part.expect.iter().zip(1..) {
            let path = format!("expect.{number}");
            expectations.push(Expectation::derive(&path, row, (symbol, length), &actors)?);
        }
        if expectations.is_empty() {
            let reason = "a play that expects nothing cannot fail";
            return Err(ConfigError::new("expect", reason, "add an [[expect]]"));
        }
        let named = steps.iter().map(|step| step.symbol);
        let symbols = named
            .chain(expectations.iter().map(|expectation| expectation.symbol))
            .chain([symbol])
            .collect();
        Ok(Self {
            name: name.to_owned(),
            about: part.about.clone(),
            length,
            seed: part.seed.unwrap_or(SEED),
            symbols,
            flow: flow(part)?,
            steps,
            expectations,
            exchange,
            keys: part.keys.clone(),
        })
    }

    /// Everybody that a step names.
    pub fn actors(&self) -> BTreeSet<&str> {
        self.steps.iter().filter_map(Step::actor).collect()
    }

    /// With what an actor logs on: as `[keys]` says, or as the demo's account of that name does.
    pub fn key_of(&self, actor: &str) -> String {
        let own = self.keys.get(actor).cloned();
        own.unwrap_or_else(|| format!("demo-{actor}"))
    }

    /// What the flow and the seed are in the words of the configuration.
    pub fn layer(&self) -> Vec<(&'static str, &'static str, Node)> {
        let number = |number: u64| Node::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        let mut keys = vec![("[flow] of the play", "feed_sim.seed", number(self.seed))];
        if let Flow::Some {
            kind,
            rate_orders_per_s,
            instruments,
            sessions,
        } = self.flow
        {
            let word = match kind {
                FlowWord::Model => "model",
                FlowWord::Participants | FlowWord::None => "participants",
            };
            for (key, node) in [
                ("feed_sim.flow", Node::Text(word.to_owned())),
                (
                    "feed_sim.rate_orders_per_s",
                    number(rate_orders_per_s.into()),
                ),
                ("demo.instruments", number(instruments.into())),
                ("feed_sim.sessions", number(sessions.into())),
            ] {
                keys.push(("[flow] of the play", key, node));
            }
        }
        keys
    }
}

fn flow(part: &PlayPart) -> Result<Flow, ConfigError> {
    let flow = &part.flow;
    let kind = flow.kind.unwrap_or(FlowWord::None);
    let at_least_one = |key: &str, count: Option<u32>, default: u32| match count.unwrap_or(default)
    {
        0 => Err(ConfigError::new(
            format!("flow.{key}"),
            "none at all",
            "write a whole number from 1 on, or leave the table [flow] out",
        )),
        count => Ok(count),
    };
    if kind == FlowWord::None {
        return Ok(Flow::None);
    }
    Ok(Flow::Some {
        kind,
        rate_orders_per_s: at_least_one("rate_orders_per_s", flow.rate_orders_per_s, 300)?,
        instruments: at_least_one("instruments", flow.instruments, 1)?,
        sessions: at_least_one("sessions", flow.sessions, 1)?,
    })
}

/// A symbol that is written at `key`.
pub fn symbol(key: &str, text: &str) -> Result<Symbol, ConfigError> {
    Symbol::new(text).map_err(|_| {
        ConfigError::new(
            key,
            "this is no symbol",
            "write the printed name of an instrument, such as \"BTCUSDT\"",
        )
    })
}

/// A decimal as a figure to measure with.
pub fn figure(amount: Amount) -> f64 {
    amount.0.to_string().parse().expect("a decimal is a number")
}
