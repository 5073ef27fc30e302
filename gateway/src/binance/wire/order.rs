//! Orders in answers: entered, canceled, amended, asked for.

use engine::{ClientOrderId, Price};
use serde::Serialize;

use crate::binance::amount::Amount;
use crate::binance::orders::{Fill, PreventedMatch, Report, VenueOrder};
use crate::binance::wire::Writing;
use crate::binance::words::{
    ExecutionType, ExpiryReason, ResponseType, self_trade_word, side_word,
};

/// The number of the list that an order belongs to; -1 for none.
pub fn list_id(order: &VenueOrder) -> i64 {
    order
        .attributes
        .list_id
        .map_or(-1, |id| i64::try_from(id).unwrap_or(i64::MAX))
}

/// What is said of an order only where it has it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Conditionals {
    #[serde(skip_serializing_if = "Option::is_none")]
    trailing_delta: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trailing_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy_type: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prevented_match_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prevented_quantity: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peg_price_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peg_offset_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peg_offset_value: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pegged_price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry_reason: Option<&'static str>,
}

impl Conditionals {
    pub(super) fn of(writing: Writing<'_>, order: &VenueOrder) -> Self {
        let peg = order.attributes.peg;
        Self {
            trailing_delta: order.trailing_delta,
            trailing_time: order.trailing_delta.map(|_| trailing_time(writing, order)),
            strategy_id: order.attributes.strategy_id,
            strategy_type: order.attributes.strategy_type,
            prevented_match_id: order.prevented_match_id,
            prevented_quantity: order
                .prevented_match_id
                .map(|_| writing.quantity(order.prevented)),
            peg_price_type: peg.map(|peg| peg.price_type.word()),
            peg_offset_type: peg.and_then(|peg| peg.offset_levels.map(|_| "PRICE_LEVEL")),
            peg_offset_value: peg.and_then(|peg| peg.offset_levels),
            pegged_price: peg.map(|_| writing.price(order.price)),
            expiry_reason: order.expiry_reason.map(ExpiryReason::word),
        }
    }
}

/// Since when a trailing order follows; -1 while it waits for its activation price.
pub(super) fn trailing_time(writing: Writing<'_>, order: &VenueOrder) -> i64 {
    if order.stop_price.is_some() && order.working_us.is_none() {
        return -1;
    }
    i64::try_from(writing.time(order.entered_us)).unwrap_or(i64::MAX)
}

/// The limit as it was sent: a pegged order has sent none.
pub(super) fn sent_price(writing: Writing<'_>, order: &VenueOrder) -> Amount {
    if order.attributes.peg.is_some() {
        return writing.price(Price::from_units(0));
    }
    writing.price(order.price)
}

/// The answer to a new order, as long as its owner wants it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlacedOrder {
    symbol: String,
    order_id: u64,
    order_list_id: i64,
    client_order_id: String,
    transact_time: u64,
    #[serde(flatten)]
    result: Option<PlacedResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fills: Option<Vec<WireFill>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prevented_matches: Vec<PreventedPart>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PlacedResult {
    price: Amount,
    orig_qty: Amount,
    executed_qty: Amount,
    orig_quote_order_qty: Amount,
    cummulative_quote_qty: Amount,
    status: &'static str,
    time_in_force: &'static str,
    #[serde(rename = "type")]
    order_type: &'static str,
    side: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iceberg_qty: Option<Amount>,
    working_time: i64,
    self_trade_prevention_mode: &'static str,
    #[serde(flatten)]
    conditionals: Conditionals,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WireFill {
    price: Amount,
    qty: Amount,
    commission: Amount,
    commission_asset: String,
    trade_id: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PreventedPart {
    prevented_match_id: u64,
    maker_symbol: String,
    maker_order_id: u64,
    price: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    taker_prevented_quantity: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maker_prevented_quantity: Option<Amount>,
}

impl PlacedOrder {
    /// Says what became of an order at its entry, from the reports of its command.
    ///
    /// `None` where the reports do not tell of it.
    pub fn of(
        writing: Writing<'_>,
        reports: &[Report],
        entered: &Report,
        response: ResponseType,
    ) -> Option<Self> {
        let of_order = || {
            reports
                .iter()
                .filter(|report| report.order.order_id == entered.order.order_id)
        };
        let order = &of_order().next_back()?.order;
        let is_full = response == ResponseType::Full;
        let fills = of_order()
            .filter_map(|report| report.fill.as_ref())
            .map(|fill| WireFill::of(writing, fill));
        Some(Self {
            symbol: writing.symbol().to_owned(),
            order_id: order.order_id.0,
            order_list_id: list_id(order),
            client_order_id: order.client_order_id.to_string(),
            transact_time: writing.time(entered.at_us),
            result: (response != ResponseType::Ack).then(|| PlacedResult::of(writing, order)),
            fills: is_full.then(|| fills.collect()),
            prevented_matches: if is_full {
                prevented_parts(writing, reports, order)
            } else {
                Vec::new()
            },
        })
    }
}

fn prevented_parts(
    writing: Writing<'_>,
    reports: &[Report],
    order: &VenueOrder,
) -> Vec<PreventedPart> {
    let mut parts: Vec<PreventedPart> = Vec::new();
    let of_taker = reports
        .iter()
        .filter_map(|report| report.prevented.as_ref())
        .filter(|prevented| prevented.taker == order.order_id);
    for prevented in of_taker {
        if !parts
            .iter()
            .any(|part| part.prevented_match_id == prevented.id)
        {
            parts.push(PreventedPart::of(writing, prevented));
        }
    }
    parts
}

impl PreventedPart {
    fn of(writing: Writing<'_>, prevented: &PreventedMatch) -> Self {
        Self {
            prevented_match_id: prevented.id,
            maker_symbol: writing.symbol().to_owned(),
            maker_order_id: prevented.maker.0,
            price: writing.price(prevented.price),
            taker_prevented_quantity: prevented.taker_prevented.map(|it| writing.quantity(it)),
            maker_prevented_quantity: prevented.maker_prevented.map(|it| writing.quantity(it)),
        }
    }
}

impl WireFill {
    fn of(writing: Writing<'_>, fill: &Fill) -> Self {
        Self {
            price: writing.price(fill.price),
            qty: writing.quantity(fill.quantity),
            commission: fill.commission,
            commission_asset: fill.commission_asset.to_string(),
            trade_id: fill.trade_id.0,
        }
    }
}

/// Since when an order is in the book; -1 while it is not.
pub(super) fn working_time(writing: Writing<'_>, order: &VenueOrder) -> i64 {
    order
        .working_us
        .map_or(-1, |us| i64::try_from(writing.time(us)).unwrap_or(i64::MAX))
}

impl PlacedResult {
    fn of(writing: Writing<'_>, order: &VenueOrder) -> Self {
        Self {
            price: sent_price(writing, order),
            orig_qty: writing.quantity(order.original_quantity()),
            executed_qty: writing.quantity(order.executed),
            orig_quote_order_qty: writing.notional(order.quote_amount),
            cummulative_quote_qty: writing.notional(order.cumulative_quote),
            status: order.status.word(),
            time_in_force: order.time_in_force.word(),
            order_type: order.order_type.word(),
            side: side_word(order.side),
            stop_price: order.stop_price.map(|price| writing.price(price)),
            iceberg_qty: order.iceberg.map(|quantity| writing.quantity(quantity)),
            working_time: working_time(writing, order),
            self_trade_prevention_mode: self_trade_word(order.self_trade_prevention),
            conditionals: Conditionals::of(writing, order),
        }
    }
}

/// The answer to a cancel.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CanceledOrder {
    symbol: String,
    orig_client_order_id: String,
    order_id: u64,
    order_list_id: i64,
    client_order_id: String,
    transact_time: u64,
    price: Amount,
    orig_qty: Amount,
    executed_qty: Amount,
    orig_quote_order_qty: Amount,
    cummulative_quote_qty: Amount,
    status: &'static str,
    time_in_force: &'static str,
    #[serde(rename = "type")]
    order_type: &'static str,
    side: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iceberg_qty: Option<Amount>,
    self_trade_prevention_mode: &'static str,
    #[serde(flatten)]
    conditionals: Conditionals,
}

impl CanceledOrder {
    /// Says how an order ended; `request_id` is the id of the cancel itself.
    pub fn of(writing: Writing<'_>, report: &Report, request_id: ClientOrderId) -> Self {
        let order = &report.order;
        Self {
            symbol: writing.symbol().to_owned(),
            orig_client_order_id: order.client_order_id.to_string(),
            order_id: order.order_id.0,
            order_list_id: list_id(order),
            client_order_id: request_id.to_string(),
            transact_time: writing.time(report.at_us),
            price: sent_price(writing, order),
            orig_qty: writing.quantity(order.original_quantity()),
            executed_qty: writing.quantity(order.executed),
            orig_quote_order_qty: writing.notional(order.quote_amount),
            cummulative_quote_qty: writing.notional(order.cumulative_quote),
            status: order.status.word(),
            time_in_force: order.time_in_force.word(),
            order_type: order.order_type.word(),
            side: side_word(order.side),
            stop_price: order.stop_price.map(|price| writing.price(price)),
            iceberg_qty: order.iceberg.map(|quantity| writing.quantity(quantity)),
            self_trade_prevention_mode: self_trade_word(order.self_trade_prevention),
            conditionals: Conditionals::of(writing, order),
        }
    }

    /// The canceled orders of a command, in their order.
    pub fn all_of(reports: &[Report]) -> impl Iterator<Item = &Report> {
        reports
            .iter()
            .filter(|report| report.execution == ExecutionType::Canceled)
    }
}
