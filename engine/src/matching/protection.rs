//! Market orders that do not trade at any price: with protection, and to limit. CME.

use crate::listing::Listing;
use crate::matching::taker::{PriceLimit, Remainder};
use crate::order::{NewOrder, OrderKind};
use crate::price::Price;
use crate::rules::MarketResidual;
use crate::side::Side;

impl Listing {
    /// The limit that the book gives an order that came without one; `None` where nobody is opposite.
    pub(crate) fn limit_from_book(&self, order: &NewOrder) -> Option<Price> {
        let best = self.book.best_price(order.side.opposite())?;
        match order.kind {
            OrderKind::MarketWithProtection { points } => {
                Some(self.protection_price(order.side, best, points))
            }
            OrderKind::MarketToLimit => Some(best),
            OrderKind::Limit { .. } | OrderKind::Market | OrderKind::Pegged { .. } => None,
        }
    }

    /// The worst price of an order that is protected from `reference` on: on the tick grid, within bounds.
    pub(crate) fn protection_price(&self, side: Side, reference: Price, points: u64) -> Price {
        let (units, tick) = (reference.units(), self.instrument.tick_size);
        let worst = match side {
            Side::Buy => {
                let worst = units.saturating_add_unsigned(points);
                worst.saturating_sub(worst.rem_euclid(tick))
            }
            Side::Sell => {
                let worst = units.saturating_sub_unsigned(points);
                worst.saturating_add((tick - worst.rem_euclid(tick)) % tick)
            }
        };
        let (lowest, highest) = (self.instrument.price_min, self.instrument.price_max);
        Price::from_units(worst).clamp(lowest, highest)
    }

    /// What becomes of what an order does not trade.
    pub(crate) fn remainder_of(&self, order: &NewOrder, limit: PriceLimit) -> Remainder {
        if limit == PriceLimit::Any {
            return Remainder::Unserved;
        }
        let is_protected = matches!(order.kind, OrderKind::MarketWithProtection { .. });
        let is_canceled = self.instrument.rules.market_residual == MarketResidual::Cancel;
        if is_protected && (is_canceled || order.time_in_force.is_immediate()) {
            Remainder::Protected
        } else if order.time_in_force.is_immediate() {
            Remainder::Dies
        } else {
            Remainder::Rests
        }
    }
}
