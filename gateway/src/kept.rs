//! What the gateway keeps in snapshots: the open orders of each instrument as their owners see them, what each account
//! was told last, and the public book, its numbers and the newest trades. A start goes on from it, and the first events come after it.

use std::sync::Arc;

use engine::{
    Canonical, Command, Event, InstrumentId, Operation, StateError, StateReader, Timestamp, Trade,
};
use history::{OrderTracker, Record};
use sequencer::{CommandOutcome, Epoch, EventBatch, ReadModel, ReadModelMaker};

use crate::edge::InstrumentState;
use crate::egress::AccountLoads;
use crate::limits::Limits;
use crate::listing::{Listing, place_of};
use crate::lock::lock;
use crate::market_data::{CommandNews, Resuming};
use crate::past::{Past, fees_of};
use crate::session::WakeList;

/// Version of the spelling.
const VERSION: u32 = 5;

/// The read models of a gateway that nobody is connected to: what a follower keeps for snapshots.
#[derive(Debug)]
struct KeptModels {
    instruments: Vec<InstrumentState>,
    /// The open orders of each as the history knows them.
    trackers: Vec<OrderTracker>,
    past: Arc<Past>,
    engine_time: Timestamp,
    wakes: WakeList,
    /// Records of what is over: the history keeps them, this does not.
    over: Vec<Record>,
}

/// Makes what follows the gateway's read models for snapshots.
pub fn read_model(
    listing: Listing,
    epoch: Epoch,
    limits: Limits,
    past: Arc<Past>,
) -> ReadModelMaker {
    Box::new(move |kept| {
        let loads = Arc::<AccountLoads>::default();
        let listed = listing.instruments().iter();
        let mut models = KeptModels {
            instruments: listed
                .map(|listed| {
                    InstrumentState::new(listed.clone(), epoch, &limits, &loads, Resuming::Nobody)
                })
                .collect(),
            trackers: listing
                .instruments()
                .iter()
                .map(|_| OrderTracker::default())
                .collect(),
            past,
            engine_time: Timestamp(0),
            wakes: WakeList::default(),
            over: Vec::new(),
        };
        if let Some(kept) = kept {
            models.engine_time = restore(&models.instruments, kept, |place, from| {
                models.trackers[place].restore(from)
            })
            .map_err(|error| error.to_string())?;
        }
        Ok(Box::new(models))
    })
}

impl ReadModel for KeptModels {
    fn apply(&mut self, batch: &EventBatch) {
        for outcome in &batch.outcomes {
            let place = place_of(outcome.instrument).expect("listed instruments have an id");
            let state = &self.instruments[place];
            let events = batch.events_of(outcome);
            let mut orders = lock(&state.orders);
            for event in events {
                orders.apply(event, outcome.at);
            }
            orders.end_block();
            drop(orders);
            lock(&state.reports).note_all(outcome.sequence.0, events);
            publish(state, batch, outcome, &mut self.wakes);
            let fees = |trade: &Trade| fees_of(&state.listed.terms, trade);
            let (sequence, at) = (outcome.sequence, outcome.at);
            self.trackers[place].apply(sequence, at, events, fees, &mut self.over);
            self.over.clear();
            self.engine_time = self.engine_time.max(outcome.at);
        }
    }

    fn spell(&self) -> Result<Vec<u8>, String> {
        let commands = self.instruments.iter().zip(&self.trackers);
        let commands: Vec<_> = commands
            .map(|(state, tracker)| (state.id(), tracker.sequence()))
            .collect();
        self.past.sync_through(&commands)?;
        let mut out = Vec::new();
        VERSION.write(&mut out);
        self.engine_time.write(&mut out);
        (self.instruments.len() as u64).write(&mut out);
        for (state, tracker) in self.instruments.iter().zip(&self.trackers) {
            state.id().write(&mut out);
            lock(&state.orders).spell(&mut out);
            lock(&state.market).spell(&mut out);
            lock(&state.reports).spell(&mut out);
            state.terms().write(&mut out);
            tracker.spell(&mut out);
        }
        Ok(out)
    }
}

/// Fills read models that have nothing yet with what was kept; says how far engine time had come.
///
/// # Errors
/// The bytes spell no read models, or one of an instrument that is not listed.
pub fn restore(
    instruments: &[InstrumentState],
    kept: &[u8],
    mut orders_of_history: impl FnMut(usize, &mut StateReader<'_>) -> Result<(), StateError>,
) -> Result<Timestamp, StateError> {
    let mut from = StateReader::new(kept);
    let version: u32 = from.value()?;
    if version != VERSION {
        return Err(StateError::BadVersion(version));
    }
    let engine_time = from.value()?;
    let count: u64 = from.value()?;
    for _ in 0..count {
        let instrument: InstrumentId = from.value()?;
        let (place, state) = place_of(instrument)
            .and_then(|place| Some((place, instruments.get(place)?)))
            .ok_or(StateError::Impossible(
                "an instrument was kept that is not listed",
            ))?;
        lock(&state.orders).restore(&mut from)?;
        lock(&state.market).restore(&mut from, &state.reference)?;
        lock(&state.reports).restore(&mut from)?;
        let terms = from.value()?;
        lock(&state.market).set_terms(&terms);
        state.set_terms(&terms);
        orders_of_history(place, &mut from)?;
    }
    from.end()?;
    Ok(engine_time)
}

/// Publishes what one command did for everyone to see.
pub fn publish(
    state: &InstrumentState,
    batch: &EventBatch,
    outcome: &CommandOutcome,
    wakes: &mut WakeList,
) {
    for event in batch.events_of(outcome) {
        if let Event::TermsChanged(changed) = event {
            state.note_terms(changed);
            if let Command::Operate(Operation::SetFees(fees)) = &outcome.command {
                state.note_fees(fees);
            }
        }
    }
    let command = CommandNews {
        sequence: outcome.sequence,
        at: outcome.at,
        events: batch.events_of(outcome),
        level_changes: batch.level_changes_of(outcome),
        order_changes: batch.order_changes_of(outcome),
    };
    lock(&state.market).publish(&command, &state.reference, wakes);
}
