//! The configuration: files, environment and flags, parsed once, checked whole, passed down by part.
//!
//! `file.rs` has what is written, `listing.rs` and `process.rs` what is derived from it and the checks.

mod account_limits;
mod binance;
mod demo;
mod error;
mod file;
mod instrument;
mod kept_listing;
mod layers;
mod listing;
mod lockstep;
mod own_file;
mod place;
mod process;
mod reader;
mod shown;
mod tree;
mod value;

use feed_sim::FeedConfig;
use gateway::{
    AllowedHosts, DemoApiKeys, FaultPlanPart, FlowSwitch, Limits, LockstepConfig, Pacing,
    VenueConfig,
};
use sequencer::{FileLogOptions, ManualClock, SequencerConfig, SnapshotCadence};

pub use demo::{DEMO_REPLAY_KEY, DemoPart, FundedAccount};
pub use error::ConfigError;
pub use kept_listing::{FEE_KEYS, LIVE_KEYS};
pub use layers::Layers;
pub use listing::Listing;
pub use own_file::OwnFile;
pub use process::{Addresses, JournalPlace, TlsPart};
pub use shown::ShownValue;
pub use tree::{Entry, Node};
pub use value::{Amount, ClockMode, Profile, Span};

/// Everything the process is told, by part.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which settings lie under everything else.
    pub profile: Profile,
    /// Where it listens.
    pub addresses: Addresses,
    /// Whether the public may speak TLS.
    pub tls: TlsPart,
    /// For which hosts and origins it answers.
    pub allowed_hosts: AllowedHosts,
    /// What the gateway admits.
    pub limits: Limits,
    /// Matcher threads and rings.
    pub sequencer: SequencerConfig,
    /// What can be held and traded.
    pub listing: Listing,
    /// Accounts at most.
    pub accounts_max: u32,
    /// Whether there is a journal that outlives the process.
    pub journal_place: JournalPlace,
    /// How the journal of a data folder is kept.
    pub journal: FileLogOptions,
    /// How often snapshots are written beside it.
    pub snapshot_cadence: SnapshotCadence,
    /// Old files of the journal are kept until all of them are larger than this.
    pub retention_bytes: u64,
    /// Engine time.
    pub clock: ClockMode,
    /// What there is to know of the lockstep, whether it is this exchange's clock or not.
    pub lockstep: LockstepConfig,
    /// What the Binance persona is told.
    pub venue: VenueConfig,
    /// The keys of its clients in a demo.
    pub demo_api_keys: DemoApiKeys,
    /// What the demo adds.
    pub demo: DemoPart,
    /// What goes wrong on purpose from the start.
    pub fault_plans: Vec<FaultPlanPart>,
    /// The participants' flow.
    pub feed: FeedConfig,
    /// Where all this was read from, and is read from again.
    pub layers: Layers,
    /// Every effective value, as it was read.
    pub values: Vec<ShownValue>,
    /// Its switch, where this process has one of its own.
    pub flow: Option<FlowSwitch>,
}

impl Config {
    /// Reads all layers, checks them whole.
    ///
    /// # Errors
    /// The first mistake, with its place, key, value and remedy.
    pub fn load(layers: &Layers) -> Result<Self, ConfigError> {
        let tree = layers.merge()?;
        let file: file::File = reader::read(&tree)?;
        let mut config = Self::derive(&file).map_err(|error| locate(error, &tree))?;
        config.listing.written = kept_listing::spell(&tree);
        config.layers = layers.clone();
        config.values = shown::values(&tree);
        Ok(config)
    }
}

impl Config {
    /// Every effective value of the same layers, and where it was written.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn shown(layers: &Layers) -> Result<Vec<ShownValue>, ConfigError> {
        Ok(Self::load(layers)?.values)
    }

    /// How time passes for an exchange that is started now: in lockstep with a clock of its own.
    pub fn lockstep_of_a_start(&self) -> Pacing {
        match self.clock {
            ClockMode::Lockstep => Pacing::Lockstep(LockstepConfig {
                clock: ManualClock::at(self.lockstep.start),
                ..self.lockstep.clone()
            }),
            ClockMode::Realtime | ClockMode::Scaled(_) | ClockMode::Replay => Pacing::Free,
        }
    }

    fn derive(file: &file::File) -> Result<Self, ConfigError> {
        let mut listing = Listing::derive(&file.asset, &file.rules, &file.instrument)?;
        let place = process::journal_place(file.log.journal);
        listing.cap_remembered_ids(file.sequencer.idempotency_orders_max, place)?;
        process::at_least_one("ledger.accounts_max", file.ledger.accounts_max)?;
        let demo = DemoPart::derive(&file.demo, file.ledger.accounts_max, &listing)?;
        Ok(Self {
            profile: file.profile,
            venue: binance::derive_venue(&file.gateway.binance)?,
            demo_api_keys: binance::derive_api_keys(&file.demo.api_key, &demo.people)?,
            addresses: Addresses::derive(&file.gateway)?,
            tls: TlsPart::derive(&file.gateway)?,
            allowed_hosts: AllowedHosts {
                hosts: file.gateway.allowed_hosts.clone(),
                origins: file.gateway.allowed_origins.clone(),
            },
            limits: process::derive_limits(&file.gateway.limits)?,
            sequencer: lockstep::layout(
                file.clock.mode,
                process::derive_sequencer(&file.sequencer, listing.instruments.len())?,
            ),
            feed: demo::derive_feed(&file.demo, &file.feed_sim)?,
            fault_plans: Vec::new(),
            layers: Layers::default(),
            values: Vec::new(),
            flow: None,
            demo,
            listing,
            accounts_max: file.ledger.accounts_max,
            journal_place: process::journal_place(file.log.journal),
            journal: process::derive_journal(&file.log)?,
            snapshot_cadence: process::derive_cadence(&file.log)?,
            retention_bytes: file.log.retention_bytes,
            clock: file.clock.mode,
            lockstep: lockstep::derive(&file.clock)?,
        })
    }
}

/// Gives an error of a derived value the place where the value was written.
fn locate(error: ConfigError, tree: &Entry) -> ConfigError {
    match tree.find(error.key()) {
        Some(entry) => error.found(&entry.place, entry.written()),
        None => error,
    }
}
