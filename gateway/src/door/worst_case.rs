//! The most that an order can take of what its owner has.

use engine::{
    Instrument, NewOrder, Notional, OrderKind, OrderSize, Price, Quantity, Side, TrailingDistance,
    TriggerKind,
};

const BIPS: i128 = 10_000;
const PPM: i128 = 1_000_000;

/// The hold that covers an order; `None` where there is nothing to measure it by, or the engine will refuse it anyway.
///
/// An order that waits, or that takes its limit from the book, is measured when it enters, by a book that may
/// have moved since `reference` was published: its estimate is larger by the instrument's market protection,
/// and the engine gives back at once what it does not need.
pub fn of_entry(
    order: &NewOrder,
    instrument: &Instrument,
    reference: Option<Price>,
) -> Option<Notional> {
    match (order.size, order.side) {
        (OrderSize::Quantity(quantity), Side::Buy) => {
            let dearest = dearest_price(order, instrument, reference)?;
            of_limit(Side::Buy, dearest, quantity, instrument)
        }
        // What is sold is known, whatever it fetches and whenever.
        (OrderSize::Quantity(quantity), Side::Sell) => {
            of_limit(Side::Sell, Price::from_units(0), quantity, instrument)
        }
        (OrderSize::QuoteAmount(amount), side) => match (order.kind, side) {
            (OrderKind::Market, Side::Buy) => with_surcharge(amount, instrument),
            (OrderKind::Market, Side::Sell) => sold_for(amount, reference?, instrument),
            // The engine refuses them.
            (
                OrderKind::Limit { .. }
                | OrderKind::MarketWithProtection { .. }
                | OrderKind::MarketToLimit
                | OrderKind::Pegged { .. },
                _,
            ) => None,
        },
    }
}

/// The hold that covers an open order without a limit when it is changed to `leaves` open and, perhaps, to
/// another trigger price: at least what the engine will measure, which knows how far its protection reaches.
pub fn of_changed_waiting(
    side: Side,
    hold_price: Price,
    trigger_price: Option<Price>,
    leaves: Quantity,
    instrument: &Instrument,
) -> Option<Notional> {
    let dearest = match trigger_price {
        Some(trigger_price) => {
            let protected = protected_above(trigger_price, instrument)?;
            sum(protected, hold_price.units())?
        }
        None => hold_price,
    };
    of_limit(side, dearest, leaves, instrument)
}

/// The most that a buy may pay for a unit.
fn dearest_price(
    order: &NewOrder,
    instrument: &Instrument,
    reference: Option<Price>,
) -> Option<Price> {
    let conditions = order.conditions.as_deref();
    let trigger = conditions.and_then(|conditions| conditions.trigger);
    let stop_price = match trigger {
        Some(trigger) => Some(dearest_trigger(trigger.kind, instrument, reference)?),
        None => None,
    };
    let base = || match (stop_price, order.kind) {
        (Some(stop_price), _) => Some(stop_price),
        (None, OrderKind::Market) => reference,
        (None, _) => protected_above(reference?, instrument),
    };
    match order.kind {
        OrderKind::Limit { price } => Some(price),
        OrderKind::Market | OrderKind::MarketToLimit => protected_above(base()?, instrument),
        OrderKind::MarketWithProtection { points } => sum(base()?, i64::try_from(points).ok()?),
        OrderKind::Pegged { .. } => match conditions.and_then(|conditions| conditions.cap) {
            Some(cap) => Some(cap),
            None => protected_above(base()?, instrument),
        },
    }
}

/// The dearest price at which a buy's trigger may fire, were it to fire soon.
fn dearest_trigger(
    trigger: TriggerKind,
    instrument: &Instrument,
    reference: Option<Price>,
) -> Option<Price> {
    match trigger {
        TriggerKind::Stop { price } | TriggerKind::TakeProfit { price } => Some(price),
        TriggerKind::Trailing { distance, .. } => {
            let now = protected_above(reference?, instrument)?;
            match distance {
                TrailingDistance::Price(behind) => sum(now, i64::try_from(behind).ok()?),
                TrailingDistance::Bips(bips) => scaled_up(now, bips),
            }
        }
    }
}

fn sum(price: Price, units: i64) -> Option<Price> {
    price.units().checked_add(units).map(Price::from_units)
}

/// The hold that covers `quantity` at `price` on `side`.
pub fn of_limit(
    side: Side,
    price: Price,
    quantity: Quantity,
    instrument: &Instrument,
) -> Option<Notional> {
    // Out of bounds: the engine says so, and nothing needs to be held for it.
    if quantity > instrument.quantity_max {
        return None;
    }
    match side {
        Side::Buy => with_surcharge(Notional::of(price, quantity), instrument),
        Side::Sell => Some(Notional::from_units(i128::from(quantity.units()))),
    }
}

/// A cost with the bound of fees that are paid in quote, rounded up.
fn with_surcharge(cost: Notional, instrument: &Instrument) -> Option<Notional> {
    let rate = i128::from(instrument.hold_surcharge_ppm);
    let surcharge = ceiling_div(cost.units().checked_mul(rate)?, PPM)?;
    cost.checked_add(Notional::from_units(surcharge))
}

/// The reference plus the instrument's market protection, rounded up.
fn protected_above(reference: Price, instrument: &Instrument) -> Option<Price> {
    scaled_up(reference, instrument.market_protection_bips)
}

/// A price plus so many hundredths of a percent of it, rounded up.
fn scaled_up(price: Price, bips: u32) -> Option<Price> {
    let factor = BIPS.checked_add(i128::from(bips))?;
    let scaled = i128::from(price.units()).checked_mul(factor)?;
    i64::try_from(ceiling_div(scaled, BIPS)?)
        .ok()
        .map(Price::from_units)
}

/// The most that is sold to receive `amount`, at the reference less the market protection, rounded up.
fn sold_for(amount: Notional, reference: Price, instrument: &Instrument) -> Option<Notional> {
    let factor = BIPS.checked_sub(i128::from(instrument.market_protection_bips))?;
    let cheapest = i128::from(reference.units())
        .checked_mul(factor)?
        .checked_div(BIPS)?
        .max(1);
    ceiling_div(amount.units(), cheapest).map(Notional::from_units)
}

fn ceiling_div(dividend: i128, divisor: i128) -> Option<i128> {
    dividend
        .checked_add(divisor.checked_sub(1)?)?
        .checked_div(divisor)
}
