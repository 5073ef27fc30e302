//! Post-only: an order that would take is refused, or slides behind the best opposite price.

use crate::book::book_side::rank_of;
use crate::book::price_level::NO_SLOT;
use crate::listing::Listing;
use crate::order::PostOnly;
use crate::price::Price;
use crate::reject::RejectReason;
use crate::side::Side;

impl Listing {
    /// Whether an order limited to `price` would take anything now, hidden orders included.
    #[inline]
    pub(crate) fn would_take(&self, side: Side, price: Price) -> bool {
        let makers = side.opposite();
        let rank_limit = rank_of(makers, price.units());
        self.book.side(makers).best_within(rank_limit) != NO_SLOT && self.is_matching()
    }

    /// The price at which an order may rest that must not take.
    ///
    /// # Errors
    /// It would take and must not slide, or there is no price left to slide to.
    pub(crate) fn price_without_taking(
        &self,
        side: Side,
        price: Price,
        post_only: PostOnly,
    ) -> Result<Price, RejectReason> {
        let slides = match post_only {
            PostOnly::No => return Ok(price),
            PostOnly::Reject => false,
            PostOnly::Slide => true,
        };
        match self.book.best_price(side.opposite()) {
            Some(best) if self.is_matching() && price.is_marketable_against(side, best) => {
                if slides {
                    self.one_tick_behind(side, best)
                } else {
                    Err(RejectReason::PostOnlyWouldCross)
                }
            }
            Some(_) | None => Ok(price),
        }
    }

    /// The best price on the tick grid at which an order of `side` does not reach `opposite`.
    pub(crate) fn one_tick_behind(
        &self,
        side: Side,
        opposite: Price,
    ) -> Result<Price, RejectReason> {
        let tick = self.instrument.tick_size;
        let behind = match side {
            Side::Buy => opposite
                .units()
                .checked_sub(1)
                .map(|units| units - units.rem_euclid(tick)),
            Side::Sell => opposite
                .units()
                .checked_add(1)
                .and_then(|units| units.checked_add((tick - units.rem_euclid(tick)) % tick)),
        };
        behind
            .map(Price::from_units)
            .filter(|price| {
                *price >= self.instrument.price_min && *price <= self.instrument.price_max
            })
            .ok_or(RejectReason::PostOnlyWouldCross)
    }
}
