//! Good-till-date: what is due goes before the command is matched.

use std::collections::BTreeSet;

use crate::cancel_reason::CancelReason;
use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::listing::Listing;
use crate::sequence::Timestamp;

/// Deadlines of open orders: by expiry, then by age. Orders without one are not listed.
///
/// A tree and not a heap: a canceled order's deadline goes at once, so that nobody is woken for nothing.
#[derive(Debug)]
pub(crate) struct Expiries {
    deadlines: BTreeSet<(Timestamp, OrderId)>,
    /// The earliest deadline, kept beside the tree: one comparison per command.
    next: Timestamp,
}

const NEVER: Timestamp = Timestamp(u64::MAX);

impl Default for Expiries {
    fn default() -> Self {
        Self {
            deadlines: BTreeSet::new(),
            next: NEVER,
        }
    }
}

impl Expiries {
    #[inline]
    pub(crate) fn are_due(&self, at: Timestamp) -> bool {
        self.next <= at // an empty list is due at the end of time, and then does nothing
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        (!self.deadlines.is_empty()).then_some(self.next)
    }

    pub(crate) fn add(&mut self, expiry: Timestamp, order_id: OrderId) {
        self.deadlines.insert((expiry, order_id));
        self.next = self.next.min(expiry);
    }

    pub(crate) fn remove(&mut self, expiry: Timestamp, order_id: OrderId) {
        let was_listed = self.deadlines.remove(&(expiry, order_id));
        assert!(was_listed, "every deadline of an open order is listed");
        self.next = self.deadlines.first().map_or(NEVER, |first| first.0);
    }

    fn first_due(&self, at: Timestamp) -> Option<OrderId> {
        let (expiry, order_id) = self.deadlines.first()?;
        (*expiry <= at).then_some(*order_id)
    }
}

impl Listing {
    /// Ends what is due at the command's time, by expiry, then by age.
    #[cold]
    pub(crate) fn expire<S: EventSink>(&mut self, sink: &mut S) {
        while let Some(order_id) = self.expiries.first_due(self.at) {
            let slot = self
                .book
                .ids
                .get(order_id, &self.book.pool)
                .expect("only open orders have a deadline");
            self.cancel_resting(slot, CancelReason::Expired, sink);
        }
    }
}
