//! Commands of operators to one instrument, and what became of them: told when they are durable.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::{Command, Event, RejectReason, SequenceNumber, Timestamp};
use sequencer::{CommandOutcome, InboundCommand, Origin, Refused, SessionId, Stamps};
use tokio::sync::oneshot;

use crate::edge::{Edge, InstrumentState};
use crate::lock::lock;

/// The session of the exchange itself, and of its operators.
const EXCHANGE: SessionId = SessionId(0);

/// What became of an operator's command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operated {
    /// Its place in the instrument's order.
    pub sequence: SequenceNumber,
    /// Engine time of it.
    pub at: Timestamp,
    /// Why it was refused, if it was.
    pub refused: Option<RejectReason>,
}

/// Operators' commands on their way.
#[derive(Debug, Default)]
pub struct Operating {
    numbered: AtomicU64,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Operated>>>,
}

impl Operating {
    /// Where the next command comes from, and where its outcome will be told.
    pub fn begin(&self) -> (Origin, oneshot::Receiver<Operated>) {
        // Zero is for what nobody asked for.
        let request = self
            .numbered
            .fetch_add(1, Ordering::Relaxed)
            .saturating_add(1);
        let (sender, outcome) = oneshot::channel();
        lock(&self.waiting).insert(request, sender);
        let origin = Origin {
            session: EXCHANGE,
            request,
            ..Origin::default()
        };
        (origin, outcome)
    }

    /// The command was not taken.
    pub fn forget(&self, origin: Origin) {
        lock(&self.waiting).remove(&origin.request);
    }

    /// Tells who asked, if somebody did.
    pub fn tell(&self, outcome: &CommandOutcome, events: &[Event]) {
        let origin = outcome.origin;
        if origin.session != EXCHANGE || origin.request == 0 {
            return;
        }
        let Some(asked) = lock(&self.waiting).remove(&origin.request) else {
            return;
        };
        let refused = events.iter().find_map(|event| {
            if let Event::Rejected(rejected) = event {
                Some(rejected.reason)
            } else if let Event::BustRefused(refused) = event {
                Some(refused.reason)
            } else {
                None
            }
        });
        // Who asked may have gone since.
        let _ = asked.send(Operated {
            sequence: outcome.sequence,
            at: outcome.at,
            refused,
        });
    }
}

impl Edge {
    /// Hands an operator's command to the instrument's matcher; its outcome comes when it is durable.
    ///
    /// # Errors
    /// The exchange takes nothing now.
    pub fn hand_in_for_operators(
        &self,
        state: &InstrumentState,
        command: Command,
    ) -> Result<oneshot::Receiver<Operated>, Refused> {
        let (origin, outcome) = state.operating.begin();
        let inbound = InboundCommand {
            instrument: state.id(),
            origin,
            at: None,
            stamps: Stamps::default(),
            command,
        };
        let taken = self.ports.try_submit(inbound);
        if taken.is_err() {
            state.operating.forget(origin);
        }
        taken.map(|()| outcome)
    }
}
