//! The whole life of a taker: may it trade, what does it trade, what becomes of the rest.

use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::matching::taker::{AtOnce, Remainder, Taker};
use crate::outcome::{end_taker, give_back_hold};
use crate::session::guard::Barrier;

/// Where a taker is after it has traded what it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Residual {
    /// Something is left and is to rest at its limit.
    Rests,
    /// Something of a market order is left, and waits for the uncross of the call that it begins.
    Queues,
    /// It is over: filled, or canceled and reported.
    Ended,
}

/// Why a taker stopped trading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Nothing is left of it.
    Done,
    /// Nothing on the other side is within its limit.
    NoMakers,
    /// It met an order of its own scope, and its mode ends it.
    OwnOrder,
    /// What was reserved for it is spent.
    BudgetSpent,
    /// It must not trade at the next price, or would begin a call.
    Barrier(Barrier),
    /// The next maker is outside the execution range.
    OutOfRange,
    /// A tie ended it: it is told already.
    Ended,
}

impl Listing {
    /// Matches a taker against the other side: best price first, oldest first within a price.
    #[inline]
    pub(crate) fn match_order<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        sink: &mut S,
    ) -> Residual {
        if taker.at_once != AtOnce::Nothing && !self.can_trade_at_once(taker) {
            return end_taker(taker, CancelReason::FillOrKill, sink);
        }
        if taker.fill_cap.units < taker.leaves_units {
            return self.match_capped(taker, sink);
        }
        let stop = self.trade(taker, sink);
        self.after(stop, taker, sink)
    }

    /// Matches a taker that may trade in part only; what is left of it once it has is canceled.
    #[cold]
    #[inline(never)]
    fn match_capped<S: EventSink>(&mut self, taker: &mut Taker, sink: &mut S) -> Residual {
        let held_back_units = taker.leaves_units - taker.fill_cap.units;
        taker.leaves_units = taker.fill_cap.units;
        taker.fill_cap.held_back_units = held_back_units;
        taker.pending_units += held_back_units;
        let stop = if taker.leaves_units == 0 {
            Stop::Done
        } else {
            self.trade(taker, sink)
        };
        let has_traded_its_part = taker.leaves_units == 0;
        taker.leaves_units += held_back_units;
        taker.fill_cap.held_back_units = 0;
        taker.pending_units -= held_back_units;
        match stop {
            Stop::Done if has_traded_its_part => {
                end_taker(taker, CancelReason::ImmediateOrCancel, sink)
            }
            Stop::Done
            | Stop::NoMakers
            | Stop::OwnOrder
            | Stop::BudgetSpent
            | Stop::Barrier(_)
            | Stop::OutOfRange
            | Stop::Ended => self.after(stop, taker, sink),
        }
    }

    /// What becomes of a taker that has stopped trading.
    #[inline]
    fn after<S: EventSink>(&mut self, stop: Stop, taker: &mut Taker, sink: &mut S) -> Residual {
        match stop {
            Stop::Done => give_back_hold(taker, sink),
            Stop::OwnOrder => end_taker(taker, CancelReason::SelfTradePrevention, sink),
            Stop::BudgetSpent => end_taker(taker, CancelReason::BudgetSpent, sink),
            Stop::Barrier(_) | Stop::OutOfRange if taker.has_spent_its_amount() => {
                give_back_hold(taker, sink)
            }
            Stop::Barrier(barrier) => self.stop_at_barrier(taker, barrier, sink),
            Stop::Ended => Residual::Ended,
            Stop::OutOfRange => end_taker(taker, CancelReason::ExecutionRange, sink),
            Stop::NoMakers => match taker.remainder {
                Remainder::Rests => Residual::Rests,
                Remainder::Dies => end_taker(taker, CancelReason::ImmediateOrCancel, sink),
                Remainder::Unserved if taker.has_spent_its_amount() => give_back_hold(taker, sink),
                Remainder::Protected if self.has_makers(taker) => {
                    end_taker(taker, CancelReason::Protection, sink)
                }
                Remainder::Unserved | Remainder::Protected => {
                    end_taker(taker, CancelReason::NoLiquidity, sink)
                }
            },
        }
    }

    #[inline]
    fn trade<S: EventSink>(&mut self, taker: &mut Taker, sink: &mut S) -> Stop {
        let makers = taker.side.opposite();
        let bound = self.price_bound(taker);
        if self.is_guarded() {
            self.session.frame = self.frame();
        }
        loop {
            let best = self.book.side(makers).best_within(bound.rank);
            if best == NO_SLOT {
                return self.stop_at(&bound, makers);
            }
            if self.is_guarded()
                && let Some(barrier) = self.barrier_now(self.book.side(makers).price(best))
            {
                return Stop::Barrier(barrier);
            }
            if let Some(stop) = self.trade_at_level(taker, best, sink) {
                return stop;
            }
        }
    }

    fn has_makers(&self, taker: &Taker) -> bool {
        self.book.side(taker.side.opposite()).best() != NO_SLOT
    }
}
