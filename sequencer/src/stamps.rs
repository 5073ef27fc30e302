//! When a command passed each stage of its life.

/// A stage of a command's life, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Stage {
    /// Its bytes were read from the socket.
    Read = 0,
    /// It was decoded.
    Decoded = 1,
    /// Its hold was taken and it entered the ring.
    Queued = 2,
    /// The matcher popped it.
    Popped = 3,
    /// The log accepted it.
    Appended = 4,
    /// The engine applied it.
    Matched = 5,
    /// It was durable and left the gate.
    Released = 6,
    /// Its report was handed to the session's outbound queue.
    Published = 7,
}

/// Readings of the calibrated counter in ns of process time, by stage; zero is not stamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamps([u64; Self::STAGES]);

impl Stamps {
    /// How many stages there are.
    pub const STAGES: usize = 8;

    /// Notes that `stage` was passed at `ns`.
    #[inline]
    pub const fn stamp(&mut self, stage: Stage, ns: u64) {
        self.0[stage as usize] = ns;
    }

    /// When `stage` was passed; zero where it was not stamped.
    #[inline]
    pub const fn at(&self, stage: Stage) -> u64 {
        self.0[stage as usize]
    }
}
