//! Goal: the engine does what the scenario files say a market does.
//!
//! Method: every `*.scenario` below engine/tests/scenarios runs, and every one below the folder that
//! the environment variable `SCENARIOS` names. It prints its report itself, so that the last line
//! always says how many passed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![crate_folder.join("tests/scenarios")];
    folders.extend(std::env::var_os("SCENARIOS").map(|folder| found(Path::new(&folder))));
    let report = scenario::run_path(&folders);
    print(&report.to_string());
    if report.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Cargo runs tests in the crate's folder; a relative path may be meant from the workspace.
fn found(folder: &Path) -> PathBuf {
    let from_workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder);
    if folder.exists() || !from_workspace.exists() {
        folder.to_owned()
    } else {
        from_workspace
    }
}

#[expect(clippy::print_stdout, reason = "the report is what this test is for")]
fn print(report: &str) {
    println!("{report}");
}
