//! The most that an order can take of what its owner has.

use engine::{Instrument, NewOrder, Notional, OrderKind, OrderSize, Price, Quantity, Side};

const BIPS: i128 = 10_000;
const PPM: i128 = 1_000_000;

/// The hold that covers an order; `None` where there is nothing to measure it by, or the engine will refuse it anyway.
pub fn of_entry(
    order: &NewOrder,
    instrument: &Instrument,
    reference: Option<Price>,
) -> Option<Notional> {
    match (order.kind, order.size) {
        (OrderKind::Limit { price }, OrderSize::Quantity(quantity)) => {
            of_limit(order.side, price, quantity, instrument)
        }
        (OrderKind::Market, OrderSize::Quantity(quantity)) => match order.side {
            Side::Buy => {
                let dearest = protected_above(reference?, instrument)?;
                of_limit(Side::Buy, dearest, quantity, instrument)
            }
            // What is sold is known, whatever it fetches.
            Side::Sell => of_limit(Side::Sell, Price::from_units(0), quantity, instrument),
        },
        (OrderKind::Market, OrderSize::QuoteAmount(amount)) => match order.side {
            Side::Buy => with_surcharge(amount, instrument),
            Side::Sell => sold_for(amount, reference?, instrument),
        },
        // The engine refuses the first, and says so of the others.
        (OrderKind::Limit { .. }, OrderSize::QuoteAmount(_))
        | (
            OrderKind::MarketWithProtection { .. }
            | OrderKind::MarketToLimit
            | OrderKind::Pegged { .. },
            _,
        ) => None,
    }
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
    let factor = BIPS.checked_add(i128::from(instrument.market_protection_bips))?;
    let scaled = i128::from(reference.units()).checked_mul(factor)?;
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
