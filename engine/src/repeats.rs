//! Client order ids that were used before: what they are answered, and what is remembered of new ones.

use crate::client_ids::ClientIdClaim;
use crate::event::{Event, OriginalOutcome, Repeated};
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::order::NewOrder;
use crate::reject::RejectReason;
use crate::submit::report_refused;

impl Listing {
    /// Answers an order whose client id was used before. Nothing changes.
    #[inline]
    pub(crate) fn is_answered_by<S: EventSink>(
        &self,
        claim: ClientIdClaim,
        order: &NewOrder,
        sink: &mut S,
    ) -> bool {
        match claim {
            ClientIdClaim::Free | ClientIdClaim::Remember(_) => return false,
            ClientIdClaim::Repeats(original) => report_repeated(order, original, sink),
            ClientIdClaim::UsedOtherwise => {
                report_refused(order, RejectReason::DuplicateClientOrderId, sink);
            }
        }
        self.release_door_reserve(order.account, order.side, order.extra, sink);
        true
    }

    #[inline]
    pub(crate) fn remember(
        &mut self,
        order: &NewOrder,
        claim: ClientIdClaim,
        outcome: OriginalOutcome,
    ) {
        if let (ClientIdClaim::Remember(fingerprint), Some(id)) = (claim, order.client_order_id) {
            self.client_ids
                .remember(order.account, id, (fingerprint, outcome), self.sequence);
        }
    }
}

/// Tells that an order was decided before.
fn report_repeated<S: EventSink>(order: &NewOrder, original: OriginalOutcome, sink: &mut S) {
    let client_order_id = order
        .client_order_id
        .expect("only an order with a client id repeats");
    sink.event(Event::Repeated(Repeated {
        account: order.account,
        client_order_id,
        original,
    }));
}
