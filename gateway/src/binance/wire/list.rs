//! Lists of orders in answers.

use serde::Serialize;

use engine::OrderId;

use crate::binance::orders::{AccountOrders, ListNews, ListStep, OrderList, Report};
use crate::binance::wire::order::{CanceledOrder, PlacedOrder};
use crate::binance::wire::{Writing, json};
use crate::binance::words::{ExecutionType, ResponseType, Status};

/// A list of orders.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListAnswer {
    order_list_id: u64,
    contingency_type: &'static str,
    list_status_type: &'static str,
    list_order_status: &'static str,
    list_client_order_id: String,
    transaction_time: u64,
    symbol: String,
    orders: Vec<ListedOrder>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    order_reports: Vec<Box<serde_json::value::RawValue>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ListedOrder {
    symbol: String,
    order_id: u64,
    client_order_id: String,
}

impl ListAnswer {
    fn new(writing: Writing<'_>, list: &OrderList, words: [&'static str; 2]) -> Self {
        let orders = list.orders.iter().map(|(order_id, client_id)| ListedOrder {
            symbol: writing.symbol().to_owned(),
            order_id: order_id.0,
            client_order_id: client_id.to_string(),
        });
        Self {
            order_list_id: list.id,
            contingency_type: list.contingency,
            list_status_type: words[0],
            list_order_status: words[1],
            list_client_order_id: list.client_id.to_string(),
            transaction_time: writing.time(list.at_us),
            symbol: writing.symbol().to_owned(),
            orders: orders.collect(),
            order_reports: Vec::new(),
        }
    }

    /// A list that was entered, with what was told of its orders. Those that are `pending` are told as such,
    /// even where the order that they wait for was filled at once.
    pub fn placed(
        writing: Writing<'_>,
        list: &OrderList,
        reports: &[Report],
        (response, pending): (ResponseType, &[OrderId]),
    ) -> Self {
        let placed = list.orders.iter().filter_map(|(order_id, _)| {
            let entered = reports.iter().find(|report| {
                report.order.order_id == *order_id && report.execution == ExecutionType::New
            })?;
            if !pending.contains(order_id) {
                return PlacedOrder::of(writing, reports, entered, response).map(|it| raw(&it));
            }
            let mut waits = entered.clone();
            waits.order.status = Status::PendingNew;
            waits.order.working_us = None;
            let alone = std::slice::from_ref(&waits);
            PlacedOrder::of(writing, alone, &waits, response).map(|it| raw(&it))
        });
        Self {
            order_reports: placed.collect(),
            ..Self::new(writing, list, ["EXEC_STARTED", "EXECUTING"])
        }
    }

    /// A list that was ended, with what was told of its orders.
    pub fn canceled(writing: Writing<'_>, list: &OrderList, reports: &[Report]) -> Self {
        let ended = reports
            .iter()
            .filter(|report| report.order.status.is_over())
            .map(|report| {
                let id = report.request_id.unwrap_or(report.order.client_order_id);
                raw(&CanceledOrder::of(writing, report, id))
            });
        Self {
            order_reports: ended.collect(),
            ..Self::new(writing, list, ["ALL_DONE", "ALL_DONE"])
        }
    }

    /// A list that was asked for.
    pub fn queried(writing: Writing<'_>, list: &OrderList, of_account: &AccountOrders) -> Self {
        let words = if of_account.is_open(list) {
            ["EXEC_STARTED", "EXECUTING"]
        } else {
            ["ALL_DONE", "ALL_DONE"]
        };
        Self::new(writing, list, words)
    }
}

fn raw<T: Serialize>(message: &T) -> Box<serde_json::value::RawValue> {
    serde_json::value::RawValue::from_string(json(message)).expect("messages are JSON")
}

/// The list of an amended order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AmendedList {
    order_list_id: u64,
    contingency_type: &'static str,
    list_order_status: &'static str,
    list_client_order_id: String,
    symbol: String,
    orders: Vec<ListedOrder>,
}

impl AmendedList {
    /// A list whose order was amended: it goes on.
    pub fn of(writing: Writing<'_>, list: &OrderList) -> Self {
        let list = ListAnswer::new(writing, list, ["UPDATED", "EXECUTING"]);
        Self {
            order_list_id: list.order_list_id,
            contingency_type: list.contingency_type,
            list_order_status: list.list_order_status,
            list_client_order_id: list.list_client_order_id,
            symbol: list.symbol,
            orders: list.orders,
        }
    }
}

/// What happened to a list, as its followers are told.
#[derive(Debug, Serialize)]
pub struct ListStatus {
    e: &'static str,
    #[serde(rename = "E")]
    event_time: u64,
    s: String,
    g: u64,
    c: &'static str,
    l: &'static str,
    #[serde(rename = "L")]
    order_status: &'static str,
    r: &'static str,
    #[serde(rename = "C")]
    client_id: String,
    #[serde(rename = "T")]
    transaction_time: u64,
    #[serde(rename = "O")]
    orders: Vec<StatusOrder>,
}

#[derive(Debug, Serialize)]
struct StatusOrder {
    s: String,
    i: u64,
    c: String,
}

impl ListStatus {
    /// Says what happened to a list.
    pub fn of(writing: Writing<'_>, news: &ListNews, event_time_us: u64) -> Self {
        let list = &news.list;
        let (l, order_status) = match news.step {
            ListStep::Started => ("EXEC_STARTED", "EXECUTING"),
            ListStep::Updated => ("UPDATED", "EXECUTING"),
            ListStep::Done => ("ALL_DONE", "ALL_DONE"),
        };
        let orders = list.orders.iter().map(|(order_id, client_id)| StatusOrder {
            s: writing.symbol().to_owned(),
            i: order_id.0,
            c: client_id.to_string(),
        });
        Self {
            e: "listStatus",
            event_time: writing.time(event_time_us),
            s: writing.symbol().to_owned(),
            g: list.id,
            c: list.contingency,
            l,
            order_status,
            r: "NONE",
            client_id: list.client_id.to_string(),
            transaction_time: writing.time(news.at_us),
            orders: orders.collect(),
        }
    }
}
