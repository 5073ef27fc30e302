//! The topology in one constructor, and the order of stopping: one generation of the exchange.

mod changing;
mod clocks;
mod ending;
mod listeners;
mod recovering;
mod seed;
mod start_error;

use std::sync::Arc;
use std::time::Duration;

use gateway::{
    AdminKey, BadFault, CounterReadings, DemoKeys, FaultPlan, Gateway, GatewayParts, GatewayView,
    ListedAsset, ListingError, LogFilter, OpeningLimits, Operations, PageKey, Past, ReloadRequest,
    ResetRequest, RunError, StopCause, Stopped, Tls,
};
use ledger::{Ledger, LedgerConfig, TermsError};
use sequencer::{
    ClockSource, Epoch, FileLogs, MemLogs, Ports, ReadModelMaker, Retention, Running,
    SequencerConfig, StopHandle, state_hash_of,
};
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle};

use crate::config::{Config, Listing};
use crate::logging;
use crate::storage::{GenerationMark, Logs, OpenGeneration};

pub use ending::Ending;
pub use listeners::Listeners;
pub use start_error::StartError;

use changing::Changing;
use clocks::{clock_source, wire_clock};
use recovering::{close_overdrawn, recovered};
use seed::under_way_max;

/// What every generation of a process is wired with.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// What the process is told.
    pub config: Config,
    /// Where it listens.
    pub listeners: Listeners,
    /// Whether its public may speak TLS.
    pub tls: Tls,
    /// Who its operators are.
    pub admin_key: AdminKey,
    pub viewer_key: AdminKey,
    /// Whether the operators' page has the key entered.
    pub page_key: PageKey,
    /// Where operators ask for the next generation.
    pub resets: flume::Sender<ResetRequest>,
    /// Where operators ask for the configuration to be read again.
    pub reloads: flume::Sender<ReloadRequest>,
}

/// An exchange that runs, from a reset or the start of the process on.
#[derive(Debug)]
pub struct Generation {
    /// Looks at books and counters.
    pub view: GatewayView,
    /// Which one it is.
    pub mark: GenerationMark,
    /// The epoch of its published numbers.
    pub epoch: Epoch,
    ledger: Arc<Ledger>,
    ports: Arc<Ports>,
    account_limits: OpeningLimits,
    under_way_max: usize,
    /// What recovery had counted when it was opened to the public.
    recovered: CounterReadings,
    stop_gateway: oneshot::Sender<StopCause>,
    gateway: JoinHandle<Result<Stopped, RunError>>,
    stop_shard: StopHandle,
}

impl Generation {
    /// Starts everything, from the inside out; when it returns, everything is there.
    ///
    /// # Errors
    /// A part refuses its configuration, or the journal cannot be applied. Nothing runs then.
    pub async fn start(around: &Surroundings, opened: OpenGeneration) -> Result<Self, StartError> {
        let OpenGeneration {
            logs,
            mut mark,
            listing: kept_listing,
        } = opened;
        // Everything begins as the journal was begun; what the configuration has changed since comes by commands.
        let config = &Config {
            listing: kept_listing.base,
            ..around.config.clone()
        };
        let epoch = logs.epoch();
        let (logs, past) = match logs {
            Logs::Files(files) => {
                let (logs, history) = *files;
                (Some(logs), Past::new(history, &listing(config)?))
            }
            Logs::Memory(_) => (None, Past::keeping_nothing(&listing(config)?)),
        };

        // 1. The ledger: doors for sessions, cells for each matcher.
        let ledger = Arc::new(new_ledger(config)?);

        // 2. The sequencer: one ring and one log handle per matcher, the durability gate behind them.
        let instruments: Vec<engine::Instrument> = config
            .listing
            .instruments
            .iter()
            .map(|listed| listed.instrument)
            .collect();
        let lockstep = config.lockstep_of_a_start();
        let clock = clock_source(config.clock, &lockstep);
        let kept = gateway::read_model(
            listing(config)?,
            epoch,
            config.limits.clone(),
            Arc::clone(&past),
        );
        let shard = start_shard(config.sequencer, &instruments, &ledger, logs, clock, kept)?;

        // 3. The gateway: reads what the gate lets out, and hands in what sessions ask. Matchers without a
        //    thread of their own are turned by its runtime.
        let wanted = &around.config.listing;
        let account_limits = OpeningLimits::new(wanted.account_limits.clone());
        let accounts = || config.demo.people.iter().chain(&config.demo.participants);
        let gateway = Gateway::new(
            GatewayParts {
                past: Arc::clone(&past),
                ports: Arc::clone(&shard.ports),
                events: shard.events,
                pool: shard.pool,
                inline: shard.inline,
                ledger: Arc::clone(&ledger),
                listing: listing(config)?,
                keys: DemoKeys::new(accounts().map(|account| (account.key.clone(), account.id))),
                allowed: config.allowed_hosts.clone(),
                epoch,
                clock: wire_clock(config.clock),
                time: shard.clock,
                pacing: lockstep,
                operations: around.operations(&account_limits),
                demo_api_keys: config.demo_api_keys.clone(),
                venue: config.venue.clone(),
            },
            config.limits.clone(),
        )?;
        let plans = config.fault_plans.iter().map(FaultPlan::derive);
        let plans: Result<Vec<FaultPlan>, BadFault> = plans.collect();
        let gateway = gateway
            .under_faults(plans?)
            .map_err(StartError::TooManyFaults)?;
        let gateway = match &shard.read_model {
            Some(kept) => gateway.going_on_from(kept)?,
            None => gateway,
        };
        let view = gateway.view();
        let (stop_gateway, asked) = oneshot::channel();
        let (open, opening) = oneshot::channel();
        let further = around.listeners.further.clone();
        let gateway = gateway
            .opened_by(opening)
            .speaking(around.tls.clone(), further);
        let public = Arc::clone(&around.listeners.public);
        let admin = Arc::clone(&around.listeners.admin);
        let gateway = tokio::spawn(gateway.run(public, admin, async move {
            // A sender that is dropped asks too: nobody is left who could.
            asked.await.unwrap_or(StopCause::Asked)
        }));

        // 4. What the journal has is applied. The gateway reads by now: a matcher whose events nobody takes
        //    would wait.
        recovered(&shard.ports, &view)
            .await
            .map_err(|error| or_failed_log(&shard.ports, error))?;
        view.settle();

        //    Accounts that rest on money that is gone are for cancels only, before anybody trades with them.
        close_overdrawn(&shard.ports, &ledger)
            .await
            .map_err(|error| or_failed_log(&shard.ports, error))?;

        // 5. Accounts and deposits. Those that the journal has brought are there, with what they have. A new
        //    generation counts from here on.
        let missing: Vec<_> = accounts()
            .filter(|account| !ledger.has_account(account.id))
            .collect();
        let under_way_max = under_way_max(config.clock);
        let changing = Changing {
            view: &view,
            ports: &shard.ports,
            ledger: &ledger,
            under_way_max,
        };
        changing
            .change(&kept_listing.applied, wanted)
            .await
            .map_err(|reason| or_failed_log(&shard.ports, StartError::Changes(reason)))?;
        for listed in &wanted.instruments {
            view.note_fees(listed.instrument.id, &listed.terms.fees);
        }
        seed::seed(
            &shard.ports,
            &ledger,
            missing.into_iter(),
            &wanted.account_limits,
            under_way_max,
        )
        .await
        .map_err(|error| or_failed_log(&shard.ports, error))?;
        mark.note_applied(wanted)?;
        mark.finish()?;

        // 6. Everything is as it was, or as it begins: the public may come in.
        let recovered = view.counters();
        let _ = open.send(());
        Ok(Self {
            view,
            mark,
            epoch,
            ledger,
            ports: shard.ports,
            account_limits,
            under_way_max,
            recovered,
            stop_gateway,
            gateway,
            stop_shard: shard.stop,
        })
    }

    /// Changes what is listed as `from` to what is listed as `to`, by commands; says how many.
    ///
    /// # Errors
    /// Something stays as it is, or cannot be remembered.
    pub async fn change(&self, from: &Listing, to: &Listing) -> Result<u64, String> {
        let changing = Changing {
            view: &self.view,
            ports: &self.ports,
            ledger: &self.ledger,
            under_way_max: self.under_way_max,
        };
        let commands = changing.change(from, to).await?;
        self.account_limits.replace(to.account_limits.clone());
        let noted = self.mark.note_applied(to);
        noted.map_err(|error| error.to_string())?;
        Ok(commands)
    }

    /// Resolves when it has stopped by itself: its log failed, or a part of it broke.
    pub async fn stopped_by_itself(&self) {
        while !self.gateway.is_finished() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Stops in order: 1. no new commands, sessions hear `going_away` and get what is due; 2. rings are
    /// drained and matchers end; 3. publishers read what the gate has let out; 4. the books are added up.
    ///
    /// # Errors
    /// A part of it panicked.
    pub async fn stop(self, cause: StopCause) -> Result<Ending, JoinError> {
        // Nobody listens any more where it has stopped by itself.
        let _ = self.stop_gateway.send(cause);
        let stopped = self
            .gateway
            .await?
            .expect("its listeners had addresses when it started");
        let (cause, unanswered) = (stopped.cause, stopped.unanswered);

        self.stop_shard.close();
        let draining = tokio::task::spawn_blocking(move || self.stop_shard.stop_and_drain());
        let inline = stopped.drained().await;
        let mut states = draining.await?;
        states.extend(inline);

        let counters = self.view.counters();
        Ok(Ending {
            cause,
            unanswered,
            commands: counters.commands,
            trades: counters.trades.saturating_sub(self.recovered.trades),
            busy: counters.busy,
            lockstep: self.view.lockstep(),
            state_hash: state_hash_of(&states),
            conservation: self.ledger.conservation(),
        })
    }
}

impl Surroundings {
    fn operations(&self, account_limits: &OpeningLimits) -> Operations {
        let named = self.config.demo.people.iter();
        let named = named.chain(&self.config.demo.participants);
        Operations {
            key: self.admin_key.clone(),
            viewer_key: self.viewer_key.clone(),
            page_key: self.page_key,
            log_filter: LogFilter::new(logging::set_filter),
            flow: self.config.flow.clone(),
            account_limits: account_limits.clone(),
            account_names: named.map(|it| (it.id, it.name.clone())).collect(),
            resets: self.resets.clone(),
            reloads: self.reloads.clone(),
        }
    }
}

/// The books of money that the configuration asks for.
pub fn new_ledger(config: &Config) -> Result<Ledger, TermsError> {
    let terms = config
        .listing
        .instruments
        .iter()
        .map(|listed| listed.terms)
        .collect();
    let limits = LedgerConfig {
        accounts_max: config.accounts_max,
    };
    Ledger::new(limits, config.listing.assets.clone(), terms)
}

fn listing(config: &Config) -> Result<gateway::Listing, ListingError> {
    let assets = config
        .listing
        .assets
        .iter()
        .map(|asset| ListedAsset {
            id: asset.id,
            name: asset
                .name
                .parse()
                .expect("names were checked with the configuration"),
            decimals: asset.decimals,
        })
        .collect();
    gateway::Listing::new(config.listing.instruments.clone(), assets)
}

/// Why a start failed: a log that fails takes along whatever waits for it.
fn or_failed_log(ports: &Ports, error: StartError) -> StartError {
    if ports.has_log_failed() {
        StartError::LogFailed
    } else {
        error
    }
}

/// Without files the log is in memory.
fn start_shard(
    config: SequencerConfig,
    instruments: &[engine::Instrument],
    ledger: &Arc<Ledger>,
    logs: Option<FileLogs>,
    clock: ClockSource,
    kept: ReadModelMaker,
) -> Result<Running, sequencer::StartError> {
    let ledger = Arc::clone(ledger);
    if let Some(logs) = logs {
        return sequencer::start_with_read_model(config, instruments, ledger, logs, clock, kept);
    }
    let logs = MemLogs::new(Retention::Nothing);
    sequencer::start_with_read_model(config, instruments, ledger, logs, clock, kept)
}
