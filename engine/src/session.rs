//! Session states: what an instrument does with orders at a time of its day.

use crate::auction::AuctionReference;
use crate::event::{Event, StatusChanged};
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::reject::RejectReason;

/// What an instrument does with orders now. FIX `TradingSessionSubID(625)` and `TradSesStatus(340)` in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum SessionState {
    /// Orders match as they come.
    #[default]
    Continuous = 0,
    /// Orders are collected before the opening call.
    PreOpen = 1,
    /// The opening call: orders are collected for one uncross.
    OpeningAuction = 2,
    /// A call within the day.
    Auction = 3,
    /// The closing call.
    ClosingAuction = 4,
    /// Nothing but cancels.
    Halted = 5,
    /// Nothing but cancels, until the next day.
    Closed = 6,
}

/// What a session state does with orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// They match as they come.
    Matching,
    /// They rest, whatever their price, until the uncross.
    Collecting,
    /// They are refused; cancels are not.
    Closed(RejectReason),
}

impl SessionState {
    pub(crate) const fn phase(self) -> Phase {
        match self {
            Self::Continuous => Phase::Matching,
            Self::PreOpen | Self::OpeningAuction | Self::Auction | Self::ClosingAuction => {
                Phase::Collecting
            }
            Self::Halted => Phase::Closed(RejectReason::Halted),
            Self::Closed => Phase::Closed(RejectReason::Closed),
        }
    }
}

impl Listing {
    /// Moves to another state. A book that was collected is uncrossed before it is continuous again.
    pub(crate) fn set_state<S: EventSink>(&mut self, state: SessionState, sink: &mut S) {
        if state == SessionState::Continuous && self.may_be_crossed {
            self.uncross(AuctionReference::LastPrice, sink);
            return;
        }
        self.enter_state(state, sink);
    }

    pub(crate) fn enter_state<S: EventSink>(&mut self, state: SessionState, sink: &mut S) {
        self.state = state;
        match state.phase() {
            // It stays so through a halt, until an uncross.
            Phase::Collecting => self.may_be_crossed = true,
            Phase::Matching | Phase::Closed(_) => {}
        }
        sink.event(Event::StatusChanged(StatusChanged { state }));
    }

    /// # Errors
    /// The state takes no orders, quotes or replaces.
    #[inline]
    pub(crate) fn check_state(&self) -> Result<(), RejectReason> {
        match self.state.phase() {
            Phase::Matching | Phase::Collecting => Ok(()),
            Phase::Closed(reason) => Err(reason),
        }
    }

    /// Whether orders match as they come.
    #[inline]
    pub(crate) fn is_matching(&self) -> bool {
        self.state == SessionState::Continuous
    }
}
