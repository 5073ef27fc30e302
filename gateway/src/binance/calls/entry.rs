//! Orders that enter: place, test, cancel-replace.

use std::sync::Arc;

use engine::{Batch, BatchMode, Command, Instruction, NewOrder, OrderId, RejectReason, Side};

use crate::binance::amount::{Amount, DECIMALS};
use crate::binance::calls::hand_over::{
    Notes, check_open_orders, check_room_for, hand_over, hand_over_list,
};
use crate::binance::calls::list_entry::Leg;
use crate::binance::calls::statistics::average_price;
use crate::binance::calls::{self, Call, needed_symbol, writing};
use crate::binance::filters::FilterContext;
use crate::binance::keys::Caller;
use crate::binance::order_request::{Names, OrderRequest};
use crate::binance::orders::{Attributes, Report};
use crate::binance::params::Params;
use crate::binance::refusal::{Refusal, of_entry};
use crate::binance::state::{Answered, open_counts};
use crate::binance::time_unit::TimeUnit;
use crate::binance::translate;
use crate::binance::wire::{PlacedOrder, json, order_rates};
use crate::binance::words::{ExecutionType, OrderType, ResponseType};
use crate::door::Door;
use crate::edge::{Edge, InstrumentState};
use crate::faults::{Place, Surface};
use crate::lock::lock;

/// Enters an order.
///
/// # Errors
/// The venue's refusal.
pub async fn place(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let state = needed_symbol(&edge, &mut call.params)?;
    let request = read(&mut call.params)?;
    call.params.finish()?;
    let (request, order) = checked(&edge, state, &caller, request)?;
    check_activation(state, &request)?;
    check_liquidity(state, &request)?;
    let now_us = edge.at_us();
    edge.binance
        .limits
        .check_orders(caller.account, 1, now_us)?;
    check_open_orders(&edge, caller.account)?;
    check_renamed(&edge, state, &caller, &request)?;
    let mut order = order;
    let place = Place {
        session: None,
        surface: match call.surface {
            calls::Surface::Rest => Surface::Http,
            calls::Surface::Socket => Surface::SocketApi,
        },
    };
    let key = Some(caller.key.as_str());
    edge.faults.cap_fill(key, place, state, &mut order);
    Door::new(&edge.ledger, state, caller.account)
        .reserve_entry(&mut order)
        .map_err(|_| of_entry(RejectReason::InsufficientFunds))?;
    let notes = Notes {
        attributes: translate::attributes(&request),
        ..Notes::default()
    };
    let on_its_way = hand_over(&edge, state, caller.account, Command::Submit(order), notes)?;
    let answered = on_its_way.outcome().await?;
    let placed = placed(state, call.unit, &answered, request.response)?;
    edge.binance.limits.entered(caller.account, 1, now_us);
    Ok(placed)
}

/// The engine lets an order trail from an activation price on either side of the market; here its type says from which.
///
/// # Errors
/// The market is there already.
fn check_activation(state: &InstrumentState, request: &OrderRequest) -> Result<(), Refusal> {
    let (Some(_), Some(stop), Some(last)) = (
        request.trailing_delta,
        request.stop_price,
        last_price(state),
    ) else {
        return Ok(());
    };
    let is_reached_by_rising = match request.order_type {
        OrderType::TakeProfit | OrderType::TakeProfitLimit => request.side == Side::Sell,
        OrderType::StopLoss | OrderType::StopLossLimit => request.side == Side::Buy,
        OrderType::Limit | OrderType::LimitMaker | OrderType::Market => return Ok(()),
    };
    let is_ahead = if is_reached_by_rising {
        stop.units() > last
    } else {
        stop.units() < last
    };
    is_ahead
        .then_some(())
        .ok_or_else(|| of_entry(RejectReason::WouldTrigger))
}

/// An amount of money is spent on what rests: where nobody does, it is not taken.
///
/// # Errors
/// It is an amount of money, and nobody rests opposite.
fn check_liquidity(state: &InstrumentState, request: &OrderRequest) -> Result<(), Refusal> {
    if request.quote_amount.is_none() {
        return Ok(());
    }
    let top = lock(&state.market).top();
    let opposite = match request.side {
        Side::Buy => top.ask,
        Side::Sell => top.bid,
    };
    opposite
        .map(drop)
        .ok_or_else(|| of_entry(RejectReason::NoReference))
}

/// The last price, in the units of this persona's amounts.
pub(super) fn last_price(state: &InstrumentState) -> Option<i128> {
    let last = Amount::of_price(state.reference.last()?, state.listed.scale);
    let units = last.decimal().units_of(DECIMALS);
    units.ok()
}

/// The engine knows an amended order by its first id alone: its new one is looked for here.
///
/// # Errors
/// An open order has the id by an amendment.
fn check_renamed(
    edge: &Edge,
    state: &InstrumentState,
    caller: &Caller,
    request: &OrderRequest,
) -> Result<(), Refusal> {
    let orders = lock(&edge.binance.symbol(state).orders);
    let named = orders
        .of(caller.account)
        .and_then(|of_account| of_account.named(request.client_order_id));
    if named.is_some_and(|order| order.amendments > 0 && !order.status.is_over()) {
        return Err(of_entry(RejectReason::DuplicateClientOrderId));
    }
    Ok(())
}

/// Reads an order with its size.
///
/// # Errors
/// A parameter is missing or wrong.
pub fn read(params: &mut Params) -> Result<OrderRequest, Refusal> {
    let request = OrderRequest::read(params)?;
    request.check_size(Names::PLAIN)?;
    Ok(request)
}

/// An order that has passed every check before the engine, in both forms.
///
/// # Errors
/// The first check that it does not pass.
pub fn checked(
    edge: &Edge,
    state: &InstrumentState,
    caller: &Caller,
    mut request: OrderRequest,
) -> Result<(OrderRequest, NewOrder), Refusal> {
    let symbol = edge.binance.symbol(state);
    translate::take_pegged_price(&mut request, state)?;
    let open = open_counts(symbol, caller.account);
    symbol
        .filters
        .check(&request, context_of(edge, state, open))?;
    let order = translate::new_order(&request, caller.account, state, &symbol.filters)?;
    Ok((request, order))
}

fn context_of(
    edge: &Edge,
    state: &InstrumentState,
    (open_orders, algo_orders): (usize, usize),
) -> FilterContext {
    FilterContext {
        average_price: average_price(edge, state),
        open_orders,
        algo_orders,
    }
}

/// A leg of a list that has passed every check before the engine; the legs before it are counted as open.
///
/// # Errors
/// The first check that it does not pass.
pub fn checked_leg(
    edge: &Edge,
    state: &InstrumentState,
    caller: &Caller,
    (request, before): (&OrderRequest, &[Leg]),
) -> Result<NewOrder, Refusal> {
    let symbol = edge.binance.symbol(state);
    let (open, waiting) = open_counts(symbol, caller.account);
    let waits = |leg: &&Leg| leg.request.order_type.waits();
    let open = (
        open.saturating_add(before.len()),
        waiting.saturating_add(before.iter().filter(waits).count()),
    );
    let mut request = request.clone();
    translate::take_pegged_price(&mut request, state)?;
    symbol
        .filters
        .check(&request, context_of(edge, state, open))?;
    translate::new_order(&request, caller.account, state, &symbol.filters)
}

/// Enters the orders of a list as one command: all of them, or none. Returns their ids in order, and what was told.
///
/// # Errors
/// The venue's refusal of the one that was refused.
pub async fn enter_list(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    caller: &Caller,
    (requests, orders): (&[&OrderRequest], Vec<NewOrder>),
    list_id: u64,
) -> Result<(Vec<OrderId>, Vec<Report>), Refusal> {
    let count = orders.len();
    check_room_for(edge, caller.account, count)?;
    let instructions = orders.into_iter().map(Instruction::Submit).collect();
    let batch = Batch::new(caller.account, BatchMode::AllOrNone, instructions);
    let mut batch = batch.expect("a list has two or three orders of one account");
    Door::new(&edge.ledger, state, caller.account).reserve_batch(&mut batch);
    let of_list = |request: &&OrderRequest| Attributes {
        list_id: Some(list_id),
        ..translate::attributes(request)
    };
    let legs = requests.iter().map(of_list).collect();
    let command = Command::Batch(batch);
    let notes = (Notes::default(), legs);
    let on_its_way = hand_over_list(edge, state, caller.account, command, notes)?;
    let answered = on_its_way.outcome().await?;
    let refused = answered.rejected.iter();
    let mut reasons = refused.map(|rejected| rejected.reason);
    if let Some(reason) = reasons.find(|reason| *reason != RejectReason::BatchRefused) {
        return Err(of_entry(reason));
    }
    let mut entered: Vec<OrderId> = Vec::with_capacity(count);
    for report in &answered.reports {
        let id = report.order.order_id;
        let is_of_list = report.order.attributes.list_id == Some(list_id);
        if is_of_list && report.execution == ExecutionType::New && !entered.contains(&id) {
            entered.push(id);
        }
    }
    if entered.len() == count {
        Ok((entered, answered.reports))
    } else {
        Err(Refusal::timeout())
    }
}

/// What became of the order that a command entered.
///
/// # Errors
/// The engine refused it.
pub fn placed(
    state: &InstrumentState,
    unit: TimeUnit,
    answered: &Answered,
    response: ResponseType,
) -> Result<String, Refusal> {
    if let Some(entered) = entered(&answered.reports) {
        let placed = PlacedOrder::of(writing(state, unit), &answered.reports, entered, response)
            .expect("the reports tell of the order that they enter");
        return Ok(json(&placed));
    }
    match answered.rejected.last() {
        Some(rejected) => Err(of_entry(rejected.reason)),
        None => Err(Refusal::new(
            -1006,
            "An unexpected response was received from the message bus. Execution status unknown.",
        )),
    }
}

fn entered(reports: &[Report]) -> Option<&Report> {
    reports.iter().find(|report| {
        report.execution == ExecutionType::New
            && report.order.entered_us == report.at_us
            && report.order.executed.is_zero()
    })
}

/// Checks an order and enters none.
///
/// # Errors
/// The venue's refusal.
pub fn test(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let wants_rates = call.params.flag("computeCommissionRates")?.unwrap_or(false);
    let state = needed_symbol(edge, &mut call.params)?;
    let request = read(&mut call.params)?;
    call.params.finish()?;
    checked(edge, state, &caller, request)?;
    if !wants_rates {
        return Ok("{}".to_owned());
    }
    let rates = state.fees().of(engine::FeeTier::default());
    Ok(order_rates(rates))
}
