//! What every command log promises, checked of each implementation by the same suite.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod suite;

use sequencer::{MemLogs, Retention};

#[test]
fn a_log_in_memory_conforms() {
    suite::conforms(|| MemLogs::new(Retention::Everything));
}

#[test]
fn a_log_in_memory_that_keeps_nothing_orders_all_the_same() {
    suite::orders(|| MemLogs::new(Retention::Nothing));
}
