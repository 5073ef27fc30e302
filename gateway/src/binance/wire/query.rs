//! Orders that were amended or asked for, and matches that were prevented.

use serde::Serialize;

use crate::binance::amount::Amount;
use crate::binance::orders::{OrderList, PreventedMatch, Report, VenueOrder};
use crate::binance::wire::Writing;
use crate::binance::wire::list::AmendedList;
use crate::binance::wire::order::{Conditionals, list_id, sent_price, working_time};
use crate::binance::words::{self_trade_word, side_word};

/// The answer to an amendment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the venue's message has them")]
pub struct AmendedOrder {
    transact_time: u64,
    execution_id: u64,
    amended_order: AmendedPart,
    #[serde(skip_serializing_if = "Option::is_none")]
    list_status: Option<AmendedList>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AmendedPart {
    symbol: String,
    order_id: u64,
    order_list_id: i64,
    orig_client_order_id: String,
    client_order_id: String,
    price: Amount,
    qty: Amount,
    executed_qty: Amount,
    prevented_qty: Amount,
    quote_order_qty: Amount,
    cumulative_quote_qty: Amount,
    status: &'static str,
    time_in_force: &'static str,
    #[serde(rename = "type")]
    order_type: &'static str,
    side: &'static str,
    working_time: i64,
    self_trade_prevention_mode: &'static str,
}

impl AmendedOrder {
    /// Says how an order was amended, and what became of its list.
    pub fn of(writing: Writing<'_>, report: &Report, list: Option<&OrderList>) -> Self {
        let order = &report.order;
        let former_id = report.former_id.unwrap_or(order.client_order_id);
        Self {
            transact_time: writing.time(report.at_us),
            execution_id: report.execution_id,
            amended_order: AmendedPart {
                symbol: writing.symbol().to_owned(),
                order_id: order.order_id.0,
                order_list_id: list_id(order),
                orig_client_order_id: former_id.to_string(),
                client_order_id: order.client_order_id.to_string(),
                price: sent_price(writing, order),
                qty: writing.quantity(order.quantity),
                executed_qty: writing.quantity(order.executed),
                prevented_qty: writing.quantity(order.prevented),
                quote_order_qty: writing.notional(order.quote_amount),
                cumulative_quote_qty: writing.notional(order.cumulative_quote),
                status: order.status.word(),
                time_in_force: order.time_in_force.word(),
                order_type: order.order_type.word(),
                side: side_word(order.side),
                working_time: working_time(writing, order),
                self_trade_prevention_mode: self_trade_word(order.self_trade_prevention),
            },
            list_status: list.map(|list| AmendedList::of(writing, list)),
        }
    }
}

/// An order that was asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueriedOrder {
    symbol: String,
    order_id: u64,
    order_list_id: i64,
    client_order_id: String,
    price: Amount,
    orig_qty: Amount,
    executed_qty: Amount,
    cummulative_quote_qty: Amount,
    status: &'static str,
    time_in_force: &'static str,
    #[serde(rename = "type")]
    order_type: &'static str,
    side: &'static str,
    stop_price: Amount,
    iceberg_qty: Amount,
    time: u64,
    update_time: u64,
    is_working: bool,
    working_time: i64,
    orig_quote_order_qty: Amount,
    self_trade_prevention_mode: &'static str,
    #[serde(flatten)]
    conditionals: Conditionals,
}

impl QueriedOrder {
    /// Says where an order stands.
    pub fn of(writing: Writing<'_>, order: &VenueOrder) -> Self {
        Self {
            symbol: writing.symbol().to_owned(),
            order_id: order.order_id.0,
            order_list_id: list_id(order),
            client_order_id: order.client_order_id.to_string(),
            price: sent_price(writing, order),
            orig_qty: writing.quantity(order.original_quantity()),
            executed_qty: writing.quantity(order.executed),
            cummulative_quote_qty: writing.notional(order.cumulative_quote),
            status: order.status.word(),
            time_in_force: order.time_in_force.word(),
            order_type: order.order_type.word(),
            side: side_word(order.side),
            stop_price: order
                .stop_price
                .map_or(Amount::ZERO, |price| writing.price(price)),
            iceberg_qty: order
                .iceberg
                .map_or(Amount::ZERO, |quantity| writing.quantity(quantity)),
            time: writing.time(order.entered_us),
            update_time: writing.time(order.updated_us),
            is_working: order.working_us.is_some(),
            working_time: working_time(writing, order),
            orig_quote_order_qty: writing.notional(order.quote_amount),
            self_trade_prevention_mode: self_trade_word(order.self_trade_prevention),
            conditionals: Conditionals::of(writing, order),
        }
    }
}

/// A prevented match that was asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PreventedAnswer {
    symbol: String,
    prevented_match_id: u64,
    taker_order_id: u64,
    maker_symbol: String,
    maker_order_id: u64,
    trade_group_id: i64,
    self_trade_prevention_mode: &'static str,
    price: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    taker_prevented_quantity: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maker_prevented_quantity: Option<Amount>,
    transact_time: u64,
}

impl PreventedAnswer {
    /// Says what did not trade.
    pub fn of(writing: Writing<'_>, prevented: &PreventedMatch) -> Self {
        Self {
            symbol: writing.symbol().to_owned(),
            prevented_match_id: prevented.id,
            taker_order_id: prevented.taker.0,
            maker_symbol: writing.symbol().to_owned(),
            maker_order_id: prevented.maker.0,
            trade_group_id: -1,
            self_trade_prevention_mode: self_trade_word(prevented.mode),
            price: writing.price(prevented.price),
            taker_prevented_quantity: prevented.taker_prevented.map(|it| writing.quantity(it)),
            maker_prevented_quantity: prevented.maker_prevented.map(|it| writing.quantity(it)),
            transact_time: writing.time(prevented.at_us),
        }
    }
}
