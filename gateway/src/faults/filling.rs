//! Orders that are made to fill in part: the one fault that what is behind the wire knows of.
//!
//! The order is entered as it was sent, with a cap on what it may trade when it enters. So its fill is a trade like any other,
//! the journal has the cap beside the order, and a replay comes to the same.

use std::sync::Arc;

use engine::{
    Conditions, NewOrder, OrderKind, OrderSize, PostOnly, Price, Quantity, Side, TimeInForce,
};

use crate::edge::InstrumentState;
use crate::faults::plan::Kind;
use crate::faults::room::{BoundPlan, Faults, Place};

impl Faults {
    /// Caps what an order may trade when it enters, if a plan that is for its sender asks for that. An order that would not
    /// trade now, must fill whole or cannot be divided is left as it is, and counts as no opportunity.
    pub fn cap_fill(
        &self,
        key: Option<&str>,
        place: Place,
        state: &InstrumentState,
        order: &mut NewOrder,
    ) {
        if !self.are_any() {
            return;
        }
        let lot_units = state.terms().lot_size;
        let Some(units) = divisible_units(order, lot_units) else {
            return;
        };
        if !meets_somebody(order, state.reference.opposite(order.side)) {
            return;
        }
        let plans = self.plans_for(key, place.session);
        let struck = plans.iter().find_map(|bound| {
            let struck = bound.strike(Kind::PartialFill)?;
            Some((bound, struck.fault.fill_ppm))
        });
        if let Some((bound, fill_ppm)) = struck {
            let cap = part(units, fill_ppm, lot_units);
            self.note_cap(bound, place, state, [cap, units]);
            let conditions = order
                .conditions
                .get_or_insert_with(|| Box::new(Conditions::NONE));
            conditions.fill_cap = Some(Quantity::from_units(cap));
        }
    }

    fn note_cap(
        &self,
        bound: &Arc<BoundPlan>,
        place: Place,
        state: &InstrumentState,
        [cap, units]: [u64; 2],
    ) {
        let scale = state.listed.scale;
        let what = format!(
            "an order of {} {} trades {} at most, and the rest is canceled",
            scale.quantity(units),
            state.listed.symbol,
            scale.quantity(cap)
        );
        self.note(bound, place, Kind::PartialFill, what);
    }
}

/// What an order is for, where a part of it could trade.
fn divisible_units(order: &NewOrder, lot_units: u64) -> Option<u64> {
    let OrderSize::Quantity(quantity) = order.size else {
        return None;
    };
    let waits = order
        .conditions
        .as_deref()
        .is_some_and(Conditions::make_it_wait);
    let must_fill_whole = order.time_in_force == TimeInForce::FillOrKill;
    let is_divisible = !waits
        && !must_fill_whole
        && order.post_only == PostOnly::No
        && order.minimum_quantity.is_zero()
        && quantity.units() >= lot_units.saturating_mul(2);
    is_divisible.then_some(quantity.units())
}

/// Whether it trades at once with somebody at the best opposite price.
fn meets_somebody(order: &NewOrder, opposite: Option<Price>) -> bool {
    let Some(opposite) = opposite else {
        return false;
    };
    match order.kind {
        OrderKind::Limit { price } => match order.side {
            Side::Buy => price >= opposite,
            Side::Sell => price <= opposite,
        },
        OrderKind::Market | OrderKind::MarketWithProtection { .. } | OrderKind::MarketToLimit => {
            true
        }
        OrderKind::Pegged { .. } => false,
    }
}

/// So many millionths of a quantity in whole lots: one lot at least, and not all.
fn part(units: u64, fill_ppm: u32, lot_units: u64) -> u64 {
    let wanted = u128::from(units).saturating_mul(u128::from(fill_ppm)) / 1_000_000;
    let wanted = u64::try_from(wanted).unwrap_or(units);
    let lots = wanted.checked_div(lot_units).unwrap_or(0).max(1);
    let most = units.saturating_sub(1).checked_div(lot_units).unwrap_or(0);
    lots.min(most).saturating_mul(lot_units)
}

#[cfg(test)]
mod tests {
    //! A part is of whole lots, and neither nothing nor all.

    use super::part;

    #[test]
    fn a_part_is_of_whole_lots_and_neither_nothing_nor_all() {
        for (units, fill_ppm, lot_units, wanted) in [
            (1_000, 500_000, 10, 500),
            (1_000, 333_333, 10, 330),
            (1_000, 1, 10, 10),
            (1_000, 1_000_000, 10, 990),
            (20, 500_000, 10, 10),
            (3, 999_999, 1, 2),
        ] {
            assert_eq!(part(units, fill_ppm, lot_units), wanted);
        }
    }
}
