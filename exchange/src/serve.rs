//! `rialto serve`: an exchange, and nothing that trades on it.

use std::process::ExitCode;

use gateway::{LockstepReport, PageKey, StopCause};
use serde::Serialize;

use crate::cli::ExchangeArgs;
use crate::config::Config;
use crate::demo::banner;
use crate::exit;
use crate::fault_plans;
use crate::launch::{LaunchError, Launched, RunPlace, take_folder};
use crate::memory;
use crate::output::Output;
use crate::reload_signal::ReloadSignal;
use crate::stop_signal::StopSignal;

/// What machines are told, one object a line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Told<'a> {
    Ready(&'a RunPlace),
    Stopped(Totals),
}

/// What an exchange did from its start to its end.
#[derive(Debug, Clone, Serialize)]
struct Totals {
    commands: u64,
    trades: u64,
    busy: u64,
    unanswered: u64,
    ledger_conserved: bool,
    state_hash: String,
    max_rss_mib: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lockstep: Option<LockstepReport>,
}

/// Serves until `stop` is said, or until the exchange cannot go on.
pub async fn run(arguments: &ExchangeArgs, output: Output, mut stop: StopSignal) -> ExitCode {
    let mut reload = ReloadSignal::new();
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
    output.object(&Told::Ready(&place));

    loop {
        tokio::select! {
            () = stop.said() => break,
            () = exchange.stopped_by_itself() => break,
            // The log says what came of it.
            () = reload.said() => drop(exchange.reload("SIGHUP").await),
        }
    }
    let ending = match exchange.stop().await {
        Ok(ending) => ending,
        Err(error) => return error.end(),
    };
    let totals = Totals {
        commands: ending.commands,
        trades: ending.trades,
        busy: ending.busy,
        unanswered: ending.unanswered,
        ledger_conserved: ending.is_conserved(),
        state_hash: format!("{:016x}", ending.state_hash),
        max_rss_mib: memory::resident_mib_max(),
        lockstep: ending.lockstep.clone(),
    };
    output.say(&format!(
        "stopped: {} commands, {} trades, {} busy, {} unanswered · the ledger {} · state {}",
        totals.commands,
        totals.trades,
        totals.busy,
        totals.unanswered,
        if totals.ledger_conserved {
            "adds up"
        } else {
            "DOES NOT ADD UP"
        },
        totals.state_hash
    ));
    if let Some(lockstep) = &totals.lockstep {
        output.say(&lockstep_text(lockstep));
    }
    let is_clean = totals.ledger_conserved && totals.unanswered == 0;
    output.object(&Told::Stopped(totals));
    let written = run_file.write(&place.stopped(None));
    if let (Err(error), false) = (&written, ending.cause == StopCause::Halted) {
        return exit::fail(&format!("--data: {error}"));
    }
    match ending.cause {
        // A disk that failed the journal may well fail the run's file too; the journal is what counts.
        StopCause::Halted => exit::log_failed(),
        StopCause::PublisherFailed => exit::fail("a publisher broke; its log says why"),
        StopCause::Asked | StopCause::Reset if is_clean => ExitCode::SUCCESS,
        StopCause::Asked | StopCause::Reset => ExitCode::FAILURE,
    }
}

/// What came of a run in lockstep, for people.
pub fn lockstep_text(report: &LockstepReport) -> String {
    let dropped: Vec<String> = report
        .dropped
        .iter()
        .map(|dropped| {
            let (rank, who) = (dropped.rank, &dropped.who);
            format!(
                "rank {rank} ({who}) in tick {}: {}",
                dropped.tick, dropped.reason
            )
        })
        .collect();
    let waited = if dropped.is_empty() {
        "nobody was waited for in vain".to_owned()
    } else {
        format!("NO LONGER WAITED FOR: {}", dropped.join("; "))
    };
    format!(
        "lockstep: {} ticks, {} turns, {waited}",
        report.ticks, report.turns
    )
}

async fn launch(arguments: &ExchangeArgs, stop: &mut StopSignal) -> Result<Launched, LaunchError> {
    let mut config = Config::load(&arguments.layers())?;
    config.fault_plans = fault_plans::read_all(&arguments.faults)?;
    let folder = take_folder(arguments.data.as_deref())?;
    Launched::new(config, folder, PageKey::Asked, stop).await
}
