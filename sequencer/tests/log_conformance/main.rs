//! What every command log promises, checked of each implementation by the same suite.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod suite;

use std::cell::Cell;
use std::time::Duration;

use sequencer::{Durability, FileLogOptions, FileLogs, MemLogs, Retention};

#[test]
fn a_log_in_memory_conforms() {
    suite::conforms(|| MemLogs::new(Retention::Everything));
}

#[test]
fn a_log_in_memory_that_keeps_nothing_orders_all_the_same() {
    suite::orders(|| MemLogs::new(Retention::Nothing));
}

#[test]
fn a_log_in_files_conforms_under_every_durability() {
    for durability in [
        Durability::Sync,
        Durability::Async(Duration::from_millis(5)),
        Durability::None,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let opened = Cell::new(0);
        suite::conforms(|| {
            opened.set(opened.get() + 1);
            let options = FileLogOptions {
                durability,
                segment_bytes: 64 << 10,
                reserve_bytes: 0,
            };
            FileLogs::open(&folder.path().join(opened.get().to_string()), options).unwrap()
        });
    }
}
