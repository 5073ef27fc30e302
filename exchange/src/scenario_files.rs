//! `rialto scenario FILE|FOLDER...`.

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::ScenarioArgs;
use crate::output::Output;

/// The result for machines.
#[derive(Debug, Serialize)]
struct Summary {
    passed: usize,
    failed: usize,
    failures: Vec<FailedScenario>,
}

/// One scenario that failed.
#[derive(Debug, Serialize)]
struct FailedScenario {
    file: String,
    line: usize,
    title: String,
    text: String,
}

/// Runs every scenario; one that fails never hides the next.
pub fn run(arguments: &ScenarioArgs, output: Output) -> ExitCode {
    let report = scenario::run_path(&arguments.paths);
    output.say(&report.to_string());
    output.object(&Summary {
        passed: report.passed,
        failed: report.failed,
        failures: report
            .failures
            .iter()
            .map(|failure| FailedScenario {
                file: failure.file.display().to_string(),
                line: failure.line,
                title: failure.title.clone(),
                text: failure.to_string(),
            })
            .collect(),
    });
    if report.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
