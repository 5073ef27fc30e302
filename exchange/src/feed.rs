//! `rialto feed`: participants, or recorded flow, against an exchange that runs already.

use std::fmt::Write;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use client::Reconnect;
use feed_sim::replay::{self, ReplayConfig, ReplayProgress, ReplaySummary};
use feed_sim::{FeedError, FeedRun, FeedSnapshot, FeedSummary};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::watch;

use crate::cli::FeedArgs;
use crate::config::{Config, DEMO_REPLAY_KEY};
use crate::exit;
use crate::offline;
use crate::output::Output;
use crate::stop_signal::StopSignal;

/// Runs a feed, or a replay, until it is over or `stop` is said.
pub async fn run(arguments: &FeedArgs, output: Output, stop: StopSignal) -> ExitCode {
    if arguments.offline || arguments.report.is_some() {
        return offline::run(arguments, output);
    }
    let config = match Config::load(&arguments.layers()) {
        Ok(config) => config,
        Err(error) => return exit::refuse(&error.to_string()),
    };
    match (&arguments.replay, &arguments.symbol) {
        (Some(file), Some(symbol)) => record(arguments, file.clone(), symbol, output, stop).await,
        (Some(_), None) => exit::refuse("--replay needs --symbol, the instrument of the record"),
        (None, _) => participants(arguments, &config, output, stop).await,
    }
}

async fn participants(
    arguments: &FeedArgs,
    config: &Config,
    output: Output,
    mut stop: StopSignal,
) -> ExitCode {
    let keys = match &arguments.key {
        Some(key) => vec![key.clone()],
        None => config
            .demo
            .participants
            .iter()
            .map(|account| account.key.clone())
            .collect(),
    };
    let run = FeedRun {
        url: arguments.url.clone(),
        keys,
        run_for: arguments.run_for,
        speed: NonZeroU32::MIN,
        reconnect: Reconnect::PATIENT,
        must_stand: Arc::default(),
    };
    let (snapshots, mut snapshot) = watch::channel(FeedSnapshot::default());
    let feed = feed_sim::run(
        &config.feed,
        run,
        snapshots,
        async move { stop.said().await },
    );
    tokio::pin!(feed);
    let ended = loop {
        tokio::select! {
            ended = &mut feed => break ended,
            Ok(()) = snapshot.changed() => output.say(&line(&snapshot.borrow_and_update())),
        }
    };
    match ended {
        Ok(summary) => finish(&summary, output),
        Err(error) => exit::fail(&format!("the participants could not go on: {error}")),
    }
}

fn line(snapshot: &FeedSnapshot) -> String {
    format!(
        "{:.1} s · {:.0} orders/s · {:.0} trades/s · round trip p50 {} us, p99 {} us · {} rejects · {} busy",
        snapshot.seconds,
        snapshot.orders_per_s,
        snapshot.trades_per_s,
        snapshot.round_trip_us.p50,
        snapshot.round_trip_us.p99,
        snapshot.rejects,
        snapshot.busy
    )
}

fn finish(summary: &FeedSummary, output: Output) -> ExitCode {
    output.object(summary);
    output.say(&format!(
        "{:.1} s · {} orders, {} cancels, {} trades · {} rejects, {} busy, {} unanswered · {} gaps, {} crossed · round trip p50 {} us, p99 {} us, max {} us",
        summary.seconds,
        summary.orders,
        summary.cancels,
        summary.trades,
        summary.rejects,
        summary.busy,
        summary.unanswered,
        summary.gaps,
        summary.crossed,
        summary.round_trip_us.p50,
        summary.round_trip_us.p99,
        summary.round_trip_us.max
    ));
    if summary.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn record(
    arguments: &FeedArgs,
    file: PathBuf,
    symbol: &str,
    output: Output,
    mut stop: StopSignal,
) -> ExitCode {
    let symbol = match symbol.parse() {
        Ok(symbol) => symbol,
        Err(error) => return exit::refuse(&format!("--symbol {symbol}: {error}")),
    };
    let shown_file = file.display().to_string();
    let config = ReplayConfig {
        file,
        orderbook: arguments.orderbook.clone(),
        symbol,
        speed: arguments.speed,
        url: arguments.url.clone(),
        key: arguments
            .key
            .clone()
            .unwrap_or_else(|| DEMO_REPLAY_KEY.to_owned()),
    };
    let (steps, mut progress) = watch::channel(ReplayProgress::default());
    let bar = progress_bar(output);
    let replay = replay::run(config, steps, async move { stop.said().await });
    tokio::pin!(replay);
    let ended = loop {
        tokio::select! {
            ended = &mut replay => break ended,
            Ok(()) = progress.changed() => show(&bar, *progress.borrow_and_update()),
        }
    };
    bar.finish_and_clear();
    match ended {
        Ok(summary) => {
            output.object(&summary);
            output.say(&table(&summary));
            ExitCode::SUCCESS
        }
        Err(error) => {
            let said = error.to_string();
            let is_about_the_file = matches!(error, FeedError::Recording(_));
            // Whoever has several files wants to know in which.
            let place = if is_about_the_file && !said.contains(&shown_file) {
                format!("{shown_file}: ")
            } else {
                String::new()
            };
            exit::fail(&format!("the replay could not go on: {place}{said}"))
        }
    }
}

/// A bar on stderr; indicatif hides it where stderr is no terminal.
fn progress_bar(output: Output) -> ProgressBar {
    if output == Output::Json {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{bar:40} {pos}/{len} rows · {per_sec} · {eta} left · {msg}")
            .expect("the template is a constant");
    let bar = ProgressBar::new(0).with_style(style);
    // It is seen from the start, also where a record's first rows are seconds apart.
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn show(bar: &ProgressBar, progress: ReplayProgress) {
    bar.set_length(progress.rows);
    bar.set_position(progress.rows_done);
    bar.set_message(format!("{} equal", progress.equal));
}

/// Every row once: equal, before the record, unpriced, or with its cause.
fn table(summary: &ReplaySummary) -> String {
    let mut text = format!(
        "{} of {} rows in {:.1} s · {} equal ({:.2} %) · divergence {} · {} trades in which others took recorded orders",
        summary.rows,
        summary.rows_recorded,
        summary.seconds,
        summary.equal,
        summary.share_percent,
        summary.divergence,
        summary.consumed_trades
    );
    let others = [
        ("before_recording", summary.before_recording),
        ("unpriced", summary.unpriced),
        ("busy, sent again", summary.busy_retries),
    ];
    let causes = summary
        .causes
        .iter()
        .map(|(cause, rows)| (cause.as_str(), *rows));
    for (cause, rows) in causes.chain(others) {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{rows:>10}  {cause}");
    }
    text
}
