//! The prices that a market order's worst case is measured by, readable without a lock.

use std::sync::atomic::{AtomicI64, Ordering};

use engine::{Price, Side};

/// Best bid, best ask and last price as last published.
#[derive(Debug)]
pub struct ReferencePrices {
    bid: AtomicI64,
    ask: AtomicI64,
    last: AtomicI64,
}

/// No price is this low: an instrument's lowest price is above it.
const NONE: i64 = i64::MIN;

impl Default for ReferencePrices {
    fn default() -> Self {
        Self {
            bid: AtomicI64::new(NONE),
            ask: AtomicI64::new(NONE),
            last: AtomicI64::new(NONE),
        }
    }
}

impl ReferencePrices {
    /// Publishes the touch.
    pub fn set_touch(&self, bid: Option<Price>, ask: Option<Price>) {
        self.bid
            .store(bid.map_or(NONE, Price::units), Ordering::Relaxed);
        self.ask
            .store(ask.map_or(NONE, Price::units), Ordering::Relaxed);
    }

    /// Publishes the price of the last trade.
    pub fn set_last(&self, last: Price) {
        self.last.store(last.units(), Ordering::Relaxed);
    }

    /// What an order on `side` would meet first: the best opposite price, else the last one.
    pub fn for_taker(&self, side: Side) -> Option<Price> {
        self.opposite(side).or_else(|| price(&self.last))
    }

    /// The best price that an order on `side` could trade at now.
    pub fn opposite(&self, side: Side) -> Option<Price> {
        price(match side {
            Side::Buy => &self.ask,
            Side::Sell => &self.bid,
        })
    }

    /// Best bid and best ask, where both sides have one.
    pub fn touch(&self) -> Option<(Price, Price)> {
        Some((price(&self.bid)?, price(&self.ask)?))
    }

    /// The price of the last trade.
    pub fn last(&self) -> Option<Price> {
        price(&self.last)
    }
}

fn price(published: &AtomicI64) -> Option<Price> {
    match published.load(Ordering::Relaxed) {
        NONE => None,
        units => Some(Price::from_units(units)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taker_is_measured_by_the_opposite_side_and_else_by_the_last_price() {
        let prices = ReferencePrices::default();
        assert_eq!(prices.for_taker(Side::Buy), None);

        prices.set_last(Price::from_units(100));
        assert_eq!(prices.for_taker(Side::Buy), Some(Price::from_units(100)));

        prices.set_touch(Some(Price::from_units(98)), Some(Price::from_units(103)));
        assert_eq!(prices.for_taker(Side::Buy), Some(Price::from_units(103)));
        assert_eq!(prices.for_taker(Side::Sell), Some(Price::from_units(98)));
    }
}
