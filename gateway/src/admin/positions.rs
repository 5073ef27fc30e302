//! What an account bought and sold, what that cost and brought, and what it would bring now.

use axum::Json;
use axum::extract::{Path, State};
use ledger::{Mark, Position};
use protocol::ExactDecimal;
use serde::Serialize;

use crate::admin::AdminView;
use crate::admin::money::find_account;
use crate::edge::InstrumentState;
use crate::http::ErrorAnswer;

/// An account's positions. docs/risk.md has the formulas.
#[derive(Debug, Serialize)]
pub struct PositionsAnswer {
    account: u32,
    positions: Vec<PositionAnswer>,
}

#[derive(Debug, Serialize)]
struct PositionAnswer {
    symbol: String,
    /// Bought less sold, in the base asset.
    position: String,
    /// What it cost, in the quote asset.
    cost: String,
    /// Cost per unit, truncated to the price's decimals; left out where nothing is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    average_price: Option<String>,
    realized: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unrealized_at_last: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unrealized_at_mid: Option<String>,
    fees_base: String,
    fees_quote: String,
}

/// `GET /v1/admin/positions/{account}`.
pub async fn positions(
    State(view): State<AdminView>,
    Path(account): Path<String>,
) -> Result<Json<PositionsAnswer>, ErrorAnswer> {
    let Ok(reference) = account.parse();
    let account = find_account(&view, &reference)?;
    let all = view.edge.ledger.positions(account);
    let traded = all.iter().filter(|position| !is_untouched(position));
    let positions = traded
        .filter_map(|position| {
            let state = view.edge.by_id(position.instrument)?;
            answer(&view, state, position)
        })
        .collect();
    Ok(Json(PositionsAnswer {
        account: account.0,
        positions,
    }))
}

fn is_untouched(position: &Position) -> bool {
    *position == Position::flat(position.instrument)
}

fn answer(
    view: &AdminView,
    state: &InstrumentState,
    position: &Position,
) -> Option<PositionAnswer> {
    let (scale, terms) = (state.listed.scale, &state.listed.terms);
    let fee = |asset, amount: ledger::Money| {
        let asset = view.edge.listing.asset(asset)?;
        Some(ExactDecimal::new(amount.units(), asset.decimals).to_string())
    };
    let at = |mark| {
        scale
            .notional(position.unrealized(mark).units())
            .to_string()
    };
    let average_units = position.cost.units().checked_div(position.base);
    let average_price = average_units.and_then(|units| i64::try_from(units).ok());
    Some(PositionAnswer {
        symbol: state.listed.symbol.to_string(),
        position: ExactDecimal::new(position.base, scale.quantity_decimals).to_string(),
        cost: scale.notional(position.cost.units()).to_string(),
        average_price: average_price.map(|units| scale.price(units).to_string()),
        realized: scale.notional(position.realized.units()).to_string(),
        unrealized_at_last: state.reference.last().map(|price| at(Mark::Last(price))),
        unrealized_at_mid: state
            .reference
            .touch()
            .map(|(bid, ask)| at(Mark::Mid { bid, ask })),
        fees_base: fee(terms.base, position.fees_base)?,
        fees_quote: fee(terms.quote, position.fees_quote)?,
    })
}
