//! What became of the scenarios that were run.

use std::fmt;
use std::path::PathBuf;

/// How many scenarios passed, and what is wrong with the others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Scenarios that said what was expected.
    pub passed: usize,
    /// Scenarios that did not, or could not be read or run.
    pub failed: usize,
    /// One entry per failed scenario, in the order of the files.
    pub failures: Vec<Failure>,
}

impl Report {
    /// Whether nothing failed.
    pub const fn is_success(&self) -> bool {
        self.failed == 0
    }

    pub(crate) fn fail(&mut self, failure: Failure) {
        self.failed += 1;
        self.failures.push(failure);
    }
}

/// One scenario that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which file.
    pub file: PathBuf,
    /// Line of the file, from 1; 0 where the file itself is the trouble.
    pub line: usize,
    /// Title of the scenario.
    pub title: String,
    /// What is wrong.
    pub cause: Cause,
}

/// What is wrong with a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A line, or the file, cannot be read.
    Unreadable(String),
    /// It needs what the engine cannot do.
    Unable(String),
    /// The market said something else.
    Mismatch(Mismatch),
    /// The engine stopped on a broken invariant.
    Panicked(String),
}

/// What was expected and what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The expected line; `None` where nothing more was expected.
    pub expected: Option<String>,
    /// What the market said; `None` where it said nothing more.
    pub actual: Option<String>,
    /// The command that made it say so, and its line.
    pub said_by: Option<(usize, String)>,
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(formatter, "{failure}")?;
        }
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match self.line {
            0 => write!(formatter, "{file}:")?,
            line => write!(formatter, "{file}:{line}:")?,
        }
        if !self.title.is_empty() {
            write!(formatter, " {}", self.title)?;
        }
        match &self.cause {
            Cause::Unreadable(reason) => write!(formatter, "\n  cannot be read: {reason}"),
            Cause::Unable(what) => write!(formatter, "\n  the engine cannot do this: {what}"),
            Cause::Panicked(message) => write!(formatter, "\n  the engine stopped: {message}"),
            Cause::Mismatch(mismatch) => mismatch.fmt(formatter),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nothing = "(nothing more)";
        let expected = self.expected.as_deref().unwrap_or(nothing);
        let actual = self.actual.as_deref().unwrap_or(nothing);
        write!(formatter, "\n  expected: {expected}\n  actual:   {actual}")?;
        match &self.said_by {
            Some((line, command)) => write!(formatter, "\n  said by line {line}: {command}"),
            None => Ok(()),
        }
    }
}
