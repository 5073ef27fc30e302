//! What a panic comes to in a thread whose work nobody else can finish.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work`, and aborts the process if it panics: `thread` left something half done, and nothing that
/// follows can be trusted.
pub(crate) fn abort_on_panic<R>(thread: &str, work: impl FnOnce() -> R) -> R {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(panic) => {
            tracing::error!(
                thread,
                reason = reason_of(&*panic),
                "a thread panicked: aborting"
            );
            std::process::abort()
        }
    }
}

fn reason_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no reason given")
}
