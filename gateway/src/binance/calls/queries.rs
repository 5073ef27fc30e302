//! Orders and trades that are kept: one, the open ones, all of them, and what happened to them.

use engine::{OrderId, TradeId};
use serde::Serialize;

use crate::binance::amount::Amount;
use crate::binance::calls::span::Span;
use crate::binance::calls::{Call, maybe_symbol, needed_symbol, writing};
use crate::binance::order_request::read_client_id;
use crate::binance::orders::{AccountOrders, AccountTrade, VenueOrder};
use crate::binance::refusal::Refusal;
use crate::binance::wire::{PreventedAnswer, QueriedOrder, TradeAnswer, json};
use crate::edge::{Edge, InstrumentState};
use crate::lock::lock;

const LIMIT_DEFAULT: usize = 500;
const LIMIT_MAX: usize = 1_000;

/// Looks at the account's orders in the symbol that the request names.
fn with_orders(
    edge: &Edge,
    mut call: Call,
    answer: impl FnOnce(&InstrumentState, Call, &AccountOrders) -> Result<String, Refusal>,
) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let state = needed_symbol(edge, &mut call.params)?;
    let orders = lock(&edge.binance.symbol(state).orders);
    let none = AccountOrders::default();
    answer(state, call, orders.of(caller.account).unwrap_or(&none))
}

/// One order.
///
/// # Errors
/// The venue's refusal.
pub fn query(edge: &Edge, call: Call) -> Result<String, Refusal> {
    with_orders(edge, call, query_of)
}

/// All orders of a symbol that are kept.
///
/// # Errors
/// The venue's refusal.
pub fn all_orders(edge: &Edge, call: Call) -> Result<String, Refusal> {
    with_orders(edge, call, all_orders_of)
}

/// The account's trades of a symbol that are kept.
///
/// # Errors
/// The venue's refusal.
pub fn my_trades(edge: &Edge, call: Call) -> Result<String, Refusal> {
    with_orders(edge, call, my_trades_of)
}

/// Matches that were prevented.
///
/// # Errors
/// The venue's refusal.
pub fn prevented(edge: &Edge, call: Call) -> Result<String, Refusal> {
    with_orders(edge, call, prevented_of)
}

/// Amendments of an order.
///
/// # Errors
/// The venue's refusal.
pub fn amendments(edge: &Edge, call: Call) -> Result<String, Refusal> {
    with_orders(edge, call, amendments_of)
}

fn query_of(
    state: &InstrumentState,
    mut call: Call,
    of_account: &AccountOrders,
) -> Result<String, Refusal> {
    let order_id = call.params.whole("orderId")?.map(OrderId);
    let client_id = read_client_id(&mut call.params, "origClientOrderId")?;
    call.params.finish()?;
    let order = match (order_id, client_id) {
        (Some(order_id), client_id) => of_account
            .get(order_id)
            .filter(|order| client_id.is_none_or(|id| id == order.client_order_id)),
        (None, Some(client_id)) => of_account.named(client_id),
        (None, None) => return Err(Refusal::either("origClientOrderId", "orderId")),
    };
    let order = order.ok_or_else(Refusal::no_such_order)?;
    Ok(json(&QueriedOrder::of(writing(state, call.unit), order)))
}

/// Open orders, of a symbol or of all of them.
///
/// # Errors
/// The venue's refusal.
pub fn open_orders(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let one = maybe_symbol(edge, &mut call.params)?;
    call.params.finish()?;
    let states: Vec<&InstrumentState> = match one {
        Some(state) => vec![state],
        None => edge.instruments.iter().collect(),
    };
    let mut answers = Vec::new();
    for state in states {
        let orders = lock(&edge.binance.symbol(state).orders);
        if let Some(of_account) = orders.of(caller.account) {
            let writing = writing(state, call.unit);
            answers.extend(
                of_account
                    .open()
                    .map(|order| QueriedOrder::of(writing, order)),
            );
        }
    }
    Ok(json(&answers))
}

fn all_orders_of(
    state: &InstrumentState,
    mut call: Call,
    of_account: &AccountOrders,
) -> Result<String, Refusal> {
    let from = call.params.whole("orderId")?.map(OrderId);
    let span = Span::read(&mut call.params)?;
    let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    call.params.finish()?;
    let is_in = |order: &&VenueOrder| span.has(order.entered_us);
    let orders: Vec<&VenueOrder> = match from {
        Some(from) => of_account.since(from).filter(is_in).take(limit).collect(),
        None => span.pick(of_account.all().filter(is_in).collect(), limit),
    };
    let writing = writing(state, call.unit);
    let answers: Vec<QueriedOrder> = orders
        .into_iter()
        .map(|order| QueriedOrder::of(writing, order))
        .collect();
    Ok(json(&answers))
}

fn my_trades_of(
    state: &InstrumentState,
    mut call: Call,
    of_account: &AccountOrders,
) -> Result<String, Refusal> {
    let order_id = call.params.whole("orderId")?.map(OrderId);
    let from = call.params.whole("fromId")?.map(TradeId);
    let span = Span::read(&mut call.params)?;
    let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    call.params.finish()?;
    if from.is_some() && !span.is_open() {
        return Err(Refusal::bad_combination());
    }
    let is_in = |trade: &&AccountTrade| {
        span.has(trade.at_us) && order_id.is_none_or(|id| trade.order_id == id)
    };
    let trades: Vec<&AccountTrade> = match from {
        Some(from) => of_account
            .trades_from(from)
            .filter(is_in)
            .take(limit)
            .collect(),
        None => span.pick(of_account.trades().iter().filter(is_in).collect(), limit),
    };
    let writing = writing(state, call.unit);
    let answers: Vec<TradeAnswer> = trades
        .into_iter()
        .map(|trade| TradeAnswer::of(writing, trade))
        .collect();
    Ok(json(&answers))
}

fn prevented_of(
    state: &InstrumentState,
    mut call: Call,
    of_account: &AccountOrders,
) -> Result<String, Refusal> {
    let id = call.params.whole("preventedMatchId")?;
    let order_id = call.params.whole("orderId")?.map(OrderId);
    let from = call.params.whole("fromPreventedMatchId")?;
    let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    call.params.finish()?;
    if id.is_none() && order_id.is_none() {
        return Err(Refusal::either("preventedMatchId", "orderId"));
    }
    let writing = writing(state, call.unit);
    let answers: Vec<PreventedAnswer> = of_account
        .prevented()
        .iter()
        .filter(|it| id.is_none_or(|id| it.id == id))
        .filter(|it| order_id.is_none_or(|order| it.taker == order || it.maker == order))
        .filter(|it| from.is_none_or(|from| it.id >= from))
        .take(limit)
        .map(|it| PreventedAnswer::of(writing, it))
        .collect();
    Ok(json(&answers))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AmendmentAnswer {
    symbol: String,
    order_id: u64,
    execution_id: u64,
    orig_client_order_id: String,
    new_client_order_id: String,
    orig_qty: Amount,
    new_qty: Amount,
    time: u64,
}

fn amendments_of(
    state: &InstrumentState,
    mut call: Call,
    of_account: &AccountOrders,
) -> Result<String, Refusal> {
    let order_id = call
        .params
        .whole("orderId")?
        .ok_or_else(|| Refusal::mandatory("orderId"))?;
    let from = call.params.whole("fromExecutionId")?;
    let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    call.params.finish()?;
    let writing = writing(state, call.unit);
    let answers: Vec<AmendmentAnswer> = of_account
        .amendments()
        .iter()
        .filter(|it| it.order_id.0 == order_id)
        .filter(|it| from.is_none_or(|from| it.execution_id >= from))
        .take(limit)
        .map(|it| AmendmentAnswer {
            symbol: writing.symbol().to_owned(),
            order_id: it.order_id.0,
            execution_id: it.execution_id,
            orig_client_order_id: it.former_id.to_string(),
            new_client_order_id: it.new_id.to_string(),
            orig_qty: writing.quantity(it.former_quantity),
            new_qty: writing.quantity(it.new_quantity),
            time: writing.time(it.at_us),
        })
        .collect();
    Ok(json(&answers))
}
