//! When an agent looks, and when it ends: by the clock, or with the ticks of the lockstep.

use protocol::Tick;

use crate::agent::session::{AgentSession, Phase};
use crate::error::FeedError;

/// When it looks, and when it ends.
#[expect(clippy::struct_field_names, reason = "units stand last in names")]
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) end_ns: u64,
    pub(super) interval_ns: u64,
    pub(super) timeout_ns: u64,
}

impl AgentSession {
    /// When there is something to do; `None` when it is over.
    pub(super) fn wake_ns(&self) -> Option<u64> {
        match self.phase {
            Phase::Looking { next_ns } => Some(next_ns.min(self.times.end_ns)),
            // In lockstep it leaves with a tick: what it has heard by then depends on no thread.
            Phase::Ending {
                until_ns, is_told, ..
            } => {
                let is_over = is_told && self.waiting.is_empty() && self.step.is_none();
                (!is_over).then_some(until_ns)
            }
            Phase::Over => None,
        }
    }

    pub(super) fn on_time(&mut self, wake_ns: u64) -> Result<(), FeedError> {
        match self.phase {
            Phase::Looking { .. } if wake_ns >= self.times.end_ns => self.end_orders(),
            Phase::Looking { next_ns } => {
                self.look()?;
                // A look that comes late is one look, however many are missed.
                let next_ns = next_ns.saturating_add(self.times.interval_ns);
                let next_ns = next_ns.max(self.clock.now_ns());
                self.phase = Phase::Looking { next_ns };
                Ok(())
            }
            Phase::Ending { .. } | Phase::Over => {
                self.phase = Phase::Over;
                Ok(())
            }
        }
    }

    /// Time has passed, in lockstep: does what is due, and is done with the tick.
    pub(super) fn on_tick(&mut self, tick: Tick) -> Result<(), FeedError> {
        let Some(step) = &self.step else {
            return Ok(());
        };
        let now_ns = step.tell(tick, &self.clock);
        let is_ended = matches!(self.phase, Phase::Ending { is_told: true, .. });
        if is_ended && self.waiting.is_empty() {
            self.phase = Phase::Over;
            return Ok(());
        }
        if let Some(wake_ns) = self.wake_ns()
            && wake_ns <= now_ns
        {
            self.on_time(wake_ns)?;
        }
        let wake_ns = self.wake_ns().unwrap_or(now_ns);
        if let Some(step) = &self.step {
            self.sender.queue(step.done(tick, now_ns, wake_ns))?;
            self.has_queued = true;
        }
        Ok(())
    }
}
