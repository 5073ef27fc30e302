//! What sessions hand to matchers.

use engine::{Command, InstrumentId};

use crate::stamps::Stamps;

/// A session of the gateway: one connection, or one in-process caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct SessionId(pub u64);

/// Where a command came from, so that its outcome finds the way back. Decides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Origin {
    /// The session that asked; 0 is the exchange itself.
    pub session: SessionId,
    /// The session's own number of the request.
    pub request: u64,
}

/// A command on its way to the matcher of its instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InboundCommand {
    /// Which book it is for.
    pub instrument: InstrumentId,
    /// Who asked.
    pub origin: Origin,
    /// When it passed each stage so far.
    pub stamps: Stamps,
    /// What is asked.
    pub command: Command,
}

/// The ring had no room: the command comes back, the session answers Busy and returns the hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full(pub InboundCommand);
