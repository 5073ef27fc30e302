//! The task that lets time pass, waits for the enrolled, and hands out turns.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use engine::{AccountId, Timestamp};
use sequencer::{InlineMatcher, MatcherState, Turn as MatcherTurn};
use tokio::sync::oneshot;

use crate::binance::Pulse;
use crate::edge::Edge;
use crate::lockstep::roster::{Asker, Lockstep};
use crate::lockstep::turn::Turn;
use crate::market_data::{Interval, end_interval, tell_tape};
use crate::session::{WakeList, presence};

/// Requests that are matched together, fewer than a batch takes: what a batch does is told at once.
const TURNS_TOGETHER_MAX: usize = 64;
/// How soon a matcher is looked at again that waits for its readers or its disk.
const BLOCKED_POLL: Duration = Duration::from_millis(1);
/// How often candles and statistics are told, of engine time.
const TAPE_BEAT: Duration = Duration::from_secs(1);

/// Turns the matcher, moves the clock and hands out turns.
#[derive(Debug)]
pub struct Pacer {
    edge: Arc<Edge>,
    lockstep: Arc<Lockstep>,
    matcher: InlineMatcher,
    tick: u64,
    now_ns: u64,
    /// When engine time brings something to do, as far as is known.
    engine_due_ns: Option<u64>,
    /// Accounts whose last session is gone, and when their grace is over.
    lost: Vec<(u64, AccountId)>,
    wakes: WakeList,
    pulse: Pulse,
}

/// The matcher is drained or halted: there is nothing to pace any more.
#[derive(Debug)]
struct Over;

impl Pacer {
    /// A pacer of the only matcher that there is.
    pub fn new(edge: Arc<Edge>, lockstep: Arc<Lockstep>, matcher: InlineMatcher) -> Self {
        Self {
            edge,
            lockstep,
            matcher,
            tick: 0,
            now_ns: 0,
            engine_due_ns: None,
            lost: Vec::new(),
            wakes: WakeList::default(),
            pulse: Pulse::default(),
        }
    }

    /// Paces until the matcher is drained or the shard halts, and says where its books stand.
    pub async fn run(mut self) -> MatcherState {
        let bell = self.lockstep.bell();
        self.matcher.on_wake(Arc::new(move || bell.notify_one()));
        let Err(Over) = self.pace().await;
        self.matcher.state()
    }

    async fn pace(&mut self) -> Result<Infallible, Over> {
        self.await_everybody().await?;
        loop {
            self.let_time_pass().await?;
            self.await_requests().await?;
            self.hand_out_turns().await?;
            // Where nobody has anything to do, nothing above waits: others are to run all the same.
            tokio::task::yield_now().await;
        }
    }

    /// Recovers, and waits for those whom time waits for to begin.
    async fn await_everybody(&mut self) -> Result<(), Over> {
        loop {
            self.settle().await?;
            // What a journal brings may be later than the configured start; time never goes back.
            let start = self.lockstep.config.start.max(self.edge.engine_time());
            self.lockstep.config.clock.set(start);
            self.now_ns = start.0;
            self.lockstep.take_gone();
            if self.lockstep.may_begin() {
                break;
            }
            self.lockstep.bell.notified().await;
        }
        self.note_lost(self.edge.loads.accounts());
        tracing::info!(at_ns = self.now_ns, "time begins");
        Ok(())
    }

    /// Moves the clock to the next tick in which there is something to do, and tells what is due by then.
    async fn let_time_pass(&mut self) -> Result<(), Over> {
        let changing = Arc::clone(&self.lockstep.stillness).write_owned().await;
        let before_ns = self.now_ns;
        let ticks = self.ticks_to_pass();
        let tick_ns = nanoseconds(self.lockstep.config.tick);
        self.tick = self.tick.saturating_add(ticks);
        self.now_ns = before_ns.saturating_add(tick_ns.saturating_mul(ticks));
        self.lockstep.config.clock.set(Timestamp(self.now_ns));
        self.settle().await?;
        self.end_graces().await?;
        for interval in Interval::all() {
            if is_passed(before_ns, self.now_ns, interval.duration()) {
                end_interval(&self.edge, interval, &mut self.wakes);
            }
        }
        if is_passed(before_ns, self.now_ns, Pulse::BEAT) {
            self.pulse.beat(&self.edge, &mut self.wakes);
        }
        if is_passed(before_ns, self.now_ns, TAPE_BEAT) {
            tell_tape(&self.edge, &mut self.wakes).await;
        }
        self.tell_everybody().await?;
        self.lockstep.begin_tick(&self.edge, self.tick);
        drop(changing);
        Ok(())
    }

    /// How many ticks pass at once: in those between, nobody has anything to do, and nothing is due.
    fn ticks_to_pass(&self) -> u64 {
        let wanted = self.lockstep.ticks_to_wait(self.tick);
        if wanted <= 1 {
            return 1;
        }
        let tick_ns = nanoseconds(self.lockstep.config.tick).max(1);
        let beats = Interval::all()
            .map(Interval::duration)
            .chain([Pulse::BEAT, TAPE_BEAT])
            .map(|length| next_multiple(self.now_ns, length));
        let graces = self.lost.iter().map(|(due_ns, _)| *due_ns);
        let due_ns = beats.chain(graces).chain(self.engine_due_ns).min();
        let ticks_to_due = due_ns.map_or(wanted, |due_ns| {
            due_ns.saturating_sub(self.now_ns).div_ceil(tick_ns)
        });
        wanted.min(ticks_to_due).max(1)
    }

    /// Waits until everybody is done with the tick, or is waited for no longer.
    async fn await_requests(&mut self) -> Result<(), Over> {
        let stall = tokio::time::sleep(self.lockstep.config.stall_timeout);
        tokio::pin!(stall);
        loop {
            self.settle().await?;
            if self.lockstep.are_all_done() {
                break;
            }
            let bell = self.lockstep.bell();
            tokio::select! {
                () = bell.notified() => {}
                () = &mut stall, if self.lockstep.is_anybody_awaited() => {
                    self.lockstep.drop_stalled("it was not done with the tick in time");
                }
            }
        }
        let gone = self.lockstep.take_gone();
        self.note_lost(gone);
        Ok(())
    }

    /// One request after the other. Those of sessions pass the door one by one and are matched together: so a tick
    /// costs one sync. A key's client waits for its answer within its turn.
    async fn hand_out_turns(&mut self) -> Result<(), Over> {
        let changing = Arc::clone(&self.lockstep.stillness).write_owned().await;
        let mut unmatched: usize = 0;
        for (asker, place) in self.lockstep.take_turns() {
            if unmatched >= TURNS_TOGETHER_MAX || (asker == Asker::Key && unmatched > 0) {
                self.match_and_tell().await?;
                unmatched = 0;
            }
            let (turn, is_over) = Turn::begin();
            if place.send(turn).is_err() {
                continue;
            }
            self.lockstep.count_turn();
            match asker {
                Asker::Session => {
                    // It never brings anything: that the turn is gone is the news.
                    let _over = is_over.await;
                    unmatched = unmatched.saturating_add(1);
                }
                Asker::Key => {
                    self.match_until(is_over).await?;
                    self.match_and_tell().await?;
                }
            }
        }
        if unmatched > 0 {
            self.match_and_tell().await?;
        }
        drop(changing);
        Ok(())
    }

    /// Turns the matcher whenever there is something to do, until the turn is over.
    async fn match_until(&mut self, mut is_over: oneshot::Receiver<()>) -> Result<(), Over> {
        let bell = self.lockstep.bell();
        loop {
            self.exhaust().await?;
            tokio::select! {
                biased;
                _over = &mut is_over => return Ok(()),
                () = bell.notified() => {}
            }
        }
    }

    async fn match_and_tell(&mut self) -> Result<(), Over> {
        self.settle().await?;
        self.tell_everybody().await
    }

    /// Turns the matcher until it has nothing to do.
    async fn exhaust(&mut self) -> Result<(), Over> {
        let bell = self.lockstep.bell();
        loop {
            match self.matcher.turn() {
                MatcherTurn::Worked => tokio::task::yield_now().await,
                MatcherTurn::Blocked => {
                    // Rung or late: either way it is time to look.
                    let _rung = tokio::time::timeout(BLOCKED_POLL, bell.notified()).await;
                }
                MatcherTurn::Idle { wake_after } => {
                    let due_ns =
                        wake_after.map(|after| self.now_ns.saturating_add(nanoseconds(after)));
                    self.engine_due_ns = due_ns;
                    return Ok(());
                }
                MatcherTurn::Halted | MatcherTurn::Drained => return Err(Over),
            }
        }
    }

    /// Waits until the matcher has nothing to do, and all that it did is told.
    async fn settle(&mut self) -> Result<(), Over> {
        let bell = self.lockstep.bell();
        loop {
            self.exhaust().await?;
            let told = self.edge.counters.batches.load(Ordering::Acquire);
            if told >= self.edge.ports.counters().batches {
                return Ok(());
            }
            bell.notified().await;
        }
    }

    /// Wakes those whom anything waits for, and waits until it is written: what a session is told depends on no
    /// thread.
    async fn tell_everybody(&mut self) -> Result<(), Over> {
        self.wakes.wake(&self.edge.flusher);
        self.edge.flusher.flush();
        let bell = self.lockstep.bell();
        let stall = tokio::time::sleep(self.lockstep.config.stall_timeout);
        tokio::pin!(stall);
        while !self.lockstep.are_all_told() {
            self.exhaust().await?;
            tokio::select! {
                () = bell.notified() => {}
                () = &mut stall => self.lockstep.drop_deaf("it does not read what it is told"),
            }
            self.edge.flusher.flush();
        }
        Ok(())
    }

    fn note_lost(&mut self, accounts: Vec<AccountId>) {
        let grace_ns = nanoseconds(self.edge.limits.disconnect_grace);
        let due_ns = self.now_ns.saturating_add(grace_ns);
        // Who came back and left again has a whole grace from then on.
        self.lost.retain(|(_, account)| !accounts.contains(account));
        let lost = accounts.into_iter().map(|account| (due_ns, account));
        self.lost.extend(lost);
    }

    /// Has the orders of those go whose grace is over.
    async fn end_graces(&mut self) -> Result<(), Over> {
        let now_ns = self.now_ns;
        let (mut due, later): (Vec<_>, Vec<_>) = self
            .lost
            .drain(..)
            .partition(|(due_ns, _)| *due_ns <= now_ns);
        self.lost = later;
        due.sort_unstable();
        for (_, account) in due {
            presence::disconnect_absent(&self.edge, account);
            self.settle().await?;
        }
        Ok(())
    }
}

/// The first multiple of `length` after a time.
fn next_multiple(now_ns: u64, length: Duration) -> u64 {
    let length_ns = nanoseconds(length).max(1);
    (now_ns / length_ns)
        .saturating_add(1)
        .saturating_mul(length_ns)
}

/// Whether a multiple of `length` was passed.
fn is_passed(before_ns: u64, now_ns: u64, length: Duration) -> bool {
    let length_ns = nanoseconds(length).max(1);
    before_ns / length_ns != now_ns / length_ns
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
