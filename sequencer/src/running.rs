//! Starts a shard, and stops it in order.

use std::sync::Arc;
use std::thread::JoinHandle;

use engine::{Instrument, InstrumentId, MatchingEngine};
use ledger::Ledger;

use crate::books::Books;
use crate::clock::{ClockSource, EngineClock, StageClock};
use crate::config::{SequencerConfig, StartError, Threads};
use crate::control_owner::ControlOwner;
use crate::driver::{InlineMatcher, run};
use crate::egress::EventBatch;
use crate::fan_outs::FanOutBoard;
use crate::follower::{
    Follower, FollowerParts, FollowerProgress, Marks, NoReadModel, ReadModel, list_all,
    refuse_unconfigured,
};
use crate::gate::{Gate, Lane};
use crate::inbox::Inbox;
use crate::inspection::MatcherState;
use crate::log::{Followed, LogContext, LogFactory, LogPlace, LogReader};
use crate::matcher::{Matcher, MatcherLimits, Surroundings};
use crate::pool::BatchPool;
use crate::ports::{Ports, ShardProgress};
use crate::recovery::{Recovering, RecoveryProgress, Replay};
use crate::snapshot::Snapshot;

/// Batches that were read and are kept for their room: a few hundred KiB each after a burst.
const SPARE_BATCHES_MAX: usize = 64;

/// A shard that runs.
#[derive(Debug)]
pub struct Running {
    /// The way in.
    pub ports: Arc<Ports>,
    /// The way out, one per matcher. It ends when the matcher is drained or the shard halted.
    pub events: Vec<flume::Receiver<EventBatch>>,
    /// Takes back batches that were read.
    pub pool: Arc<BatchPool>,
    /// Engine time, as logs and matchers read it.
    pub clock: EngineClock,
    /// What the caller drives itself; empty but under `threads = "inline"`.
    pub inline: Vec<InlineMatcher>,
    /// The way to stop it.
    pub stop: StopHandle,
    /// What the reader of events kept in the snapshot that the shard went on from: the first events come
    /// after it. `None` where there was none, and the first events are the log's first.
    pub read_model: Option<Vec<u8>>,
}

/// Stops a shard in order.
#[derive(Debug)]
pub struct StopHandle {
    ports: Arc<Ports>,
    threads: Vec<JoinHandle<MatcherState>>,
    /// It ends with the handle.
    follower: Option<Follower>,
}

impl StopHandle {
    /// Takes nothing from now on. What was taken is still applied and let out.
    pub fn close(&self) {
        self.ports.close();
    }

    /// Takes nothing more, waits until all that was taken has left, and says where the books stand.
    ///
    /// It waits for durability and for readers. Inline matchers are their driver's: it turns them until
    /// they are drained.
    pub fn stop_and_drain(self) -> Vec<MatcherState> {
        self.close();
        let join = |thread: JoinHandle<MatcherState>| {
            thread
                .join()
                .expect("a matcher that panics aborts the process")
        };
        let states = self.threads.into_iter().map(join).collect();
        drop(self.follower);
        states
    }
}

/// Makes what keeps a reader's state behind the matchers, from what it kept in the snapshot that the shard
/// goes on from; from nothing where there was none.
pub type ReadModelMaker =
    Box<dyn FnOnce(Option<&[u8]>) -> Result<Box<dyn ReadModel>, String> + Send>;

/// Starts a shard: matchers, their rings, the gate, and one log handle each. Nobody's read model is kept in
/// its snapshots.
///
/// # Errors
/// The layout cannot be, an instrument cannot be listed, or the log cannot be opened.
pub fn start<F: LogFactory>(
    config: SequencerConfig,
    instruments: &[Instrument],
    ledger: Arc<Ledger>,
    logs: F,
    clock: ClockSource,
) -> Result<Running, StartError> {
    let no_read_model: ReadModelMaker = Box::new(|_| Ok(Box::new(NoReadModel)));
    start_with_read_model(config, instruments, ledger, logs, clock, no_read_model)
}

/// As [`start`]; what `read_model` makes is kept in the shard's snapshots.
///
/// # Errors
/// As [`start`].
pub fn start_with_read_model<F: LogFactory>(
    config: SequencerConfig,
    instruments: &[Instrument],
    ledger: Arc<Ledger>,
    mut logs: F,
    clock: ClockSource,
    read_model: ReadModelMaker,
) -> Result<Running, StartError> {
    let plan = config.plan(instruments)?;
    let base = logs.take_base().map(Arc::new);
    let place = base.as_deref().map_or(LogPlace::default(), Snapshot::place);
    let books = base.as_deref().map_or(&[][..], |base| &base.books);
    if let Some(base) = &base {
        refuse_unconfigured(base, instruments)?;
        let (position, commands) = (base.position.0, base.commands);
        tracing::info!(position, commands, "going on from a snapshot");
    }
    let engines = plan
        .iter()
        .map(|own| list_all(own, books))
        .collect::<Result<Vec<_>, _>>()?;
    let followed = logs.follow(place)?;
    let following = followed.as_ref().map_or(Following::Off, |_| Following::On);
    let shard = Shard::new(&config, &plan, ledger, clock, following);

    let mut matchers = Vec::new();
    for (index, engine) in engines.into_iter().enumerate() {
        let log = logs.open(shard.log_context(index))?;
        matchers.push(shard.matcher(&config, index, log, engine));
    }
    if let Some(base) = &base {
        for matcher in &mut matchers {
            matcher.go_on_from(base)?;
        }
    }
    if let Some(reader) = logs.recover(place)? {
        let recovering = shard.recover(reader)?;
        for (matcher, recovering) in matchers.iter_mut().zip(recovering) {
            matcher.recover(recovering);
        }
    }
    let kept = base.as_deref().map(|base| base.read_model.clone());
    let follower = match followed {
        Some(followed) => Some(shard.follow(followed, base, instruments, read_model)?),
        None => None,
    };
    let ports = shard.ports();
    let mut inline = Vec::new();
    let mut threads = Vec::new();
    for (index, matcher) in matchers.into_iter().enumerate() {
        match config.threads {
            Threads::Inline => inline.push(InlineMatcher::new(matcher, config.idle)),
            Threads::PerInstrument | Threads::Count(_) => {
                let thread = std::thread::Builder::new()
                    .name(format!("matcher-{index}"))
                    .spawn(move || run(matcher, config.idle))
                    .map_err(|error| StartError::NoThread(error.to_string()))?;
                threads.push(thread);
            }
        }
    }
    Ok(Running {
        ports: Arc::clone(&ports),
        events: shard.events,
        pool: shard.pool,
        clock: shard.clock,
        inline,
        stop: StopHandle {
            ports,
            threads,
            follower,
        },
        read_model: kept,
    })
}

/// Whether a follower replays behind the matchers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Following {
    Off,
    On,
}

/// What the matchers of a shard share.
struct Shard {
    plan: Vec<Vec<InstrumentId>>,
    inboxes: Vec<Arc<Inbox>>,
    events: Vec<flume::Receiver<EventBatch>>,
    gate: Arc<Gate>,
    pool: Arc<BatchPool>,
    ledger: Arc<Ledger>,
    clock: EngineClock,
    stage_clock: StageClock,
    recovery: Arc<RecoveryProgress>,
    board: Arc<FanOutBoard>,
    marks: Option<Arc<[Marks]>>,
    follower: Arc<FollowerProgress>,
}

impl Shard {
    fn new(
        config: &SequencerConfig,
        plan: &[Vec<Instrument>],
        ledger: Arc<Ledger>,
        clock: ClockSource,
        following: Following,
    ) -> Self {
        let marks = match following {
            Following::Off => None,
            Following::On => Some(plan.iter().map(|_| Marks::new()).collect()),
        };
        let capacity = config.inbound_capacity_commands.get();
        let inboxes: Vec<Arc<Inbox>> = plan
            .iter()
            .map(|_| Arc::new(Inbox::new(capacity, config.cancel_reserve_commands)))
            .collect();
        let stage_clock = StageClock::new(config.stamping);
        let (lanes, events): (Vec<Lane>, Vec<_>) = inboxes
            .iter()
            .map(|inbox| {
                let (sender, receiver) = flume::bounded(config.egress_capacity_batches.get());
                let waker = Arc::clone(&inbox.waker);
                let counters = Arc::clone(&inbox.counters);
                (Lane::new(sender, waker, counters), receiver)
            })
            .unzip();
        let plan: Vec<Vec<InstrumentId>> = plan
            .iter()
            .map(|own| own.iter().map(|instrument| instrument.id).collect())
            .collect();
        let recovery = Arc::<RecoveryProgress>::default();
        let board = FanOutBoard::new(inboxes.clone(), routes(&plan), Arc::clone(&recovery));
        Self {
            gate: Arc::new(Gate::new(lanes, Arc::clone(&ledger), stage_clock.clone())),
            pool: Arc::new(BatchPool::new(
                config.egress_capacity_batches.get().min(SPARE_BATCHES_MAX),
            )),
            plan,
            inboxes,
            events,
            ledger,
            clock: EngineClock::start(clock),
            stage_clock,
            recovery,
            board: Arc::new(board),
            marks,
            follower: Arc::new(FollowerProgress::default()),
        }
    }

    /// Starts the thread that replays behind the matchers.
    fn follow(
        &self,
        followed: Followed,
        base: Option<Arc<Snapshot>>,
        instruments: &[Instrument],
        read_model: ReadModelMaker,
    ) -> Result<Follower, StartError> {
        let parts = FollowerParts {
            base,
            instruments: instruments.to_vec(),
            ledger: Arc::new(self.ledger.blank_twin()),
            read_model,
            routes: routes(&self.plan),
            marks: self
                .marks
                .clone()
                .expect("a shard that is followed has marks"),
            progress: Arc::clone(&self.follower),
            recovery: Arc::clone(&self.recovery),
            gate: Arc::clone(&self.gate),
        };
        Follower::start(parts, followed).map_err(|error| StartError::NoThread(error.to_string()))
    }

    /// Starts reading what earlier processes logged; one receiving end per matcher.
    fn recover(&self, reader: LogReader) -> Result<Vec<Recovering>, StartError> {
        let replay = Replay {
            ledger: Arc::clone(&self.ledger),
            gate: Arc::clone(&self.gate),
            routes: routes(&self.plan),
            matchers: self.plan.len(),
            progress: Arc::clone(&self.recovery),
        };
        replay
            .start(reader)
            .map_err(|error| StartError::NoThread(error.to_string()))
    }

    fn log_context(&self, index: usize) -> LogContext {
        LogContext {
            matcher: index,
            clock: self.clock.clone(),
            gate: Arc::clone(&self.gate),
            waker: Arc::clone(&self.inboxes[index].waker),
        }
    }

    fn matcher<L: crate::log::CommandLog>(
        &self,
        config: &SequencerConfig,
        index: usize,
        log: L,
        engine: MatchingEngine,
    ) -> Matcher<L> {
        let instruments = &self.plan[index];
        let around = Surroundings {
            index,
            inbox: Arc::clone(&self.inboxes[index]),
            gate: Arc::clone(&self.gate),
            pool: Arc::clone(&self.pool),
            clock: self.clock.clone(),
            stage_clock: self.stage_clock.clone(),
            limits: MatcherLimits {
                batch_commands_max: config.batch_commands_max.get(),
                undurable_batches_max: config.undurable_batches_max.get(),
            },
            marks: self.marks.clone(),
        };
        let settlement = self.ledger.settlement(index, instruments);
        let mut books = Books::new(engine, settlement, instruments, self.stage_clock.clone());
        books.post_to(Arc::clone(&self.board));
        // The first matcher owns the control sequence.
        let control = (index == 0).then(|| {
            let mut owner = ControlOwner::new(self.ledger.control_desk());
            owner.deliver_through(Arc::clone(&self.board));
            owner
        });
        Matcher::new(around, log, books, control)
    }

    fn ports(&self) -> Arc<Ports> {
        Arc::new(Ports::new(
            self.inboxes.clone(),
            routes(&self.plan),
            Arc::clone(&self.gate),
            Arc::clone(&self.ledger),
            self.stage_clock.clone(),
            ShardProgress {
                recovery: Arc::clone(&self.recovery),
                follower: Arc::clone(&self.follower),
            },
            Arc::clone(&self.board),
        ))
    }
}

/// By instrument id: which matcher has it.
fn routes(plan: &[Vec<InstrumentId>]) -> Vec<Option<usize>> {
    let mut routes = Vec::new();
    for (matcher, instruments) in plan.iter().enumerate() {
        for instrument in instruments {
            let place = usize::try_from(instrument.0).expect("a machine has at least 32 bits");
            if routes.len() <= place {
                routes.resize(place.saturating_add(1), None);
            }
            routes[place] = Some(matcher);
        }
    }
    routes
}
