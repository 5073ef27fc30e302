//! A panic in a thread whose work nobody else can finish aborts the process: a matcher has half-applied a
//! command, recovery has read half a log. Each is played in a process of its own.

use std::process::Command;

use sequencer::{
    AppendRefused, Batch, ClockSource, CommandLog, LogContext, LogEntry, LogError, LogFactory,
    LogPlace, LogPosition, LogReader, LogState, Running, Threads, start,
};

use crate::floor::{config, count, instrument, ledger, uncovered};

const CHILD: &str = "SEQUENCER_TEST_PANICS";

/// A log that panics in the matcher's thread.
struct Panicking;

impl LogFactory for Panicking {
    type Log = Self;

    fn open(&mut self, _context: LogContext) -> Result<Self, LogError> {
        Ok(Self)
    }

    fn recover(&self, _base: LogPlace) -> Result<Option<LogReader>, LogError> {
        Ok(None)
    }
}

impl CommandLog for Panicking {
    fn append(&mut self, _batch: &Batch) -> Result<(), AppendRefused> {
        panic!("this test panics in a matcher")
    }

    fn poll(&mut self, _entries: &mut Vec<LogEntry>) -> LogState {
        LogState::Idle
    }

    fn durable(&self) -> LogPosition {
        LogPosition(0)
    }

    fn read_from(&self, position: LogPosition) -> Result<LogReader, LogError> {
        Err(LogError::NotKept(position))
    }
}

/// A log that panics in the thread that reads it again.
struct Unreadable;

impl LogFactory for Unreadable {
    type Log = Panicking;

    fn open(&mut self, _context: LogContext) -> Result<Panicking, LogError> {
        Ok(Panicking)
    }

    fn recover(&self, _base: LogPlace) -> Result<Option<LogReader>, LogError> {
        let entries = std::iter::from_fn(|| panic!("this test panics in recovery"));
        Ok(Some(LogReader::new(entries)))
    }
}

#[test]
fn a_panic_in_a_matcher_aborts_the_process() {
    aborts("abort::a_panic_in_a_matcher_aborts_the_process", || {
        let running = run(Panicking);
        running.ports.try_submit(uncovered(1)).unwrap();
        running.stop.stop_and_drain();
    });
}

#[test]
fn a_panic_in_recovery_aborts_the_process() {
    aborts("abort::a_panic_in_recovery_aborts_the_process", || {
        run(Unreadable).stop.stop_and_drain();
    });
}

fn run<F: LogFactory>(logs: F) -> Running {
    let mut config = config();
    config.threads = Threads::Count(count(1));
    let clock = ClockSource::Realtime;
    start(config, &[instrument(1)], ledger(1), logs, clock).unwrap()
}

/// Plays `fatal` in a process of its own, as the test of this name, and sees it abort.
fn aborts(test: &str, fatal: impl FnOnce()) {
    if std::env::var_os(CHILD).is_some() {
        fatal();
        // Reached only if the panic did not abort: the parent sees a success and fails.
        return;
    }

    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(CHILD, "1")
        .output()
        .unwrap();

    assert_eq!(signal_of(ended.status), Some(6), "{ended:?}");
}

#[cfg(unix)]
pub fn signal_of(status: std::process::ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt;
    status.signal()
}
