//! Where in an instrument's order something happened, and when.

use engine::{SequenceNumber, Timestamp};

use crate::spelled::spelled_struct;

/// The event's place: the k-th of a command, and the command's own place and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPlace {
    /// The command that caused it.
    pub sequence: SequenceNumber,
    /// Which of the command's events, from 0.
    pub k: u32,
    /// Engine time of the command.
    pub at: Timestamp,
}

spelled_struct!(EventPlace { sequence, k, at });
