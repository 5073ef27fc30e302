//! What all sessions and publishers of one gateway share.

mod instrument_state;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use engine::{FanOutAction, InstrumentId, Timestamp};
use ledger::Ledger;
use protocol::{ClockMode, InstrumentTable, Symbol};
use sequencer::{
    ControlError, Delivery, EngineClock, Epoch, InboundCommand, NotTaken, Origin, Ports, Refused,
    SessionId, Targets,
};

use crate::binance::{DemoApiKeys, Venue, VenueConfig};
use crate::clock;
use crate::counters::Counters;
use crate::egress::{AccountLoads, AccountWatch};
use crate::faults::Faults;
use crate::keys::DemoKeys;
use crate::limits::Limits;
use crate::listing::{ListedInstrument, Listing, place_of};
use crate::lockstep::{Lockstep, Pacing};
use crate::market_data::{IntervalWatch, Resuming, TapeWatch};
use crate::measure::{Rejects, StageTimes};
use crate::native::translate;
use crate::past::Past;
use crate::session::presence::Presence;
use crate::session::{Flusher, Outbound, Routing};

pub use instrument_state::InstrumentState;

/// Nothing is looked at more often, however fast engine time is.
const WALL_TIME_MIN: Duration = Duration::from_millis(1);

/// What all sessions and publishers of one gateway share.
#[derive(Debug)]
pub struct Edge {
    /// Who turns the matchers.
    pub turned_by: TurnedBy,
    /// What is listed.
    pub listing: Listing,
    /// How binary frames name what is listed.
    pub binary_names: InstrumentTable,
    /// Each instrument's read models, in the order of the listing.
    pub instruments: Vec<InstrumentState>,
    /// The way to the matchers.
    pub ports: Arc<Ports>,
    /// Balances and holds.
    pub ledger: Arc<Ledger>,
    /// Whose key is whose.
    pub keys: DemoKeys,
    /// Who gets what.
    pub routing: RwLock<Routing>,
    /// Who follows what accounts have.
    pub account_watch: AccountWatch,
    /// Wakes those that market data waits for.
    pub flusher: Flusher,
    /// Which intervals somebody follows.
    pub intervals: IntervalWatch,
    /// Whether somebody follows candles or statistics.
    pub tape_watch: TapeWatch,
    /// What was.
    pub past: Arc<Past>,
    /// What is counted.
    pub counters: Arc<Counters>,
    /// What is refused, by reason.
    pub rejects: Rejects,
    /// How long commands take, by the matcher that has them.
    pub stage_times: Box<[StageTimes]>,
    /// What is admitted.
    pub limits: Arc<Limits>,
    /// The generation of published numbers.
    pub epoch: Epoch,
    /// How engine time passes.
    pub clock: ClockMode,
    /// Engine time.
    pub time: EngineClock,
    /// Who is enrolled, with the lockstep clock.
    pub lockstep: Option<Arc<Lockstep>>,
    /// What goes wrong on purpose.
    pub faults: Arc<Faults>,
    /// Who is logged on.
    pub presence: Presence,
    /// How many open orders each account has.
    pub loads: Arc<AccountLoads>,
    /// What the Binance persona knows.
    pub binance: Venue,
    started_us: u64,
    is_admitting: AtomicBool,
    sessions_numbered: AtomicU64,
    engine_time_ns: AtomicU64,
}

/// Who turns the matchers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnedBy {
    /// Threads of their own, while sessions read on.
    Threads,
    /// The runtime that sessions run on: while one of them reads, nothing is taken from a ring.
    Runtime,
}

/// What an [`Edge`] is made of.
#[derive(Debug)]
pub struct EdgeParts {
    /// Who turns the matchers.
    pub turned_by: TurnedBy,
    /// What is listed.
    pub listing: Listing,
    /// The way to the matchers.
    pub ports: Arc<Ports>,
    /// Balances and holds.
    pub ledger: Arc<Ledger>,
    /// Whose key is whose.
    pub keys: DemoKeys,
    /// What was.
    pub past: Arc<Past>,
    /// What is admitted.
    pub limits: Limits,
    /// The generation of published numbers.
    pub epoch: Epoch,
    /// How engine time passes.
    pub clock: ClockMode,
    /// Engine time.
    pub time: EngineClock,
    /// Who lets it pass.
    pub pacing: Pacing,
    /// Keys of the Binance persona that config gives.
    pub demo_api_keys: DemoApiKeys,
    /// What config says of the Binance persona.
    pub venue: VenueConfig,
}

impl Edge {
    /// An edge without sessions.
    pub fn new(parts: EdgeParts) -> Self {
        let loads = Arc::<AccountLoads>::default();
        let instruments = parts
            .listing
            .instruments()
            .iter()
            .map(|listed| {
                let (epoch, limits) = (parts.epoch, &parts.limits);
                InstrumentState::new(listed.clone(), epoch, limits, &loads, Resuming::Kept)
            })
            .collect();
        let sessions_numbered = AtomicU64::new(1);
        let matchers = parts.ports.matcher_counters();
        let stage_times = matchers.iter().map(|_| StageTimes::default()).collect();
        let binance = Venue::new(
            &parts.listing,
            parts.ledger.accounts_max(),
            parts.demo_api_keys,
            parts.venue,
            SessionId(1),
        );
        Self {
            turned_by: parts.turned_by,
            instruments,
            loads,
            binance,
            faults: Arc::default(),
            presence: Presence::default(),
            binary_names: InstrumentTable::new(
                parts
                    .listing
                    .instruments()
                    .iter()
                    .map(ListedInstrument::binary),
            ),
            listing: parts.listing,
            ports: parts.ports,
            ledger: parts.ledger,
            keys: parts.keys,
            routing: RwLock::default(),
            account_watch: AccountWatch::default(),
            flusher: Flusher::default(),
            intervals: IntervalWatch::default(),
            tape_watch: TapeWatch::default(),
            past: parts.past,
            counters: Arc::default(),
            rejects: Rejects::default(),
            stage_times,
            limits: Arc::new(parts.limits),
            epoch: parts.epoch,
            clock: parts.clock,
            time: parts.time,
            lockstep: match parts.pacing {
                Pacing::Free => None,
                Pacing::Lockstep(config) => Some(Arc::new(Lockstep::new(config))),
            },
            started_us: clock::wall_us(),
            is_admitting: AtomicBool::new(true),
            sessions_numbered,
            engine_time_ns: AtomicU64::new(0),
        }
    }

    /// The number of the next session; 0 is the exchange itself. Orders remember it, so it is above those by which
    /// earlier processes took some.
    pub fn next_session(&self) -> SessionId {
        let used = u64::from(self.ports.highest_session().0);
        let after = |before: u64| before.max(used).checked_add(1);
        let before = self
            .sessions_numbered
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, after)
            .expect("fewer than 2^64 sessions connect");
        SessionId(after(before).expect("it was counted a line above"))
    }

    /// The instrument with this name.
    pub fn by_symbol(&self, symbol: &Symbol) -> Option<&InstrumentState> {
        self.instruments.get(self.listing.place_of_symbol(symbol)?)
    }

    /// The instrument with this id.
    pub fn by_id(&self, instrument: InstrumentId) -> Option<&InstrumentState> {
        self.instruments.get(place_of(instrument)?)
    }

    /// Asks every instrument for the same, once each.
    ///
    /// # Errors
    /// It was not taken: no instrument is asked.
    pub fn ask_all(&self, action: FanOutAction, origin: Origin) -> Result<Delivery, ControlError> {
        if !self.is_admitting() {
            return Err(ControlError::NotTaken(Refused::Unavailable));
        }
        let delivery = self.ports.fan_out(Targets::All, action, origin)?;
        Counters::count(&self.counters.commands);
        Ok(delivery)
    }

    /// Hands a command to its matcher.
    ///
    /// # Errors
    /// It was not taken: the caller gives back what it reserved, and says why.
    pub fn submit(&self, command: InboundCommand) -> Result<(), NotTaken> {
        if !self.is_admitting() {
            return Err(NotTaken::new(Refused::Unavailable, command));
        }
        // Counted before it is handed over: its outcome may be counted before this line goes on.
        Counters::count(&self.counters.commands);
        self.ports
            .try_submit_or_back(command)
            .inspect_err(|not_taken| {
                self.counters.commands.fetch_sub(1, Ordering::Relaxed);
                if not_taken.refused == Refused::Full {
                    Counters::count(&self.counters.busy);
                }
            })
    }

    /// Whether sessions are to stop reading for a moment: who reads on only fills the ring of a matcher that waits for
    /// the same thread.
    pub fn is_to_let_matchers_run(&self) -> bool {
        match self.turned_by {
            TurnedBy::Threads => false,
            TurnedBy::Runtime => self.ports.is_half_full(),
        }
    }

    /// Whether commands are taken.
    pub fn is_admitting(&self) -> bool {
        self.is_admitting.load(Ordering::Relaxed)
    }

    /// Takes no command any more.
    pub fn stop_admitting(&self) {
        self.is_admitting.store(false, Ordering::Relaxed);
    }

    /// How many commands have no outcome yet.
    pub fn in_flight(&self) -> u64 {
        let outcomes = self.counters.outcomes.load(Ordering::Relaxed);
        self.counters
            .commands
            .load(Ordering::Relaxed)
            .saturating_sub(outcomes)
    }

    /// Engine time has come this far.
    pub fn saw_engine_time(&self, at: Timestamp) {
        self.engine_time_ns.fetch_max(at.0, Ordering::Relaxed);
    }

    /// Engine time as the last events told it.
    pub fn engine_time(&self) -> Timestamp {
        Timestamp(self.engine_time_ns.load(Ordering::Relaxed))
    }

    /// How long an engine's time takes in the world's.
    pub fn wall_time_of(&self, engine_time: Duration) -> Duration {
        self.time.wall_time_of(engine_time).max(WALL_TIME_MIN)
    }

    /// An empty queue of a session.
    pub fn new_outbound(&self) -> Outbound {
        let outbound = Outbound::new(&self.limits);
        match &self.lockstep {
            Some(lockstep) => outbound.ringing(lockstep.bell()),
            None => outbound,
        }
    }

    /// Seconds since the start, by the machine's clock.
    pub fn uptime_s(&self) -> u64 {
        clock::wall_us().saturating_sub(self.started_us) / 1_000_000
    }

    /// The exchange's time, for messages that no event belongs to.
    pub fn at_us(&self) -> u64 {
        match self.clock {
            ClockMode::Realtime => clock::wall_us(),
            ClockMode::Accelerated | ClockMode::Lockstep => translate::at_us(self.time.now()),
            ClockMode::Replay => translate::at_us(self.engine_time()),
        }
    }
}
