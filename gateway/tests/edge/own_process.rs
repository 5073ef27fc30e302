//! Tests that measure the memory of their process run in one of their own: others beside them need memory, too.

use std::process::Command;

/// Set in a process that was started for one test.
const ONE_TEST: &str = "RIALTO_ONE_TEST";

/// Whether this process runs one test alone. Where it does not, the test called `name` is run in a process of its own,
/// has to pass there, and is done here.
pub fn is_this(name: &str) -> bool {
    if std::env::var_os(ONE_TEST).is_some() {
        return true;
    }
    let tests = std::env::current_exe().unwrap();
    let status = Command::new(tests)
        .args([name, "--exact", "--nocapture"])
        .env(ONE_TEST, "1")
        .status()
        .unwrap();
    assert!(status.success(), "{name} in a process of its own");
    false
}
