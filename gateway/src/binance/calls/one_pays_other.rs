//! Lists whose pending orders sell what the working one buys.

use std::sync::Arc;

use engine::Side;

use crate::binance::amount::Amount;
use crate::binance::calls::list_entry::{ListRequest, pair, read_head, working_leg};
use crate::binance::calls::list_legs::place;
use crate::binance::calls::{Call, needed_symbol};
use crate::binance::order_request::{Names, OrderRequest, read_side, read_type};
use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::edge::{Edge, InstrumentState};

/// What of the working order's quantity is there for the pending one: what it brings less the larger of its fees,
/// on the grid.
fn proceeds(state: &InstrumentState, working: &OrderRequest) -> Result<Amount, Refusal> {
    const MILLION: i128 = 1_000_000;
    let terms = &state.listed.terms;
    let rates = state.fees().of(engine::FeeTier::default());
    let fee_ppm = match terms.fee_asset {
        ledger::FeeAsset::Received => i128::from(rates.taker_ppm).max(i128::from(rates.maker_ppm)),
        ledger::FeeAsset::Quote => 0,
    };
    let bought = working.quantity.map_or(0, Amount::units);
    let kept = bought.saturating_mul(MILLION.saturating_sub(fee_ppm)) / MILLION;
    let step = Amount::of_quantity(
        engine::Quantity::from_units(state.listed.instrument.lot_size),
        state.listed.scale,
    )
    .units()
    .max(1);
    let on_grid = kept.saturating_sub(kept % step);
    if on_grid == 0 {
        return Err(Refusal::filter("LOT_SIZE"));
    }
    Ok(Amount::new(on_grid, crate::binance::amount::DECIMALS))
}

/// The head of a list whose pending orders sell what its working order buys.
fn read_payer(
    state: &InstrumentState,
    params: &mut Params,
) -> Result<(OrderRequest, Side, Amount), Refusal> {
    let working = working_leg(params)?;
    let side = read_side(params, "pendingSide")?;
    if working.side != Side::Buy {
        return Err(Refusal::new(
            -1222,
            "Working order in an OPO list must be a bid.",
        ));
    }
    if side != Side::Sell {
        return Err(Refusal::new(
            -1223,
            "Pending orders in an OPO list must be asks.",
        ));
    }
    params.refuse("pendingQuantity")?;
    let quantity = proceeds(state, &working)?;
    Ok((working, side, quantity))
}

/// Enters an order whose proceeds another one sells.
///
/// # Errors
/// The venue's refusal.
pub async fn place_opo(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(&edge, &mut call.params)?;
    let params = &mut call.params;
    let (client_id, response, self_trade) = read_head(params)?;
    let (working, side, quantity) = read_payer(state, params)?;
    let names = Names::behind("pending");
    let order_type = read_type(params, "pendingType")?;
    let pending = OrderRequest::read_payee(params, names, (side, quantity), order_type)?;
    let request = ListRequest::started(
        (client_id, response),
        working,
        vec![(pending, None)],
        self_trade,
    );
    place(&edge, state, call, request).await
}

/// Enters an order whose proceeds one of two others sells.
///
/// # Errors
/// The venue's refusal.
pub async fn place_opoco(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(&edge, &mut call.params)?;
    let params = &mut call.params;
    let (client_id, response, self_trade) = read_head(params)?;
    let (working, side, quantity) = read_payer(state, params)?;
    let [above, below] = pair(params, ["pendingAbove", "pendingBelow"], side, quantity)?;
    let request = ListRequest::started(
        (client_id, response),
        working,
        vec![(above, None), (below, Some(1))],
        self_trade,
    );
    place(&edge, state, call, request).await
}
