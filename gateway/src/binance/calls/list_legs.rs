//! The legs of a list on their way: entered as one command, tied to each other by their client ids.

use std::sync::Arc;

use engine::{
    ChildStart, ClientOrderId, Conditions, NewOrder, Oco, OcoMode, OrderId, OrderRef, Parent,
};

use crate::binance::calls::entry::{checked_leg, enter_list};
use crate::binance::calls::list_entry::{Leg, ListRequest};
use crate::binance::calls::{Call, writing};
use crate::binance::keys::Caller;
use crate::binance::orders::{ListProgress, OrderList};
use crate::binance::refusal::Refusal;
use crate::binance::wire::{ListAnswer, json};
use crate::edge::{Edge, InstrumentState};
use crate::lock::lock;
use crate::session::WakeList;

/// Enters the legs as one command: where one is refused, none is entered.
///
/// # Errors
/// The venue's refusal.
pub async fn place(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    call: Call,
    list: ListRequest,
) -> Result<String, Refusal> {
    let caller = call.caller()?;
    call.params.finish()?;
    let mut orders = Vec::new();
    for (place, leg) in list.legs.iter().enumerate() {
        let before = &list.legs[..place];
        orders.push(checked_leg(edge, state, &caller, (&leg.request, before))?);
    }
    check_lists(edge, state, &caller)?;
    let count = u32::try_from(orders.len()).unwrap_or(u32::MAX);
    let now_us = edge.at_us();
    let limits = &edge.binance.limits;
    limits.check_orders(caller.account, count, now_us)?;
    let list_id = edge.binance.next_list_id(now_us);
    let ids: Vec<ClientOrderId> = list
        .legs
        .iter()
        .map(|leg| leg.request.client_order_id)
        .collect();
    let requests: Vec<_> = list.legs.iter().map(|leg| &leg.request).collect();
    let legs = list.legs.iter().zip(orders);
    let tied = legs.map(|(leg, order)| tied(order, leg, &ids)).collect();
    let asked = (requests.as_slice(), tied);
    let (entered, reports) = enter_list(edge, state, &caller, asked, list_id).await?;
    limits.entered(caller.account, count, now_us);
    let legs = list.legs.iter().zip(&entered);
    let pending: Vec<OrderId> = legs
        .filter(|(leg, _)| leg.parent.is_some())
        .map(|(_, order_id)| *order_id)
        .collect();
    let noted = note(edge, state, &caller, (list_id, &list), &entered, now_us);
    let writing = writing(state, call.unit);
    Ok(json(&ListAnswer::placed(
        writing,
        &noted,
        &reports,
        (list.response, &pending),
    )))
}

/// Another list is opened.
///
/// # Errors
/// The account has as many as it may have.
fn check_lists(edge: &Edge, state: &InstrumentState, caller: &Caller) -> Result<(), Refusal> {
    let symbol = edge.binance.symbol(state);
    let open = lock(&symbol.orders).of(caller.account).map_or(0, |orders| {
        orders.lists().filter(|list| orders.is_open(list)).count()
    });
    (open < symbol.filters.order_lists_max())
        .then_some(())
        .ok_or_else(|| Refusal::filter("MAX_NUM_ORDER_LISTS"))
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
) -> OrderList {
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
        progress: ListProgress::Executing,
    };
    let mut orders = lock(&edge.binance.symbol(state).orders);
    let news = orders.note_list(caller.account, list.clone());
    let mut wakes = WakeList::default();
    // Told under the lock: the next step of the list is told after it.
    edge.binance
        .tell_lists(state, &news, edge.at_us(), &mut wakes);
    drop(orders);
    wakes.wake(&edge.flusher);
    list
}
