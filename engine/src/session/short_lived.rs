//! Orders that a change of state ends: for the day, for a call, for continuous trading.

use std::collections::BTreeSet;

use super::{Phase, SessionState};
use crate::cancel_reason::CancelReason;
use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::listing::Listing;
use crate::order::TimeInForce;
use crate::reject::RejectReason;

/// What a change of state means for an order that lives this long.
const fn ends_with(time_in_force: TimeInForce, state: SessionState) -> Option<CancelReason> {
    match time_in_force {
        TimeInForce::Day => match state {
            SessionState::Closed => Some(CancelReason::Expired),
            SessionState::Continuous
            | SessionState::PreOpen
            | SessionState::OpeningAuction
            | SessionState::Auction
            | SessionState::ClosingAuction
            | SessionState::Halted
            | SessionState::VolatilityAuction
            | SessionState::Reserved
            | SessionState::Paused
            | SessionState::LimitUp
            | SessionState::LimitDown => None,
        },
        TimeInForce::GoodForContinuous => match state.phase() {
            Phase::Collecting => Some(CancelReason::SessionState),
            Phase::Matching | Phase::Closed(_) => None,
        },
        TimeInForce::GoodTillCanceled
        | TimeInForce::GoodTillDate(_)
        | TimeInForce::ImmediateOrCancel
        | TimeInForce::FillOrKill
        | TimeInForce::AtOpen
        | TimeInForce::AtClose
        | TimeInForce::GoodForAuction => None,
    }
}

impl Listing {
    /// Notes how long an order lives, and lists it by what will end it.
    pub(crate) fn live_for(&mut self, slot: u32, time_in_force: TimeInForce) {
        self.book.pool.set_time_in_force(slot, time_in_force);
        let id = self.book.pool.get(slot).id();
        match time_in_force {
            TimeInForce::GoodTillDate(expiry) => self.expiries.add(expiry, id),
            TimeInForce::Day
            | TimeInForce::AtOpen
            | TimeInForce::AtClose
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => {
                self.session.short_lived.insert(id);
            }
            TimeInForce::GoodTillCanceled
            | TimeInForce::ImmediateOrCancel
            | TimeInForce::FillOrKill => {}
        }
    }

    /// An order lives otherwise from now on.
    pub(crate) fn change_lifetime(&mut self, slot: u32, time_in_force: TimeInForce) {
        let id = self.book.pool.get(slot).id();
        self.forget_lifetime(slot, id);
        self.live_for(slot, time_in_force);
    }

    /// An order is over, or will live otherwise.
    pub(crate) fn forget_lifetime(&mut self, slot: u32, id: OrderId) {
        match self.book.pool.expiry(slot) {
            Some(expiry) => self.expiries.remove(expiry, id),
            None => {
                self.session.short_lived.remove(&id);
            }
        }
    }

    /// Whether orders that live this long are taken now.
    ///
    /// # Errors
    /// What must trade at once, or is for continuous trading, is not taken in a call; what is for a call is not
    /// taken outside of one.
    pub(crate) fn check_lifetime(&self, time_in_force: TimeInForce) -> Result<(), RejectReason> {
        let in_call = self.state.phase() == Phase::Collecting;
        let is_taken = match time_in_force {
            TimeInForce::ImmediateOrCancel
            | TimeInForce::FillOrKill
            | TimeInForce::GoodForContinuous => !in_call,
            TimeInForce::GoodForAuction => in_call,
            TimeInForce::GoodTillCanceled
            | TimeInForce::GoodTillDate(_)
            | TimeInForce::Day
            | TimeInForce::AtOpen
            | TimeInForce::AtClose => true,
        };
        if is_taken {
            Ok(())
        } else {
            Err(RejectReason::NotInAuction)
        }
    }

    /// Ends what is not for the state that begins, in the order of entry.
    pub(super) fn end_short_lived<S: EventSink>(&mut self, state: SessionState, sink: &mut S) {
        let mut ended: Vec<_> = self
            .short_lived()
            .filter_map(|(id, time_in_force)| Some((id, ends_with(time_in_force, state)?)))
            .collect();
        if state == SessionState::Reserved {
            let quotes = self.quotes.iter().flat_map(|(_, sides)| sides).flatten();
            ended.extend(quotes.map(|id| (*id, CancelReason::SessionState)));
            ended.sort_unstable_by_key(|(id, _)| *id);
        }
        for (id, reason) in ended {
            self.end_by_id(id, reason, sink);
        }
    }

    /// Orders that are for the call that ends now, by age: those that wait for their own one are not.
    pub(crate) fn for_this_call(&self) -> BTreeSet<OrderId> {
        let mut all = self.session.market_queue.orders();
        let meant = self
            .short_lived()
            .filter(|(id, time_in_force)| time_in_force.is_for_a_call() && !self.is_to_come(*id));
        all.extend(meant.map(|(id, _)| id));
        all
    }

    pub(super) fn short_lived(&self) -> impl Iterator<Item = (OrderId, TimeInForce)> + '_ {
        self.session.short_lived.iter().map(|id| {
            let slot = self.book.ids.get(*id, &self.book.pool);
            let slot = slot.expect("every short-lived order that is listed is open");
            (*id, self.book.pool.time_in_force(slot))
        })
    }

    /// Ends an order that may have gone with another one before.
    pub(crate) fn end_by_id<S: EventSink>(
        &mut self,
        id: OrderId,
        reason: CancelReason,
        sink: &mut S,
    ) {
        if let Some(slot) = self.book.ids.get(id, &self.book.pool) {
            self.cancel_resting(slot, reason, sink);
        }
    }
}
