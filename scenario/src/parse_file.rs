//! Reads a scenario file.

use crate::command::Command;
use crate::instrument_options::InstrumentOptions;
use crate::lexer::without_comment;
use crate::parse_command::parse_command;
use crate::parse_instrument::parse_instrument;
use crate::parse_market_line::parse_market_line;
use crate::scenario::{Numbered, Scenario};

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableLine {
    /// Title of the scenario it stands in; empty before the first one.
    pub title: String,
    /// Line of the file, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads the text of a scenario file: one entry per scenario, readable or not.
///
/// A scenario with an unreadable line is an error as a whole, and the scenarios after it are read all the same.
pub fn parse_file(text: &str) -> Vec<Result<Scenario, UnreadableLine>> {
    let mut scenarios = Vec::new();
    let mut draft: Option<Draft> = None;
    for (index, raw) in text.lines().enumerate() {
        let line = index + 1;
        let content = without_comment(raw);
        if let Some(title) = content.strip_prefix("==") {
            scenarios.extend(draft.take().map(Draft::finish));
            draft = Some(Draft::new(title.trim(), line));
        } else if !content.is_empty() {
            match &mut draft {
                Some(draft) => draft.read(line, content),
                None => scenarios.push(Err(UnreadableLine {
                    title: String::new(),
                    line,
                    reason: "the first line of a file starts a scenario with `==`".to_owned(),
                })),
            }
        }
    }
    scenarios.extend(draft.take().map(Draft::finish));
    scenarios
}

/// Part of a scenario that the next line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Commands,
    Expected,
}

struct Draft {
    scenario: Scenario,
    part: Part,
    has_instrument: bool,
    time: u64,
    error: Option<UnreadableLine>,
}

impl Draft {
    fn new(title: &str, line: usize) -> Self {
        let scenario = Scenario {
            title: title.to_owned(),
            line,
            instrument: Numbered {
                line,
                item: InstrumentOptions::default(),
            },
            commands: Vec::new(),
            expected: Vec::new(),
        };
        let mut draft = Self {
            scenario,
            part: Part::Commands,
            has_instrument: false,
            time: 0,
            error: None,
        };
        if title.is_empty() {
            draft.fail(line, "a scenario needs a title after `==`".to_owned());
        }
        draft
    }

    fn read(&mut self, line: usize, content: &str) {
        let outcome = match self.part {
            Part::Commands if content == "--" => {
                self.part = Part::Expected;
                Ok(())
            }
            Part::Commands => self.read_command(line, content),
            Part::Expected => parse_market_line(content)
                .map(|item| self.scenario.expected.push(Numbered { line, item })),
        };
        if let Err(reason) = outcome {
            self.fail(line, reason);
        }
    }

    fn read_command(&mut self, line: usize, content: &str) -> Result<(), String> {
        let is_order = matches!(content.split_whitespace().nth(1), Some("buy" | "sell"));
        if content.split_whitespace().next() == Some("instrument") && !is_order {
            return self.read_instrument(line, content);
        }
        let item = parse_command(content)?;
        if let Command::Time(time) = item {
            if time < self.time {
                return Err(format!("time goes back from {} to {time}", self.time));
            }
            self.time = time;
        }
        self.scenario.commands.push(Numbered { line, item });
        Ok(())
    }

    fn read_instrument(&mut self, line: usize, content: &str) -> Result<(), String> {
        if self.has_instrument {
            return Err("`instrument` stands there twice".to_owned());
        }
        if !self.scenario.commands.is_empty() {
            return Err("`instrument` comes before the first command".to_owned());
        }
        self.has_instrument = true;
        self.scenario.instrument = Numbered {
            line,
            item: parse_instrument(content)?,
        };
        Ok(())
    }

    /// Keeps the first unreadable line.
    fn fail(&mut self, line: usize, reason: String) {
        if self.error.is_none() {
            let title = self.scenario.title.clone();
            self.error = Some(UnreadableLine {
                title,
                line,
                reason,
            });
        }
    }

    fn finish(mut self) -> Result<Scenario, UnreadableLine> {
        if self.part == Part::Commands {
            let line = self.scenario.line;
            self.fail(
                line,
                "the scenario has no `--`, so nothing is expected of it".to_owned(),
            );
        }
        self.error.map_or(Ok(self.scenario), Err)
    }
}
