//! Where a play takes place: an exchange of its own, or one that runs.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use client::Reconnect;
use feed_sim::{FeedRun, FeedSnapshot};
use gateway::{PageKey, StopCause};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::cli::PlayArgs;
use crate::config::{ClockMode, Config, ConfigError};
use crate::launch::{LaunchError, Launched};
use crate::operator::Desk;
use crate::play::script::{Flow, Script};
use crate::stop_signal::StopSignal;
use crate::storage::DataFolder;

/// An exchange that a play is performed on.
#[derive(Debug)]
pub struct Venue {
    /// Where sessions connect.
    pub url: String,
    /// What turns engine time into time to wait: one is real time.
    pub pace: u32,
    desk: Arc<Desk>,
    own: Option<Launched>,
    config: Config,
}

/// A flow under way.
#[derive(Debug)]
pub struct RunningFlow {
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), String>>,
}

impl Venue {
    /// Starts an exchange as the play and the command line say, or takes the one that the command line names.
    ///
    /// # Errors
    /// The configuration is wrong, or nothing can be started.
    pub async fn open(
        script: &Script,
        arguments: &PlayArgs,
        stop: &mut StopSignal,
    ) -> Result<Self, LaunchError> {
        let config = config(script, arguments)?;
        let pace = match config.clock {
            ClockMode::Realtime => 1,
            ClockMode::Scaled(factor) => factor.get(),
            ClockMode::Replay | ClockMode::Lockstep => {
                return Err(no_time_of_its_own().into());
            }
        };
        if let Some(url) = &arguments.url {
            let admin = arguments.admin_url.as_deref().unwrap_or_default();
            let key = arguments.admin_key.as_deref().unwrap_or_default();
            return Ok(Self {
                url: url.clone(),
                pace,
                desk: Arc::new(Desk::at(admin, key)),
                own: None,
                config,
            });
        }
        let folder = DataFolder::temporary()?;
        let own = Launched::new(config.clone(), folder, PageKey::Asked, stop).await?;
        let desk = Desk::at(&own.place.admin, own.exchange.admin_key.reveal());
        Ok(Self {
            url: own.place.url.clone(),
            pace,
            desk: Arc::new(desk),
            own: Some(own),
            config,
        })
    }

    /// Has an operator ask.
    ///
    /// # Errors
    /// What was refused, and why.
    pub async fn ask(
        &self,
        method: &'static str,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<serde_json::Value, String> {
        let (desk, path, body) = (Arc::clone(&self.desk), path.to_owned(), body.clone());
        let asking = tokio::task::spawn_blocking(move || desk.ask(method, &path, &body));
        let answer = asking.await.map_err(|error| error.to_string())?;
        answer.map_err(|error| error.to_string())
    }

    /// Begins the play's flow, if it has one.
    pub fn begin_flow(&self, flow: Flow) -> Option<RunningFlow> {
        if flow == Flow::None {
            return None;
        }
        let participants = self.config.demo.participants.iter();
        let run = FeedRun {
            url: self.url.clone(),
            keys: participants.map(|account| account.key.clone()).collect(),
            run_for: None,
            speed: NonZeroU32::MIN,
            reconnect: Reconnect::Never,
            must_stand: Arc::default(),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let config = self.config.feed.clone();
        let running = tokio::spawn(async move {
            let (live, _shown) = watch::channel(FeedSnapshot::default());
            let until = async move {
                // A sender that is dropped stops it too.
                let _ = stopped.await;
            };
            let ended = feed_sim::run(&config, run, live, until).await;
            ended.map(|_summary| ()).map_err(|error| error.to_string())
        });
        Some(RunningFlow { stop, running })
    }

    /// Whether no money was made or lost, as the exchange says.
    pub async fn is_conserved(&self) -> Result<bool, String> {
        for _ in 0..50 {
            match self
                .ask("GET", "/conservation", &serde_json::Value::Null)
                .await
            {
                Ok(books) => return Ok(adds_up(&books)),
                Err(error) if error.contains("still_settling") => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(error) => return Err(error),
            }
        }
        Err("it went on settling".to_owned())
    }

    /// Stops an exchange of the play's own, and says whether it ended in order.
    ///
    /// # Errors
    /// What was not in order.
    pub async fn close(self) -> Result<(), String> {
        let Some(own) = self.own else {
            return Ok(());
        };
        let ending = own
            .exchange
            .stop()
            .await
            .map_err(|error| error.to_string())?;
        match ending.cause {
            StopCause::Asked | StopCause::Reset if ending.is_conserved() => Ok(()),
            StopCause::Asked | StopCause::Reset => Err("the ledger does not add up".to_owned()),
            StopCause::Halted => Err("its log failed".to_owned()),
            StopCause::PublisherFailed => Err("a part of it broke".to_owned()),
        }
    }
}

impl RunningFlow {
    /// Stops it, and waits for its last answers.
    ///
    /// # Errors
    /// Why it could not go on.
    pub async fn stop(self) -> Result<(), String> {
        // It may have ended by itself.
        let _ = self.stop.send(());
        self.running.await.map_err(|error| error.to_string())?
    }
}

/// Every asset's books say so themselves.
fn adds_up(books: &serde_json::Value) -> bool {
    fn claims(value: &serde_json::Value, found: &mut Vec<bool>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_bool() {
                        Some(claim) if name.contains("conserved") => found.push(claim),
                        Some(_) | None => claims(value, found),
                    }
                }
            }
            serde_json::Value::Array(values) => {
                for value in values {
                    claims(value, found);
                }
            }
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Number(_)
            | serde_json::Value::String(_) => {}
        }
    }
    let mut found = Vec::new();
    claims(books, &mut found);
    !found.is_empty() && found.into_iter().all(|claim| claim)
}

/// The configuration of a play's own exchange.
///
/// # Errors
/// Something in it is wrong.
pub fn config(script: &Script, arguments: &PlayArgs) -> Result<Config, ConfigError> {
    let mut layers = arguments.layers();
    layers.inner.extend(script.exchange.clone());
    let flow = script.layer();
    layers.flags.splice(0..0, flow);
    Config::load(&layers)
}

fn no_time_of_its_own() -> ConfigError {
    ConfigError::new(
        "clock.mode",
        "with this clock time passes as sessions say, and the actors of a play say nothing of it",
        "play on \"realtime\" or \"xN\"",
    )
}

/// The keys that the actors of a play log on with.
pub fn keys(script: &Script) -> BTreeMap<String, String> {
    let actors = script.actors().into_iter();
    actors
        .map(|actor| (actor.to_owned(), script.key_of(actor)))
        .collect()
}
