//! `rialto demo`: an exchange, and participants that trade on it over real sockets.

pub mod banner;
mod live;
pub mod summary;

use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use client::Reconnect;
use feed_sim::{FeedError, FeedRun, FeedSnapshot, FeedSummary};
use gateway::{FlowSwitch, PageKey, StopCause};
use tokio::sync::watch;

use crate::cli::DemoArgs;
use crate::config::{ClockMode, Config, ConfigError};
use crate::demo::live::Live;
use crate::demo::summary::Summary;
use crate::exchange::Exchange;
use crate::exit;
use crate::fault_plans;
use crate::launch::{LaunchError, Launched};
use crate::output::Output;
use crate::stop_signal::StopSignal;
use crate::storage::DataFolder;

/// Runs a demo until its time is over or `stop` is said.
pub async fn run(arguments: &DemoArgs, output: Output, mut stop: StopSignal) -> ExitCode {
    let launched = match launch(arguments, &mut stop).await {
        Ok(launched) => launched,
        Err(error) => return error.end(),
    };
    let Launched {
        config,
        exchange,
        folder,
        run_file,
        place,
    } = launched;
    output.say(&banner::text(&exchange, &config, &folder));

    // The feed goes first, so that its last answers still come; then the exchange.
    let traded = tokio::select! {
        traded = trade(&config, &place.url, arguments.run_for, &exchange, output, stop) => Some(traded),
        () = exchange.stopped_by_itself() => None,
    };
    let ending = match exchange.stop().await {
        Ok(ending) => ending,
        Err(error) => return error.end(),
    };
    let feed = match (traded, ending.cause) {
        (_, StopCause::Halted) => return exit::log_failed(),
        (Some(Ok(feed)), StopCause::Asked | StopCause::Reset) => feed,
        (Some(Err(error)), StopCause::Asked | StopCause::Reset) => {
            return exit::fail(&format!("the participants could not go on: {error}"));
        }
        (None, StopCause::Asked | StopCause::Reset) | (_, StopCause::PublisherFailed) => {
            return exit::fail("a part of the exchange broke; its log says which");
        }
    };
    let summary = Summary::new(feed, config.feed.rate_orders_per_s, &ending);
    output.say(&summary.text());
    output.object(&summary);
    let is_clean = summary.is_clean();
    if let Err(error) = run_file.write(&place.stopped(Some(summary))) {
        return exit::fail(&format!("--data: {error}"));
    }
    if is_clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn launch(arguments: &DemoArgs, stop: &mut StopSignal) -> Result<Launched, LaunchError> {
    let mut config = Config::load(&arguments.layers())?;
    // Time begins with the participants, and with whom else the configuration waits for.
    let participants = usize::try_from(config.feed.sessions).unwrap_or(usize::MAX);
    let keys_left = config.demo.participants.len().saturating_sub(participants);
    let agents = config.feed.agents.len().min(keys_left);
    let awaited = &mut config.lockstep.sessions_awaited;
    *awaited = awaited.saturating_add(participants).saturating_add(agents);
    config.fault_plans = fault_plans::read_all(&arguments.exchange.faults)?;
    config.flow = Some(FlowSwitch::new(config.feed.seed));
    if config.clock == ClockMode::Replay {
        return Err(ConfigError::new(
            "clock.mode",
            "with the replay clock each request carries its time, and participants know none",
            "use `rialto serve --clock replay`, then `rialto feed --replay FILE --symbol BTCUSD`",
        )
        .into());
    }
    let folder = match &arguments.exchange.data {
        Some(folder) => DataFolder::open(folder)?,
        None => DataFolder::temporary()?,
    };
    Launched::new(config, folder, PageKey::Entered, stop).await
}

/// Runs the participants, and shows where they stand.
async fn trade(
    config: &Config,
    url: &str,
    run_for: Option<Duration>,
    exchange: &Exchange,
    output: Output,
    mut stop: StopSignal,
) -> Result<FeedSummary, FeedError> {
    let run = FeedRun {
        url: url.to_owned(),
        keys: config
            .demo
            .participants
            .iter()
            .map(|account| account.key.clone())
            .collect(),
        run_for,
        speed: match config.clock {
            ClockMode::Scaled(factor) => factor,
            ClockMode::Realtime | ClockMode::Lockstep | ClockMode::Replay => NonZeroU32::MIN,
        },
        reconnect: Reconnect::PATIENT,
        must_stand: config
            .flow
            .as_ref()
            .map_or_else(Arc::default, FlowSwitch::is_paused),
    };
    let (snapshots, snapshot) = watch::channel(FeedSnapshot::default());
    let feed = feed_sim::run(
        &config.feed,
        run,
        snapshots,
        async move { stop.said().await },
    );
    tokio::pin!(feed);
    let mut live = Live::new(output, run_for);
    let mut ticks = tokio::time::interval(live.interval());
    ticks.tick().await;
    loop {
        tokio::select! {
            ended = &mut feed => return ended,
            _ = ticks.tick() => {
                let shown = snapshot.borrow().clone();
                live.show(&shown, &exchange.view());
            }
        }
    }
}
