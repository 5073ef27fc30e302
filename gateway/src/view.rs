//! What the process may look at while the gateway runs: figures for people and for the summary.

use std::sync::Arc;

use engine::{Command, FeeSchedule, InstrumentId, Operation};
use protocol::{ExactDecimal, Symbol};

use crate::admin::ReloadDone;
use crate::counters::{CounterReadings, Counters};
use crate::edge::Edge;
use crate::listener::Permits;
use crate::lock::{lock, read};
use crate::lockstep::LockstepReport;

/// Looks at a gateway; cheap enough to be asked ten times a second.
#[derive(Debug, Clone)]
pub struct GatewayView {
    edge: Arc<Edge>,
    permits: Arc<Permits>,
}

/// Where one instrument stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstrumentGlance {
    /// Its printed name.
    pub symbol: Symbol,
    /// The best bid.
    pub bid: Option<ExactDecimal>,
    /// The best ask.
    pub ask: Option<ExactDecimal>,
    /// The price of the last trade.
    pub last: Option<ExactDecimal>,
    /// Orders that rest.
    pub open_orders: usize,
    /// Commands that wait for its matcher.
    pub queue_depth: usize,
}

impl GatewayView {
    pub(crate) const fn new(edge: Arc<Edge>, permits: Arc<Permits>) -> Self {
        Self { edge, permits }
    }

    /// Everything of the journal was told: the history is settled, and personas recall from it what they keep in
    /// memory. To be called before anybody may come in; it reads files.
    pub fn settle(&self) {
        self.edge.past.settle();
        self.edge.binance.recall(&self.edge);
    }

    /// Tells from now on that trading an instrument costs this, as the journal's commands have it.
    pub fn note_fees(&self, instrument: InstrumentId, fees: &FeeSchedule) {
        if let Some(state) = self.edge.by_id(instrument) {
            state.note_fees(fees);
        }
    }

    /// Has an instrument changed, and waits until that is durable.
    ///
    /// # Errors
    /// Why it stays as it is.
    pub async fn operate(
        &self,
        instrument: InstrumentId,
        operation: Operation,
    ) -> Result<(), String> {
        let state = self.edge.by_id(instrument).ok_or("it is not listed")?;
        let command = Command::Operate(operation);
        let outcome = self.edge.hand_in_for_operators(state, command);
        let outcome = outcome.map_err(|refused| refused.to_string())?.await;
        let outcome = outcome.map_err(|_| "the exchange stops".to_owned())?;
        match outcome.refused {
            None => Ok(()),
            Some(reason) => Err(reason.sentence().to_owned()),
        }
    }

    /// Counts that the configuration was read again.
    pub fn note_reload(&self, outcome: &Result<ReloadDone, String>) {
        let counters = &self.edge.counters;
        Counters::count(match outcome {
            Ok(_) => &counters.reloads,
            Err(_) => &counters.reloads_refused,
        });
    }

    /// All totals now.
    pub fn counters(&self) -> CounterReadings {
        self.edge.counters.readings()
    }

    /// How many commands have no outcome yet.
    pub fn in_flight(&self) -> u64 {
        self.edge.in_flight()
    }

    /// Commands that wait for all matchers together.
    pub fn queued_commands(&self) -> u64 {
        self.edge.ports.counters().queue_depth
    }

    /// What came of the lockstep so far; `None` with other clocks.
    pub fn lockstep(&self) -> Option<LockstepReport> {
        self.edge
            .lockstep
            .as_ref()
            .map(|lockstep| lockstep.report())
    }

    /// How many sessions there are.
    pub fn sessions(&self) -> usize {
        read(&self.edge.routing).count()
    }

    /// How many connections there are, plain HTTP included.
    pub fn connections(&self) -> usize {
        self.permits.admitted()
    }

    /// Each instrument, in the order of the listing.
    pub fn instruments(&self) -> Vec<InstrumentGlance> {
        let glance = |state: &crate::edge::InstrumentState| {
            let price = |price: engine::Price| state.listed.scale.price(price.units());
            let top = lock(&state.market).top();
            InstrumentGlance {
                symbol: state.listed.symbol,
                bid: top.bid.map(|level| price(level.price)),
                ask: top.ask.map(|level| price(level.price)),
                last: state.reference.last().map(price),
                open_orders: lock(&state.orders).count(),
                queue_depth: self.edge.ports.queue_depth(state.id()).unwrap_or(0),
            }
        };
        self.edge.instruments.iter().map(glance).collect()
    }
}
