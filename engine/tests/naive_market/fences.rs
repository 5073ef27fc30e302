//! What stops a taker before a fill: execution range, corridors. Frozen when its phase begins.

use scenario::Collar;

use super::NaiveMarket;
use super::sweep::End;

/// 100 per cent in hundredths of a per cent.
pub const WHOLE: i64 = 10_000;

/// The prices between which a taker may trade, as far as the last price decides them.
pub struct Fences {
    reference: Option<i64>,
}

impl Fences {
    pub fn around(market: &NaiveMarket) -> Self {
        Self {
            reference: market.last_price,
        }
    }
}

impl NaiveMarket {
    /// Which fence lies before a fill at this price.
    pub(super) fn fence_before(&self, price: i64, fences: &Fences) -> Option<End> {
        if self.is_beyond_collar(price, fences) {
            return Some(End::Collar);
        }
        if self.is_beyond_bands(price) {
            return Some(End::Band);
        }
        let is_out = is_outside(price, fences.reference, self.terms.corridor.map(bips))
            || self.is_outside_static_corridor(price);
        if is_out {
            return Some(End::Corridor);
        }
        self.is_too_fast(price).then_some(End::Velocity)
    }

    fn is_beyond_collar(&self, price: i64, fences: &Fences) -> bool {
        let (Some(collar), Some(reference)) = (self.terms.collar, fences.reference) else {
            return false;
        };
        let (low, high) = match collar {
            Collar::Around(percent) => (WHOLE - bips(percent), WHOLE + bips(percent)),
            Collar::Range { low, high } => (bips(low), bips(high)),
        };
        price * WHOLE < reference * low || price * WHOLE > reference * high
    }

    pub(super) fn is_outside_static_corridor(&self, price: i64) -> bool {
        is_outside(
            price,
            self.auction_price,
            self.terms.static_corridor.map(bips),
        )
    }
}

fn is_outside(price: i64, reference: Option<i64>, corridor: Option<i64>) -> bool {
    let (Some(reference), Some(corridor)) = (reference, corridor) else {
        return false;
    };
    (price - reference).abs() * WHOLE > reference * corridor
}

pub fn bips(percent: scenario::Percent) -> i64 {
    i64::try_from(percent.bips).expect("a percentage is small")
}
