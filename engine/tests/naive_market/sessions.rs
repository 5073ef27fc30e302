//! The states of the day, and what goes when they change.

use scenario::{CancelWord, MarketLine, MarketState, RejectWord, StatusWord};

use super::NaiveMarket;
use super::order::{Life, Order, Place};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Continuous,
    /// Continuous, with the best bid at the upper band.
    LimitUp,
    /// Continuous, with the best ask at the lower band.
    LimitDown,
    PreOpen,
    OpeningAuction,
    Auction,
    ClosingAuction,
    VolatilityAuction,
    /// The call after velocity logic: no quotes.
    Reserved,
    Halted,
    Paused,
    Closed,
}

impl State {
    pub fn is_trading(self) -> bool {
        matches!(self, Self::Continuous | Self::LimitUp | Self::LimitDown)
    }

    pub fn is_call(self) -> bool {
        !self.is_trading() && self.refuses_orders().is_none()
    }

    /// Why orders, quotes and replaces are refused, if they are.
    pub fn refuses_orders(self) -> Option<RejectWord> {
        match self {
            Self::Halted | Self::Paused => Some(RejectWord::Halted),
            Self::Closed => Some(RejectWord::Closed),
            Self::Continuous
            | Self::LimitUp
            | Self::LimitDown
            | Self::PreOpen
            | Self::OpeningAuction
            | Self::Auction
            | Self::ClosingAuction
            | Self::VolatilityAuction
            | Self::Reserved => None,
        }
    }

    pub fn status(self) -> StatusWord {
        match self {
            Self::Continuous => StatusWord::Continuous,
            Self::LimitUp => StatusWord::LimitUp,
            Self::LimitDown => StatusWord::LimitDown,
            Self::PreOpen => StatusWord::PreOpen,
            Self::OpeningAuction => StatusWord::OpeningAuction,
            Self::Auction => StatusWord::Auction,
            Self::ClosingAuction => StatusWord::ClosingAuction,
            Self::VolatilityAuction => StatusWord::VolatilityAuction,
            Self::Reserved => StatusWord::Reserved,
            Self::Halted => StatusWord::Halted,
            Self::Paused => StatusWord::Paused,
            Self::Closed => StatusWord::Closed,
        }
    }
}

impl NaiveMarket {
    /// `state X`.
    pub(super) fn order_state(&mut self, state: MarketState) {
        self.ends_at = None;
        self.is_extended = false;
        let state = match state {
            MarketState::Continuous if self.is_collected => {
                self.uncross(None);
                return;
            }
            MarketState::Continuous => State::Continuous,
            MarketState::Auction => State::Auction,
            MarketState::OpeningAuction => State::OpeningAuction,
            MarketState::ClosingAuction => State::ClosingAuction,
            MarketState::Halted => State::Halted,
            MarketState::Closed => State::Closed,
            MarketState::PreOpen => State::PreOpen,
        };
        self.change_state(state);
    }

    /// `uncross`.
    pub(super) fn order_uncross(&mut self, reference: Option<i64>) {
        if self.state.is_call() {
            self.uncross(reference);
        }
    }

    /// Trading stops in the middle of a sweep: a call begins.
    pub(super) fn interrupt(&mut self, state: State) {
        self.change_state(state);
        self.ends_at = self.terms.call.map(|length| self.now + length);
        self.is_extended = false;
    }

    /// What goes with the old state, the pegs, the status, what comes with the new state.
    pub(super) fn change_state(&mut self, state: State) {
        let goes = |order: &Order| {
            let leaves_continuous = state.is_call() && order.life == Life::Continuous;
            let leaves_quotes = state == State::Reserved && order.is_quote;
            leaves_continuous || leaves_quotes
        };
        for id in self.ids(goes) {
            self.cancel(id, CancelWord::State);
        }
        if state == State::Closed {
            for id in self.ids(|order| order.life == Life::Day) {
                self.cancel(id, CancelWord::Expired);
            }
        }
        self.state = state;
        if !state.is_trading() {
            self.park_pegs();
        }
        if state.is_call() {
            self.is_collected = true;
        }
        self.say(MarketLine::Status(state.status()));
        self.let_in_early(state);
    }

    /// At-open and at-close orders join their auction.
    fn let_in_early(&mut self, state: State) {
        let life = match state {
            State::OpeningAuction => Life::Opening,
            State::ClosingAuction => Life::Closing,
            State::Continuous
            | State::LimitUp
            | State::LimitDown
            | State::PreOpen
            | State::Auction
            | State::VolatilityAuction
            | State::Reserved
            | State::Halted
            | State::Paused
            | State::Closed => return,
        };
        for id in self.ids(|order| order.place == Place::Early && order.life == life) {
            let limit = self.within_bands(self.order(id));
            self.order_mut(id).limit = limit;
            if self.order(id).is_late {
                self.rest(id);
            } else {
                self.take_tail(id);
            }
        }
    }
}
