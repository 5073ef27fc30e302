//! Goal: a disk that fails while an exchange starts ends it with code 74, and leaves a folder that starts again.
//! Method: the N-th write or sync of the journal fails by a fault point, on a fresh folder and on one with orders
//! in it, for the first N of a start; wrong surroundings still end with code 2.

use std::path::Path;
use std::process::Output;

use crate::server::{Server, SmallExchange, rialto};

/// Ends a start by itself.
fn start_with(fault: &str, folder: &Path) -> Output {
    let mut command = rialto();
    command.env("RIALTO_FAULT", fault);
    command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"]);
    command.arg(folder);
    command.output().expect("the binary runs")
}

fn assert_ends_with(code: i32, fault: &str, folder: &Path) {
    let output = start_with(fault, folder);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{fault}: {said}");
    assert!(said.contains("rialto: "), "{fault}: it says why: {said}");
    let ready = String::from_utf8_lossy(&output.stdout);
    assert_eq!(ready, "", "{fault}: it was never ready");
}

#[test]
fn a_disk_that_fails_at_a_start_ends_it_with_code_74() {
    let folder = tempfile::tempdir().expect("a folder");
    for fault in [
        "fail_sync_at=1",
        "fail_sync_at=2",
        "fail_sync_at=3",
        "fail_sync_at=4",
        "fail_write_at=1:EIO",
        "fail_write_at=1:ENOSPC",
        "fail_write_at=1:short",
    ] {
        assert_ends_with(74, fault, folder.path());
    }

    // What failed left nothing that a start stumbles over.
    let server = Server::start(folder.path());
    assert!(server.stop().status.success());
    for fault in ["fail_sync_at=1", "fail_write_at=1:EIO"] {
        assert_ends_with(74, fault, folder.path());
    }
    let server = Server::start(folder.path());
    assert!(server.stop().status.success());
}

#[test]
fn a_disk_that_is_nearly_full_is_said_to_operators() {
    let small = SmallExchange::new();
    for (faults, condition) in [("", "ok"), ("disk_free_bytes=1000", "low_disk")] {
        let folder = tempfile::tempdir().expect("a folder");
        let server = small.start(folder.path(), faults).expect("it starts");

        let (_, status) = server.operate("GET", "/v1/status", "");
        let (code, health) = server.operate("GET", "/healthz", "");

        assert_eq!(status["condition"], condition);
        assert_eq!((code, &health["status"]), (200, &status["condition"]));
        server.kill();
    }
}

#[test]
fn wrong_surroundings_still_end_a_start_with_code_2() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("it can be written");

    assert_ends_with(2, "", &file);
    assert_ends_with(2, "no_such_fault", folder.path());
}
