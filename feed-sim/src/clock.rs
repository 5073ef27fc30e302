//! The one place of this crate that reads the time.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How soon a timer looks again whether a clock that was told to stand goes on.
const STANDING_LOOK: Duration = Duration::from_millis(20);
/// No timer is set further away.
const FARTHEST: Duration = Duration::from_secs(365 * 86_400);

/// Counts nanoseconds of the exchange's time, from its own start.
#[derive(Debug, Clone)]
pub struct Clock {
    source: Source,
    /// How many times as fast as the world's it goes.
    speed: NonZeroU32,
}

#[derive(Debug, Clone)]
enum Source {
    /// The machine's clock.
    Machine(Machine),
    /// It stands until somebody tells how far time is.
    Told(Arc<AtomicU64>),
}

/// The machine's clock, without the time for which it was told to stand.
#[derive(Debug, Clone)]
struct Machine {
    start: Instant,
    must_stand: Arc<AtomicBool>,
    stood: Arc<Stood>,
}

#[derive(Debug, Default)]
struct Stood {
    /// When it began to stand, after the start; `None` while it goes. Changed under the lock alone.
    since: Mutex<Option<Duration>>,
    /// Whether it stands, for those who would not take the lock otherwise.
    stands: AtomicBool,
    /// Nanoseconds that it stood before.
    lost_ns: AtomicU64,
}

impl Machine {
    /// Nanoseconds that it went.
    fn elapsed_ns(&self) -> u64 {
        let must_stand = self.must_stand.load(Ordering::Relaxed);
        let until = if must_stand || self.stood.stands.load(Ordering::Acquire) {
            self.stand(must_stand)
        } else {
            self.start.elapsed()
        };
        nanoseconds(until).saturating_sub(self.stood.lost_ns.load(Ordering::Acquire))
    }

    /// Begins to stand, or ends it; says until when it went, standing before included.
    #[cold]
    fn stand(&self, must_stand: bool) -> Duration {
        let mut since = self
            .stood
            .since
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let now = self.start.elapsed();
        match (must_stand, *since) {
            (true, Some(began)) => began,
            (true, None) => {
                *since = Some(now);
                self.stood.stands.store(true, Ordering::Release);
                now
            }
            (false, Some(began)) => {
                let lost_ns = nanoseconds(now.saturating_sub(began));
                self.stood.lost_ns.fetch_add(lost_ns, Ordering::AcqRel);
                *since = None;
                self.stood.stands.store(false, Ordering::Release);
                now
            }
            (false, None) => now,
        }
    }

    fn stands(&self) -> bool {
        self.must_stand.load(Ordering::Relaxed)
    }
}

impl Clock {
    /// A clock that starts now, so many times as fast as the world's.
    pub fn start(speed: NonZeroU32) -> Self {
        Self::start_unless(speed, Arc::default())
    }

    /// The same, which stands while `must_stand` says so.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the crate's clock module"
    )]
    pub fn start_unless(speed: NonZeroU32, must_stand: Arc<AtomicBool>) -> Self {
        let machine = Machine {
            start: Instant::now(),
            must_stand,
            stood: Arc::default(),
        };
        Self {
            source: Source::Machine(machine),
            speed,
        }
    }

    /// A clock that stands at its start until it is told. Copies of it are told with it.
    pub fn told() -> Self {
        Self {
            source: Source::Told(Arc::default()),
            speed: NonZeroU32::MIN,
        }
    }

    /// Nanoseconds since the start.
    pub fn now_ns(&self) -> u64 {
        match &self.source {
            Source::Machine(machine) => {
                let elapsed_ns = machine.elapsed_ns();
                elapsed_ns.saturating_mul(u64::from(self.speed.get()))
            }
            Source::Told(now_ns) => now_ns.load(Ordering::Relaxed),
        }
    }

    /// Time is so far; it never goes back. A clock that goes by itself does not listen.
    pub fn tell(&self, now_ns: u64) {
        match &self.source {
            Source::Machine(_) => {}
            Source::Told(told_ns) => {
                told_ns.fetch_max(now_ns, Ordering::Relaxed);
            }
        }
    }

    /// The instant so many nanoseconds after the start, for timers; far away for a clock that is told, and soon for one that
    /// stands: whoever wakes looks again.
    pub fn instant_at(&self, at_ns: u64) -> tokio::time::Instant {
        // A timer needs an instant that exists: what is further away than a year is a year away.
        match &self.source {
            Source::Machine(machine) if machine.stands() => after_now(STANDING_LOOK),
            Source::Machine(machine) => {
                let went_ns = at_ns.div_ceil(u64::from(self.speed.get()));
                let lost_ns = machine.stood.lost_ns.load(Ordering::Acquire);
                let after = Duration::from_nanos(went_ns.saturating_add(lost_ns));
                (machine.start + after.min(FARTHEST)).into()
            }
            Source::Told(_) => after_now(FARTHEST),
        }
    }

    /// How many times as fast as the world's it goes.
    pub const fn speed(&self) -> NonZeroU32 {
        self.speed
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the crate's clock module"
)]
fn after_now(time: Duration) -> tokio::time::Instant {
    (Instant::now() + time).into()
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Milliseconds since 1970, as a tag that makes client order ids of two runs differ.
pub fn run_tag() -> String {
    format!("{:x}", unix_ms())
}

/// Milliseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the crate's clock module"
)]
pub fn unix_ms() -> u64 {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since_1970.map_or(0, |elapsed| {
        u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests {
    //! A clock goes as fast as it was told, or as far.

    use super::*;

    #[test]
    fn a_fast_clock_sets_its_timers_sooner() {
        let clock = Clock::start(NonZeroU32::new(10).unwrap());

        let between = clock.instant_at(60_000_000_000) - clock.instant_at(0);

        assert_eq!(between, Duration::from_secs(6));
    }

    #[test]
    fn a_clock_that_must_stand_stands_and_goes_on_from_there() {
        let must_stand = Arc::new(AtomicBool::new(false));
        let clock = Clock::start_unless(NonZeroU32::MIN, Arc::clone(&must_stand));
        let before_ns = clock.now_ns();
        must_stand.store(true, Ordering::Relaxed);
        let stood_ns = clock.now_ns();
        let due = clock.instant_at(0);
        while clock.instant_at(0) < due + Duration::from_millis(2) {
            assert_eq!(clock.clone().now_ns(), stood_ns, "it stands in every copy");
        }
        must_stand.store(false, Ordering::Relaxed);
        let after_ns = clock.now_ns();

        assert!(before_ns <= stood_ns && stood_ns <= after_ns);
        assert!(
            after_ns - stood_ns < 2_000_000,
            "it does not make up for it"
        );
        assert!(clock.now_ns() >= after_ns);
    }

    #[test]
    fn a_told_clock_stands_until_it_is_told_and_never_goes_back() {
        let clock = Clock::told();
        assert_eq!(clock.now_ns(), 0);

        clock.tell(7);
        clock.clone().tell(5);

        assert_eq!(clock.now_ns(), 7);
    }
}
