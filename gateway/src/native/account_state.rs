//! Balances and positions in the wire's words.

use ledger::Mark;
use protocol::{Balance, ExactDecimal, Position};

use crate::edge::Edge;

/// What an account has, as messages tell it.
pub fn balances(edge: &Edge, balances: &[ledger::Balance]) -> Vec<Balance> {
    balances
        .iter()
        .filter_map(|balance| wire_balance(edge, balance))
        .collect()
}

/// What an account bought and sold, as messages tell it.
pub fn positions(edge: &Edge, positions: &[ledger::Position]) -> Vec<Position> {
    positions
        .iter()
        .filter_map(|position| wire_position(edge, position))
        .collect()
}

fn wire_balance(edge: &Edge, balance: &ledger::Balance) -> Option<Balance> {
    let asset = edge.listing.asset(balance.asset)?;
    let decimal = |amount: ledger::Money| ExactDecimal::new(amount.units(), asset.decimals);
    Some(Balance {
        asset: asset.name,
        total: decimal(balance.total),
        available: decimal(balance.available),
        pending: decimal(balance.pending),
        hold: decimal(balance.hold),
    })
}

fn wire_position(edge: &Edge, position: &ledger::Position) -> Option<Position> {
    let state = edge.by_id(position.instrument)?;
    let (scale, terms) = (state.listed.scale, &state.listed.terms);
    let fee = |asset, amount: ledger::Money| {
        let asset = edge.listing.asset(asset)?;
        Some(ExactDecimal::new(amount.units(), asset.decimals))
    };
    let at = |mark| scale.notional(position.unrealized(mark).units());
    let average_units = position.cost.units().checked_div(position.base);
    let average_price = average_units.and_then(|units| i64::try_from(units).ok());
    Some(Position {
        symbol: state.listed.symbol,
        position: ExactDecimal::new(position.base, scale.quantity_decimals),
        cost: scale.notional(position.cost.units()),
        average_price: average_price.map(|units| scale.price(units)),
        realized: scale.notional(position.realized.units()),
        unrealized_at_last: state.reference.last().map(|price| at(Mark::Last(price))),
        unrealized_at_mid: state
            .reference
            .touch()
            .map(|(bid, ask)| at(Mark::Mid { bid, ask })),
        fees_base: fee(terms.base, position.fees_base)?,
        fees_quote: fee(terms.quote, position.fees_quote)?,
    })
}
