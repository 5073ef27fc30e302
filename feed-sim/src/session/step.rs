//! A session's part in the lockstep: it enrolls, and in each tick it looks, sends what is due, and says so.

use protocol::{Enroll, Enrolled, Operation, Tick, TickDone};

use crate::clock::Clock;
use crate::error::FeedError;
use crate::session::{FeedSession, Phase};

/// The rank of a feed's first session; the others follow. Bots of others have lower ones.
const RANK_FIRST: u32 = 1_001;

/// A session's part in the lockstep.
#[derive(Debug)]
pub struct Step {
    rank: u32,
    /// What people are shown: told by all sessions.
    shown: Clock,
    /// The exchange's time when the session was enrolled.
    begun_at_us: u64,
}

impl Step {
    /// The part of the feed's n-th session, counted from 0.
    pub fn new(session: usize, shown: Clock) -> Self {
        let place = u32::try_from(session).expect("a feed has fewer than 2^32 sessions");
        Self {
            rank: RANK_FIRST.saturating_add(place),
            shown,
            begun_at_us: 0,
        }
    }

    /// Asks for its place.
    pub(super) const fn enroll(&self) -> Operation {
        Operation::Enroll(Enroll { rank: self.rank })
    }

    /// It is enrolled: time is counted from here.
    pub(super) const fn begin(&mut self, enrolled: &Enrolled) {
        self.begun_at_us = enrolled.at_us;
    }
}

impl FeedSession {
    /// Looks at what was heard.
    pub(super) fn look(&mut self, now_ns: u64) -> Result<(), FeedError> {
        self.listening.note_books(&mut self.flow);
        self.board.add(&mut self.listening.entry);
        let is_waiting = matches!(self.phase, Phase::WaitingForAnswers { .. });
        if is_waiting && self.listening.answers.count() == 0 {
            self.end_orders(now_ns)?;
        }
        Ok(())
    }

    /// Time has passed: looks at what it has heard, does what is due, and is done.
    pub(super) fn on_tick(&mut self, tick: Tick) -> Result<(), FeedError> {
        let Some(step) = &self.step else {
            return Ok(());
        };
        let now_ns = tick.at_us.saturating_sub(step.begun_at_us) * 1_000;
        self.clock.tell(now_ns);
        step.shown.tell(now_ns);
        self.look(now_ns)?;
        self.on_time()?;
        if self.phase != Phase::Closed {
            let done = TickDone { tick: tick.tick };
            self.sender.queue(Operation::TickDone(done))?;
            self.has_queued = true;
        }
        Ok(())
    }
}
