//! What `rialto bench` takes.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use feed_sim::load::Arrivals;

use crate::bench::{Placement, Targets, Wire};
use crate::cli::text;
use crate::config::Profile;

/// `rialto bench`.
#[derive(Debug, Clone, Args)]
pub struct BenchArgs {
    /// What is measured, in turn: `rialto`, `bare`, `low-latency`, `go`, `go-classic`, `python`, `python-threads`,
    /// `python-processes`, several with commas [default: rialto]. What is not installed is skipped, and said.
    #[arg(long, value_name = "TARGET,...", value_parser = text::parse::<Targets>, conflicts_with = "url")]
    pub target: Option<Targets>,
    /// Measure this exchange, which runs already, instead of one of its own.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// What is spoken: `json` (native), `binance` (the WebSocket API of the Binance persona).
    #[arg(long, value_name = "WIRE", default_value = "json", value_parser = text::parse::<Wire>)]
    pub protocol: Wire,
    /// Settings of the own exchange that target `rialto` has: `default`, `bare` or `low-latency`.
    #[arg(long, value_name = "PROFILE", default_value = "default", value_parser = text::parse::<Profile>)]
    pub profile: Profile,
    /// When a report may leave the own exchange: `sync`, `async` or `none` [default: as the profile says].
    #[arg(long, value_name = "WHEN")]
    pub durability: Option<String>,
    /// Orders and cancels per second, all connections together; with --sweep the first rate that is tried.
    #[arg(long, value_name = "ORDERS/S", default_value = "20000", value_parser = text::rate_above_zero)]
    pub rate: NonZeroU64,
    /// How they arrive: `constant`, `poisson` or `bursty` (1 to 99 at once).
    #[arg(long, value_name = "HOW", default_value = "poisson", value_parser = text::parse::<Arrivals>)]
    pub arrivals: Arrivals,
    /// WebSocket sessions that share the load.
    #[arg(long, value_name = "N", default_value = "16", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub connections: u32,
    /// How many instruments they trade.
    #[arg(long, value_name = "N", default_value = "4", value_parser = clap::value_parser!(u32).range(1..=8))]
    pub instruments: u32,
    /// How long answers are counted; with --sweep at each rate.
    #[arg(long = "for", value_name = "TIME", default_value = "10s", value_parser = text::time)]
    pub run_for: Duration,
    /// How long the load runs before that.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = text::time)]
    pub warm_up: Duration,
    /// Same seed, same orders at the same intended times.
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,
    /// How often each target is measured; the targets take turns.
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub rounds: u32,
    /// Find the highest rate of each target that keeps p99 under --p99-max [default then: 10ms] and loses nothing.
    #[arg(long)]
    pub sweep: bool,
    /// Fail if the median is above this.
    #[arg(long, value_name = "TIME", value_parser = text::short_time)]
    pub p50_max: Option<Duration>,
    /// Fail if p99 is above this.
    #[arg(long, value_name = "TIME", value_parser = text::short_time)]
    pub p99_max: Option<Duration>,
    /// Fail if p99.9 is above this.
    #[arg(long, value_name = "TIME", value_parser = text::short_time)]
    pub p999_max: Option<Duration>,
    /// Fail if fewer answers per second come; with --sweep, if the rate that is found is below.
    #[arg(long, value_name = "ORDERS/S")]
    pub rate_min: Option<u64>,
    /// Give the exchange and the load cores of their own, or let the system choose: `apart` or `free` [default:
    /// apart where there are two cores].
    #[arg(long, value_name = "HOW", value_parser = text::parse::<Placement>)]
    pub cores: Option<Placement>,
    /// Write one self-contained page with the charts, figures, flags and verdicts.
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
    /// Judge against what an earlier run printed with --json, and lay it under the charts.
    #[arg(long, value_name = "OLD.json")]
    pub baseline: Option<PathBuf>,
    /// With --baseline: how much worse a figure may be.
    #[arg(long, value_name = "PERCENT", default_value = "25")]
    pub tolerance: u32,
    /// Key of the account to log on with at --url [default: the participants' own].
    #[arg(long, value_name = "KEY", env = "RIALTO_KEY", requires = "url")]
    pub key: Option<String>,
    /// Configuration of the own exchange, laid over the built-in one; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
}
