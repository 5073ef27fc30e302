//! Runs one scenario and compares what the market says with what it must say.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::command::{Command, Quiet};
use crate::market_line::MarketLine;
use crate::report::{Cause, Mismatch};
use crate::scenario::{Numbered, Scenario};
use crate::subject::Subject;

/// Runs a scenario on a fresh market.
///
/// # Errors
/// The line of the file where it fails, and the cause.
pub fn run_scenario<S: Subject>(scenario: &Scenario) -> Result<(), (usize, Cause)> {
    let mut story = Story {
        lines: Vec::new(),
        at: scenario.line,
    };
    let played = catch_unwind(AssertUnwindSafe(|| play::<S>(scenario, &mut story)));
    match played {
        Ok(played) => played?,
        Err(panic) => return Err((story.at, Cause::Panicked(panic_message(&*panic)))),
    }
    compare(scenario, &story.lines)
}

/// What the market said so far.
struct Story {
    /// Each line with the line of the command that caused it.
    lines: Vec<Numbered<MarketLine>>,
    /// Where the scenario stands now.
    at: usize,
}

impl Story {
    fn push(&mut self, item: MarketLine) {
        self.lines.push(Numbered {
            line: self.at,
            item,
        });
    }
}

fn play<S: Subject>(scenario: &Scenario, story: &mut Story) -> Result<(), (usize, Cause)> {
    let mut market = S::open(&scenario.instrument.item)
        .map_err(|what| (scenario.instrument.line, Cause::Unable(what)))?;
    let mut quiet = Quiet::Off;
    for Numbered { line, item } in &scenario.commands {
        story.at = *line;
        if let Command::Quiet(mode) = item {
            quiet = *mode;
            continue;
        }
        let lines = market
            .apply(item)
            .map_err(|what| (*line, Cause::Unable(what)))?;
        if quiet == Quiet::Off || *item == Command::Show {
            for said in lines {
                story.push(said);
            }
        }
    }
    if expects_final_book(scenario, &story.lines) {
        // No command says the final book.
        story.at = 0;
        story.push(MarketLine::Book(market.picture()));
    }
    Ok(())
}

/// The last line is a book, and it is one more than the scenario asked to show.
fn expects_final_book(scenario: &Scenario, said: &[Numbered<MarketLine>]) -> bool {
    let is_book = |line: &&Numbered<MarketLine>| matches!(line.item, MarketLine::Book(_));
    let books_expected = scenario.expected.iter().filter(is_book).count();
    let books_said = said.iter().filter(is_book).count();
    scenario.expected.last().is_some_and(|last| is_book(&last)) && books_expected > books_said
}

fn compare(scenario: &Scenario, said: &[Numbered<MarketLine>]) -> Result<(), (usize, Cause)> {
    let expected = &scenario.expected;
    let same = expected
        .iter()
        .zip(said)
        .take_while(|(left, right)| left.item == right.item);
    let place = same.count();
    let (expected, actual) = (expected.get(place), said.get(place));
    if expected.is_none() && actual.is_none() {
        return Ok(());
    }
    let said_by = actual.and_then(|actual| {
        let command = scenario
            .commands
            .iter()
            .find(|command| command.line == actual.line)?;
        Some((command.line, command.item.to_string()))
    });
    let line = expected
        .or(actual)
        .map_or(scenario.line, |numbered| numbered.line);
    let text = |numbered: &Numbered<MarketLine>| numbered.item.to_string();
    let mismatch = Mismatch {
        expected: expected.map(text),
        actual: actual.map(text),
        said_by,
    };
    Err((line, Cause::Mismatch(mismatch)))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
        .to_owned()
}
