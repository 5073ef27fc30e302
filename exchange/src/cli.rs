//! What can be asked on the command line. Help texts live in `help.rs`.

mod admin_args;
mod bench_args;
mod export_args;
pub mod help;
mod look_args;
mod operator_args;
mod play_args;
mod text;
mod tool_args;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use feed_sim::Preset;
use feed_sim::replay::Speed;

use crate::config::{ClockMode, Layers, Node, Profile};

pub use admin_args::{AdminCommand, FaultsCommand, LimitsArgs, MoneyArgs, ScopeArgs};
pub use bench_args::BenchArgs;
pub use export_args::{ExportArgs, ExportFormat};
pub use look_args::{ConfigArgs, ConfigCommand, DoctorArgs, TopArgs};
pub use operator_args::{AccountsCommand, FundArgs, KeysCommand, OperatorArgs};
pub use play_args::PlayArgs;
pub use tool_args::{DiffArgs, RepairArgs, ReplayArgs, Show, ToolArgs, VerifyArgs};

/// `rialto`.
#[derive(Debug, Parser)]
#[command(name = "rialto", version, about = help::ABOUT, long_about = help::LONG_ABOUT, after_help = help::EXAMPLES)]
#[command(disable_help_subcommand = true, max_term_width = 100)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do; nothing is `demo`.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, Copy, Args)]
pub struct GlobalArgs {
    /// Machine output: JSON on stdout, and nothing else there.
    #[arg(long, global = true)]
    pub json: bool,
    /// Log more to stderr: -v debug, -vv trace. `RUST_LOG` and `RIALTO_LOG` take filters.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// How log lines are written [default: text; json with --json].
    #[arg(long, global = true, value_name = "FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
    /// Log less to stderr: -q errors only, -qq nothing.
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "verbose")]
    pub quiet: u8,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start an exchange and simulated participants that trade on it (the default).
    #[command(long_about = help::DEMO, after_help = help::DEMO_EXAMPLES)]
    Demo(DemoArgs),
    /// Start an exchange and nothing else.
    #[command(long_about = help::SERVE, after_help = help::SERVE_EXAMPLES)]
    Serve(ExchangeArgs),
    /// Send orders to a running exchange: simulated participants, or recorded flow.
    #[command(long_about = help::FEED, after_help = help::FEED_EXAMPLES)]
    Feed(FeedArgs),
    /// Measure an exchange under load over real sockets: latency from the intended send time, throughput, memory.
    #[command(long_about = help::BENCH, after_help = help::BENCH_EXAMPLES)]
    Bench(Box<BenchArgs>),
    /// Run scenario files: stories about one market and what it must say.
    #[command(long_about = help::SCENARIO, after_help = help::SCENARIO_EXAMPLES)]
    Scenario(ScenarioArgs),
    /// Perform plays: what participants and operators do when, on real sockets, and what must hold.
    #[command(long_about = help::PLAY, after_help = help::PLAY_EXAMPLES)]
    Play(PlayArgs),
    /// Show the state of a data folder at any position of its journal.
    #[command(long_about = help::REPLAY, after_help = help::REPLAY_EXAMPLES)]
    Replay(ReplayArgs),
    /// Prove that a data folder is whole: checksums, chain, snapshots, state, money.
    #[command(long_about = help::VERIFY, after_help = help::VERIFY_EXAMPLES)]
    Verify(VerifyArgs),
    /// Find the first position at which two data folders differ.
    #[command(long_about = help::DIFF, after_help = help::DIFF_EXAMPLES)]
    Diff(DiffArgs),
    /// Write trades, candles or the book order by order of a data folder to a file.
    #[command(long_about = help::EXPORT, after_help = help::EXPORT_EXAMPLES)]
    Export(ExportArgs),
    /// Take a command out of a journal that the program cannot apply.
    #[command(long_about = help::REPAIR, after_help = help::REPAIR_EXAMPLES)]
    Repair(RepairArgs),
    /// Watch an exchange that runs in the terminal: ladder, tape, sparkline, stages.
    #[command(long_about = help::TOP, after_help = help::TOP_EXAMPLES)]
    Top(TopArgs),
    /// Whether a configuration is right, and what each value is and where it is from.
    #[command(subcommand, long_about = help::CONFIG, after_help = help::CONFIG_EXAMPLES)]
    Config(ConfigCommand),
    /// Whether this machine and folder are fit: clock, disk sync, open files, ports, data folder.
    #[command(long_about = help::DOCTOR, after_help = help::DOCTOR_EXAMPLES)]
    Doctor(DoctorArgs),
    /// API keys of an exchange that runs: new, list, revoke.
    #[command(subcommand, long_about = help::KEYS, after_help = help::KEYS_EXAMPLES)]
    Keys(KeysCommand),
    /// Verbs of operators on an exchange that runs: halt, kill, fund, fees, log level, reset.
    #[command(subcommand, long_about = help::ADMIN, after_help = help::ADMIN_EXAMPLES)]
    Admin(AdminCommand),
    /// Accounts of an exchange that runs: list, show, open, fund, withdraw, reset.
    #[command(subcommand, long_about = help::ACCOUNTS, after_help = help::ACCOUNTS_EXAMPLES)]
    Accounts(AccountsCommand),
    /// Print the version.
    Version,
}

/// What every exchange takes.
#[derive(Debug, Clone, Default, Args)]
pub struct ExchangeArgs {
    /// Public address for WebSocket and HTTP [default: 127.0.0.1:9080]. Port 0: any free port.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Admin address [default: the public port + 1; 0 with 0].
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub admin_listen: Option<String>,
    /// The public address takes TLS beside plain text. The certificate and the local authority that vouches for it are made at the
    /// first start, in the folder `tls` of the data folder.
    #[arg(long)]
    pub tls: bool,
    /// A further public address for TLS, such as 127.0.0.1:443; may be repeated.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub tls_listen: Vec<String>,
    /// Engine time [default: realtime]: `realtime`, `xN` (N times as fast), `lockstep` (time waits for everybody
    /// enrolled, and a run can be repeated) or `replay` (each request carries `at_us`).
    #[arg(long, value_name = "CLOCK", value_parser = text::parse::<ClockMode>)]
    pub clock: Option<ClockMode>,
    /// Folder that keeps the state [default for serve: the user's own, `~/.local/share/rialto` or below `XDG_DATA_HOME`, on macOS
    /// `~/Library/Application Support/rialto`; for demo: a fresh one, removed at the end].
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// When a report may leave [default: sync]: `sync` after its command is synced, `async` when it is written, `none` never synced.
    #[arg(long, value_name = "WHEN")]
    pub durability: Option<String>,
    /// Settings that go together [default: default]: `bare` (orders and answers alone, nothing kept on disk) or
    /// `low-latency` (no hand-off between threads, none sleeps).
    #[arg(long, value_name = "PROFILE", value_parser = text::parse::<Profile>)]
    pub profile: Option<Profile>,
    /// Configuration laid over the built-in one, key by key; may be repeated, the last one wins.
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// Fault plan that is bound from the start, to test bots with; may be repeated. docs/testing-bots.md says what it has.
    #[arg(long, value_name = "FILE")]
    pub faults: Vec<PathBuf>,
}

/// `rialto demo`.
#[derive(Debug, Clone, Default, Args)]
pub struct DemoArgs {
    /// The exchange.
    #[command(flatten)]
    pub exchange: ExchangeArgs,
    /// Seed of the participants [default: 1]. The same seed intends the same flow.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Orders per second of all participants together [default: 2000]: a number, or `watch` (100), `desk` (2,000), `busy`
    /// (50,000), `stress` (1,000,000).
    #[arg(long, value_name = "ORDERS/S", value_parser = text::rate)]
    pub rate: Option<u32>,
    /// How many instruments they trade [default: 8].
    #[arg(long, value_name = "N")]
    pub instruments: Option<u32>,
    /// Who makes the orders: a `model` of the whole market, plain `participants`, or `auto` [default: auto]: the model up to
    /// 5,000 orders/s, participants above it.
    #[arg(long, value_name = "auto|model|participants")]
    pub flow: Option<String>,
    /// Stop after so long, such as 10s or 2m [default: at Ctrl-C].
    #[arg(long = "for", value_name = "TIME", value_parser = text::time)]
    pub run_for: Option<Duration>,
}

/// `rialto feed`.
#[derive(Debug, Clone, Args)]
pub struct FeedArgs {
    /// The exchange.
    #[arg(
        long,
        value_name = "URL",
        env = "RIALTO_URL",
        default_value = "ws://127.0.0.1:9080/v1/ws"
    )]
    pub url: String,
    /// Seed of the participants [default: 1]. The same seed intends the same flow.
    #[arg(long, value_name = "N", conflicts_with = "replay")]
    pub seed: Option<u64>,
    /// Orders per second of all participants together [default: 2000]: a number, or `watch` (100), `desk` (2,000), `busy`
    /// (50,000), `stress` (1,000,000).
    #[arg(long, value_name = "ORDERS/S", conflicts_with = "replay", value_parser = text::rate)]
    pub rate: Option<u32>,
    /// WebSocket sessions of the participants [default: 8].
    #[arg(long, value_name = "N", conflicts_with = "replay")]
    pub sessions: Option<u32>,
    /// How many instruments they trade [default: 8].
    #[arg(long, value_name = "N", conflicts_with = "replay")]
    pub instruments: Option<u32>,
    /// Who makes the orders: a `model` of the whole market, plain `participants`, or `auto` [default: auto]: the model up to
    /// 5,000 orders/s, participants above it.
    #[arg(long, value_name = "auto|model|participants", conflicts_with_all = ["replay", "offline"])]
    pub flow: Option<String>,
    /// Configuration laid over the built-in one, for `[feed_sim]` and `[demo]`; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// Stop after so long, such as 10s or 2m [default: at Ctrl-C, or at the end of the record].
    #[arg(long = "for", value_name = "TIME", value_parser = text::time)]
    pub run_for: Option<Duration>,
    /// The model of a market against an engine of its own, without a gateway: an hour of its time takes seconds.
    #[arg(long, conflicts_with_all = ["replay", "url", "key"])]
    pub offline: bool,
    /// Which market the model resembles: `small_tick`, `large_tick`, or `poisson`, the control that is none.
    #[arg(long, value_name = "PRESET", value_parser = text::parse::<Preset>, conflicts_with = "replay")]
    pub preset: Option<Preset>,
    /// Write every event to this file, as rows of LOBSTER.
    #[arg(long, value_name = "FILE", requires = "offline")]
    pub record: Option<PathBuf>,
    /// Judge a tape of LOBSTER's rows by the twelve gates of realism; exit code 1 if one fails.
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub report: Option<PathBuf>,
    /// Write the report as a page with plots as well.
    #[arg(long, value_name = "FILE", requires = "report")]
    pub html: Option<PathBuf>,
    /// Replay this record instead: a table of orders, or LOBSTER's messages (.csv, .csv.gz or .csv.xz). With `--clock
    /// replay` it trades alone and at its own time, with a clock that goes by itself among others.
    #[arg(long, value_name = "FILE", requires = "symbol")]
    pub replay: Option<PathBuf>,
    /// The order book file of LOBSTER's messages [default: the one of their name beside them]: what stood before them.
    #[arg(long, value_name = "FILE", requires = "replay")]
    pub orderbook: Option<PathBuf>,
    /// Instrument of the record.
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Option<String>,
    /// Speed of the record: 1 as recorded, N times as fast, or `max`.
    #[arg(long, value_name = "1|N|max", default_value = "1", requires = "replay")]
    pub speed: Speed,
    /// Key of the account to log on with [default: the participants' own, or `replay`].
    #[arg(long, value_name = "KEY", env = "RIALTO_KEY")]
    pub key: Option<String>,
}

/// `rialto scenario`.
#[derive(Debug, Clone, Args)]
pub struct ScenarioArgs {
    /// Files, or folders that are searched for `*.scenario`.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub paths: Vec<PathBuf>,
}

impl ExchangeArgs {
    /// The layers of configuration that these flags and the environment make.
    pub fn layers(&self) -> Layers {
        let mut flags = Vec::new();
        if let Some(address) = &self.listen {
            flags.push(("--listen", "gateway.listen", Node::Text(address.clone())));
        }
        if let Some(address) = &self.admin_listen {
            flags.push((
                "--admin-listen",
                "gateway.admin_listen",
                Node::Text(address.clone()),
            ));
        }
        if self.tls {
            flags.push(("--tls", "gateway.tls", Node::Boolean(true)));
        }
        if !self.tls_listen.is_empty() {
            let further = Node::texts("--tls-listen", &self.tls_listen);
            flags.push(("--tls-listen", "gateway.tls_listen", further));
        }
        if let Some(durability) = &self.durability {
            let when = Node::Text(durability.clone());
            flags.push(("--durability", "log.durability", when));
        }
        if let Some(profile) = self.profile {
            let word = Node::Text(profile.word().to_owned());
            flags.push(("--profile", "profile", word));
        }
        if let Some(clock) = &self.clock {
            flags.push(("--clock", "clock.mode", Node::Text(clock.to_string())));
        }
        Layers {
            inner: Vec::new(),
            files: self.config.clone(),
            environment: environment(),
            flags,
        }
    }
}

impl DemoArgs {
    /// The layers of configuration that these flags and the environment make.
    pub fn layers(&self) -> Layers {
        let mut layers = self.exchange.layers();
        layers.flags.extend(counts([
            ("--seed", "feed_sim.seed", self.seed),
            (
                "--rate",
                "feed_sim.rate_orders_per_s",
                self.rate.map(u64::from),
            ),
            (
                "--instruments",
                "demo.instruments",
                self.instruments.map(u64::from),
            ),
        ]));
        layers.flags.extend(flow(self.flow.as_ref()));
        layers
    }
}

impl FeedArgs {
    /// The layers of configuration that these flags and the environment make.
    pub fn layers(&self) -> Layers {
        let flags = counts([
            ("--seed", "feed_sim.seed", self.seed),
            (
                "--rate",
                "feed_sim.rate_orders_per_s",
                self.rate.map(u64::from),
            ),
            (
                "--sessions",
                "feed_sim.sessions",
                self.sessions.map(u64::from),
            ),
            (
                "--instruments",
                "demo.instruments",
                self.instruments.map(u64::from),
            ),
        ]);
        Layers {
            inner: Vec::new(),
            files: self.config.clone(),
            environment: environment(),
            flags: flags.chain(flow(self.flow.as_ref())).collect(),
        }
    }
}

/// A flag, the key it sets, and the value.
type FlagValue = (&'static str, &'static str, Node);

/// The flag that says who makes the orders, where it was given.
fn flow(kind: Option<&String>) -> Option<FlagValue> {
    kind.map(|kind| ("--flow", "feed_sim.flow", Node::Text(kind.clone())))
}

/// The flags among these that were given.
fn counts<const FLAGS: usize>(
    flags: [(&'static str, &'static str, Option<u64>); FLAGS],
) -> impl Iterator<Item = FlagValue> {
    flags.into_iter().filter_map(|(flag, path, count)| {
        let count = i64::try_from(count?).unwrap_or(i64::MAX);
        Some((flag, path, Node::Integer(count)))
    })
}

fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
