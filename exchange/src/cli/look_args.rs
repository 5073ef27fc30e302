//! What `rialto top`, `rialto config` and `rialto doctor` take.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::ExchangeArgs;

/// `rialto top`.
#[derive(Debug, Clone, Args)]
pub struct TopArgs {
    /// Where the exchange is: http://HOST:PORT, or the ws://HOST:PORT/v1/ws of bots.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9080")]
    pub url: String,
    /// Instrument to begin with [default: the first one].
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Option<String>,
    /// Print what is so as text, once, and end.
    #[arg(long)]
    pub once: bool,
}

/// `rialto config`.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Say whether a configuration is right; if not: file, key, value and remedy, with exit code 2.
    Check(ConfigArgs),
    /// Print every effective value and where it is from.
    Show(ConfigArgs),
}

/// What both take.
#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// Files that are laid over the built-in ones, as with `--config`.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The flags of `serve`, which win over files.
    #[command(flatten)]
    pub exchange: ExchangeArgs,
}

/// `rialto doctor`.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// The flags of `serve`: what would be started.
    #[command(flatten)]
    pub exchange: ExchangeArgs,
}
