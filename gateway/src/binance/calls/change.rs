//! Orders that end or shrink: cancel, cancel all, amend.

use std::sync::Arc;

use engine::{
    Cancel, ClientOrderId, Command, MassCancel, Notional, OrderId, OrderRef, Price, Quantity,
    RejectReason, Replace, SideFilter,
};

use crate::binance::amount::{Amount, DECIMALS};
use crate::binance::calls::hand_over::{Notes, hand_over};
use crate::binance::calls::{Call, needed_symbol, writing};
use crate::binance::ids::IdSource;
use crate::binance::keys::Caller;
use crate::binance::order_request::read_client_id;
use crate::binance::orders::{OrderList, Report, VenueOrder};
use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::binance::time_unit::TimeUnit;
use crate::binance::translate;
use crate::binance::wire::{AmendedOrder, CanceledOrder, ListAnswer, json};
use crate::binance::words::{CancelRestriction, ExecutionType, Status};
use crate::door::Door;
use crate::edge::{Edge, InstrumentState};
use crate::lock::lock;

/// Which order is to be canceled, and under which conditions.
#[derive(Debug)]
pub struct CancelRequest {
    order_id: Option<OrderId>,
    client_id: Option<ClientOrderId>,
    /// The id of the cancel itself.
    pub request_id: Option<ClientOrderId>,
    restriction: Option<CancelRestriction>,
}

impl CancelRequest {
    /// Reads it; `names` are those of the order's id, its client id, and the id of the cancel.
    ///
    /// # Errors
    /// No order is named, or a parameter is wrong.
    pub fn read(params: &mut Params, names: [&str; 3]) -> Result<Self, Refusal> {
        let [order_id, client_id, request_id] = names;
        let request = Self {
            order_id: params.whole(order_id)?.map(OrderId),
            client_id: read_client_id(params, client_id)?,
            request_id: read_client_id(params, request_id)?,
            restriction: params.word("cancelRestrictions", CancelRestriction::parse, || {
                Refusal::new(
                    -1145,
                    "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.",
                )
            })?,
        };
        if request.order_id.is_none() && request.client_id.is_none() {
            return Err(Refusal::either(client_id, order_id));
        }
        Ok(request)
    }
}

/// Finds the account's open order that is meant.
///
/// # Errors
/// It is not open, is another one's, or the request's conditions are not met.
pub fn find_open(
    edge: &Edge,
    state: &InstrumentState,
    caller: &Caller,
    request: &CancelRequest,
) -> Result<OrderId, Refusal> {
    let orders = lock(&edge.binance.symbol(state).orders);
    let of_account = orders
        .of(caller.account)
        .ok_or_else(Refusal::unknown_order)?;
    let order = match (request.order_id, request.client_id) {
        (Some(order_id), client_id) => {
            let order = of_account.get(order_id);
            let is_other = |order: &VenueOrder| {
                client_id.is_some_and(|client_id| client_id != order.client_order_id)
            };
            if order.is_some_and(is_other) {
                return Err(Refusal::new(
                    -2039,
                    "Client order ID is not correct for this order ID.",
                ));
            }
            order
        }
        (None, Some(client_id)) => of_account.named(client_id),
        (None, None) => None,
    };
    let order = order
        .filter(|order| !order.status.is_over())
        .ok_or_else(Refusal::unknown_order)?;
    let is_met = match request.restriction {
        Some(CancelRestriction::OnlyNew) => order.executed.is_zero(),
        Some(CancelRestriction::OnlyPartiallyFilled) => !order.executed.is_zero(),
        None => true,
    };
    if !is_met {
        return Err(Refusal::new(
            -2011,
            "Order was not canceled due to cancel restrictions.",
        ));
    }
    Ok(order.order_id)
}

/// Whose end is the end of an order: of one that waits for its list's working order, that working order, which takes
/// with it what it did not start.
pub fn ended_with(
    edge: &Edge,
    state: &InstrumentState,
    caller: &Caller,
    order_id: OrderId,
) -> OrderId {
    let orders = lock(&edge.binance.symbol(state).orders);
    let working = orders.of(caller.account).and_then(|of_account| {
        let pending = of_account.get(order_id)?;
        if pending.status != Status::PendingNew {
            return None;
        }
        let list = of_account.list_with(pending.attributes.list_id?)?;
        list.orders.first().map(|(working, _)| *working)
    });
    working.unwrap_or(order_id)
}

/// Ends an order.
///
/// # Errors
/// The venue's refusal.
pub async fn cancel(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let state = needed_symbol(&edge, &mut call.params)?;
    let request = CancelRequest::read(
        &mut call.params,
        ["orderId", "origClientOrderId", "newClientOrderId"],
    )?;
    call.params.finish()?;
    cancel_one(&edge, state, (&caller, call.unit), &request).await
}

/// Ends one order.
///
/// # Errors
/// The venue's refusal.
pub async fn cancel_one(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    (caller, unit): (&Caller, TimeUnit),
    request: &CancelRequest,
) -> Result<String, Refusal> {
    let order_id = find_open(edge, state, caller, request)?;
    let request_id = request
        .request_id
        .map_or_else(|| IdSource::of(edge).client_order_id(), Ok)?;
    let command = Command::Cancel(Cancel {
        account: caller.account,
        order: OrderRef::Id(ended_with(edge, state, caller, order_id)),
    });
    let notes = Notes {
        request_id: Some(request_id),
        ..Notes::default()
    };
    let on_its_way = hand_over(edge, state, caller.account, command, notes)?;
    let answered = on_its_way.outcome().await?;
    let report = CanceledOrder::all_of(&answered.reports)
        .find(|report| report.order.order_id == order_id)
        .ok_or_else(Refusal::unknown_order)?;
    if let Some(list) = list_of(edge, state, caller, &report.order) {
        return Ok(json(&ListAnswer::canceled(
            writing(state, unit),
            &list,
            &answered.reports,
        )));
    }
    Ok(json(&CanceledOrder::of(
        writing(state, unit),
        report,
        request_id,
    )))
}

/// The list of an order, if it has one.
fn list_of(
    edge: &Edge,
    state: &InstrumentState,
    caller: &Caller,
    order: &VenueOrder,
) -> Option<OrderList> {
    let id = order.attributes.list_id?;
    let orders = lock(&edge.binance.symbol(state).orders);
    let mut lists = orders.of(caller.account)?.lists();
    lists.find(|list| list.id == id).cloned()
}

/// Ends all of the account's orders in a symbol.
///
/// # Errors
/// The venue's refusal: there may be none.
pub async fn cancel_open_orders(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let state = needed_symbol(&edge, &mut call.params)?;
    call.params.finish()?;
    let has_none = lock(&edge.binance.symbol(state).orders)
        .of(caller.account)
        .is_none_or(|orders| orders.open_count() == 0);
    if has_none {
        return Err(Refusal::unknown_order());
    }
    let command = Command::MassCancel(MassCancel {
        account: caller.account,
        side: SideFilter::Both,
        price_from: Price::MIN,
        price_to: Price::MAX,
        session: engine::SessionFilter::Any,
    });
    let notes = Notes {
        request_id: Some(IdSource::of(&edge).client_order_id()?),
        ..Notes::default()
    };
    let on_its_way = hand_over(&edge, state, caller.account, command, notes)?;
    let answered = on_its_way.outcome().await?;
    let canceled = spelled_all(&edge, state, (&caller, call.unit), &answered.reports);
    if canceled.is_empty() {
        return Err(Refusal::unknown_order());
    }
    Ok(format!("[{}]", canceled.join(",")))
}

/// All that was canceled: orders of a list stand together, as the answer to a cancel of their list.
fn spelled_all(
    edge: &Edge,
    state: &InstrumentState,
    (caller, unit): (&Caller, TimeUnit),
    reports: &[Report],
) -> Vec<String> {
    let writing = writing(state, unit);
    let mut spelled = Vec::new();
    let mut lists: Vec<u64> = Vec::new();
    for report in CanceledOrder::all_of(reports) {
        let Some(list) = list_of(edge, state, caller, &report.order) else {
            let cancel_id = report.request_id.unwrap_or(report.order.client_order_id);
            spelled.push(json(&CanceledOrder::of(writing, report, cancel_id)));
            continue;
        };
        if lists.contains(&list.id) {
            continue;
        }
        lists.push(list.id);
        let of_list: Vec<Report> = reports
            .iter()
            .filter(|other| other.order.attributes.list_id == Some(list.id))
            .cloned()
            .collect();
        spelled.push(json(&ListAnswer::canceled(writing, &list, &of_list)));
    }
    spelled
}

/// Lowers an order's quantity; it keeps its place in the queue.
///
/// # Errors
/// The venue's refusal.
pub async fn amend(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let state = needed_symbol(&edge, &mut call.params)?;
    let params = &mut call.params;
    let new_quantity = params
        .amount("newQty")?
        .ok_or_else(|| Refusal::mandatory("newQty"))?;
    let request =
        CancelRequest::read(params, ["orderId", "origClientOrderId", "newClientOrderId"])?;
    call.params.finish()?;
    let order_id = find_open(&edge, state, &caller, &request).map_err(|refusal| Refusal {
        code: if refusal.code == -2011 {
            -2038
        } else {
            refusal.code
        },
        ..refusal
    })?;
    let quantity = check_amendment(&edge, state, &caller, (order_id, new_quantity))?;
    let mut command = Replace {
        account: caller.account,
        order: OrderRef::Id(order_id),
        side: engine::Side::Buy,
        quantity: Some(quantity),
        price: None,
        peak: None,
        stop: None,
        expiry: None,
        extra: Notional::ZERO,
    };
    Door::new(&edge.ledger, state, caller.account).reserve_replace(&mut command);
    let notes = Notes {
        request_id: Some(
            request
                .request_id
                .map_or_else(|| IdSource::of(&edge).client_order_id(), Ok)?,
        ),
        ..Notes::default()
    };
    let command = Command::Replace(command);
    let on_its_way = hand_over(&edge, state, caller.account, command, notes)?;
    let answered = on_its_way.outcome().await?;
    let replaced = answered
        .reports
        .iter()
        .find(|report| report.execution == ExecutionType::Replaced);
    match replaced {
        Some(report) => {
            let list = list_of(&edge, state, &caller, &report.order);
            let writing = writing(state, call.unit);
            Ok(json(&AmendedOrder::of(writing, report, list.as_ref())))
        }
        None => Err(of_amendment(
            answered.rejected.first().map(|rejected| rejected.reason),
        )),
    }
}

fn check_amendment(
    edge: &Edge,
    state: &InstrumentState,
    caller: &Caller,
    (order_id, new_quantity): (OrderId, Amount),
) -> Result<Quantity, Refusal> {
    let refused = |text: &'static str| Err(Refusal::new(-2038, text));
    let symbol = edge.binance.symbol(state);
    if symbol.filters.check_lot(new_quantity.units()).is_err() {
        return refused("Filter failure: LOT_SIZE");
    }
    let quantity = translate::quantity(new_quantity, state.listed.scale)?;
    let orders = lock(&symbol.orders);
    let Some(order) = orders
        .of(caller.account)
        .and_then(|orders| orders.get(order_id))
    else {
        return refused("Unknown order sent.");
    };
    if order.amendments >= symbol.filters.amendments_max() {
        return refused("Filter failure: MAX_NUM_ORDER_AMENDS");
    }
    match quantity.cmp(&order.quantity) {
        std::cmp::Ordering::Equal => {
            refused("The requested action would change no state; rejecting")
        }
        std::cmp::Ordering::Greater => refused("Order amend (quantity increase) is not supported."),
        std::cmp::Ordering::Less if quantity <= order.executed => {
            refused("Order amend (quantity below what is executed) is not supported.")
        }
        std::cmp::Ordering::Less if order.order_type.has_price() => {
            let price = Amount::of_price(order.price, state.listed.scale);
            let price = price.decimal().units_of(DECIMALS).unwrap_or(i128::MAX);
            match symbol.filters.check_lowered(price, new_quantity.units()) {
                Ok(()) => Ok(quantity),
                Err(_too_little) => refused("Filter failure: NOTIONAL"),
            }
        }
        std::cmp::Ordering::Less => Ok(quantity),
    }
}

fn of_amendment(reason: Option<RejectReason>) -> Refusal {
    let text = match reason {
        Some(RejectReason::UnknownOrder | RejectReason::TooLate) | None => "Unknown order sent.",
        Some(RejectReason::InvalidQuantity) => "Filter failure: LOT_SIZE",
        Some(_) => "This action is disabled on this account.",
    };
    Refusal::new(-2038, text)
}
