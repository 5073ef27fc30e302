//! What a call has collected, and what its uncross would do now.

use super::equilibrium::{Equilibrium, Interest, Interests, equilibrium};
use crate::listing::Listing;
use crate::price::Price;
use crate::side::Side;

impl Listing {
    /// What an uncross would do now; `None` where nothing crosses.
    pub(crate) fn equilibrium(&self, reference: Option<Price>) -> Option<Equilibrium> {
        let tick_size = self.instrument.tick_size;
        let (buyers, sellers) = (self.interests(Side::Buy), self.interests(Side::Sell));
        equilibrium(&buyers, &sellers, reference, tick_size)
    }

    /// What a side is for, hidden quantities included.
    fn interests(&self, side: Side) -> Interests {
        let levels = self.book.side(side);
        let limits = levels.levels().map(|level| Interest {
            price: levels.price(level),
            units: self.units_at(side, level),
        });
        let mut interests = Interests {
            limits: limits.collect(),
            ..Interests::default()
        };
        for (order_id, units) in self.queued(side) {
            let units = u128::from(units);
            match self.bound_of_queued(self.slot_of_queued(order_id)) {
                None => interests.market_units += units,
                Some(price) => interests.bounded.push(Interest { price, units }),
            }
        }
        interests
    }

    /// Open quantity of a level.
    fn units_at(&self, side: Side, level: u32) -> u128 {
        let pool = &self.book.pool;
        let queue = self.book.side(side).queue(level, pool);
        queue
            .map(|slot| u128::from(pool.open_units(slot, pool.get(slot))))
            .sum()
    }
}
