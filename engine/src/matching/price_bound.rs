//! Up to which price a taker trades: its own limit, and what the instrument allows.
//!
//! All of it is frozen when the taker begins. A mechanism that stops takers narrows the bound in
//! [`Listing::price_bound`] and names the [`Stop`] that a taker meets there.

use crate::book::book_side::rank_of;
use crate::book::price_level::NO_SLOT;
use crate::listing::Listing;
use crate::matching::match_order::Stop;
use crate::matching::taker::{PriceLimit, Taker};
use crate::price::Price;
use crate::rules::ExecutionRange;
use crate::side::Side;

const BIPS: i128 = 10_000;

/// Up to which rank of the makers' side a taker trades.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PriceBound {
    pub(crate) rank: i64,
    /// What its own limit alone would allow.
    own_rank: i64,
    /// What stops it where its own limit would let it go on.
    beyond: Stop,
}

impl Listing {
    /// Up to which price a taker trades.
    #[inline]
    pub(crate) fn price_bound(&self, taker: &Taker) -> PriceBound {
        let makers = taker.side.opposite();
        let own_rank = match taker.limit {
            PriceLimit::AtOrBetter(price) => rank_of(makers, price.units()),
            PriceLimit::Any => i64::MAX,
        };
        let mut bound = PriceBound {
            rank: own_rank,
            own_rank,
            beyond: Stop::NoMakers,
        };
        if let Some(range) = self.instrument.rules.execution_range {
            self.narrow_to_range(&mut bound, range, makers);
        }
        bound
    }

    /// Why a taker goes no further that has traded all within its bound.
    #[inline]
    pub(crate) fn stop_at(&self, bound: &PriceBound, makers: Side) -> Stop {
        if self.book.side(makers).best_within(bound.own_rank) == NO_SLOT {
            Stop::NoMakers
        } else {
            bound.beyond
        }
    }

    /// The execution range around the last price; without one there is none.
    #[cold]
    fn narrow_to_range(&self, bound: &mut PriceBound, range: ExecutionRange, makers: Side) {
        let Some(reference) = self.last_price else {
            return;
        };
        let scaled = |bips: u32| i128::from(reference.units()) * i128::from(bips);
        let lowest = -((-scaled(range.low_bips)).div_euclid(BIPS));
        let highest = scaled(range.high_bips).div_euclid(BIPS);
        let rank = |units: i128| {
            let units = units.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
            rank_of(makers, i64::try_from(units).expect("it was clamped"))
        };
        let (nearest, farthest) = match makers {
            Side::Sell => (rank(lowest), rank(highest)),
            Side::Buy => (rank(highest), rank(lowest)),
        };
        bound.narrow(farthest, Stop::OutOfRange);
        let best = self.book.best_price(makers).map(Price::units);
        if best.is_some_and(|units| rank_of(makers, units) < nearest) {
            bound.narrow(i64::MIN, Stop::OutOfRange);
        }
    }
}

impl PriceBound {
    /// Stops the taker before it goes beyond `rank`, unless something stops it earlier.
    pub(crate) fn narrow(&mut self, rank: i64, stop: Stop) {
        if rank < self.rank {
            self.rank = rank;
            self.beyond = stop;
        }
    }
}
