//! The one place of this crate that reads the time.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
    Machine(Instant),
    /// It stands until somebody tells how far time is.
    Told(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that starts now, so many times as fast as the world's.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the crate's clock module"
    )]
    pub fn start(speed: NonZeroU32) -> Self {
        Self {
            source: Source::Machine(Instant::now()),
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
            Source::Machine(start) => {
                let elapsed = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
                elapsed.saturating_mul(u64::from(self.speed.get()))
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

    /// The instant so many nanoseconds after the start, for timers; far away for a clock that is told.
    pub fn instant_at(&self, at_ns: u64) -> tokio::time::Instant {
        // A timer needs an instant that exists: what is further away than a year is a year away.
        match &self.source {
            Source::Machine(start) => {
                let after_ns = at_ns.div_ceil(u64::from(self.speed.get()));
                (*start + Duration::from_nanos(after_ns).min(FARTHEST)).into()
            }
            Source::Told(_) => far_away(),
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
fn far_away() -> tokio::time::Instant {
    (Instant::now() + FARTHEST).into()
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
    fn a_told_clock_stands_until_it_is_told_and_never_goes_back() {
        let clock = Clock::told();
        assert_eq!(clock.now_ns(), 0);

        clock.tell(7);
        clock.clone().tell(5);

        assert_eq!(clock.now_ns(), 7);
    }
}
