//! A call begins that nobody ordered: the taker that would have traded too far has just come to its end.

use super::SessionState;
use super::call_end::CallEnd;
use super::guard::Interruption;
use crate::event_sink::EventSink;
use crate::listing::Listing;

impl Listing {
    /// Begins the call that the last taker would not let pass, if it did so.
    #[inline]
    pub(crate) fn settle_interruption<S: EventSink>(&mut self, sink: &mut S) {
        if let Some(cause) = self.session.pending {
            self.interrupt(cause, sink);
        }
    }

    #[cold]
    fn interrupt<S: EventSink>(&mut self, cause: Interruption, sink: &mut S) {
        self.session.pending = None;
        let rules = &self.instrument.rules;
        let (state, call) = match cause {
            Interruption::Corridor => (SessionState::VolatilityAuction, rules.corridors.call),
            Interruption::Velocity => {
                let call = rules.velocity.map_or(CallEnd::Operator, |it| it.reserved);
                (SessionState::Reserved, call)
            }
            Interruption::StopLogic => {
                let call = rules.stop_logic.map_or(CallEnd::Operator, |it| it.reserved);
                (SessionState::Reserved, call)
            }
        };
        let end = self.end_of(call);
        self.begin_state(state, end, sink);
    }
}
