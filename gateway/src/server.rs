//! Starts the gateway on two listeners, and stops it in order.

mod clockwork;

use std::future::Future;
use std::io;
use std::sync::Arc;

use engine::StateError;
use futures_util::future::join_all;
use ledger::Ledger;
use protocol::ClockMode;
use sequencer::{BatchPool, EngineClock, Epoch, EventBatch, InlineMatcher, MatcherState, Ports};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tracing::{error, info};

use crate::admin::{AdminView, Operations, Playbill, admin_routes};
use crate::binance::{DemoApiKeys, VenueConfig};
use crate::edge::{Edge, EdgeParts, TurnedBy};
use crate::egress;
use crate::faults::FaultPlan;
use crate::http::public_routes;
use crate::kept::restore;
use crate::keys::DemoKeys;
use crate::limits::{BadLimit, Limits};
use crate::listener::{AllowedHosts, Permits, Tls, accept_until, ended};
use crate::listing::Listing;
use crate::lockstep::Pacing;
use crate::past::{Past, PastThread};
use crate::stop::stop_sessions;
use crate::view::GatewayView;

/// Connections of the admin port; a full public port does not lock its operators out.
const ADMIN_CONNECTIONS_MAX: usize = 64;

/// What a gateway is made of.
#[derive(Debug)]
pub struct GatewayParts {
    /// The way to the matchers.
    pub ports: Arc<Ports>,
    /// What the matchers let out, one receiver each.
    pub events: Vec<flume::Receiver<EventBatch>>,
    /// Takes back batches that were read.
    pub pool: Arc<BatchPool>,
    /// Matchers that the gateway drives itself, under `threads = "inline"`.
    pub inline: Vec<InlineMatcher>,
    /// Balances and holds.
    pub ledger: Arc<Ledger>,
    /// What is listed.
    pub listing: Listing,
    /// Whose key is whose.
    pub keys: DemoKeys,
    /// What was.
    pub past: Arc<Past>,
    /// For which hosts and origins it answers, beside this machine's own.
    pub allowed: AllowedHosts,
    /// The generation of published numbers.
    pub epoch: Epoch,
    /// How engine time passes.
    pub clock: ClockMode,
    /// Engine time.
    pub time: EngineClock,
    /// Who lets it pass. In lockstep there is one matcher, and it is `inline`.
    pub pacing: Pacing,
    /// What operators may ask for.
    pub operations: Operations,
    /// Keys of the Binance persona that config gives.
    pub demo_api_keys: DemoApiKeys,
    /// What config says of the Binance persona.
    pub venue: VenueConfig,
}

/// A gateway that is ready to run.
#[derive(Debug)]
pub struct Gateway {
    edge: Arc<Edge>,
    events: Vec<flume::Receiver<EventBatch>>,
    pool: Arc<BatchPool>,
    inline: Vec<InlineMatcher>,
    allowed: Arc<AllowedHosts>,
    permits: Arc<Permits>,
    operations: Arc<Operations>,
    /// What lets the public in, unless it is open from the start.
    opening: Option<oneshot::Receiver<()>>,
    /// Whether the public may speak TLS.
    tls: Tls,
    /// Where the public is let in too.
    further: Vec<Arc<TcpListener>>,
}

/// Why a gateway stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopCause {
    /// It was asked to.
    Asked,
    /// It was asked to because the exchange begins again; another gateway follows on the same listeners.
    Reset,
    /// The shard halted: what was under way has no known outcome.
    Halted,
    /// A publisher panicked: what it shows could not be trusted any more.
    PublisherFailed,
}

/// A gateway that has closed its sessions. Its publishers still read, so that matchers can be drained.
#[derive(Debug)]
pub struct Stopped {
    /// Why.
    pub cause: StopCause,
    /// Commands that got no answer.
    pub unanswered: u64,
    publishers: JoinSet<()>,
    drivers: JoinSet<MatcherState>,
    /// Ends last: publishers feed it.
    past: PastThread,
}

impl Stopped {
    /// Waits until every matcher is gone and all it let out is read, and says where the inline matchers' books stand.
    ///
    /// The sequencer must have been told to close; with matcher threads, join them beside this.
    pub async fn drained(mut self) -> Vec<MatcherState> {
        let states = std::mem::take(&mut self.drivers).join_all().await;
        while self.publishers.join_next().await.is_some() {}
        drop(self.past);
        states
    }
}

/// Runs a gateway on its listeners until `shutdown` says why it ends, and stops it in order.
///
/// # Errors
/// A limit cannot be used, or the listeners have no address.
pub async fn run(
    listener: impl Into<Arc<TcpListener>>,
    admin_listener: impl Into<Arc<TcpListener>>,
    parts: GatewayParts,
    limits: Limits,
    shutdown: impl Future<Output = StopCause>,
) -> Result<Stopped, RunError> {
    Gateway::new(parts, limits)?
        .run(listener, admin_listener, shutdown)
        .await
}

/// Why a gateway cannot run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A limit cannot be used.
    #[error(transparent)]
    BadLimit(#[from] BadLimit),
    /// A listener failed.
    #[error("the listener has no address: {0}")]
    Listener(#[from] io::Error),
}

impl Gateway {
    /// A gateway that listens to nobody yet.
    ///
    /// # Errors
    /// A limit cannot be used.
    pub fn new(parts: GatewayParts, limits: Limits) -> Result<Self, BadLimit> {
        limits.check()?;
        let permits = Permits::new(limits.connections_max, limits.connections_per_address_max);
        let turned_by = if parts.inline.is_empty() {
            TurnedBy::Threads
        } else {
            TurnedBy::Runtime
        };
        let edge = Edge::new(EdgeParts {
            turned_by,
            listing: parts.listing,
            ports: parts.ports,
            ledger: parts.ledger,
            keys: parts.keys,
            past: parts.past,
            limits,
            epoch: parts.epoch,
            clock: parts.clock,
            time: parts.time,
            pacing: parts.pacing,
            demo_api_keys: parts.demo_api_keys,
            venue: parts.venue,
        });
        Ok(Self {
            edge: Arc::new(edge),
            events: parts.events,
            pool: parts.pool,
            inline: parts.inline,
            allowed: Arc::new(parts.allowed),
            permits,
            operations: Arc::new(parts.operations),
            opening: None,
            tls: Tls::Off,
            further: Vec::new(),
        })
    }

    /// The same, its read models as a snapshot kept them. The first events that it reads come after that.
    ///
    /// # Errors
    /// The bytes are not what [`crate::read_model`] spelled for these instruments.
    pub fn going_on_from(self, kept: &[u8]) -> Result<Self, StateError> {
        let engine_time = restore(&self.edge.instruments, kept, |place, from| {
            self.edge
                .past
                .restore(self.edge.instruments[place].id(), from)
        })?;
        self.edge.saw_engine_time(engine_time);
        self.edge.binance.take_in_all(&self.edge);
        Ok(self)
    }

    /// The same, but the public listener lets nobody in before `opening` says so, or is dropped: until then
    /// read models are built from what the matchers recover. Connections wait meanwhile.
    #[must_use]
    pub fn opened_by(mut self, opening: oneshot::Receiver<()>) -> Self {
        self.opening = Some(opening);
        self
    }

    /// The same, but its public may speak TLS, and is let in on further listeners too.
    #[must_use]
    pub fn speaking(mut self, tls: Tls, further: Vec<Arc<TcpListener>>) -> Self {
        self.tls = tls;
        self.further = further;
        self
    }

    /// The same, with these fault plans bound from the start.
    ///
    /// # Errors
    /// There are too many.
    pub fn under_faults(self, plans: Vec<FaultPlan>) -> Result<Self, &'static str> {
        for plan in plans {
            self.edge.faults.bind(plan)?;
        }
        Ok(self)
    }

    /// What others may look at while it runs, and after.
    pub fn view(&self) -> GatewayView {
        GatewayView::new(Arc::clone(&self.edge), Arc::clone(&self.permits))
    }

    /// Runs until `shutdown` says why it ends, the shard halts or a publisher fails; then stops in order. The
    /// listeners are the caller's too: another gateway can go on with them.
    ///
    /// # Errors
    /// A listener has no address.
    pub async fn run(
        mut self,
        listener: impl Into<Arc<TcpListener>>,
        admin_listener: impl Into<Arc<TcpListener>>,
        shutdown: impl Future<Output = StopCause>,
    ) -> Result<Stopped, RunError> {
        let (listener, admin_listener) = (listener.into(), admin_listener.into());
        info!(public = %listener.local_addr()?, admin = %admin_listener.local_addr()?, "listening");
        let (stop_listening, is_stopping) = watch::channel(());
        let past = self.edge.past.start(Arc::clone(&self.pool));
        let mut publishers = self.start_publishers();
        let drivers = self.start_drivers();
        let mut clockwork = self.start_clockwork();
        let admin_permits = Permits::new(ADMIN_CONNECTIONS_MAX, ADMIN_CONNECTIONS_MAX);
        let opening = self.opening.take();
        let mut public = vec![listener];
        public.append(&mut self.further);
        let acceptors = [
            self.accept(
                (public, self.tls.clone()),
                self.public_router(),
                &self.permits,
                is_stopping.clone(),
                opening,
            ),
            self.accept(
                (vec![admin_listener], Tls::Off),
                self.admin_router(),
                &admin_permits,
                is_stopping,
                None,
            ),
        ];

        let cause = tokio::select! {
            cause = shutdown => cause,
            cause = watch_publishers(&self.edge, &mut publishers) => cause,
        };
        drop(stop_listening);
        let unanswered = stop_sessions(&self.edge, &self.permits, cause).await;
        clockwork.abort_all();
        for acceptor in acceptors {
            acceptor.abort();
        }
        Ok(Stopped {
            cause,
            unanswered,
            publishers,
            drivers,
            past,
        })
    }

    fn public_router(&self) -> axum::Router {
        public_routes(Arc::clone(&self.edge), Arc::clone(&self.allowed))
    }

    fn admin_router(&self) -> axum::Router {
        let view = AdminView {
            edge: Arc::clone(&self.edge),
            permits: Arc::clone(&self.permits),
            operations: Arc::clone(&self.operations),
            plays: Playbill::default(),
        };
        admin_routes(view, Arc::clone(&self.allowed))
    }

    fn start_publishers(&self) -> JoinSet<()> {
        let mut publishers = JoinSet::new();
        for (matcher, batches) in self.events.iter().enumerate() {
            publishers.spawn(egress::run(
                Arc::clone(&self.edge),
                matcher,
                batches.clone(),
                Arc::clone(&self.pool),
            ));
        }
        publishers
    }

    fn accept(
        &self,
        (listeners, tls): (Vec<Arc<TcpListener>>, Tls),
        router: axum::Router,
        permits: &Arc<Permits>,
        mut is_stopping: watch::Receiver<()>,
        opening: Option<oneshot::Receiver<()>>,
    ) -> JoinHandle<()> {
        let permits = Arc::clone(permits);
        let limits = Arc::clone(&self.edge.limits);
        let counters = Arc::clone(&self.edge.counters);
        tokio::spawn(async move {
            if let Some(opening) = opening {
                tokio::select! {
                    () = ended(&mut is_stopping) => return,
                    // A sender that is dropped opens too: nobody is left who could.
                    _ = opening => {}
                }
            }
            let accepting = listeners.iter().map(|listener| {
                accept_until(
                    listener,
                    &router,
                    &permits,
                    (&limits, &tls),
                    &counters,
                    is_stopping.clone(),
                )
            });
            join_all(accepting).await;
        })
    }
}

/// Resolves when publishing cannot go on.
async fn watch_publishers(edge: &Edge, publishers: &mut JoinSet<()>) -> StopCause {
    match publishers.join_next().await {
        Some(Err(failure)) => {
            error!(%failure, "a publisher failed");
            StopCause::PublisherFailed
        }
        Some(Ok(())) | None if edge.ports.is_halted() => StopCause::Halted,
        Some(Ok(())) | None => StopCause::Asked,
    }
}
