//! What a panic comes to in a thread whose work nobody else can finish.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work`, and aborts the process if it panics: `thread` left something half done, and nothing that
/// follows can be trusted.
pub(crate) fn abort_on_panic<R>(thread: &str, work: impl FnOnce() -> R) -> R {
    match catch(work) {
        Ok(result) => result,
        Err(reason) => abort(thread, &reason),
    }
}

/// Runs `work`; if it panics, says why. What it left half done must not be used any more.
pub(crate) fn catch<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| reason_of(&*panic).to_owned())
}

/// Ends the process because `thread` panicked.
pub(crate) fn abort(thread: &str, reason: &str) -> ! {
    tracing::error!(thread, reason, "a thread panicked: aborting");
    std::process::abort()
}

fn reason_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no reason given")
}
