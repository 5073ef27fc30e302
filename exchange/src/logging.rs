//! Logs: stderr, so that stdout stays for answers.

mod rate;

use std::io::IsTerminal;
use std::sync::OnceLock;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, reload};

use crate::cli::{GlobalArgs, LogFormat};

use rate::RateLimit;

/// What lets operators set the filter later.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

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
    let (filter, handle) = reload::Layer::new(without_frames(filter));
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let is_json = match global.log_format {
        Some(LogFormat::Json) => true,
        Some(LogFormat::Text) => false,
        None => global.json,
    };
    let lines = if is_json {
        lines.json().boxed()
    } else {
        lines.boxed()
    };
    let started = tracing_subscriber::registry()
        .with(filter)
        .with(RateLimit::new())
        .with(lines)
        .try_init();
    // A second start happens in tests only; the first subscriber stays, and its handle with it.
    if started.is_ok() {
        FILTER.get_or_init(|| handle);
    }
}

/// Logs by this filter from now on: a level, or levels by target.
///
/// # Errors
/// It is no filter, or nothing is logged at all.
pub fn set_filter(text: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(text).map_err(|error| error.to_string())?;
    let handle = FILTER.get().ok_or("logging was not started")?;
    handle
        .reload(without_frames(filter))
        .map_err(|error| error.to_string())
}

/// Keeps the WebSocket library from logging frames as they came: a logon's frame holds a key.
fn without_frames(filter: EnvFilter) -> EnvFilter {
    ["tungstenite=info", "tokio_tungstenite=info"]
        .into_iter()
        .fold(filter, |filter, directive| {
            filter.add_directive(directive.parse().expect("it is a target and a level"))
        })
}
