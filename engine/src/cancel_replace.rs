//! Cancel-replace: one order ends and another enters, in one event block.

use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::client_ids::fingerprint_of;
use crate::command::{CancelReplace, OnCancelFailure};
use crate::event::OriginalOutcome;
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::outcome::release_all;
use crate::quantity::Notional;
use crate::submit::report_refused;

impl Listing {
    /// Ends one order and enters another, whose hold may use what the first gives back.
    pub(crate) fn cancel_replace<S: EventSink>(&mut self, replace: &CancelReplace, sink: &mut S) {
        let order = &replace.new_order;
        let claim = self.claim_client_id(order, || fingerprint_of(order, Some(replace.cancel)));
        if self.is_answered_by(claim, order, sink) {
            return;
        }
        match (
            self.resolve(order.account, replace.cancel),
            replace.on_cancel_failure,
        ) {
            (Ok(slot), _) => {
                let carried = self.cancel_for(slot, replace, sink);
                self.enter(order, claim, carried, sink);
            }
            (Err(reason), OnCancelFailure::Continue) => {
                self.report_ref_refused(order.account, replace.cancel, reason, sink);
                self.enter(order, claim, Notional::ZERO, sink);
            }
            (Err(reason), OnCancelFailure::Stop) => {
                self.remember(order, claim, OriginalOutcome::Rejected(reason));
                // Nothing was canceled, so nothing is entered: one refusal, under the new order's client id.
                report_refused(order, reason, sink);
                self.release_door_reserve(order.account, order.side, order.extra, sink);
            }
        }
    }

    /// Ends the old order. Returns its hold where the new one can use it, else gives it back.
    fn cancel_for<S: EventSink>(
        &mut self,
        slot: u32,
        replace: &CancelReplace,
        sink: &mut S,
    ) -> Notional {
        let old = *self.book.pool.get(slot);
        let waits = old.level == NO_SLOT;
        let hold = if waits {
            self.take_out_waiting(slot, CancelReason::Requested, sink)
        } else {
            self.take_out(slot, &old, CancelReason::Requested, sink)
        };
        let carried = if old.side() == replace.new_order.side {
            hold
        } else {
            release_all(&old, hold, sink);
            Notional::ZERO
        };
        if !waits {
            self.settle_level(&old, sink);
        }
        self.follow(sink);
        carried
    }
}
