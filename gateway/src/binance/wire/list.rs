//! Lists of orders in answers.

use serde::Serialize;

use crate::binance::orders::{AccountOrders, OrderList, Report};
use crate::binance::wire::order::{CanceledOrder, PlacedOrder};
use crate::binance::wire::{Writing, json};
use crate::binance::words::{ExecutionType, ResponseType};

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

    /// A list that was entered, with what was told of its orders.
    pub fn placed(
        writing: Writing<'_>,
        list: &OrderList,
        reports: &[Report],
        response: ResponseType,
    ) -> Self {
        let placed = list.orders.iter().filter_map(|(order_id, _)| {
            let entered = reports.iter().find(|report| {
                report.order.order_id == *order_id && report.execution == ExecutionType::New
            })?;
            PlacedOrder::of(writing, reports, entered, response).map(|placed| raw(&placed))
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
                let id = report.order.client_order_id;
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
