//! The exchange of a process: one generation after another, on the same listeners and in the same folder.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use gateway::{
    AdminKey, GatewayView, PageKey, ReloadDone, ReloadRequest, ResetDone, ResetRequest, StopCause,
    Tls,
};
use sequencer::Epoch;
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;

use crate::config::{Config, TlsPart};
use crate::exit;
use crate::reload::{self, Plan};
use crate::storage::{DataFolder, OpenGeneration, VENUE_HOSTS};
use crate::wiring::{Ending, Generation, Listeners, StartError, Surroundings};

/// An exchange that runs.
#[derive(Debug)]
pub struct Exchange {
    /// Where the public listener is.
    pub public: SocketAddr,
    /// Where the admin listener is.
    pub admin: SocketAddr,
    /// Where the public is let in for TLS too.
    pub further: Vec<SocketAddr>,
    /// The file of the local authority that clients of TLS are to trust, if TLS is spoken.
    pub authority: Option<PathBuf>,
    /// What its operators show.
    pub admin_key: AdminKey,
    view: watch::Receiver<GatewayView>,
    reloads: flume::Sender<ReloadRequest>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<Ending, ExchangeError>>,
}

/// Why an exchange could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// A part of it panicked.
    #[error("a part of the exchange broke: {0}")]
    Broke(#[from] JoinError),
    /// The old generation had ended, and the next one did not start; the old one is still the state.
    #[error("the exchange was stopped for a reset, and the next generation did not start: {0}")]
    NotReset(StartError),
}

impl ExchangeError {
    /// How the process ends for it.
    pub fn end(&self) -> ExitCode {
        match self {
            Self::NotReset(error) if error.is_failed_disk() => exit::disk_failed(&self.to_string()),
            Self::Broke(_) | Self::NotReset(_) => exit::fail(&self.to_string()),
        }
    }
}

impl Exchange {
    /// Starts everything; when it returns, everything is there.
    ///
    /// # Errors
    /// An address is taken, the folder cannot be used, or a part refuses its configuration. Nothing runs then.
    pub async fn start(
        mut config: Config,
        folder: Arc<DataFolder>,
        page_key: PageKey,
    ) -> Result<Self, StartError> {
        // A taken port is the likeliest trouble, so it is noticed before anything runs.
        let listeners = Listeners::open(config.addresses, &config.tls).await?;
        let admin_key = folder.admin_key()?;
        let viewer_key = folder.viewer_key()?;
        let (tls, authority) = speak(&mut config, &folder)?;
        let (asking, resets) = flume::bounded(1);
        let (reloading, reloads) = flume::bounded(1);
        let around = Arc::new(Surroundings {
            config,
            listeners,
            tls,
            admin_key: admin_key.clone(),
            viewer_key,
            page_key,
            resets: asking,
            reloads: reloading.clone(),
        });
        let (public, admin) = (
            around.listeners.public_address,
            around.listeners.admin_address,
        );
        let further = around.listeners.further_addresses.clone();
        let opened = open(&around, &folder, Wanted::Newest).await?;
        let generation = Generation::start(&around, opened).await?;
        let (shown, view) = watch::channel(generation.view.clone());
        let (stop, stopping) = oneshot::channel();
        let succession = Succession {
            around,
            folder,
            shown,
            resets,
            reloads,
        };
        Ok(Self {
            public,
            admin,
            further,
            authority,
            admin_key,
            view,
            reloads: reloading,
            stop,
            running: tokio::spawn(succession.run(generation, stopping)),
        })
    }

    /// Looks at the generation that runs now.
    pub fn view(&self) -> GatewayView {
        self.view.borrow().clone()
    }

    /// Reads the configuration again, and changes what may change while it runs.
    ///
    /// # Errors
    /// Why nothing changed: the files are wrong, a reload is under way, or the exchange stops.
    pub async fn reload(&self, who: &str) -> Result<ReloadDone, String> {
        let (reply, outcome) = flume::bounded(1);
        let request = ReloadRequest {
            who: who.to_owned(),
            reply,
        };
        let busy = |_| "a reload is under way, or the exchange stops".to_owned();
        self.reloads.try_send(request).map_err(busy)?;
        let outcome = outcome.recv_async().await;
        outcome.unwrap_or_else(|_| Err("the exchange stops".to_owned()))
    }

    /// Resolves when the exchange has stopped by itself: its log failed, or a part of it broke.
    pub async fn stopped_by_itself(&self) {
        let mut view = self.view.clone();
        // The sender goes away with the last generation.
        while view.changed().await.is_ok() {}
    }

    /// Stops in order, and says how it ended.
    ///
    /// # Errors
    /// A part of it panicked, or a reset failed half way.
    pub async fn stop(self) -> Result<Ending, ExchangeError> {
        // Nobody listens any more where it has stopped by itself.
        let _ = self.stop.send(());
        self.running.await?
    }
}

/// The folder's certificate, if TLS is asked for; the hosts of the live venue may lead here then.
fn speak(config: &mut Config, folder: &DataFolder) -> Result<(Tls, Option<PathBuf>), StartError> {
    if config.tls == TlsPart::Off {
        return Ok((Tls::Off, None));
    }
    let kept = folder.certificate(&config.allowed_hosts.hosts)?;
    let hosts = VENUE_HOSTS.into_iter().map(str::to_owned);
    config.allowed_hosts.hosts.extend(hosts);
    let tls = Tls::on(&kept.certificates, &kept.key)?;
    Ok((tls, Some(kept.authority)))
}

/// One generation after another.
struct Succession {
    around: Arc<Surroundings>,
    folder: Arc<DataFolder>,
    shown: watch::Sender<GatewayView>,
    resets: flume::Receiver<ResetRequest>,
    reloads: flume::Receiver<ReloadRequest>,
}

/// Which generation is to be opened.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Newest,
    After { number: u32, epoch: Epoch },
}

impl Succession {
    async fn run(
        mut self,
        mut generation: Generation,
        mut stopping: oneshot::Receiver<()>,
    ) -> Result<Ending, ExchangeError> {
        let mut earlier: Option<Ending> = None;
        let ending = loop {
            let request = tokio::select! {
                // A sender that is dropped asks too: nobody is left who could.
                _ = &mut stopping => break generation.stop(StopCause::Asked).await?,
                () = generation.stopped_by_itself() => break generation.stop(StopCause::Asked).await?,
                Ok(request) = self.reloads.recv_async() => {
                    let outcome = self.reload(&generation).await;
                    reload::say(&request.who, &outcome);
                    generation.view.note_reload(&outcome);
                    // Whoever asked may have gone away.
                    drop(request.reply.try_send(outcome));
                    continue;
                }
                Ok(request) = self.resets.recv_async() => request,
            };
            let asked_at = Instant::now();
            match self.prepare(&generation).await {
                // Whoever asked may have gone away.
                Err(error) => drop(request.reply.try_send(Err(error.to_string()))),
                Ok(opened) => {
                    let ended = generation.stop(StopCause::Reset).await?;
                    let has_failed = ended.cause != StopCause::Reset;
                    let ended = total(ended, earlier.as_ref());
                    if has_failed {
                        return Ok(ended);
                    }
                    earlier = Some(ended);
                    generation = Generation::start(&self.around, opened)
                        .await
                        .map_err(ExchangeError::NotReset)?;
                    self.shown.send_replace(generation.view.clone());
                    let done = ResetDone {
                        generation: generation.mark.number,
                        epoch: generation.epoch,
                        took_ms: u64::try_from(asked_at.elapsed().as_millis()).unwrap_or(u64::MAX),
                    };
                    drop(request.reply.try_send(Ok(done)));
                }
            }
        };
        Ok(total(ending, earlier.as_ref()))
    }

    /// Reads the configuration again; what may change does, and the next generation begins with it.
    async fn reload(&mut self, generation: &Generation) -> Result<ReloadDone, String> {
        let current = &self.around.config;
        let wanted = Config::load(&current.layers).map_err(|error| error.to_string())?;
        let Plan {
            listing,
            values,
            changed,
            not_changed,
        } = reload::plan(current, &wanted).map_err(|error| error.to_string())?;
        let commands = generation.change(&current.listing, &listing).await?;
        let mut around = Surroundings::clone(&self.around);
        (around.config.listing, around.config.values) = (listing, values);
        self.around = Arc::new(around);
        Ok(ReloadDone {
            changed,
            not_changed,
            commands,
        })
    }

    /// Makes the next generation's folder and files while this one still serves.
    async fn prepare(&self, generation: &Generation) -> Result<OpenGeneration, StartError> {
        let wanted = Wanted::After {
            number: generation.mark.number,
            epoch: generation.epoch,
        };
        open(&self.around, &self.folder, wanted).await
    }
}

fn total(ending: Ending, earlier: Option<&Ending>) -> Ending {
    match earlier {
        Some(earlier) => ending.after(earlier),
        None => ending,
    }
}

/// Reads or makes the files of a generation; off the runtime's threads, because it waits for the disk.
async fn open(
    around: &Arc<Surroundings>,
    folder: &Arc<DataFolder>,
    wanted: Wanted,
) -> Result<OpenGeneration, StartError> {
    let (around, folder) = (Arc::clone(around), Arc::clone(folder));
    let opening = tokio::task::spawn_blocking(move || match wanted {
        Wanted::Newest => folder.open_newest(&around.config),
        Wanted::After { number, epoch } => folder.begin_after(number, epoch, &around.config),
    });
    let opened = opening.await.expect("opening a folder does not panic");
    Ok(opened?)
}
