//! The `rialto` binary: notices Ctrl-C and SIGTERM. What they mean is said in `wiring.rs`.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use exchange::{Cli, RunTime, StopSignal};

/// For tasks that nobody waits for any more.
const LAST_PATIENCE: Duration = Duration::from_millis(100);
/// Within this time a second signal is the first one again.
const SECOND_WISH_AFTER: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut builder = match exchange::run_time(&cli) {
        RunTime::ManyThreads => tokio::runtime::Builder::new_multi_thread(),
        RunTime::OneThread => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exchange::refuse(&format!("the runtime cannot start: {error}")),
    };
    let (signal, stop) = StopSignal::new();
    runtime.spawn(async move {
        noticed().await;
        signal.stop();
        // Who asks twice does not want to wait for the order of things. A shell and a terminal may both pass
        // one wish on; that is not asking twice.
        tokio::time::sleep(SECOND_WISH_AFTER).await;
        noticed().await;
        exchange::leave_at_once();
    });
    let code = runtime.block_on(exchange::run(cli, stop));
    // What still waits for the disk, such as a start that was interrupted, holds nobody up.
    runtime.shutdown_timeout(LAST_PATIENCE);
    code
}

/// Resolves at the next Ctrl-C or SIGTERM.
async fn noticed() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "Ctrl-C cannot be noticed");
        std::future::pending::<()>().await;
    }
}
