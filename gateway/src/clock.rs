//! The one place of the gateway that reads the time.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Microseconds since 1970-01-01 UTC by the machine's clock; for messages that no engine time belongs to.
pub fn wall_us() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the gateway's clock module"
    )]
    let now = SystemTime::now();
    let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since_epoch.as_micros()).unwrap_or(u64::MAX)
}

/// Nanoseconds since this was first asked, by a clock that never goes back; above zero.
pub fn monotonic_ns() -> u64 {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the gateway's clock module"
    )]
    let now = Instant::now();
    let since = now.saturating_duration_since(*FIRST.get_or_init(|| now));
    u64::try_from(since.as_nanos())
        .unwrap_or(u64::MAX)
        .saturating_add(1)
}
