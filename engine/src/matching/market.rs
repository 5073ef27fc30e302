//! What a market order may spend: its budget, and what measures it.

use crate::instrument::MarketBudget;
use crate::listing::Listing;
use crate::matching::reach::AtDecrement;
use crate::matching::taker::{MoneyBound, Taker, affordable_units};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;
use crate::side::Side;

const BIPS: i128 = 10_000;

impl Listing {
    /// Bounds a market order for a quantity by what is reserved for it.
    ///
    /// # Errors
    /// There is nothing to measure it by, or the reserve does not cover it.
    pub(crate) fn fund_market(
        &self,
        taker: &mut Taker,
        have: Notional,
    ) -> Result<(), RejectReason> {
        if !self.book.holds.are_enforced() {
            return Ok(());
        }
        let quantity = Quantity::from_units(taker.leaves_units);
        if taker.side == Side::Sell {
            let need = Notional::from_units(i128::from(quantity.units()));
            if have < need {
                return Err(RejectReason::InsufficientFunds);
            }
            taker.hold = need;
            return Ok(());
        }
        let reference = self.reference(taker.side)?;
        let worst = Notional::of(self.protected(reference, taker.side), quantity);
        taker.hold = have.min(self.book.holds.with_surcharge(worst));
        self.bound_by_reserve(taker)
    }

    /// Bounds a market order by quote amount by that amount and by what is reserved for it.
    ///
    /// # Errors
    /// There is nothing to measure it by, or the reserve does not cover it.
    pub(crate) fn fund_market_by_quote(
        &self,
        taker: &mut Taker,
        amount: Notional,
        have: Notional,
    ) -> Result<(), RejectReason> {
        taker.money = Some(MoneyBound {
            left: amount,
            short: Notional::ZERO,
        });
        if !self.book.holds.are_enforced() {
            return Ok(());
        }
        match taker.side {
            Side::Buy => {
                taker.hold = have.min(self.book.holds.with_surcharge(amount));
                self.bound_by_reserve(taker)
            }
            Side::Sell => self.fund_sell_by_quote(taker, amount, have),
        }
    }

    /// A buy trades for no more than its hold covers; a reserve that cannot do is refused here.
    fn bound_by_reserve(&self, taker: &mut Taker) -> Result<(), RejectReason> {
        let spendable = self.book.holds.spendable(taker.hold);
        match self.instrument.market_budget {
            MarketBudget::Reject if self.reach(taker, AtDecrement::GoOn).cost > spendable => {
                return Err(RejectReason::InsufficientFunds);
            }
            MarketBudget::Partial if spendable.is_zero() => {
                return Err(RejectReason::InsufficientFunds);
            }
            MarketBudget::Reject | MarketBudget::Partial => {}
        }
        let asked = taker.money.map_or(spendable, |money| money.left);
        let left = asked.min(spendable);
        taker.money = Some(MoneyBound {
            left,
            short: asked - left,
        });
        Ok(())
    }

    /// A sell for an amount of money is measured in the base asset: whole lots at the worst price that
    /// market protection allows.
    fn fund_sell_by_quote(
        &self,
        taker: &mut Taker,
        amount: Notional,
        have: Notional,
    ) -> Result<(), RejectReason> {
        let lot_size = self.instrument.lot_size;
        let worst = self.protected(self.reference(taker.side)?, taker.side);
        let need = affordable_units(amount, worst, lot_size);
        let reserve = u64::try_from(have.units()).unwrap_or(u64::MAX).min(need);
        let covered = reserve - reserve % lot_size;
        let falls_short = match self.instrument.market_budget {
            MarketBudget::Reject => self.reach(taker, AtDecrement::GoOn).units > covered,
            MarketBudget::Partial => covered == 0 && need > 0,
        };
        if falls_short {
            return Err(RejectReason::InsufficientFunds);
        }
        taker.leaves_units = covered;
        taker.hold = Notional::from_units(i128::from(covered));
        Ok(())
    }

    /// What a market order is measured by: the best opposite price, else the last price.
    pub(crate) fn reference(&self, side: Side) -> Result<Price, RejectReason> {
        self.book
            .best_price(side.opposite())
            .or(self.last_price)
            .ok_or(RejectReason::NoReference)
    }

    /// The worst price that market protection allows, rounded away from the reference.
    pub(crate) fn protected(&self, reference: Price, side: Side) -> Price {
        let bips = i128::from(self.instrument.market_protection_bips);
        let units = i128::from(reference.units());
        let worst = match side {
            Side::Buy => (units * (BIPS + bips) + BIPS - 1).div_euclid(BIPS),
            Side::Sell => (units * (BIPS - bips).max(0)).div_euclid(BIPS),
        };
        Price::from_units(i64::try_from(worst).unwrap_or(i64::MAX))
    }
}
