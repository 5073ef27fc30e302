//! One run of load on one exchange that runs, with what both sides took meanwhile.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use feed_sim::load::{self, LoadError, LoadPlan, LoadProgress, LoadRecord};
use indicatif::{ProgressBar, ProgressStyle};

use crate::bench::cores::Cores;
use crate::bench::server::Server;
use crate::bench::stages::{StageLine, StageReading};
use crate::bench::usage::{Usage, UsageWatch};
use crate::output::Output;
use crate::stop_signal::StopSignal;

/// How often progress is shown and usage looked at.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// What a run brought.
#[derive(Debug)]
pub struct Measured {
    /// Latencies and counts.
    pub record: LoadRecord,
    /// What the exchange took.
    pub exchange: Usage,
    /// What the load took.
    pub client: Usage,
    /// Where the time went inside the exchange.
    pub stages: Vec<StageLine>,
}

/// Runs `plan` on a thread of its own and watches. A stop ends the load early; what it has is counted.
///
/// # Errors
/// The exchange cannot be reached.
pub async fn measure(
    plan: LoadPlan,
    server: &Server,
    cores: &Cores,
    output: Output,
    stop: &mut StopSignal,
) -> Result<Measured, LoadError> {
    let progress = Arc::new(LoadProgress::default());
    let bar = progress_bar(&plan, output);
    let mut exchange = UsageWatch::start(server.process().unwrap_or(0));
    let mut client = UsageWatch::start_of_load();
    let warm_up = plan.warm_up;
    let stages = || StageReading::ask(&server.address);
    let (load_progress, load_cores) = (Arc::clone(&progress), cores.clone());
    let mut running = tokio::task::spawn_blocking(move || {
        load_cores.take_load();
        let record = load::run(&plan, &load_progress);
        load_cores.take_all();
        record
    });
    let mut ticks = tokio::time::interval(LOOK_INTERVAL);
    let mut first_stages = None;
    let mut is_stopped = false;
    let record = loop {
        tokio::select! {
            record = &mut running => break record.expect("a load does not panic")?,
            () = stop.said(), if !is_stopped => {
                is_stopped = true;
                progress.is_stopped.store(true, Ordering::Relaxed);
            }
            _ = ticks.tick() => {}
        }
        let elapsed = Duration::from_nanos(progress.elapsed_ns.load(Ordering::Relaxed));
        if elapsed >= warm_up && first_stages.is_none() {
            exchange.restart();
            client.restart();
            first_stages = Some(stages());
        }
        exchange.look();
        client.look();
        show(&bar, &progress, elapsed);
    };
    bar.finish_and_clear();
    let lines = first_stages.map_or_else(Vec::new, |first| stages().lines_since(&first));
    let seconds = record.seconds;
    Ok(Measured {
        record,
        exchange: exchange.usage(seconds),
        client: client.usage(seconds),
        stages: lines,
    })
}

/// A bar on stderr; indicatif hides it where stderr is no terminal.
fn progress_bar(plan: &LoadPlan, output: Output) -> ProgressBar {
    if output == Output::Json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {elapsed} · {msg}")
        .expect("the template is a constant");
    let length = (plan.warm_up + plan.run_for).as_millis();
    ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX)).with_style(style)
}

fn show(bar: &ProgressBar, progress: &LoadProgress, elapsed: Duration) {
    bar.set_position(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
    let sent = progress.sent.load(Ordering::Relaxed);
    let answered = progress.answered.load(Ordering::Relaxed);
    bar.set_message(format!("{sent} sent, {answered} answered"));
}
