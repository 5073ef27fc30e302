//! What `rialto play` takes.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{ExchangeArgs, text};
use crate::config::{ClockMode, Layers};

/// `rialto play`.
#[derive(Clone, Args)]
pub struct PlayArgs {
    /// Plays, or folders with plays.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub paths: Vec<PathBuf>,
    /// Play on the exchange that runs here, such as `ws://127.0.0.1:9080/v1/ws` [default: one of the play's own]. Its
    /// accounts, instruments and rules are what they are: `[exchange]` of the play does not count then.
    #[arg(long, value_name = "URL", requires = "admin_url")]
    pub url: Option<String>,
    /// Its admin address, such as `http://127.0.0.1:9081`.
    #[arg(long, value_name = "URL", requires = "url")]
    pub admin_url: Option<String>,
    /// Its admin key; better in the environment than on the command line.
    #[arg(
        long,
        value_name = "KEY",
        env = "RIALTO_ADMIN_KEY",
        hide_env_values = true
    )]
    pub admin_key: Option<String>,
    /// Another seed than the play's.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Engine time [default: realtime]: `realtime` or `xN`.
    #[arg(long, value_name = "CLOCK", value_parser = text::parse::<ClockMode>)]
    pub clock: Option<ClockMode>,
    /// Configuration laid over that of the play; may be repeated, the last one wins.
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
}

/// The key is not shown.
impl std::fmt::Debug for PlayArgs {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PlayArgs")
            .field("paths", &self.paths)
            .field("url", &self.url)
            .field("admin_url", &self.admin_url)
            .field("seed", &self.seed)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl PlayArgs {
    /// The layers of configuration that these flags and the environment make: any free port, nothing kept.
    pub fn layers(&self) -> Layers {
        ExchangeArgs {
            listen: Some("127.0.0.1:0".to_owned()),
            clock: self.clock,
            config: self.config.clone(),
            ..ExchangeArgs::default()
        }
        .layers()
    }
}
