//! Session states: what an instrument does with orders at a time of its day.

mod at_open_close;
mod call_end;
pub(crate) mod clock;
mod corridor;
mod doubled_bands;
pub(crate) mod guard;
mod interruption;
mod limit_state;
mod luld;
pub(crate) mod price_range;
mod schedule;
mod scheduled;
mod short_lived;
mod stop_logic;
mod velocity;

pub use call_end::{CallEnd, CallLength};
pub use corridor::Corridors;
pub use doubled_bands::{BandWindow, DoubledBands};
pub use luld::{BeyondBand, LimitUpLimitDown, MeanReference};
pub use schedule::{Schedule, ScheduleStep};
pub use stop_logic::StopLogic;
pub use velocity::Velocity;

pub(crate) use call_end::StateEnd;

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
    /// A call that began because a trade would have left its corridor.
    VolatilityAuction = 7,
    /// A call that began because the price moved too far too fast.
    Reserved = 8,
    /// Nothing but cancels, after a limit state that lasted too long.
    Paused = 9,
    /// Orders match as they come, and the best bid is at the upper band.
    LimitUp = 10,
    /// Orders match as they come, and the best ask is at the lower band.
    LimitDown = 11,
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
            Self::Continuous | Self::LimitUp | Self::LimitDown => Phase::Matching,
            Self::PreOpen
            | Self::OpeningAuction
            | Self::Auction
            | Self::ClosingAuction
            | Self::VolatilityAuction
            | Self::Reserved => Phase::Collecting,
            Self::Halted | Self::Paused => Phase::Closed(RejectReason::Halted),
            Self::Closed => Phase::Closed(RejectReason::Closed),
        }
    }
}

impl Listing {
    /// Moves to another state. A book that was collected is uncrossed before it is continuous again.
    pub(crate) fn set_state<S: EventSink>(&mut self, state: SessionState, sink: &mut S) {
        let rules = &self.instrument.rules;
        let call = match state {
            SessionState::Continuous | SessionState::LimitUp | SessionState::LimitDown => {
                return self.go_on(sink);
            }
            SessionState::VolatilityAuction => rules.corridors.call,
            SessionState::Reserved => rules.velocity.map_or(CallEnd::Operator, |it| it.reserved),
            SessionState::PreOpen
            | SessionState::OpeningAuction
            | SessionState::Auction
            | SessionState::ClosingAuction
            | SessionState::Halted
            | SessionState::Closed
            | SessionState::Paused => CallEnd::Operator,
        };
        let end = self.end_of(call);
        self.begin_state(state, end, sink);
    }

    /// Trading is continuous from now on.
    fn go_on<S: EventSink>(&mut self, sink: &mut S) {
        if self.may_be_crossed {
            self.uncross(AuctionReference::LastPrice, sink);
        } else {
            self.begin_state(SessionState::Continuous, StateEnd::Command, sink);
        }
    }

    /// Another state begins: what is not for it goes, what waited for it comes, and it is told.
    pub(crate) fn begin_state<S: EventSink>(
        &mut self,
        state: SessionState,
        end: StateEnd,
        sink: &mut S,
    ) {
        self.end_short_lived(state, sink);
        self.state = state;
        if !self.is_matching() {
            self.park_pegs(sink);
        }
        self.session.end = end;
        if state.phase() == Phase::Collecting {
            // It stays so through a halt, until an uncross.
            self.may_be_crossed = true;
        }
        sink.event(Event::StatusChanged(StatusChanged { state }));
        self.let_in_early(state, sink);
        self.session.look_ahead(&self.instrument.rules, self.at);
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
        matches!(
            self.state,
            SessionState::Continuous | SessionState::LimitUp | SessionState::LimitDown
        )
    }
}
