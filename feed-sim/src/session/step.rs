//! A session's part in the lockstep: it enrolls, and in each tick it looks, sends what is due, and says so.

use protocol::{ClockMode, Enroll, Enrolled, Operation, Tick, TickDone};

use crate::clock::Clock;
use crate::error::FeedError;
use crate::session::{FeedSession, Phase};

/// The rank of a feed's first session; the others follow. Bots of others have lower ones.
const RANK_FIRST: u32 = 1_001;

/// How a feed's time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// By itself.
    ByItself,
    /// As the exchange tells, tick by tick.
    Lockstep,
}

impl Pace {
    /// What the clock of an exchange means for a feed.
    pub fn of(clock: ClockMode) -> Self {
        match clock {
            ClockMode::Lockstep => Self::Lockstep,
            ClockMode::Realtime | ClockMode::Accelerated | ClockMode::Replay => Self::ByItself,
        }
    }

    /// The part of the n-th session, counted from 0; `shown` is told how far time is.
    pub fn step(self, session: usize, shown: &Clock) -> Option<Step> {
        match self {
            Self::ByItself => None,
            Self::Lockstep => Some(Step::new(session, shown.clone())),
        }
    }
}

/// A session's part in the lockstep.
#[derive(Debug)]
pub struct Step {
    rank: u32,
    /// What people are shown: told by all sessions.
    shown: Clock,
    /// The exchange's time when the session was enrolled.
    begun_at_us: u64,
    /// How long a tick is.
    tick_ns: u64,
}

impl Step {
    fn new(session: usize, shown: Clock) -> Self {
        let place = u32::try_from(session).expect("a feed has fewer than 2^32 sessions");
        Self {
            rank: RANK_FIRST.saturating_add(place),
            shown,
            begun_at_us: 0,
            tick_ns: 1,
        }
    }

    /// Asks for its place.
    pub const fn enroll(&self) -> Operation {
        Operation::Enroll(Enroll { rank: self.rank })
    }

    /// It is enrolled: time is counted from here.
    pub const fn begin(&mut self, enrolled: &Enrolled) {
        self.begun_at_us = enrolled.at_us;
        self.tick_ns = enrolled.tick_ns;
    }

    /// What is said at the end of a tick by who has nothing to do before `wake_ns`, unless it is told something.
    pub fn done(&self, tick: Tick, now_ns: u64, wake_ns: u64) -> Operation {
        let wait_ns = wake_ns.saturating_sub(now_ns);
        let ticks = wait_ns.div_ceil(self.tick_ns.max(1)).max(1);
        Operation::TickDone(TickDone {
            tick: tick.tick,
            idle_until: (ticks > 1).then(|| tick.tick.saturating_add(ticks)),
        })
    }

    /// Time has passed: tells the session's clock and the one that is shown, and says how far it is.
    pub fn tell(&self, tick: Tick, clock: &Clock) -> u64 {
        let now_ns = tick
            .at_us
            .saturating_sub(self.begun_at_us)
            .saturating_mul(1_000);
        clock.tell(now_ns);
        self.shown.tell(now_ns);
        now_ns
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
        let Some(step) = self.step.take() else {
            return Ok(());
        };
        let done = self.do_tick(&step, tick);
        self.step = Some(step);
        done
    }

    /// When there is something to do, in lockstep: no intent waits for others to be sent with.
    fn due_ns(&self) -> u64 {
        match self.phase {
            Phase::Trading => {
                let next_ns = self.flow.next_at_ns().unwrap_or(u64::MAX);
                let due_ns = self.schedule.intended_ns(next_ns);
                due_ns.min(self.schedule.end_ns())
            }
            Phase::WaitingForAnswers { .. } | Phase::EndingOrders { .. } | Phase::Closed => {
                self.wake_at_ns()
            }
        }
    }

    fn do_tick(&mut self, step: &Step, tick: Tick) -> Result<(), FeedError> {
        let now_ns = step.tell(tick, &self.clock);
        self.look(now_ns)?;
        self.on_time()?;
        if self.phase != Phase::Closed {
            let done = step.done(tick, now_ns, self.due_ns());
            self.sender.queue(done)?;
            self.has_queued = true;
        }
        Ok(())
    }
}
