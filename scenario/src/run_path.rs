//! Runs files and folders of scenarios.

use std::path::{Path, PathBuf};

use crate::market::Market;
use crate::parse_file::parse_file;
use crate::report::{Cause, Failure, Report};
use crate::run_scenario::run_scenario;
use crate::subject::Subject;

/// Runs every scenario of the given files, and of every `*.scenario` file below the given folders.
///
/// A failing scenario never hides the next. A path without scenarios is a failure, so that a
/// misspelled folder does not look like success.
pub fn run_path<P: AsRef<Path>>(paths: &[P]) -> Report {
    run_path_on::<Market, P>(paths)
}

/// Runs them as [`run_path`] does, against another market than the engine.
pub fn run_path_on<S: Subject, P: AsRef<Path>>(paths: &[P]) -> Report {
    let mut report = Report::default();
    for path in paths {
        match scenario_files(path.as_ref()) {
            Ok(files) if files.is_empty() => {
                let reason = "no *.scenario file is below this folder".to_owned();
                report.fail(unreadable(path.as_ref(), reason));
            }
            Ok(files) => files
                .iter()
                .for_each(|file| run_file::<S>(file, &mut report)),
            Err(error) => report.fail(unreadable(path.as_ref(), error.to_string())),
        }
    }
    report
}

fn run_file<S: Subject>(file: &Path, report: &mut Report) {
    match std::fs::read_to_string(file) {
        Ok(text) => run_text_on::<S>(file, &text, report),
        Err(error) => report.fail(unreadable(file, error.to_string())),
    }
}

/// Runs every scenario of a text; `file` is how failures call it.
pub fn run_text(file: &Path, text: &str, report: &mut Report) {
    run_text_on::<Market>(file, text, report);
}

fn run_text_on<S: Subject>(file: &Path, text: &str, report: &mut Report) {
    let scenarios = parse_file(text);
    if scenarios.is_empty() {
        report.fail(unreadable(
            file,
            "there is no scenario in this file".to_owned(),
        ));
    }
    for scenario in scenarios {
        match scenario {
            Ok(scenario) => match run_scenario::<S>(&scenario) {
                Ok(()) => report.passed += 1,
                Err((line, cause)) => {
                    let title = scenario.title.clone();
                    report.fail(Failure {
                        file: file.to_owned(),
                        line,
                        title,
                        cause,
                    });
                }
            },
            Err(unreadable) => report.fail(Failure {
                file: file.to_owned(),
                line: unreadable.line,
                title: unreadable.title,
                cause: Cause::Unreadable(unreadable.reason),
            }),
        }
    }
}

fn unreadable(file: &Path, reason: String) -> Failure {
    let cause = Cause::Unreadable(reason);
    Failure {
        file: file.to_owned(),
        line: 0,
        title: String::new(),
        cause,
    }
}

/// The file itself, or every `*.scenario` file below the folder, sorted by path.
fn scenario_files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?.path();
            if entry.is_dir() {
                folders.push(entry);
            } else if entry
                .extension()
                .is_some_and(|extension| extension == "scenario")
            {
                files.push(entry);
            }
        }
    }
    files.sort();
    Ok(files)
}
