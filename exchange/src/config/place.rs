//! Where a configured value comes from, so that an error can point at it.

use std::fmt;
use std::sync::Arc;

/// The origin of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line of a file; files built into the binary are named as in the repository.
    File {
        /// As the user named it.
        name: Arc<str>,
        /// Counted from 1.
        line: usize,
    },
    /// An environment variable.
    Environment(Arc<str>),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line } => write!(formatter, "{name}:{line}"),
            Self::Environment(name) => write!(formatter, "environment variable {name}"),
            Self::Flag(name) => write!(formatter, "flag {name}"),
        }
    }
}
