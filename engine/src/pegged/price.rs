//! Where a pegged order belongs.

use super::{Peg, PegView};
use crate::listing::Listing;
use crate::order::PegReference;
use crate::price::Price;
use crate::side::Side;

impl Listing {
    pub(super) fn peg_view(&self) -> PegView {
        let best = |side| self.book.best_price(side);
        PegView {
            references: self.references(),
            touches: [best(Side::Buy), best(Side::Sell)],
            bands: self.bands(),
        }
    }

    /// What pegs follow: no peg that moves changes it.
    pub(super) fn references(&self) -> [Option<Price>; 2] {
        [self.followed(Side::Buy), self.followed(Side::Sell)]
    }

    /// Best displayed price of a side, pegged orders left out.
    fn followed(&self, side: Side) -> Option<Price> {
        let levels = self.book.side(side);
        levels.levels().find_map(|level| {
            let price = levels.price(level);
            let others = levels.level(level).displayed_count() - self.pegs.shown_at(side, price);
            (others > 0).then_some(price)
        })
    }

    /// Where a pegged order belongs now; `None` where it has no price.
    pub(super) fn peg_price_now(&self, slot: u32, references: [Option<Price>; 2]) -> Option<Price> {
        if !self.is_matching() {
            return None;
        }
        let peg = self.book.pool.peg(slot).expect("it is pegged");
        self.peg_price(self.book.pool.get(slot).side(), peg, references)
    }

    fn peg_price(&self, side: Side, peg: &Peg, references: [Option<Price>; 2]) -> Option<Price> {
        let followed = |side: Side| references[side as usize];
        let followed = match peg.reference {
            PegReference::Primary => followed(side)?.units(),
            PegReference::Market => followed(side.opposite())?.units(),
            PegReference::Mid => {
                let (bid, ask) = (followed(Side::Buy)?, followed(Side::Sell)?);
                let both = i128::from(bid.units()) + i128::from(ask.units());
                // Rounded to its own side: a buy down, a sell up.
                let rounded = match side {
                    Side::Buy => both.div_euclid(2),
                    Side::Sell => (both + 1).div_euclid(2),
                };
                i64::try_from(rounded).expect("it lies between two prices")
            }
        };
        let wanted = self.on_grid(side, followed)?.checked_add(peg.offset)?;
        let wanted = Price::from_units(self.on_grid(side, wanted)?);
        let capped = match peg.cap {
            Some(cap) if wanted.is_better_than(side, cap) => cap,
            Some(_) | None => wanted,
        };
        let capped = self.within_band(side, capped);
        let passive = match self.book.best_price(side.opposite()) {
            Some(opposite) if capped.is_marketable_against(side, opposite) => {
                self.one_tick_behind(side, opposite).ok()?
            }
            Some(_) | None => capped,
        };
        let bounds = self.instrument.price_min..=self.instrument.price_max;
        bounds.contains(&passive).then_some(passive)
    }

    /// The nearest price on the tick grid that is not better than `units`.
    fn on_grid(&self, side: Side, units: i64) -> Option<i64> {
        let tick = self.instrument.tick_size;
        let beyond = units.rem_euclid(tick);
        match side {
            Side::Buy => units.checked_sub(beyond),
            Side::Sell => units.checked_add((tick - beyond) % tick),
        }
    }
}
