//! How the process ends, and what it says on stderr when it ends badly.

use std::io::Write;
use std::process::ExitCode;

/// Wrong usage or configuration.
const WRONG_USAGE: u8 = 2;
/// The log, or the disk that it is on, failed: the exit code that sysexits.h calls an input/output error.
const LOG_FAILED: u8 = 74;
/// Ended by a signal, as a shell would say it.
const INTERRUPTED: i32 = 130;

/// Wrong usage, configuration or surroundings: nothing was started.
pub fn refuse(reason: &str) -> ExitCode {
    complain(reason);
    ExitCode::from(WRONG_USAGE)
}

/// It ran, and something that must not happen did.
pub fn fail(reason: &str) -> ExitCode {
    complain(reason);
    ExitCode::FAILURE
}

/// It was asked to stop before it had started: nothing is wrong.
pub fn stopped_early(reason: &str) -> ExitCode {
    complain(reason);
    ExitCode::SUCCESS
}

/// The log failed; nothing after that can be trusted.
pub fn log_failed() -> ExitCode {
    complain("the command log failed: no report left after that, every command was refused");
    ExitCode::from(LOG_FAILED)
}

/// The disk failed before anything could be kept on it, or is full.
pub fn disk_failed(reason: &str) -> ExitCode {
    complain(reason);
    ExitCode::from(LOG_FAILED)
}

/// Ends the process without the order of things.
#[expect(clippy::exit, reason = "whoever asks twice does not want to wait")]
pub fn leave_at_once() -> ! {
    complain("stopped at once; orders in flight have no answer");
    std::process::exit(INTERRUPTED)
}

fn complain(reason: &str) {
    // A closed stderr leaves nobody to tell.
    drop(writeln!(std::io::stderr().lock(), "rialto: {reason}"));
}
