//! Event batches that were read, kept for their room.

use crossbeam_queue::ArrayQueue;

use crate::egress::EventBatch;

/// Takes batches back from readers, so that matchers need not allocate new ones.
#[derive(Debug)]
pub struct BatchPool(ArrayQueue<EventBatch>);

impl BatchPool {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(ArrayQueue::new(capacity))
    }

    /// Takes a batch back; what it holds is forgotten. A full pool drops it.
    pub fn give_back(&self, mut batch: EventBatch) {
        batch.clear();
        // A full pool has batches enough.
        let _ = self.0.push(batch);
    }

    pub(crate) fn take(&self) -> EventBatch {
        self.0.pop().unwrap_or_default()
    }
}
