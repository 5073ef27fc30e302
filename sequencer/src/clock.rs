//! The one place of this crate where time is read.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use engine::Timestamp;

use crate::stamps::{Stage, Stamps};

/// How long a matcher sleeps at most under a clock that somebody else moves.
const MANUAL_CLOCK_POLL: Duration = Duration::from_millis(1);

/// Where engine time comes from.
#[derive(Debug, Clone)]
pub enum ClockSource {
    /// UTC.
    Realtime,
    /// UTC at the start, then this many times as fast.
    Scaled(NonZeroU32),
    /// The commands carry it; it does not pass by itself.
    Replay,
    /// A caller moves it. For tests and simulations.
    Manual(ManualClock),
}

/// A clock that stands until somebody moves it.
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// A clock that stands at `at`.
    pub fn at(at: Timestamp) -> Self {
        Self(Arc::new(AtomicU64::new(at.0)))
    }

    /// Moves the clock.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.0, Ordering::SeqCst);
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// A running clock, read by logs and matchers.
#[derive(Debug, Clone)]
pub struct EngineClock {
    source: ClockSource,
    started: Instant,
    started_at: Timestamp,
}

impl EngineClock {
    /// Starts a clock.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock module of the crate"
    )]
    pub fn start(source: ClockSource) -> Self {
        Self {
            source,
            started: Instant::now(),
            started_at: utc(),
        }
    }

    /// Engine time. Under [`ClockSource::Replay`] it is 0: commands carry their own.
    pub fn now(&self) -> Timestamp {
        match &self.source {
            ClockSource::Realtime => utc(),
            ClockSource::Scaled(factor) => {
                let passed = ns(self.started.elapsed());
                let scaled = passed.saturating_mul(u64::from(factor.get()));
                Timestamp(self.started_at.0.saturating_add(scaled))
            }
            ClockSource::Replay => Timestamp(0),
            ClockSource::Manual(clock) => clock.now(),
        }
    }

    /// How long `engine_time` takes in the world's time; itself where time does not pass by itself.
    pub fn wall_time_of(&self, engine_time: Duration) -> Duration {
        match &self.source {
            ClockSource::Scaled(factor) => engine_time
                .checked_div(factor.get())
                .expect("a speed of zero cannot be configured"),
            ClockSource::Realtime | ClockSource::Replay | ClockSource::Manual(_) => engine_time,
        }
    }

    /// Whether time passes while nobody sends anything.
    pub const fn passes_by_itself(&self) -> bool {
        match self.source {
            ClockSource::Realtime | ClockSource::Scaled(_) | ClockSource::Manual(_) => true,
            ClockSource::Replay => false,
        }
    }

    /// How long a matcher may sleep before `deadline` has to be looked at.
    pub(crate) fn sleep_until(&self, deadline: Timestamp) -> Duration {
        let left = Duration::from_nanos(deadline.0.saturating_sub(self.now().0));
        match &self.source {
            ClockSource::Realtime => left,
            ClockSource::Scaled(factor) => left
                .checked_div(factor.get())
                .expect("a speed of zero cannot be configured"),
            ClockSource::Replay | ClockSource::Manual(_) => MANUAL_CLOCK_POLL,
        }
    }
}

/// Whether commands are stamped at each stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamping {
    /// They are not, and it costs nothing.
    Off,
    /// They are: about 10 ns each.
    On,
}

/// The calibrated counter of stage stamps.
#[derive(Debug, Clone)]
pub struct StageClock(Option<quanta::Clock>);

impl StageClock {
    /// A counter that runs, or one that is off.
    pub fn new(stamping: Stamping) -> Self {
        Self(match stamping {
            Stamping::Off => None,
            Stamping::On => Some(quanta::Clock::new()),
        })
    }

    /// A reading in ns of process time, never 0; `None` where stamps are off.
    #[inline]
    pub fn now_ns(&self) -> Option<u64> {
        let clock = self.0.as_ref()?;
        Some(clock.delta_as_nanos(0, clock.raw()).max(1))
    }

    /// Notes that `stage` was passed now.
    #[inline]
    pub fn stamp(&self, stamps: &mut Stamps, stage: Stage) {
        if let Some(ns) = self.now_ns() {
            stamps.stamp(stage, ns);
        }
    }
}

/// How long ago something was, for what is due after a while.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock module of the crate"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// How much a thread has worked, whatever else ran meanwhile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThreadTime(Duration);

impl ThreadTime {
    /// Work of this thread so far.
    pub(crate) fn now() -> Self {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        let ns = u32::try_from(time.tv_nsec).unwrap_or(0);
        Self(Duration::new(seconds, ns))
    }

    /// Work of this thread since then.
    pub(crate) fn elapsed(self) -> Duration {
        Self::now().0.saturating_sub(self.0)
    }
}

/// Does nothing for a while: for what is told to take long, and for looking again later.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock module of the crate"
)]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock module of the crate"
)]
fn utc() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    // A machine that believes to be before 1970 stands at 0.
    Timestamp(since_epoch.map_or(0, ns))
}

fn ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{ClockSource, Duration, EngineClock, ManualClock, StageClock, Stamping, Timestamp};
    use crate::stamps::{Stage, Stamps};

    #[test]
    fn a_replay_clock_does_not_pass() {
        let clock = EngineClock::start(ClockSource::Replay);

        assert_eq!(clock.now(), Timestamp(0));
        assert!(!clock.passes_by_itself());
    }

    #[test]
    fn a_scaled_clock_sleeps_shorter_by_its_factor() {
        let clock = EngineClock::start(ClockSource::Scaled(10.try_into().unwrap()));
        let minute_later = Timestamp(clock.now().0 + 60_000_000_000);

        let sleep = clock.sleep_until(minute_later);

        assert!(sleep <= Duration::from_secs(6), "{sleep:?}");
        assert!(sleep > Duration::from_secs(3), "{sleep:?}");
    }

    #[test]
    fn a_manual_clock_stands_until_it_is_moved() {
        let manual = ManualClock::at(Timestamp(5));
        let clock = EngineClock::start(ClockSource::Manual(manual.clone()));
        assert_eq!(clock.now(), Timestamp(5));

        manual.set(Timestamp(9));

        assert_eq!(clock.now(), Timestamp(9));
    }

    #[test]
    fn stamps_that_are_off_are_not_set() {
        let mut stamps = Stamps::default();

        StageClock::new(Stamping::Off).stamp(&mut stamps, Stage::Popped);
        assert_eq!(stamps.at(Stage::Popped), 0);

        StageClock::new(Stamping::On).stamp(&mut stamps, Stage::Popped);
        assert!(stamps.at(Stage::Popped) > 0);
    }
}
