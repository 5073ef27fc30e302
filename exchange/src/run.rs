//! One arm a command.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use sequencer::{IdleStrategy, SequencerConfig, Threads};

use crate::cli::{Cli, Command, DemoArgs, ToolArgs};
use crate::config::{ClockMode, Config};
use crate::output::Output;
use crate::stop_signal::StopSignal;
use crate::{
    bench, config_verbs, demo, doctor, feed, logging, operator, play, scenario_files, serve, tools,
    top, version,
};

/// On what a process runs its tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunTime {
    /// A thread a core.
    ManyThreads,
    /// One thread, which matches too: nothing is handed from thread to thread.
    OneThread,
}

/// What the command line and the configuration make best. A mistake in them is said later, by who needs them.
pub fn run_time(cli: &Cli) -> RunTime {
    let layers = match &cli.command {
        Some(Command::Serve(arguments)) => arguments.layers(),
        Some(Command::Demo(arguments)) if arguments.exchange.clock == Some(ClockMode::Lockstep) => {
            arguments.layers()
        }
        None
        | Some(
            Command::Demo(_)
            | Command::Feed(_)
            | Command::Bench(_)
            | Command::Scenario(_)
            | Command::Play(_)
            | Command::Replay(_)
            | Command::Verify(_)
            | Command::Diff(_)
            | Command::Export(_)
            | Command::Top(_)
            | Command::Config(_)
            | Command::Doctor(_)
            | Command::Admin(_)
            | Command::Repair(_)
            | Command::Keys(_)
            | Command::Accounts(_)
            | Command::Version,
        ) => return RunTime::ManyThreads,
    };
    let is_alone = |config: Config| {
        // In lockstep everybody waits for everybody: more threads would only hand it around.
        has_one_thread(&config.sequencer) || config.clock == ClockMode::Lockstep
    };
    if Config::load(&layers).is_ok_and(is_alone) {
        RunTime::OneThread
    } else {
        RunTime::ManyThreads
    }
}

/// Where the runtime matches, and either never sleeps or has one core, more of its threads would only take its core.
fn has_one_thread(sequencer: &SequencerConfig) -> bool {
    let is_alone = sequencer.idle == IdleStrategy::Spin || sequencer.cores == NonZeroUsize::MIN;
    sequencer.threads == Threads::Inline && is_alone
}

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
        Command::Bench(arguments) => bench::run(&arguments, output, stop).await,
        Command::Scenario(arguments) => scenario_files::run(&arguments, output),
        Command::Play(arguments) => play::run(&arguments, output, stop).await,
        Command::Replay(arguments) => tools::run(ToolArgs::Replay(arguments), output, stop).await,
        Command::Verify(arguments) => tools::run(ToolArgs::Verify(arguments), output, stop).await,
        Command::Diff(arguments) => tools::run(ToolArgs::Diff(arguments), output, stop).await,
        Command::Export(arguments) => tools::run(ToolArgs::Export(arguments), output, stop).await,
        Command::Repair(arguments) => tools::run(ToolArgs::Repair(arguments), output, stop).await,
        Command::Top(arguments) => top::run(&arguments, output, stop).await,
        Command::Config(command) => config_verbs::run(&command, output),
        Command::Doctor(arguments) => doctor::run(&arguments, output),
        Command::Keys(command) => operator::keys(&command, output),
        Command::Admin(command) => operator::admin(&command, output),
        Command::Accounts(command) => operator::accounts(&command, output),
        Command::Version => version::run(output),
    }
}
