//! Good-till-date: what is due goes before the command is matched.

use crate::cancel_reason::CancelReason;
use crate::event_sink::EventSink;
use crate::listing::Listing;

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
