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
        Interests {
            market_units: 0,
            bounded: Vec::new(),
            limits: limits.collect(),
        }
    }

    /// Open quantity of a level.
    fn units_at(&self, side: Side, level: u32) -> u128 {
        let place = self.book.side(side).level(level);
        if place.displayed_count == place.order_count {
            return u128::from(place.displayed_units);
        }
        let queue = self.book.side(side).queue(level, &self.book.pool);
        queue
            .map(|slot| u128::from(self.book.pool.get(slot).leaves_units))
            .sum()
    }
}
