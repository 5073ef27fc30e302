//! One arm a command.

use std::process::ExitCode;

use crate::cli::{Cli, Command, DemoArgs};
use crate::output::Output;
use crate::stop_signal::StopSignal;
use crate::{demo, feed, logging, scenario_files, serve, version};

/// Does what the command line asks, until it is done or `stop` is said.
pub async fn run(cli: Cli, stop: StopSignal) -> ExitCode {
    logging::start(cli.global);
    let output = Output::detect(cli.global.json);
    match cli
        .command
        .unwrap_or_else(|| Command::Demo(DemoArgs::default()))
    {
        Command::Demo(arguments) => demo::run(&arguments, output, stop).await,
        Command::Serve(arguments) => serve::run(&arguments, output, stop).await,
        Command::Feed(arguments) => feed::run(&arguments, output, stop).await,
        Command::Scenario(arguments) => scenario_files::run(&arguments, output),
        Command::Version => version::run(output),
    }
}
