//! The egress task of one matcher: takes its batches, and publishes them.

use std::sync::Arc;

use engine::AccountId;
use sequencer::{BatchPool, CommandOutcome, EventBatch, SessionId};

use crate::counters::Counters;
use crate::edge::Edge;
use crate::egress::reporter::{Recipients, Reporter};
use crate::kept::publish;
use crate::lock::{lock, read};
use crate::past::give_back;
use crate::session::{Routing, WakeList};

/// Batches that are published before anyone is woken: under load a session wakes once for all of them.
const BATCHES_PER_ROUND: usize = 32;

/// Publishes the batches of the matcher with this number until the matcher is gone.
pub async fn run(
    edge: Arc<Edge>,
    matcher: usize,
    batches: flume::Receiver<EventBatch>,
    pool: Arc<BatchPool>,
) {
    let mut publisher = Publisher {
        matcher,
        wakes: WakeList::default(),
        buffer: Vec::new(),
        touched: Vec::new(),
    };
    while let Ok(batch) = batches.recv_async().await {
        publisher.publish(&edge, batch, &pool);
        for _ in 1..BATCHES_PER_ROUND {
            let Ok(batch) = batches.try_recv() else { break };
            publisher.publish(&edge, batch, &pool);
        }
        publisher.tell_own_state(&edge);
        publisher.wakes.wake(&edge.flusher);
        if let Some(lockstep) = &edge.lockstep {
            lockstep.ring();
        }
        edge.past.room().await;
        // Receiving does not yield by itself while batches keep coming.
        tokio::task::yield_now().await;
    }
}

#[derive(Debug)]
struct Publisher {
    matcher: usize,
    wakes: WakeList,
    buffer: Vec<u8>,
    /// Accounts that the round may have changed.
    touched: Vec<AccountId>,
}

impl Publisher {
    fn publish(&mut self, edge: &Edge, batch: EventBatch, pool: &BatchPool) {
        let batch = Arc::new(batch);
        // First: whoever was told of it finds it there.
        edge.past.put(Arc::clone(&batch));
        edge.account_watch.note(&batch, &mut self.touched);
        self.tell(edge, &batch);
        give_back(batch, pool);
    }

    /// After the reports of the round: once, however often it changed.
    fn tell_own_state(&mut self, edge: &Edge) {
        edge.account_watch
            .tell(edge, &mut self.touched, &mut self.wakes);
    }

    fn tell(&mut self, edge: &Edge, batch: &EventBatch) {
        let mut requested: u64 = 0;
        for control in &batch.controls {
            edge.binance.publish_control(edge, control, &mut self.wakes);
        }
        // Nobody joins or leaves in the middle of a batch.
        let routing = read(&edge.routing);
        for outcome in &batch.outcomes {
            self.publish_outcome(edge, &routing, batch, outcome);
            if outcome.origin.session != SessionId(0) {
                requested = requested.saturating_add(1);
            }
        }
        drop(routing);
        if let Some(last) = batch.outcomes.last() {
            edge.saw_engine_time(last.at);
        }
        self.note_times(edge, batch);
        Counters::add(&edge.counters.outcomes, requested);
        // Last: who waits for this count finds everything that the batch told.
        Counters::count(&edge.counters.batches);
    }

    /// Counts how long each stage took; off where stamps are.
    fn note_times(&self, edge: &Edge, batch: &EventBatch) {
        let Some(now_ns) = edge.ports.stage_clock().now_ns() else {
            return;
        };
        for outcome in &batch.outcomes {
            edge.stage_times[self.matcher].note(outcome.stamps, now_ns);
        }
    }

    fn publish_outcome(
        &mut self,
        edge: &Edge,
        routing: &Routing,
        batch: &EventBatch,
        outcome: &CommandOutcome,
    ) {
        let state = edge
            .by_id(outcome.instrument)
            .expect("matchers run listed instruments only");
        let events = batch.events_of(outcome);
        self.tell_owners(edge, routing, outcome, events);
        edge.binance
            .publish(edge, state, (outcome, events), &mut self.wakes);

        publish(state, batch, outcome, &mut self.wakes);
        state.operating.tell(outcome, events);
    }

    fn tell_owners(
        &mut self,
        edge: &Edge,
        routing: &Routing,
        outcome: &CommandOutcome,
        events: &[engine::Event],
    ) {
        let state = edge
            .by_id(outcome.instrument)
            .expect("matchers run listed instruments only");
        let mut kept = lock(&state.reports);
        let recipients = Recipients {
            stage_clock: edge.ports.stage_clock(),
            kept: &mut kept,
            routing,
            wakes: &mut self.wakes,
            buffer: &mut self.buffer,
        };
        Reporter::new(&edge.listing, &state.listed, outcome, events, recipients).tell(
            &mut lock(&state.orders),
            &edge.counters,
            &edge.rejects,
        );
    }
}
