//! The plain lane: limit orders of a book in which nothing but price and time decides.
//!
//! The full path asks at every step whether one of the rule book's mechanisms has a word to say. Here that is
//! asked once, after each command that went the full path: while the answer is no, commands before the next
//! deadline may take the lane. A command that turns out to need more (a refusal, a client's id, an order that is
//! special) is handed on untouched, so the lane never decides anything that the full path would decide otherwise.
//!
//! To plug in: a mechanism that looks at plain orders, or at trades of them, closes the lane in
//! [`Listing::look_at_lane`]; one that looks at orders which it marks as special needs nothing.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function, and an event that nobody reads is not even made"
)]

mod change;
mod enter;
mod leave;
mod limit_order;
mod take;
mod verbs;

pub use limit_order::{LimitOrder, Remainder};

use crate::command::Command;
use crate::event::Event;
use crate::event_sink::{EventSink, Heard};
use crate::id::{AccountId, ExternalId, OrderId};
use crate::listing::Listing;
use crate::price::Price;
use crate::rules::MatchingAlgorithm;
use crate::sequence::Timestamp;
use crate::session::SessionState;
use crate::side::Side;

/// No command takes the lane.
pub(crate) const CLOSED: Timestamp = Timestamp(0);
/// Every command may take it: nothing is due.
const ALWAYS: Timestamp = Timestamp(u64::MAX);

/// Whether the lane has done what a command asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Lane {
    /// All of it.
    Done,
    /// Nothing of it: it goes the full path.
    NotHere,
}

/// An order that comes by the lane.
#[derive(Debug, Clone, Copy)]
struct Comer {
    order_id: OrderId,
    external_id: Option<ExternalId>,
    account: AccountId,
    side: Side,
    price: Price,
    leaves_units: u64,
    filled_units: u64,
}

/// Writes an event that is no trade, if the sink reads such ones.
#[inline(always)]
fn tell<S: EventSink>(sink: &mut S, event: impl FnOnce() -> Event) {
    match sink.hears() {
        Heard::Everything | Heard::Events => sink.event(event()),
        Heard::Trades => {}
    }
}

/// Writes what changed in the book, if the sink reads it.
#[inline(always)]
fn show<S: EventSink>(sink: &mut S, changes: impl FnOnce(&mut S)) {
    match sink.hears() {
        Heard::Everything => changes(sink),
        Heard::Events | Heard::Trades => {}
    }
}

impl Listing {
    /// Does what a command asks, if it is plain.
    #[inline(always)]
    pub(crate) fn apply_plainly<S: EventSink>(&mut self, command: &Command, sink: &mut S) -> Lane {
        match command {
            Command::Submit(order) => match LimitOrder::of(order) {
                Some(order) => self.submit_plainly(&order, sink),
                None => Lane::NotHere,
            },
            Command::Cancel(cancel) => self.cancel_plainly(cancel, sink),
            Command::Replace(replace) => self.replace_plainly(replace, sink),
            Command::CancelReplace(_)
            | Command::MassCancel(_)
            | Command::Tick
            | Command::SetState(_)
            | Command::Uncross(_)
            | Command::SetLastPrice(_)
            | Command::Admit(_)
            | Command::SetLimits(_)
            | Command::SetFeeTier(_)
            | Command::FanOut(_)
            | Command::Quote(_)
            | Command::MmpReset(_)
            | Command::Disconnect(_)
            | Command::CancelAfter(_)
            | Command::Operate(_)
            | Command::Batch(_)
            | Command::Bust(_) => Lane::NotHere,
        }
    }

    /// Until when commands may take the lane, as things stand after one that went the full path.
    pub(crate) fn look_at_lane(&self) -> Timestamp {
        let rules = &self.instrument.rules;
        let is_closed = self.book.holds.are_enforced()
            || self.past_trades.is_some()
            || self.fees.is_some()
            || self.state != SessionState::Continuous
            || !self.risk.is_idle()
            || self.book.owners.is_on()
            || self.is_watched()
            || self.is_guarded()
            || self.session.notes_prints
            || self.session.pending.is_some()
            || self.triggers.are_armed()
            || self.has_follow_up()
            || rules.entry_band.is_some()
            || rules.execution_range.is_some()
            || rules.matching != MatchingAlgorithm::PriceTime;
        if is_closed {
            return CLOSED;
        }
        self.next_deadline().unwrap_or(ALWAYS)
    }
}
