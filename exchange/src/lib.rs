//! The process: config, command line, wiring. It has no market rule of its own.
//!
//! ```text
//!  main.rs ──► run.rs ──► demo.rs ─┬─► launch.rs ─► exchange.rs ─► wiring.rs   gateway ── sequencer ── ledger,
//!  (signals)   (one arm   serve.rs ┘               (one generation              in one constructor
//!               a command) feed.rs                  after another)
//!                          bench.rs scenario_files.rs version.rs       └──► storage.rs  the data folder
//!
//!  cli.rs, config.rs: what was asked        output.rs, exit.rs, logging.rs: what is answered
//! ```

mod bench;
mod cli;
mod clock;
mod config;
mod config_verbs;
mod demo;
mod doctor;
mod engine_market;
mod exchange;
mod exit;
mod fault_plans;
mod feed;
mod launch;
mod logging;
mod memory;
mod offline;
mod operator;
mod output;
mod play;
mod reload;
mod reload_signal;
mod run;
mod run_file;
mod scenario_files;
mod serve;
mod stop_signal;
mod storage;
mod tools;
mod top;
mod version;
mod wiring;

pub use cli::Cli;
pub use config::{Config, ConfigError, Layers};
pub use engine_market::EngineMarket;
pub use exit::{leave_at_once, refuse};
pub use run::{RunTime, run, run_time};
pub use stop_signal::{StopSender, StopSignal};
