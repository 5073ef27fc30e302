//! Tools that look at a data folder without an exchange: replay, verify, diff, export; and repair, which changes it.

mod audit;
mod diff;
mod entries;
mod export;
mod folder;
mod progress;
mod repair;
mod replay;
mod shown;
mod tool_error;
mod verify;

use std::process::ExitCode;

use crate::cli::ToolArgs;
use crate::config::Config;
use crate::exit;
use crate::output::Output;
use crate::stop_signal::StopSignal;

pub use audit::utc;
pub use tool_error::ToolError;

/// What a tool found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is as it should be.
    Good,
    /// Something is not, and was said.
    Bad,
}

/// Runs a tool to its end, or until `stop` is said: none of them leaves anything half done.
pub async fn run(tool: ToolArgs, output: Output, mut stop: StopSignal) -> ExitCode {
    let working = tokio::task::spawn_blocking(move || work(&tool, output));
    let ended = tokio::select! {
        ended = working => ended.expect("a tool ends with an answer"),
        () = stop.said() => return exit::stopped_early("stopped before it was through"),
    };
    match ended {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::FAILURE,
        Err(error) if error.is_damage() => exit::fail(&error.to_string()),
        Err(error) => exit::refuse(&error.to_string()),
    }
}

fn work(tool: &ToolArgs, output: Output) -> Result<Verdict, ToolError> {
    match tool {
        ToolArgs::Replay(arguments) => {
            let config = Config::load(&arguments.layers())?;
            replay::run(arguments, &config, output)
        }
        ToolArgs::Verify(arguments) => {
            let config = Config::load(&arguments.layers())?;
            verify::run(arguments, &config, output)
        }
        ToolArgs::Diff(arguments) => diff::run(arguments, output),
        ToolArgs::Export(arguments) => {
            let config = Config::load(&arguments.layers())?;
            export::run(arguments, &config, output)
        }
        ToolArgs::Repair(arguments) => {
            let config = Config::load(&arguments.layers())?;
            repair::run(arguments, &config, output)
        }
    }
}
