//! The clock of the process's own commands: how long something took, and what time it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Measures from when it was started.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock module of the crate"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Seconds since 1970-01-01 UTC; 0 on a machine that believes to be before it.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock module of the crate"
)]
pub fn wall_s() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
