//! One spelling of values as bytes, for state hashes, fingerprints and snapshots alike.
//!
//! What is hashed is what is restored: a type says once, in `spelling.rs`, which fields it has and in which
//! order, and both directions are made from that. Numbers are little-endian and of fixed width, an option
//! or a variant is one byte and what belongs to it, so the same values are the same bytes on every machine.

mod collections;
mod conditions;
mod linked;
mod macros;
mod reader;
mod rules;
mod sink;
mod spelling;

use crate::instrument::InstrumentError;

pub(crate) use macros::{canonical_enum, canonical_newtype, canonical_struct};
pub use reader::StateReader;
pub use sink::StateSink;
pub(crate) use sink::{HashSink, ShortHashSink};

/// A value that has a canonical spelling. Read models outside the engine spell what they keep in the same way.
pub trait Canonical: Sized {
    /// Spells the value out.
    fn write<S: StateSink>(&self, out: &mut S);

    /// Reads a value as it was spelled out.
    ///
    /// # Errors
    /// The bytes end early or spell no such value.
    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError>;
}

/// Why bytes are no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateError {
    /// They end before the state does.
    Truncated,
    /// Something follows the state.
    TrailingBytes,
    /// They are of another version of the spelling.
    BadVersion(u32),
    /// A byte that names a variant names none.
    BadTag {
        /// Of which type.
        what: &'static str,
        /// The byte.
        tag: u8,
    },
    /// A value is one that can never be: the sentence says what is wrong with it.
    Impossible(&'static str),
    /// The instrument's terms contradict each other, or it is listed already.
    Instrument(InstrumentError),
}

impl std::fmt::Display for StateError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truncated => formatter.write_str("the state ends early"),
            Self::TrailingBytes => formatter.write_str("something follows the state"),
            Self::BadVersion(version) => {
                write!(formatter, "the state is spelled in version {version}")
            }
            Self::BadTag { what, tag } => write!(formatter, "{tag} is no {what}"),
            Self::Impossible(sentence) => formatter.write_str(sentence),
            Self::Instrument(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for StateError {}
