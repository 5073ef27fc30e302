//! What an order must have reserved, in the integers of its instrument.
//!
//! A hold is a function of what is still open, never a running sum: however an order came to its
//! leaves quantity, the same is reserved for it. So trades, changes and cancels can come in any order
//! and the holds of all open orders are always exactly what their open parts need.

use crate::instrument::{FundsCheck, Instrument};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::side::Side;

const MILLION: i128 = 1_000_000;

/// How one instrument's holds are computed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HoldTerms {
    enforced: bool,
    surcharge_ppm: u32,
}

impl HoldTerms {
    pub(crate) const fn of(instrument: &Instrument) -> Self {
        Self {
            enforced: matches!(instrument.funds_check, FundsCheck::Enforced),
            surcharge_ppm: instrument.hold_surcharge_ppm,
        }
    }

    /// Whether holds are kept at all.
    #[inline]
    pub(crate) const fn are_enforced(self) -> bool {
        self.enforced
    }

    /// What an order limited to `price` must have reserved for `quantity`.
    #[inline]
    pub(crate) fn need(self, side: Side, price: Price, quantity: Quantity) -> Notional {
        if !self.enforced {
            return Notional::ZERO;
        }
        match side {
            Side::Buy => self.with_surcharge(Notional::of(price, quantity)),
            Side::Sell => Notional::from_units(i128::from(quantity.units())),
        }
    }

    /// Whether what such an order must have reserved can be computed; always so within an instrument's bounds.
    pub(crate) fn can_hold(self, side: Side, price: Price, quantity: Quantity) -> bool {
        let per_million = MILLION + i128::from(self.surcharge_ppm);
        match (self.enforced, side) {
            (true, Side::Buy) => {
                let cost = Notional::of(price, quantity).units();
                price.units() >= 0 && cost.checked_mul(per_million).is_some()
            }
            (true, Side::Sell) | (false, Side::Buy | Side::Sell) => true,
        }
    }

    /// What is no longer needed when an order limited to `price` goes from one open quantity to a smaller one.
    #[inline]
    pub(crate) fn freed(self, side: Side, price: Price, before: u64, after: u64) -> Notional {
        if !self.enforced {
            return Notional::ZERO;
        }
        self.need(side, price, Quantity::from_units(before))
            - self.need(side, price, Quantity::from_units(after))
    }

    /// A buy's cost with the bound of its fees, rounded up.
    #[inline]
    pub(crate) fn with_surcharge(self, cost: Notional) -> Notional {
        if self.surcharge_ppm == 0 {
            return cost;
        }
        self.surcharged(cost)
    }

    #[inline(never)]
    fn surcharged(self, cost: Notional) -> Notional {
        let millionths = cost.units() * i128::from(self.surcharge_ppm);
        let surcharge = match u64::try_from(millionths) {
            Ok(millionths) => i128::from(millionths.div_ceil(1_000_000)),
            Err(_) => (millionths + (MILLION - 1)).div_euclid(MILLION),
        };
        Notional::from_units(cost.units() + surcharge)
    }

    /// The largest cost that a reserve covers, surcharge included.
    pub(crate) fn spendable(self, reserve: Notional) -> Notional {
        if self.surcharge_ppm == 0 {
            return reserve;
        }
        let units = reserve.units() * MILLION;
        Notional::from_units(units.div_euclid(MILLION + i128::from(self.surcharge_ppm)))
    }
}

#[cfg(test)]
mod tests {
    use super::HoldTerms;
    use crate::price::Price;
    use crate::quantity::{Notional, Quantity};
    use crate::side::Side;

    const TERMS: HoldTerms = HoldTerms {
        enforced: true,
        surcharge_ppm: 1_000,
    };

    #[test]
    fn a_buy_holds_its_cost_and_the_surcharge_rounded_up() {
        let hold = TERMS.need(Side::Buy, Price::from_units(101), Quantity::from_units(10));

        assert_eq!(hold, Notional::from_units(1_012));
    }

    #[test]
    fn a_sell_holds_its_quantity() {
        let hold = TERMS.need(Side::Sell, Price::from_units(101), Quantity::from_units(10));

        assert_eq!(hold, Notional::from_units(10));
    }

    #[test]
    fn what_is_spendable_is_the_largest_cost_that_the_reserve_covers() {
        for reserve in 0..5_000 {
            let reserve = Notional::from_units(reserve);
            let cost = TERMS.spendable(reserve);
            let more = Notional::from_units(cost.units() + 1);

            assert!(TERMS.with_surcharge(cost) <= reserve);
            assert!(TERMS.with_surcharge(more) > reserve);
        }
    }
}
