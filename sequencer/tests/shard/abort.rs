//! A panic in a matcher aborts the process: it has half-applied a command. Played in a process of its own.

use std::process::Command;
use std::sync::Arc;

use sequencer::{
    AppendRefused, Batch, ClockSource, CommandLog, LogContext, LogEntry, LogError, LogFactory,
    LogPosition, LogReader, LogState, Threads, start,
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

    fn recover(&self) -> Result<Option<LogReader>, LogError> {
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

#[test]
fn a_panic_in_a_matcher_aborts_the_process() {
    if std::env::var_os(CHILD).is_some() {
        let mut config = config();
        config.threads = Threads::Count(count(1));
        let running = start(
            config,
            &[instrument(1)],
            Arc::clone(&ledger(1)),
            Panicking,
            ClockSource::Realtime,
        )
        .unwrap();
        running.ports.try_submit(uncovered(1)).unwrap();
        running.stop.stop_and_drain();
        // Reached only if the panic did not abort: the parent sees a success and fails.
        return;
    }

    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "abort::a_panic_in_a_matcher_aborts_the_process"])
        .env(CHILD, "1")
        .output()
        .unwrap();

    assert_eq!(signal_of(ended.status), Some(6), "{ended:?}");
}

#[cfg(unix)]
fn signal_of(status: std::process::ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt;
    status.signal()
}
