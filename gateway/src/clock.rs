//! The one place of the gateway that reads the time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
