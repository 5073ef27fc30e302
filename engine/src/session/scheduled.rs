//! An instrument follows its schedule, except where something else decides.

use super::SessionState;
use super::call_end::CallEnd;
use super::schedule::Schedule;
use crate::auction::AuctionReference;
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::sequence::Timestamp;

impl Listing {
    /// Takes every step of the schedule that is due: after a stop of several days those of the last one.
    pub(super) fn follow_schedule<S: EventSink>(&mut self, schedule: &Schedule, sink: &mut S) {
        let Some(mut next) = self.session.next_step else {
            self.join_schedule(schedule, sink);
            return;
        };
        if self.at.0 - next.planned.0.min(self.at.0) > schedule.day {
            let day_ago = Timestamp(self.at.0 - schedule.day);
            next = schedule.next_after(day_ago, &mut self.chance);
        }
        while next.at <= self.at {
            self.take_step(next.state, sink);
            next = schedule.next_after(next.planned, &mut self.chance);
        }
        self.session.next_step = Some(next);
    }

    /// The first look at the schedule: the day is where its time says.
    fn join_schedule<S: EventSink>(&mut self, schedule: &Schedule, sink: &mut S) {
        let state = schedule.state_at(self.at);
        if state != self.state {
            self.set_state(state, sink);
        }
        let next = schedule.next_after(self.at, &mut self.chance);
        self.session.next_step = Some(next);
    }

    /// A step is due. A halt holds until the operator ends it, or the day is over; an interruption ends by its
    /// own time; continuous trading is what the end of a call leads to.
    fn take_step<S: EventSink>(&mut self, step: SessionState, sink: &mut S) {
        if step == SessionState::Closed && self.state == SessionState::ClosingAuction {
            // The end of the day ends its closing auction.
            self.uncross(AuctionReference::LastPrice, sink);
        }
        if step != SessionState::Continuous {
            if self.state != SessionState::Halted || step == SessionState::Closed {
                self.set_state(step, sink);
            }
            return;
        }
        match self.state {
            SessionState::PreOpen
            | SessionState::OpeningAuction
            | SessionState::Auction
            | SessionState::ClosingAuction => {
                let extension = match self.instrument.rules.corridors.call {
                    CallEnd::Operator => 0,
                    CallEnd::After(length) => length.extension,
                };
                self.end_call(extension, sink);
            }
            SessionState::Closed => self.set_state(step, sink),
            SessionState::Continuous
            | SessionState::Halted
            | SessionState::VolatilityAuction
            | SessionState::Reserved
            | SessionState::Paused
            | SessionState::LimitUp
            | SessionState::LimitDown => {}
        }
    }
}
