//! Who drives a matcher: a thread of its own, or the caller's runtime.

use std::hint::spin_loop;
use std::sync::Arc;
use std::time::Duration;

use crate::abort::{abort, abort_on_panic, catch};
use crate::config::IdleStrategy;
use crate::inspection::MatcherState;
use crate::log::CommandLog;
use crate::matcher::{Matcher, Turn};
use crate::waker::{WakeCallback, Waker};

/// Who panicked, in the log.
const MATCHER: &str = "matcher";
/// How soon a matcher looks again whether what is blocked can leave.
const BLOCKED_POLL: Duration = Duration::from_micros(200);

/// Runs a matcher until it is drained or the shard halts, and says where its books stand.
pub(crate) fn run<L: CommandLog>(mut matcher: Matcher<L>, idle: IdleStrategy) -> MatcherState {
    let waker = Arc::clone(&matcher.inbox().waker);
    waker.attach_current_thread();
    let mut idle_turns: u32 = 0;
    let mut is_announced = false;
    loop {
        let turn = turn_or_abort(&mut matcher);
        match turn {
            // It may only sleep if the turn after the announcement found nothing either.
            Turn::Idle { wake_after } if is_announced => {
                Waker::sleep(wake_after);
                (is_announced, idle_turns) = (false, 0);
                waker.announce_awake();
                continue;
            }
            Turn::Idle { .. } => {
                idle_turns = idle_turns.saturating_add(1);
                is_announced = wait(idle, idle_turns, &waker);
                continue;
            }
            Turn::Blocked => block(idle),
            Turn::Worked => {}
            Turn::Halted | Turn::Drained => break,
        }
        idle_turns = 0;
        if is_announced {
            waker.announce_awake();
            is_announced = false;
        }
    }
    let state = matcher.state();
    matcher.finish();
    state
}

/// A turn; a panic in it is kept in mind by the log, and ends the process.
fn turn_or_abort<L: CommandLog>(matcher: &mut Matcher<L>) -> Turn {
    match catch(|| matcher.turn()) {
        Ok(turn) => turn,
        Err(reason) => {
            abort_on_panic(MATCHER, || matcher.keep_poison(&reason));
            abort(MATCHER, &reason)
        }
    }
}

/// Waits as the strategy says; says whether the matcher announced that it is about to sleep.
fn wait(idle: IdleStrategy, idle_turns: u32, waker: &Waker) -> bool {
    match idle {
        IdleStrategy::Spin => spin_loop(),
        IdleStrategy::Yield => std::thread::yield_now(),
        IdleStrategy::Park { spins } if idle_turns <= spins => spin_loop(),
        IdleStrategy::Park { .. } => {
            waker.announce_sleep();
            return true;
        }
    }
    false
}

fn block(idle: IdleStrategy) {
    match idle {
        IdleStrategy::Spin => spin_loop(),
        IdleStrategy::Yield => std::thread::yield_now(),
        IdleStrategy::Park { .. } => std::thread::park_timeout(BLOCKED_POLL),
    }
}

/// A matcher that the caller's own thread drives: no hand-off.
///
/// The caller turns it until it is [`Turn::Idle`], then waits for the callback or for `wake_after`. On
/// [`Turn::Blocked`] it lets its readers run and turns again.
pub struct InlineMatcher {
    matcher: Box<dyn Drive>,
    waker: Arc<Waker>,
    idle: IdleStrategy,
}

/// A matcher whose log is not named. A panic in a turn ends the process.
trait Drive: Send {
    fn turn(&mut self) -> Turn;
    fn state(&self) -> MatcherState;
    fn finish(&mut self);
}

impl<L: CommandLog + Send> Drive for Matcher<L> {
    fn turn(&mut self) -> Turn {
        turn_or_abort(self)
    }

    fn state(&self) -> MatcherState {
        Self::state(self)
    }

    fn finish(&mut self) {
        Self::finish(self);
    }
}

impl InlineMatcher {
    pub(crate) fn new<L: CommandLog + Send + 'static>(
        matcher: Matcher<L>,
        idle: IdleStrategy,
    ) -> Self {
        Self {
            waker: Arc::clone(&matcher.inbox().waker),
            matcher: Box::new(matcher),
            idle,
        }
    }

    /// How its driver is to wait for work.
    pub const fn idle(&self) -> IdleStrategy {
        self.idle
    }

    /// Names what is called when an idle matcher has something to do. To be called once, before the first
    /// turn.
    ///
    /// # Panics
    /// It was named before.
    pub fn on_wake(&self, callback: WakeCallback) {
        self.waker.attach_inline(callback);
    }

    /// Does what there is to do, at most one batch of it.
    ///
    /// # Panics
    /// Nothing was named that wakes it.
    pub fn turn(&mut self) -> Turn {
        assert!(
            self.waker.is_attached(),
            "an inline matcher is told how to wake its driver before its first turn"
        );
        self.waker.announce_awake();
        let mut turn = self.matcher.turn();
        if matches!(turn, Turn::Idle { .. }) {
            // It may only be left alone if the turn after the announcement found nothing either.
            self.waker.announce_sleep();
            turn = self.matcher.turn();
        }
        match turn {
            Turn::Idle { .. } => {}
            Turn::Worked | Turn::Blocked => self.waker.announce_awake(),
            Turn::Halted | Turn::Drained => self.matcher.finish(),
        }
        turn
    }

    /// Where its books stand.
    pub fn state(&self) -> MatcherState {
        self.matcher.state()
    }
}

impl std::fmt::Debug for InlineMatcher {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("InlineMatcher")
            .field("waker", &self.waker)
            .finish_non_exhaustive()
    }
}
