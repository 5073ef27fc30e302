//! `rialto bench`: load on one exchange or several in turn, judged, printed, drawn.

mod baseline;
mod baselines;
mod cores;
mod course;
mod machine;
mod measure;
mod page;
mod plan;
mod priority;
mod server;
mod stages;
mod summary;
mod table;
mod target;
mod thresholds;
mod usage;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use feed_sim::load::LoadError;

use crate::bench::baseline::{Judgement, compare};
use crate::bench::cores::Cores;
use crate::bench::course::Course;
use crate::bench::plan::{PlanError, Plans};
use crate::bench::priority::Priority;
use crate::bench::server::StartFailed;
use crate::bench::summary::{BenchSummary, Load};
use crate::bench::target::Target;
use crate::cli::BenchArgs;
use crate::config::{Config, ConfigError, Layers};
use crate::exit;
use crate::output::Output;
use crate::stop_signal::StopSignal;

pub use cores::Placement;
pub use target::{Targets, Wire};

/// Why a bench ended without a summary.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The flags ask for what is not there.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The file of `--baseline` is no summary of a bench.
    #[error("--baseline {file}: {reason}")]
    Baseline {
        /// Which file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A target does not start.
    #[error("{target}: {source}")]
    Start {
        /// Which.
        target: Target,
        /// Why.
        source: StartFailed,
    },
    /// A target cannot be reached.
    #[error("{target}: {source}")]
    Load {
        /// Which.
        target: Target,
        /// Why.
        source: LoadError,
    },
    /// The baselines cannot be unpacked.
    #[error("a folder for the baselines: {0}")]
    Baselines(StartFailed),
}

/// Runs a bench to its end, or until `stop` is said.
pub async fn run(arguments: &BenchArgs, output: Output, stop: StopSignal) -> ExitCode {
    let summary = match bench(arguments, output, stop).await {
        Ok(summary) => summary,
        Err(error) => return error.end(),
    };
    output.say(&table::text(&summary));
    output.object(&summary);
    if let Some(file) = &arguments.report {
        let old = arguments
            .baseline
            .as_deref()
            .and_then(|old| read_summary(old).ok());
        let page = page::html(&summary, old.as_ref());
        if let Err(error) = fs::write(file, page) {
            return exit::fail(&format!("--report {}: {error}", file.display()));
        }
        output.say(&format!("page: {}", file.display()));
    }
    if summary.ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn bench(
    arguments: &BenchArgs,
    output: Output,
    stop: StopSignal,
) -> Result<BenchSummary, BenchError> {
    // Read first: a file that cannot be read should not cost a whole run.
    let old = arguments
        .baseline
        .as_deref()
        .map(read_summary)
        .transpose()?;
    let config = Config::load(&Layers {
        files: arguments.config.clone(),
        ..Layers::default()
    })?;
    let plans = Plans::new(arguments, &config)?;
    let cores = Cores::new(arguments.cores);
    let priority = Priority::take(cores.placement);
    let mut course = Course::new(arguments, plans, cores.clone(), output, stop)?;
    course.run().await?;
    let (targets, runs, skipped) = course.finish();

    let thresholds = thresholds::judge(arguments, &targets);
    let comparisons = old.map_or_else(Vec::new, |old| compare(&old, &targets, arguments.tolerance));
    let ok = !targets.is_empty()
        && thresholds.iter().all(|verdict| verdict.held)
        && comparisons
            .iter()
            .all(|comparison| comparison.judgement != Judgement::Worse);
    Ok(BenchSummary {
        command: "bench".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: machine::commit(),
        machine: machine::describe(&cores, &priority),
        flags: std::env::args().skip(1).collect(),
        load: load_of(arguments),
        targets,
        runs,
        skipped: skipped
            .into_iter()
            .map(|(target, reason)| (target.name().to_owned(), reason))
            .collect::<BTreeMap<_, _>>(),
        thresholds,
        comparisons,
        ok,
    })
}

fn load_of(arguments: &BenchArgs) -> Load {
    Load {
        kind: "open loop, latency from the intended send time".to_owned(),
        protocol: arguments.protocol.name().to_owned(),
        arrivals: arguments.arrivals.to_string(),
        rate: arguments.rate.get(),
        connections: arguments.connections,
        instruments: arguments.instruments,
        seconds: arguments.run_for.as_secs_f64(),
        warm_up_seconds: arguments.warm_up.as_secs_f64(),
        seed: arguments.seed,
        sweep: arguments.sweep,
    }
}

fn read_summary(file: &Path) -> Result<BenchSummary, BenchError> {
    let failed = |reason: String| BenchError::Baseline {
        file: file.display().to_string(),
        reason,
    };
    let text = fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(error.to_string()))
}

impl BenchError {
    /// How the process ends for it.
    fn end(&self) -> ExitCode {
        match self {
            Self::Config(_) | Self::Plan(_) | Self::Baseline { .. } => {
                exit::refuse(&self.to_string())
            }
            Self::Start { .. } | Self::Load { .. } | Self::Baselines(_) => {
                exit::fail(&self.to_string())
            }
        }
    }
}
