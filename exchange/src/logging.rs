//! Logs: stderr, so that stdout stays for answers.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::cli::GlobalArgs;

/// Starts logging. `RUST_LOG` and `RIALTO_LOG` are filters such as `gateway=debug`; flags win over them.
pub fn start(global: GlobalArgs) {
    let level = match (global.quiet, global.verbose) {
        (0, 0) => None,
        (1, _) => Some("error"),
        (2.., _) => Some("off"),
        (0, 1) => Some("debug"),
        (0, 2..) => Some("trace"),
    };
    let asked = ["RIALTO_LOG", "RUST_LOG"]
        .iter()
        .find_map(|name| std::env::var(name).ok());
    let filter = match (level, asked) {
        (Some(level), _) => EnvFilter::new(level),
        (None, Some(filter)) => EnvFilter::new(filter),
        (None, None) => EnvFilter::new("warn"),
    };
    let logs = tracing_subscriber::fmt()
        .with_env_filter(without_frames(filter))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A second start happens in tests only; the first subscriber stays.
    let started = if global.json {
        logs.json().try_init()
    } else {
        logs.try_init()
    };
    drop(started);
}

/// Keeps the WebSocket library from logging frames as they came: a logon's frame holds a key.
fn without_frames(filter: EnvFilter) -> EnvFilter {
    ["tungstenite=info", "tokio_tungstenite=info"]
        .into_iter()
        .fold(filter, |filter, directive| {
            filter.add_directive(directive.parse().expect("it is a target and a level"))
        })
}
