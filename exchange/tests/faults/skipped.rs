//! Tests that a machine cannot run say so: nobody is to take them for passed.

use std::io::Write;

/// Says what is not tested, and why, where the test harness does not swallow it.
pub fn say(goal: &str, what_is_missing: &str) {
    let line = format!("GOAL {goal} SKIPPED: {what_is_missing}\n");
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("stderr is there");
}
