//! The one place of this crate that reads the time.

use std::time::{Duration, Instant};

/// No timer is set further away.
const FARTHEST: Duration = Duration::from_secs(365 * 86_400);

/// Counts nanoseconds from its own start.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the crate's clock module"
    )]
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// Nanoseconds since the start.
    pub fn now_ns(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// The instant so many nanoseconds after the start, for timers.
    pub fn instant_at(&self, at_ns: u64) -> tokio::time::Instant {
        // A timer needs an instant that exists: what is further away than a year is a year away.
        let after = Duration::from_nanos(at_ns).min(FARTHEST);
        (self.start + after).into()
    }
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
