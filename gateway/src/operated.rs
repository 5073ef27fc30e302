//! Commands of operators to one instrument, and what became of them: told when they are durable.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::{Event, RejectReason, SequenceNumber, Timestamp};
use sequencer::{CommandOutcome, Origin, SessionId};
use tokio::sync::oneshot;

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
