//! The whole life of a taker: may it trade, what does it trade, what becomes of the rest.

use crate::book::book_side::rank_of;
use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::matching::taker::{AtOnce, PriceLimit, Remainder, Taker};
use crate::outcome::{end_taker, give_back_hold};
use crate::session::guard::Barrier;

/// Where a taker is after it has traded what it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Residual {
    /// Something is left and is to rest at its limit.
    Rests,
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
        match self.trade(taker, sink) {
            Stop::Done => give_back_hold(taker, sink),
            Stop::OwnOrder => end_taker(taker, CancelReason::SelfTradePrevention, sink),
            Stop::BudgetSpent => end_taker(taker, CancelReason::BudgetSpent, sink),
            Stop::Barrier(barrier) => self.stop_at_barrier(taker, barrier, sink),
            Stop::NoMakers => match taker.remainder {
                Remainder::Rests => Residual::Rests,
                Remainder::Dies => end_taker(taker, CancelReason::ImmediateOrCancel, sink),
                Remainder::Unserved if taker.has_spent_its_amount() => give_back_hold(taker, sink),
                Remainder::Unserved => end_taker(taker, CancelReason::NoLiquidity, sink),
            },
        }
    }

    #[inline]
    fn trade<S: EventSink>(&mut self, taker: &mut Taker, sink: &mut S) -> Stop {
        let makers = taker.side.opposite();
        let rank_limit = match taker.limit {
            PriceLimit::AtOrBetter(price) => rank_of(makers, price.units()),
            PriceLimit::Any => i64::MAX,
        };
        if self.is_guarded() {
            self.session.frame = self.frame();
        }
        loop {
            let best = self.book.side(makers).best_within(rank_limit);
            if best == NO_SLOT {
                return Stop::NoMakers;
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
}
