//! Messages of the lockstep clock: who takes part, and each step of time.

use serde::Deserialize;

use crate::json_writer::JsonWriter;

/// Answers `enroll`: time waits for this session from the next `tick` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Enrolled {
    /// The request's number.
    pub request: Option<u64>,
    /// The session's place in the order in which requests of one tick are taken.
    pub rank: u32,
    /// By how much time passes with each tick, in nanoseconds.
    pub tick_ns: u64,
    /// The exchange's time.
    pub at_us: u64,
}

/// Time has passed; what was due by then has been told before this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Tick {
    /// Its number, counted from 1.
    pub tick: u64,
    /// The exchange's time now.
    pub at_us: u64,
}

impl Enrolled {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "enrolled", self.request);
        json.number("rank", self.rank);
        json.number("tick_ns", self.tick_ns);
        json.number("at_us", self.at_us);
        json.close();
    }
}

impl Tick {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "tick", None);
        json.number("tick", self.tick);
        json.number("at_us", self.at_us);
        json.close();
    }
}
