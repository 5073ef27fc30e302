//! Where a channel stands.

use engine::{Canonical, StateError, StateReader, Timestamp};
use sequencer::Epoch;

/// Where a channel stands: its last number, and the engine time of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The generation of the numbers.
    pub epoch: Epoch,
    /// The last number given; 0 before the first.
    pub seq: u64,
    /// Engine time of what it was given to.
    pub at: Timestamp,
}

/// Which part of a channel a message covers: every change from `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The generation of the numbers.
    pub epoch: Epoch,
    /// The first change in it: one more than the last one of the message before it.
    pub first: u64,
    /// The last change in it.
    pub last: u64,
    /// Engine time of the last change.
    pub at: Timestamp,
}

impl Place {
    /// Before the first message.
    pub const fn start(epoch: Epoch) -> Self {
        Self {
            epoch,
            seq: 0,
            at: Timestamp(0),
        }
    }

    /// Gives the next number.
    pub fn advance(&mut self, at: Timestamp) -> Self {
        self.seq = self
            .seq
            .checked_add(1)
            .expect("a channel has fewer than 2^64 messages");
        self.at = at;
        *self
    }

    /// This message alone.
    pub const fn alone(self) -> Span {
        self.since(self.seq)
    }

    /// All messages from `first` up to this one.
    pub const fn since(self, first: u64) -> Span {
        Span {
            epoch: self.epoch,
            first,
            last: self.seq,
            at: self.at,
        }
    }

    /// Spells out the number and its time; the epoch is the exchange's.
    pub fn spell(&self, out: &mut Vec<u8>) {
        self.seq.write(out);
        self.at.write(out);
    }

    /// Goes on from what was spelled out.
    ///
    /// # Errors
    /// The bytes spell no place.
    pub fn restore(&mut self, from: &mut StateReader<'_>) -> Result<(), StateError> {
        self.seq = from.value()?;
        self.at = from.value()?;
        Ok(())
    }
}
