//! What `rialto export` takes.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use engine::Timestamp;
use history::Interval;

use crate::cli::{environment, text};
use crate::config::Layers;

/// `rialto export`.
#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("content").required(true)))]
pub struct ExportArgs {
    /// Every trade.
    #[arg(long, group = "content")]
    pub trades: bool,
    /// Candles without gaps, of the length that `--interval` says.
    #[arg(long, group = "content")]
    pub candles: bool,
    /// The book order by order: every change of a displayed order.
    #[arg(long, group = "content")]
    pub l3: bool,
    /// How it is written; `lobster` goes with `--l3`.
    #[arg(long, value_enum, default_value = "csv")]
    pub format: ExportFormat,
    /// Data folder, or one generation of it [default: the one of `rialto serve`].
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// One instrument [default: all].
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Option<String>,
    /// Length of candles: 1s, 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w or 1M.
    #[arg(long, value_name = "LENGTH", default_value = "1m", value_parser = text::interval)]
    pub interval: Interval,
    /// The first instant that is written: `2026-11-23`, `2026-11-23T14:30:00.5Z`, or microseconds since 1970 [default: the beginning].
    #[arg(long, value_name = "TIME", value_parser = text::instant)]
    pub from: Option<Timestamp>,
    /// The first instant that is not written any more [default: the end].
    #[arg(long, value_name = "TIME", value_parser = text::instant)]
    pub until: Option<Timestamp>,
    /// Where it is written; `-` is stdout.
    #[arg(long, value_name = "FILE|-", default_value = "-")]
    pub out: PathBuf,
    /// Configuration that the journal was written with, if it was not the built-in one; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Comma-separated values, with a line of names.
    Csv,
    /// The rows of LOBSTER's message files.
    Lobster,
    /// Apache Parquet.
    Parquet,
}

impl ExportArgs {
    /// The layers of configuration that these flags and the environment make.
    pub fn layers(&self) -> Layers {
        Layers {
            inner: Vec::new(),
            files: self.config.clone(),
            environment: environment(),
            flags: Vec::new(),
        }
    }
}
