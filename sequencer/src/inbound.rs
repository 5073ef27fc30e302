//! What sessions hand to matchers.

use engine::{Command, InstrumentId, SessionNumber, Timestamp};

use crate::stamps::Stamps;

/// A session of the gateway: one connection, or one in-process caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct SessionId(pub u64);

/// Where a command came from, so that its outcome finds the way back. Of this the `entered_by` alone decides something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Origin {
    /// The session that asked; 0 is the exchange itself.
    pub session: SessionId,
    /// The session's own number of the request.
    pub request: u64,
    /// By which connection the orders come that the command enters: a mass cancel can mean it. Logged.
    pub entered_by: EnteredBy,
}

/// By which connection orders come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct EnteredBy(pub SessionNumber);

impl Default for EnteredBy {
    fn default() -> Self {
        Self(SessionNumber::NONE)
    }
}

/// A command on its way to the matcher of its instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundCommand {
    /// Which book it is for.
    pub instrument: InstrumentId,
    /// Who asked.
    pub origin: Origin,
    /// The engine time that it carries under `--clock replay`; `None` takes the log's.
    pub at: Option<Timestamp>,
    /// When it passed each stage so far.
    pub stamps: Stamps,
    /// What is asked.
    pub command: Command,
}

/// Why a command was not taken; it was not sequenced and its hold is to be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refused {
    /// The ring has no room: the session answers Busy.
    Full,
    /// The disk is nearly full: cancels are taken, new orders are not.
    LowDisk,
    /// The shard is halted or stopping.
    Unavailable,
    /// No matcher has the instrument.
    UnknownInstrument,
    /// An order is named by its place in memory, which a log cannot keep: name it by its id.
    NamesHandle,
}

/// A command that was not taken, for whoever gives back what was reserved for it.
#[derive(Debug)]
pub struct NotTaken {
    /// Why.
    pub refused: Refused,
    /// It.
    pub command: Box<InboundCommand>,
}

impl NotTaken {
    /// Not taken for this reason.
    pub fn new(refused: Refused, command: InboundCommand) -> Self {
        Self {
            refused,
            command: Box::new(command),
        }
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Full => "the exchange is busy",
            Self::LowDisk => "the disk of the exchange is nearly full: cancels only",
            Self::Unavailable => "the exchange is unavailable",
            Self::NamesHandle => "an order is named by its place in memory, which cannot be logged",
            Self::UnknownInstrument => "no such instrument",
        })
    }
}

impl std::error::Error for Refused {}
