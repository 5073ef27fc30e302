//! `rialto play`: a timeline of what participants and operators do, and what must hold then.
//!
//! ```text
//!  file.rs ──► script.rs ──► performance.rs ──► record.rs ──► judge.rs ──► Verdict
//!  (words)     step.rs       venue.rs (an exchange of its own, or one that runs)
//!              claim.rs      cast.rs, slow_reader.rs (who acts)
//! ```

mod cast;
mod chance;
mod claim;
mod file;
mod judge;
mod performance;
mod playbill;
mod record;
mod script;
mod slow_reader;
mod step;
mod venue;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use crate::cli::PlayArgs;
use crate::clock::Stopwatch;
use crate::config::ConfigError;
use crate::exit;
use crate::launch::LaunchError;
use crate::output::Output;
use crate::play::judge::{Verdict, judge};
use crate::play::performance::{Performed, flow_word, perform};
use crate::play::script::Script;
use crate::play::venue::Venue;
use crate::stop_signal::StopSignal;

/// What became of all plays, for machines.
#[derive(Debug, Serialize)]
struct Summary {
    plays: usize,
    passed: usize,
    failed: usize,
    seconds: f64,
    results: Vec<Outcome>,
}

/// What became of one play.
#[derive(Debug, Serialize)]
struct Outcome {
    play: String,
    file: String,
    about: String,
    seed: u64,
    passed: bool,
    seconds: f64,
    expectations: Vec<Verdict>,
    /// Steps that could not be done, and other things that went wrong.
    trouble: Vec<String>,
}

/// Why a play was not performed.
#[derive(Debug, thiserror::Error)]
enum PlayError {
    #[error(transparent)]
    File(#[from] ConfigError),
    #[error(transparent)]
    Launch(#[from] LaunchError),
    #[error("{0}")]
    Stage(String),
}

/// Performs plays, one after another; one that fails never hides the next.
pub async fn run(arguments: &PlayArgs, output: Output, mut stop: StopSignal) -> ExitCode {
    let scripts = match read_all(arguments) {
        Ok(scripts) => scripts,
        Err(error) => return exit::refuse(&error.to_string()),
    };
    let watch = Stopwatch::start();
    let mut results = Vec::new();
    for (file, script) in &scripts {
        if stop.is_said() {
            return exit::stopped_early("stopped between two plays");
        }
        let mut stopped = stop.clone();
        let performed = tokio::select! {
            performed = play(file, script, arguments, output, &mut stop) => performed,
            () = stopped.said() => return exit::stopped_early("stopped within a play"),
        };
        match performed {
            Ok(outcome) => {
                tell(&outcome, output);
                results.push(outcome);
            }
            Err(PlayError::Launch(error)) => return error.end(),
            Err(error) => return exit::refuse(&format!("{}: {error}", file.display())),
        }
    }
    let passed = results.iter().filter(|outcome| outcome.passed).count();
    let summary = Summary {
        plays: results.len(),
        passed,
        failed: results.len() - passed,
        seconds: watch.elapsed().as_secs_f64(),
        results,
    };
    if summary.plays > 1 {
        output.say(&format!(
            "{} plays in {:.1} s: {} passed, {} failed",
            summary.plays, summary.seconds, summary.passed, summary.failed
        ));
    }
    output.object(&summary);
    if summary.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Every play is read before the first one begins: a mistake in the last one is said at once.
fn read_all(arguments: &PlayArgs) -> Result<Vec<(PathBuf, Script)>, ConfigError> {
    let mut scripts = Vec::new();
    for path in &arguments.paths {
        for file in files(path)? {
            let mut script = Script::open(&file)?;
            if let Some(seed) = arguments.seed {
                script.seed = seed;
            }
            if arguments.url.is_none() {
                venue::config(&script, arguments)?;
            }
            scripts.push((file, script));
        }
    }
    Ok(scripts)
}

/// A file, or the plays of a folder in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error: std::io::Error| {
        let remedy = "give a folder that can be read";
        ConfigError::new(path.display().to_string(), error.to_string(), remedy)
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_some_and(|ending| ending == "toml") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        let reason = "the folder has no play";
        return Err(ConfigError::new(
            path.display().to_string(),
            reason,
            "give a file, or a folder with *.toml",
        ));
    }
    Ok(files)
}

async fn play(
    file: &Path,
    script: &Script,
    arguments: &PlayArgs,
    output: Output,
    stop: &mut StopSignal,
) -> Result<Outcome, PlayError> {
    let watch = Stopwatch::start();
    output.say(&format!(
        "{}: {} (seed {}, {} s, {})",
        script.name,
        script.about,
        script.seed,
        script.length.as_secs_f64(),
        flow_word(script.flow)
    ));
    let venue = Venue::open(script, arguments, stop).await?;
    let performed = perform(script, &venue, output).await;
    let judged = performed.map(|Performed { record, trouble }| {
        let expectations = script.expectations.iter();
        let verdicts: Vec<Verdict> = expectations
            .map(|expectation| judge(expectation, &record))
            .collect();
        (verdicts, trouble)
    });
    if let Ok((verdicts, trouble)) = &judged {
        playbill::tell_verdicts(&venue, script, verdicts, trouble).await;
    }
    let closed = venue.close().await;
    let (expectations, mut trouble) =
        judged.map_err(|error| PlayError::Stage(error.to_string()))?;
    trouble.extend(closed.err());
    Ok(Outcome {
        play: script.name.clone(),
        file: file.display().to_string(),
        about: script.about.clone(),
        seed: script.seed,
        passed: trouble.is_empty() && expectations.iter().all(|verdict| verdict.held),
        seconds: watch.elapsed().as_secs_f64(),
        expectations,
        trouble,
    })
}

fn tell(outcome: &Outcome, output: Output) {
    for verdict in &outcome.expectations {
        let word = if verdict.held { "held  " } else { "FAILED" };
        output.say(&format!("  {word} {}: {}", verdict.name, verdict.measured));
    }
    for trouble in &outcome.trouble {
        output.say(&format!("  FAILED {trouble}"));
    }
    let word = if outcome.passed { "passed" } else { "FAILED" };
    output.say(&format!(
        "{} {word} in {:.1} s",
        outcome.play, outcome.seconds
    ));
}
