//! Lists of orders that are tied to each other: one cancels the other, one starts the other.

use std::sync::Arc;

use engine::{
    Cancel, ChildStart, ClientOrderId, Command, Conditions, NewOrder, Oco, OcoMode, OrderId,
    OrderRef, Parent, Side,
};

use crate::binance::amount::Amount;
use crate::binance::calls::entry::{checked_leg, enter_leg};
use crate::binance::calls::hand_over::{Notes, hand_over};
use crate::binance::calls::{Call, needed_symbol, writing};
use crate::binance::ids;
use crate::binance::keys::Caller;
use crate::binance::order_request::{
    Names, OrderRequest, read_client_id, read_self_trade, read_side, read_type,
};
use crate::binance::orders::{AccountOrders, OrderList, Report};
use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::binance::time_unit::TimeUnit;
use crate::binance::wire::{ListAnswer, json};
use crate::binance::words::{OrderType, ResponseType, TimeInForce};
use crate::edge::{Edge, InstrumentState};
use crate::lock::lock;

/// A leg and what it is tied to: places of other legs of its list.
#[derive(Debug)]
struct Leg {
    request: OrderRequest,
    parent: Option<usize>,
    partner: Option<usize>,
}

/// A list as it is asked for. Legs stand in the order in which they are entered.
#[derive(Debug)]
struct ListRequest {
    contingency: &'static str,
    client_id: ClientOrderId,
    legs: Vec<Leg>,
    response: ResponseType,
}

/// What all lists say beside their legs.
fn read_head(
    params: &mut Params,
) -> Result<
    (
        ClientOrderId,
        ResponseType,
        Option<engine::SelfTradePrevention>,
    ),
    Refusal,
> {
    let client_id =
        read_client_id(params, "listClientOrderId")?.map_or_else(ids::new_client_order_id, Ok)?;
    let response = params
        .word("newOrderRespType", ResponseType::parse, || {
            Refusal::bad_value("newOrderRespType")
        })?
        .unwrap_or(ResponseType::Full);
    Ok((client_id, response, read_self_trade(params)?))
}

fn quantity(params: &mut Params, name: &str) -> Result<Amount, Refusal> {
    params.amount(name)?.ok_or_else(|| Refusal::mandatory(name))
}

fn leg(
    params: &mut Params,
    prefix: &str,
    side: Side,
    quantity: Amount,
) -> Result<OrderRequest, Refusal> {
    let names = Names::behind(prefix);
    let order_type = read_type(params, &names.of("type"))?;
    if order_type == OrderType::Market {
        return Err(Refusal::order("Unsupported order combination"));
    }
    let mut request = OrderRequest::read_leg(params, names, side, order_type)?;
    request.quantity = Some(quantity);
    Ok(request)
}

/// Both legs of a pair, the one that rests first: the other is tied to it.
fn pair(
    params: &mut Params,
    prefixes: [&str; 2],
    side: Side,
    quantity: Amount,
) -> Result<[OrderRequest; 2], Refusal> {
    let above = leg(params, prefixes[0], side, quantity)?;
    let below = leg(params, prefixes[1], side, quantity)?;
    let is_stop = |request: &OrderRequest| {
        matches!(
            request.order_type,
            OrderType::StopLoss | OrderType::StopLossLimit
        )
    };
    let is_limit = |request: &OrderRequest| request.order_type == OrderType::Limit;
    if is_stop(&above) == is_stop(&below) || is_limit(&above) || is_limit(&below) {
        return Err(Refusal::order("Unsupported order combination"));
    }
    Ok([above, below])
}

/// The price at which a leg begins to do something.
fn price_of(request: &OrderRequest) -> Option<i128> {
    let price = if request.order_type.waits() {
        request.stop_price
    } else {
        request.price
    };
    price.map(Amount::units)
}

fn check_prices(
    state: &InstrumentState,
    [above, below]: &[OrderRequest; 2],
) -> Result<(), Refusal> {
    let last = state.reference.last().and_then(|last| {
        let last = Amount::of_price(last, state.listed.scale);
        last.decimal()
            .units_of(crate::binance::amount::DECIMALS)
            .ok()
    });
    let Some(last) = last else { return Ok(()) };
    let is_right = price_of(above).is_none_or(|price| price > last)
        && price_of(below).is_none_or(|price| price < last);
    is_right.then_some(()).ok_or_else(|| {
        Refusal::order("The relationship of the prices for the orders is not correct.")
    })
}

/// Enters two orders of which one cancels the other.
///
/// # Errors
/// The venue's refusal.
pub async fn place_oco(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(&edge, &mut call.params)?;
    let params = &mut call.params;
    let (client_id, response, self_trade) = read_head(params)?;
    let side = read_side(params, "side")?;
    let quantity = quantity(params, "quantity")?;
    let legs = pair(params, ["above", "below"], side, quantity)?;
    check_prices(state, &legs)?;
    let request = oco_of(legs, (client_id, response), self_trade);
    place(&edge, state, call, request).await
}

fn oco_of(
    legs: [OrderRequest; 2],
    (client_id, response): (ClientOrderId, ResponseType),
    self_trade: Option<engine::SelfTradePrevention>,
) -> ListRequest {
    let [mut first, mut second] = legs;
    // What rests is entered first, and what waits is tied to it.
    if first.order_type.waits() && !second.order_type.waits() {
        std::mem::swap(&mut first, &mut second);
    }
    let leg = |mut request: OrderRequest, partner| {
        request.self_trade_prevention = self_trade;
        Leg {
            request,
            parent: None,
            partner,
        }
    };
    ListRequest {
        contingency: "OCO",
        client_id,
        legs: vec![leg(first, None), leg(second, Some(0))],
        response,
    }
}

/// Enters two orders of which one cancels the other, in the words of before.
///
/// # Errors
/// The venue's refusal.
pub async fn place_legacy_oco(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(&edge, &mut call.params)?;
    let params = &mut call.params;
    let (client_id, response, self_trade) = read_head(params)?;
    let side = read_side(params, "side")?;
    let quantity = quantity(params, "quantity")?;
    let mut limit = blank(side, OrderType::LimitMaker, quantity)?;
    limit.price = Some(self::quantity(params, "price")?);
    limit.iceberg = params.amount("limitIcebergQty")?;
    if let Some(id) = read_client_id(params, "limitClientOrderId")? {
        limit.client_order_id = id;
    }
    let stop_limit = params.amount("stopLimitPrice")?;
    let order_type = match stop_limit {
        Some(_) => OrderType::StopLossLimit,
        None => OrderType::StopLoss,
    };
    let mut stop = blank(side, order_type, quantity)?;
    stop.price = stop_limit;
    stop.stop_price = Some(self::quantity(params, "stopPrice")?);
    stop.iceberg = params.amount("stopIcebergQty")?;
    if let Some(id) = read_client_id(params, "stopClientOrderId")? {
        stop.client_order_id = id;
    }
    stop.time_in_force = params
        .word("stopLimitTimeInForce", TimeInForce::parse, || {
            Refusal::new(-1115, "Invalid timeInForce.")
        })?
        .unwrap_or(TimeInForce::Gtc);
    let legs = match side {
        Side::Sell => [limit, stop],
        Side::Buy => [stop, limit],
    };
    check_prices(state, &legs)?;
    let request = oco_of(legs, (client_id, response), self_trade);
    place(&edge, state, call, request).await
}

fn blank(side: Side, order_type: OrderType, quantity: Amount) -> Result<OrderRequest, Refusal> {
    Ok(OrderRequest {
        side,
        order_type,
        time_in_force: TimeInForce::Gtc,
        price: None,
        quantity: Some(quantity),
        quote_amount: None,
        stop_price: None,
        trailing_delta: None,
        iceberg: None,
        client_order_id: ids::new_client_order_id()?,
        self_trade_prevention: None,
        strategy_id: None,
        strategy_type: None,
        peg: None,
        response: ResponseType::Full,
    })
}

fn working_leg(params: &mut Params) -> Result<OrderRequest, Refusal> {
    let side = read_side(params, "workingSide")?;
    let names = Names::behind("working");
    let order_type = read_type(params, "workingType")?;
    if !matches!(order_type, OrderType::Limit | OrderType::LimitMaker) {
        return Err(Refusal::order("Unsupported order combination"));
    }
    let request = OrderRequest::read_leg(params, names, side, order_type)?;
    request.check_size(names)?;
    Ok(request)
}

/// Enters an order that starts another one.
///
/// # Errors
/// The venue's refusal.
pub async fn place_oto(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(&edge, &mut call.params)?;
    let params = &mut call.params;
    let (client_id, response, self_trade) = read_head(params)?;
    let working = working_leg(params)?;
    let side = read_side(params, "pendingSide")?;
    let names = Names::behind("pending");
    let order_type = read_type(params, "pendingType")?;
    let pending = OrderRequest::read_leg(params, names, side, order_type)?;
    if pending.quote_amount.is_some() {
        return Err(Refusal::not_required("pendingQuoteOrderQty"));
    }
    pending.check_size(names)?;
    let leg = |mut request: OrderRequest, parent| {
        request.self_trade_prevention = self_trade;
        Leg {
            request,
            parent,
            partner: None,
        }
    };
    let request = ListRequest {
        contingency: "OTO",
        client_id,
        legs: vec![leg(working, None), leg(pending, Some(0))],
        response,
    };
    place(&edge, state, call, request).await
}

/// Enters an order that starts two of which one cancels the other.
///
/// # Errors
/// The venue's refusal.
pub async fn place_otoco(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(&edge, &mut call.params)?;
    let params = &mut call.params;
    let (client_id, response, self_trade) = read_head(params)?;
    let working = working_leg(params)?;
    let side = read_side(params, "pendingSide")?;
    let quantity = quantity(params, "pendingQuantity")?;
    let [above, below] = pair(params, ["pendingAbove", "pendingBelow"], side, quantity)?;
    let leg = |mut request: OrderRequest, parent, partner| {
        request.self_trade_prevention = self_trade;
        Leg {
            request,
            parent,
            partner,
        }
    };
    let request = ListRequest {
        contingency: "OTO",
        client_id,
        legs: vec![
            leg(working, None, None),
            leg(above, Some(0), None),
            leg(below, Some(0), Some(1)),
        ],
        response,
    };
    place(&edge, state, call, request).await
}

/// Enters the legs one after the other; where one is refused, those before it are ended.
async fn place(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    call: Call,
    list: ListRequest,
) -> Result<String, Refusal> {
    let caller = call.caller()?;
    call.params.finish()?;
    let mut orders = Vec::new();
    for leg in &list.legs {
        orders.push(checked_leg(edge, state, &caller, &leg.request)?);
    }
    let count = u32::try_from(orders.len()).unwrap_or(u32::MAX);
    let now_us = edge.at_us();
    let limits = &edge.binance.limits;
    limits.check_orders(caller.account, count, now_us)?;
    let list_id = edge.binance.next_list_id(now_us);
    let mut reports: Vec<Report> = Vec::new();
    let mut entered: Vec<OrderId> = Vec::new();
    for (leg, order) in list.legs.iter().zip(orders) {
        let ids: Vec<ClientOrderId> = list
            .legs
            .iter()
            .map(|leg| leg.request.client_order_id)
            .collect();
        let tied = tied(order, leg, &ids);
        match enter_leg(edge, state, &caller, (&leg.request, tied), list_id).await {
            Ok((order_id, told)) => {
                entered.push(order_id);
                reports.extend(told);
            }
            Err(refusal) => {
                end_all(edge, state, &caller, &entered).await;
                return Err(refusal);
            }
        }
    }
    limits.entered(caller.account, count, now_us);
    let list = note(edge, state, &caller, (list_id, &list), &entered, now_us);
    let writing = writing(state, call.unit);
    Ok(json(&ListAnswer::placed(
        writing, &list.0, &reports, list.1,
    )))
}

/// The order with its ties to other legs.
fn tied(mut order: NewOrder, leg: &Leg, ids: &[ClientOrderId]) -> NewOrder {
    if leg.parent.is_none() && leg.partner.is_none() {
        return order;
    }
    let mut conditions = order.conditions.map_or(Conditions::NONE, |it| *it);
    conditions.parent = leg.parent.map(|parent| Parent {
        order: OrderRef::Client(ids[parent]),
        start: ChildStart::OnFullFill,
    });
    conditions.oco = leg.partner.map(|partner| Oco {
        partner: OrderRef::Client(ids[partner]),
        mode: OcoMode::Cancel,
    });
    order.conditions = Some(Box::new(conditions));
    order
}

fn note(
    edge: &Edge,
    state: &InstrumentState,
    caller: &Caller,
    (id, request): (u64, &ListRequest),
    entered: &[OrderId],
    at_us: u64,
) -> (OrderList, ResponseType) {
    let list = OrderList {
        id,
        contingency: request.contingency,
        client_id: request.client_id,
        orders: entered
            .iter()
            .zip(&request.legs)
            .map(|(order_id, leg)| (*order_id, leg.request.client_order_id))
            .collect(),
        at_us,
    };
    lock(&edge.binance.symbol(state).orders).note_list(caller.account, list.clone());
    (list, request.response)
}

/// Ends what is open of these; returns what was told of it.
async fn end_all(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    caller: &Caller,
    orders: &[OrderId],
) -> Vec<Report> {
    let mut reports = Vec::new();
    for order_id in orders {
        let is_open = lock(&edge.binance.symbol(state).orders)
            .of(caller.account)
            .and_then(|of_account| of_account.get(*order_id))
            .is_some_and(|order| !order.status.is_over());
        if !is_open {
            continue;
        }
        let command = Command::Cancel(Cancel {
            account: caller.account,
            order: OrderRef::Id(*order_id),
        });
        // An order that ends meanwhile needs no end.
        if let Ok(on_its_way) = hand_over(edge, state, caller.account, command, Notes::default())
            && let Ok(answered) = on_its_way.outcome().await
        {
            reports.extend(answered.reports);
        }
    }
    reports
}

fn named(
    of_account: &AccountOrders,
    id: Option<u64>,
    client_id: Option<ClientOrderId>,
) -> Option<OrderList> {
    of_account
        .lists()
        .find(|list| match id {
            Some(id) => list.id == id,
            None => Some(list.client_id) == client_id,
        })
        .cloned()
}

/// Ends a list.
///
/// # Errors
/// The venue's refusal.
pub async fn cancel(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let state = needed_symbol(&edge, &mut call.params)?;
    let id = call.params.whole("orderListId")?;
    let client_id = read_client_id(&mut call.params, "listClientOrderId")?;
    read_client_id(&mut call.params, "newClientOrderId")?;
    call.params.finish()?;
    if id.is_none() && client_id.is_none() {
        return Err(Refusal::either("orderListId", "listClientOrderId"));
    }
    let list = lock(&edge.binance.symbol(state).orders)
        .of(caller.account)
        .and_then(|of_account| named(of_account, id, client_id));
    let list = list.ok_or_else(Refusal::unknown_order)?;
    cancel_list(&edge, state, (&caller, call.unit), &list).await
}

/// Ends a list, whichever of its orders was named.
///
/// # Errors
/// Nothing of it is open.
pub async fn cancel_list(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    (caller, unit): (&Caller, TimeUnit),
    list: &OrderList,
) -> Result<String, Refusal> {
    let orders: Vec<OrderId> = list.orders.iter().map(|(order_id, _)| *order_id).collect();
    let reports = end_all(edge, state, caller, &orders).await;
    if reports.is_empty() {
        return Err(Refusal::unknown_order());
    }
    Ok(json(&ListAnswer::canceled(
        writing(state, unit),
        list,
        &reports,
    )))
}

/// One list.
///
/// # Errors
/// The venue's refusal.
pub fn query(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let id = call.params.whole("orderListId")?;
    let client_id = read_client_id(&mut call.params, "origClientOrderId")?;
    call.params.ignore("symbol");
    call.params.finish()?;
    if id.is_none() && client_id.is_none() {
        return Err(Refusal::either("orderListId", "origClientOrderId"));
    }
    for state in &edge.instruments {
        let orders = lock(&edge.binance.symbol(state).orders);
        let Some(of_account) = orders.of(caller.account) else {
            continue;
        };
        if let Some(list) = named(of_account, id, client_id) {
            let writing = writing(state, call.unit);
            return Ok(json(&ListAnswer::queried(writing, &list, of_account)));
        }
    }
    Err(Refusal::new(-2018, "Order list does not exist."))
}

/// Lists that are open.
///
/// # Errors
/// The venue's refusal.
pub fn open_lists(edge: &Edge, call: Call) -> Result<String, Refusal> {
    lists(edge, call, |list, of_account| of_account.is_open(list))
}

/// All lists that are kept.
///
/// # Errors
/// The venue's refusal.
pub fn all_lists(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let from = call.params.whole("fromId")?;
    let start_us = call.params.time_us("startTime")?;
    let end_us = call.params.time_us("endTime")?;
    call.params.limit(500, 1_000)?;
    lists(edge, call, move |list, _| {
        from.is_none_or(|from| list.id >= from)
            && start_us.is_none_or(|start| list.at_us >= start)
            && end_us.is_none_or(|end| list.at_us <= end)
    })
}

fn lists(
    edge: &Edge,
    call: Call,
    is_meant: impl Fn(&OrderList, &AccountOrders) -> bool,
) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let unit = call.unit;
    call.params.finish()?;
    let mut answers = Vec::new();
    for state in &edge.instruments {
        let orders = lock(&edge.binance.symbol(state).orders);
        if let Some(of_account) = orders.of(caller.account) {
            let writing = writing(state, unit);
            let meant = of_account.lists().filter(|list| is_meant(list, of_account));
            answers.extend(meant.map(|list| ListAnswer::queried(writing, list, of_account)));
        }
    }
    Ok(json(&answers))
}
