//! What `demo` and `serve` have in common: configuration, start, and the file that says where it runs.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use crate::config::{Config, ConfigError};
use crate::demo::banner;
use crate::demo::summary::Summary;
use crate::exit;
use crate::run_file::RunFile;
use crate::wiring::{Exchange, StartError};

/// An exchange that was started as the command line asks.
#[derive(Debug)]
pub struct Launched {
    /// What it was told.
    pub config: Config,
    /// It.
    pub exchange: Exchange,
    /// Where it says so.
    pub run_file: RunFile,
    /// What it says there.
    pub place: RunPlace,
}

/// Where an exchange runs; content of `rialto.run.json`.
#[derive(Debug, Clone, Serialize)]
pub struct RunPlace {
    state: RunState,
    version: &'static str,
    process_id: u32,
    /// Where sessions connect.
    pub url: String,
    /// Where HTTP answers.
    pub http: String,
    /// Where admin answers.
    pub admin: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
}

/// Whether it runs.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum RunState {
    Running,
    Stopped,
}

/// Why nothing was started.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The folder of `--data` cannot be used.
    #[error("--data: {0}; give a folder that can be written")]
    RunFile(#[from] io::Error),
    /// A part refuses to start.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl Launched {
    /// Starts an exchange.
    ///
    /// # Errors
    /// An address is taken, or the folder cannot be used.
    pub async fn new(config: Config, data: Option<&Path>) -> Result<Self, LaunchError> {
        let run_file = RunFile::open(data)?;
        let exchange = Exchange::start(&config, data).await?;
        let place = RunPlace {
            state: RunState::Running,
            version: env!("CARGO_PKG_VERSION"),
            process_id: std::process::id(),
            url: banner::websocket_url(exchange.public),
            http: format!("http://{}", banner::reachable(exchange.public)),
            admin: format!("http://{}", banner::reachable(exchange.admin)),
            summary: None,
        };
        run_file.write(&place)?;
        Ok(Self {
            config,
            exchange,
            run_file,
            place,
        })
    }
}

impl RunPlace {
    /// The same, after the exchange has stopped.
    #[must_use]
    pub fn stopped(self, summary: Option<Summary>) -> Self {
        Self {
            state: RunState::Stopped,
            summary,
            ..self
        }
    }
}

impl LaunchError {
    /// How the process ends for it.
    pub fn refuse(&self) -> ExitCode {
        exit::refuse(&self.to_string())
    }
}
