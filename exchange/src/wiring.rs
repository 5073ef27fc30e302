//! The topology in one constructor, and the order of stopping.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gateway::{
    BadLimit, DemoKeys, Gateway, GatewayParts, GatewayView, ListedAsset, ListingError, RunError,
    StopCause, Stopped,
};
use ledger::{ConservationLine, Ledger, LedgerConfig, StillSettling, TermsError};
use sequencer::{
    ClockSource, ControlCommand, ControlError, Epoch, MatcherState, MemLogs, Ports, Retention,
    Running, StopHandle,
};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle};

use crate::config::{ClockMode, Config, FundedAccount};
use crate::journal_folder::{DataError, open_journal};

/// The generation of published numbers of state that lives in memory: every start is a first one.
const FIRST_EPOCH: Epoch = Epoch(1);

/// How often a start looks whether the journal is applied.
const RECOVERY_POLL: Duration = Duration::from_millis(5);
/// A long recovery says so each time it has applied so many commands.
const RECOVERY_TOLD_COMMANDS: u64 = 1_000_000;

/// An exchange that runs.
#[derive(Debug)]
pub struct Exchange {
    /// Where the public listener is.
    pub public: SocketAddr,
    /// Where the admin listener is.
    pub admin: SocketAddr,
    /// Looks at books and counters.
    pub view: GatewayView,
    ports: Arc<Ports>,
    ledger: Arc<Ledger>,
    stop_gateway: oneshot::Sender<()>,
    gateway: JoinHandle<Result<Stopped, RunError>>,
    stop_shard: StopHandle,
}

/// How an exchange ended.
#[derive(Debug)]
pub struct Ending {
    /// Why it stopped.
    pub cause: StopCause,
    /// Commands that got no answer.
    pub unanswered: u64,
    /// Over everything that decides, of all books.
    pub state_hash: u64,
    /// Every asset's books.
    pub conservation: Result<Vec<ConservationLine>, StillSettling>,
}

/// Why an exchange cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody listens there already.
    #[error(
        "{address} is in use, perhaps by another rialto: stop it, or choose a port with {flag}, such as {flag} 127.0.0.1:0 for any free one"
    )]
    AddressInUse {
        /// The address.
        address: SocketAddr,
        /// The flag that moves it.
        flag: &'static str,
    },
    /// The system gives no listener.
    #[error("cannot listen on {address}: {error}; choose another address with {flag}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The flag that moves it.
        flag: &'static str,
        /// What the system says.
        error: io::Error,
    },
    /// An instrument's terms break a rule of the ledger.
    #[error("an instrument's terms: {0}")]
    Terms(#[from] TermsError),
    /// The matchers cannot be laid out.
    #[error(transparent)]
    Sequencer(#[from] sequencer::StartError),
    /// Instruments cannot be listed together.
    #[error(transparent)]
    Listing(#[from] ListingError),
    /// A limit cannot be used.
    #[error(transparent)]
    Limit(#[from] BadLimit),
    /// The data folder cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The journal cannot be applied.
    #[error("--data: the journal cannot be applied; the log above says why, nothing was changed")]
    Recovery,
    /// An account cannot be opened or funded.
    #[error("account {name}: {error}")]
    Account {
        /// Which one.
        name: String,
        /// Why.
        error: ControlError,
    },
}

impl Exchange {
    /// Starts everything, from the inside out; when it returns, everything is there.
    ///
    /// # Errors
    /// An address is taken, or a part refuses its configuration. Nothing runs then.
    pub async fn start(config: &Config, data: Option<&Path>) -> Result<Self, StartError> {
        // 1. Addresses. A taken port is the likeliest trouble, so it is noticed before anything runs.
        let public_listener = listen(config.addresses.public, "--listen").await?;
        let admin_listener = listen(config.addresses.admin, "--admin-listen").await?;
        let public = local_address(&public_listener, config.addresses.public, "--listen")?;
        let admin = local_address(&admin_listener, config.addresses.admin, "--admin-listen")?;

        // 2. The ledger: doors for sessions, cells for each matcher.
        let ledger = Arc::new(new_ledger(config)?);

        // 3. The sequencer: one ring and one log handle per matcher, the durability gate behind them.
        let (shard, epoch) = start_shard(config, data, &ledger)?;

        // 4. The gateway: reads what the gate lets out, and hands in what sessions ask. Matchers without a
        //    thread of their own are turned by its runtime.
        let accounts = || config.demo.people.iter().chain(&config.demo.participants);
        let gateway = Gateway::new(
            GatewayParts {
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
            },
            config.limits.clone(),
        )?;
        let view = gateway.view();
        let (stop_gateway, asked) = oneshot::channel();
        let (open, opening) = oneshot::channel();
        let gateway = gateway.opened_by(opening);
        let gateway = tokio::spawn(gateway.run(public_listener, admin_listener, async move {
            // A sender that is dropped asks too: nobody is left who could.
            drop(asked.await);
        }));

        // 5. What the journal has is applied. The gateway reads by now: a matcher whose events nobody takes
        //    would wait.
        recovered(&shard.ports, &view).await?;

        // 6. Accounts and deposits, through the control sequence like everything that decides. Accounts that
        //    the journal has brought are there, with what they have.
        let missing = accounts().filter(|account| !ledger.has_account(account.id));
        fund(&shard.ports, missing).await?;

        // 7. Everything is as it was, or as it begins: the public may come in.
        let _ = open.send(());
        Ok(Self {
            public,
            admin,
            view,
            ports: shard.ports,
            ledger,
            stop_gateway,
            gateway,
            stop_shard: shard.stop,
        })
    }

    /// Commands that wait for all matchers together.
    pub fn queued_commands(&self) -> u64 {
        self.ports.counters().queue_depth
    }

    /// Resolves when the exchange has stopped by itself: its log failed, or a part of it broke.
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
    pub async fn stop(self) -> Result<Ending, JoinError> {
        // Nobody listens any more where it has stopped by itself.
        let _ = self.stop_gateway.send(());
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
        states.sort_by_key(|state| state.matcher);

        Ok(Ending {
            cause,
            unanswered,
            state_hash: hash_of_all(&states),
            conservation: self.ledger.conservation(),
        })
    }
}

impl Ending {
    /// Whether no money was made or lost, to the last unit of every asset.
    pub fn is_conserved(&self) -> bool {
        self.conservation
            .as_ref()
            .is_ok_and(|lines| lines.iter().all(ConservationLine::is_conserved))
    }
}

async fn listen(address: SocketAddr, flag: &'static str) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|error| {
        if error.kind() == io::ErrorKind::AddrInUse {
            StartError::AddressInUse { address, flag }
        } else {
            StartError::Listen {
                address,
                flag,
                error,
            }
        }
    })
}

fn local_address(
    listener: &TcpListener,
    address: SocketAddr,
    flag: &'static str,
) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|error| StartError::Listen {
        address,
        flag,
        error,
    })
}

/// Without a folder the log is in memory.
fn start_shard(
    config: &Config,
    data: Option<&Path>,
    ledger: &Arc<Ledger>,
) -> Result<(Running, Epoch), StartError> {
    let instruments: Vec<engine::Instrument> = config
        .listing
        .instruments
        .iter()
        .map(|listed| listed.instrument)
        .collect();
    let clock = clock_source(config.clock);
    let ledger = Arc::clone(ledger);
    let Some(folder) = data else {
        let logs = MemLogs::new(Retention::Nothing);
        let shard = sequencer::start(config.sequencer, &instruments, ledger, logs, clock)?;
        return Ok((shard, FIRST_EPOCH));
    };
    let logs = open_journal(folder, config)?;
    let epoch = logs.epoch();
    let shard = sequencer::start(config.sequencer, &instruments, ledger, logs, clock)?;
    Ok((shard, epoch))
}

fn new_ledger(config: &Config) -> Result<Ledger, TermsError> {
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

/// Waits until everything that the journal has is applied, and told to the gateway.
async fn recovered(ports: &Ports, view: &GatewayView) -> Result<(), StartError> {
    let recovery = ports.recovery();
    if !recovery.was_needed() {
        return Ok(());
    }
    let mut told = 0;
    while !recovery.is_over() || view.counters().batches < ports.counters().batches {
        if ports.is_halted() {
            return Err(StartError::Recovery);
        }
        tokio::time::sleep(RECOVERY_POLL).await;
        if recovery.commands() >= told + RECOVERY_TOLD_COMMANDS {
            told = recovery.commands();
            tracing::info!(commands = told, "applying the journal");
        }
    }
    tracing::info!(
        batches = recovery.entries(),
        commands = recovery.commands(),
        "the journal is applied"
    );
    Ok(())
}

/// Opens accounts with what they begin with, one after another: each outcome is known before the next is asked
/// for, and an account and its deposits are one entry of the journal.
async fn fund(
    ports: &Ports,
    accounts: impl Iterator<Item = &FundedAccount>,
) -> Result<(), StartError> {
    for account in accounts {
        let deposits = account.deposits.iter().copied();
        let opening = ControlCommand::CreateAccount {
            account: account.id,
            deposits: deposits.filter(|(_, amount)| amount.units() > 0).collect(),
        };
        apply(ports, opening)
            .await
            .map_err(|error| StartError::Account {
                name: account.name.clone(),
                error,
            })?;
    }
    Ok(())
}

async fn apply(ports: &Ports, command: ControlCommand) -> Result<(), ControlError> {
    ports.control(command)?.outcome().await?;
    Ok(())
}

const fn clock_source(clock: ClockMode) -> ClockSource {
    match clock {
        ClockMode::Realtime => ClockSource::Realtime,
        ClockMode::Scaled(factor) => ClockSource::Scaled(factor),
        ClockMode::Replay => ClockSource::Replay,
    }
}

const fn wire_clock(clock: ClockMode) -> protocol::ClockMode {
    match clock {
        ClockMode::Realtime => protocol::ClockMode::Realtime,
        ClockMode::Scaled(_) => protocol::ClockMode::Accelerated,
        ClockMode::Replay => protocol::ClockMode::Replay,
    }
}

/// One hash of all matchers' hashes, in their order.
fn hash_of_all(states: &[MatcherState]) -> u64 {
    // FNV-1a over whole words: the hashes are well mixed already, only their order has to count.
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    states.iter().fold(OFFSET, |hash, state| {
        (hash ^ state.state_hash).wrapping_mul(PRIME)
    })
}
