//! The lockstep clock: time passes in ticks, each as soon as everybody enrolled is done with the one before.
//!
//! ```text
//! time passes, what is due is told ─► everybody enrolled sends ─► requests are taken by (rank, order) ─┐
//!         ▲                        `tick_done`, or a command of a key                                 │
//!         └────────────────────── one request after the other, each told whole before the next ◄──────┘
//! ```
//!
//! One task, the [`Pacer`], turns the matcher, moves the clock and hands out turns; nothing that decides happens
//! but in a turn. So what a run does depends on what its participants do, and on no thread and no socket.

mod pacer;
mod report;
mod roster;
mod seat;
mod turn;

use std::time::Duration;

use engine::Timestamp;
use sequencer::ManualClock;

pub use pacer::Pacer;
pub use report::{DroppedMember, LockstepReport};
pub use roster::{EnrollRefused, Lockstep, TickRefused};
pub use seat::{Seat, SeatFull};
pub use turn::Turn;

/// What the lockstep clock is told.
#[derive(Debug, Clone)]
pub struct LockstepConfig {
    /// What it moves: the clock that logs and matchers read.
    pub clock: ManualClock,
    /// By how much time passes at once, above zero.
    pub tick: Duration,
    /// When time begins; later where the journal has come further.
    pub start: Timestamp,
    /// Time stands until so many sessions are enrolled, and every key below has asked for something.
    pub sessions_awaited: usize,
    /// Who says nothing for so long, by the world's time, is no longer waited for.
    pub stall_timeout: Duration,
    /// Keys of clients that cannot say when they are done: in each tick one command of theirs is waited for.
    pub paced_by_commands: Vec<PacedKey>,
    /// What ids are drawn from that the exchange gives for clients.
    pub seed: u64,
}

/// An API key that time waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacedKey {
    /// As clients send it.
    pub key: String,
    /// Its place among all who are enrolled, above zero.
    pub rank: u32,
}

/// How time passes for a gateway.
#[derive(Debug, Clone)]
pub enum Pacing {
    /// By itself, or with the requests.
    Free,
    /// As the enrolled let it.
    Lockstep(LockstepConfig),
}
