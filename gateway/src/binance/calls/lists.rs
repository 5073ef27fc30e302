//! Lists of orders that were entered: ended, asked for.

use std::sync::Arc;

use engine::{Cancel, ClientOrderId, Command, OrderId, OrderRef};

use crate::binance::calls::hand_over::{Notes, hand_over};
use crate::binance::calls::span::Span;
use crate::binance::calls::{Call, needed_symbol, writing};
use crate::binance::ids::IdSource;
use crate::binance::keys::Caller;
use crate::binance::order_request::read_client_id;
use crate::binance::orders::{AccountOrders, OrderList, Report};
use crate::binance::refusal::Refusal;
use crate::binance::time_unit::TimeUnit;
use crate::binance::wire::{ListAnswer, json};
use crate::edge::{Edge, InstrumentState};
use crate::lock::lock;

const LISTS_DEFAULT: usize = 500;
const LISTS_MAX: usize = 1_000;

/// Ends what is open of these, under one id of the cancel; returns what was told of it.
async fn end_all(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    caller: &Caller,
    orders: &[OrderId],
    cancel_id: ClientOrderId,
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
        let notes = Notes {
            request_id: Some(cancel_id),
            ..Notes::default()
        };
        // An order that ends meanwhile needs no end.
        if let Ok(on_its_way) = hand_over(edge, state, caller.account, command, notes)
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
    let cancel_id = read_client_id(&mut call.params, "newClientOrderId")?;
    call.params.finish()?;
    if id.is_none() && client_id.is_none() {
        return Err(Refusal::either("orderListId", "listClientOrderId"));
    }
    let list = lock(&edge.binance.symbol(state).orders)
        .of(caller.account)
        .and_then(|of_account| named(of_account, id, client_id));
    let list = list.ok_or_else(Refusal::unknown_order)?;
    let cancel_id = cancel_id.map_or_else(|| IdSource::of(&edge).client_order_id(), Ok)?;
    let orders: Vec<OrderId> = list.orders.iter().map(|(order_id, _)| *order_id).collect();
    let reports = end_all(&edge, state, &caller, &orders, cancel_id).await;
    if reports.is_empty() {
        return Err(Refusal::unknown_order());
    }
    Ok(json(&ListAnswer::canceled(
        writing(state, call.unit),
        &list,
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
    let caller = call.caller()?;
    let unit = call.unit;
    call.params.finish()?;
    let is_meant = |list: &OrderList, of_account: &AccountOrders| of_account.is_open(list);
    Ok(json(&lists(edge, &caller, unit, is_meant)))
}

/// All lists that are kept.
///
/// # Errors
/// The venue's refusal.
pub fn all_lists(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let from = call.params.whole("fromId")?;
    let span = Span::read(&mut call.params)?;
    let limit = call.params.limit(LISTS_DEFAULT, LISTS_MAX)?;
    let unit = call.unit;
    call.params.finish()?;
    if from.is_some() && !span.is_open() {
        return Err(Refusal::bad_combination());
    }
    let is_meant = |list: &OrderList, _: &AccountOrders| {
        from.is_none_or(|from| list.id >= from) && span.has(list.at_us)
    };
    let mut found = lists(edge, &caller, unit, is_meant);
    if from.is_some() {
        found.truncate(limit);
    } else {
        found = span.pick(found, limit);
    }
    Ok(json(&found))
}

/// The account's lists in all symbols, oldest first.
fn lists(
    edge: &Edge,
    caller: &Caller,
    unit: TimeUnit,
    is_meant: impl Fn(&OrderList, &AccountOrders) -> bool,
) -> Vec<ListAnswer> {
    let mut answers = Vec::new();
    for state in &edge.instruments {
        let orders = lock(&edge.binance.symbol(state).orders);
        if let Some(of_account) = orders.of(caller.account) {
            let writing = writing(state, unit);
            let meant = of_account.lists().filter(|list| is_meant(list, of_account));
            answers.extend(
                meant.map(|list| (list.id, ListAnswer::queried(writing, list, of_account))),
            );
        }
    }
    answers.sort_by_key(|(id, _)| *id);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
