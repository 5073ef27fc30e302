//! What `demo` and `serve` have in common: configuration, start, and the file that says where it runs.

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use gateway::PageKey;
use serde::Serialize;

use crate::config::{Config, ConfigError};
use crate::demo::banner;
use crate::demo::summary::Summary;
use crate::exchange::Exchange;
use crate::exit;
use crate::run_file::RunFile;
use crate::stop_signal::StopSignal;
use crate::storage::{DataError, DataFolder};
use crate::wiring::StartError;

/// An exchange that was started as the command line asks.
#[derive(Debug)]
pub struct Launched {
    /// What it was told.
    pub config: Config,
    /// Where its state is; a temporary folder goes away with this.
    pub folder: Arc<DataFolder>,
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
    /// Where HTTP and WebSocket answer over TLS.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tls: Vec<String>,
    /// The file of the local authority that clients of TLS are to trust.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Where the state is; the admin key is in `admin.key` there.
    pub folder: String,
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
    /// The data folder cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// It cannot be said where the exchange is.
    #[error("--data: rialto.run.json: {0}; give a folder that can be written")]
    RunFile(#[from] io::Error),
    /// A part refuses to start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// It was asked to stop before it was ready.
    #[error("stopped while it was starting; what the folder has is as it was")]
    Interrupted,
}

impl Launched {
    /// Starts an exchange in `folder`, whose operators' page has the key as `page_key` says, unless `stop` is said before it is ready.
    ///
    /// # Errors
    /// An address is taken, the folder cannot be used, or it was asked to stop.
    pub async fn new(
        config: Config,
        folder: DataFolder,
        page_key: PageKey,
        stop: &mut StopSignal,
    ) -> Result<Self, LaunchError> {
        let folder = Arc::new(folder);
        let exchange = tokio::select! {
            exchange = Exchange::start(config.clone(), Arc::clone(&folder), page_key) => exchange?,
            () = stop.said() => return Err(LaunchError::Interrupted),
        };
        let run_file = RunFile::of(folder.path());
        let place = RunPlace {
            state: RunState::Running,
            version: env!("CARGO_PKG_VERSION"),
            process_id: std::process::id(),
            url: banner::websocket_url(exchange.public),
            http: format!("http://{}", banner::reachable(exchange.public)),
            admin: format!("http://{}", banner::reachable(exchange.admin)),
            tls: tls_urls(&exchange),
            authority: exchange
                .authority
                .as_ref()
                .map(|authority| authority.display().to_string()),
            folder: folder.path().display().to_string(),
            summary: None,
        };
        run_file.write(&place)?;
        Ok(Self {
            config,
            folder,
            exchange,
            run_file,
            place,
        })
    }
}

fn tls_urls(exchange: &Exchange) -> Vec<String> {
    if exchange.authority.is_none() {
        return Vec::new();
    }
    std::iter::once(exchange.public)
        .chain(exchange.further.iter().copied())
        .map(|address| format!("https://{}", banner::reachable(address)))
        .collect()
}

/// Takes the folder that `named` says, or the default.
///
/// # Errors
/// It cannot be used, or another process does.
pub fn take_folder(named: Option<&Path>) -> Result<DataFolder, DataError> {
    match named {
        Some(folder) => DataFolder::open(folder),
        None => DataFolder::open(&crate::storage::default_folder()?),
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
    pub fn end(&self) -> ExitCode {
        match self {
            Self::Interrupted => exit::stopped_early(&self.to_string()),
            Self::Data(error) if error.is_failed_disk() => exit::disk_failed(&self.to_string()),
            Self::Start(error) if error.is_failed_disk() => exit::disk_failed(&self.to_string()),
            Self::Config(_) | Self::Data(_) | Self::RunFile(_) | Self::Start(_) => {
                exit::refuse(&self.to_string())
            }
        }
    }
}
