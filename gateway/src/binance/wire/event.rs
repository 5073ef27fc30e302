//! What an account's followers are told.

use engine::RejectReason;
use serde::Serialize;

use crate::binance::amount::Amount;
use crate::binance::orders::{PreventedMatch, Report, VenueOrder};
use crate::binance::wire::Writing;
use crate::binance::wire::order::{list_id, trailing_time};
use crate::binance::words::{ExecutionType, ExpiryReason, Status, self_trade_word, side_word};

/// One step of an order.
#[derive(Debug, Serialize)]
pub struct ExecutionReport {
    e: &'static str,
    #[serde(rename = "E")]
    event_time: u64,
    s: String,
    c: String,
    #[serde(rename = "S")]
    side: &'static str,
    o: &'static str,
    f: &'static str,
    q: Amount,
    p: Amount,
    #[serde(rename = "P")]
    stop_price: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    d: Option<u32>,
    #[serde(rename = "D", skip_serializing_if = "Option::is_none")]
    trailing_time: Option<i64>,
    #[serde(rename = "F")]
    iceberg_quantity: Amount,
    g: i64,
    #[serde(rename = "C")]
    original_id: String,
    x: &'static str,
    #[serde(rename = "X")]
    status: &'static str,
    r: &'static str,
    i: u64,
    l: Amount,
    z: Amount,
    #[serde(rename = "L")]
    last_price: Amount,
    n: Commission,
    #[serde(rename = "N")]
    commission_asset: Option<String>,
    #[serde(rename = "T")]
    transaction_time: u64,
    t: i64,
    #[serde(rename = "I")]
    execution_id: u64,
    w: bool,
    m: bool,
    #[serde(rename = "M")]
    always: bool,
    #[serde(rename = "O")]
    entry_time: u64,
    #[serde(rename = "Z")]
    cumulative_quote: Amount,
    #[serde(rename = "Y")]
    last_quote: Amount,
    #[serde(rename = "Q")]
    quote_order_quantity: Amount,
    #[serde(rename = "W", skip_serializing_if = "Option::is_none")]
    working_time: Option<u64>,
    #[serde(rename = "V")]
    self_trade_prevention: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    j: Option<u64>,
    #[serde(rename = "J", skip_serializing_if = "Option::is_none")]
    strategy_type: Option<u64>,
    #[serde(flatten)]
    prevented: Option<PreventedPart>,
    #[serde(rename = "gP", skip_serializing_if = "Option::is_none")]
    peg_price_type: Option<&'static str>,
    #[serde(rename = "gOT", skip_serializing_if = "Option::is_none")]
    peg_offset_type: Option<&'static str>,
    #[serde(rename = "gOV", skip_serializing_if = "Option::is_none")]
    peg_offset: Option<u64>,
    #[serde(rename = "gp", skip_serializing_if = "Option::is_none")]
    pegged_price: Option<Amount>,
    #[serde(rename = "eR", skip_serializing_if = "Option::is_none")]
    expiry_reason: Option<&'static str>,
}

/// A commission: `"0"` where there is none.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Commission {
    None(&'static str),
    Some(Amount),
}

/// What did not trade.
#[derive(Debug, Serialize)]
struct PreventedPart {
    v: u64,
    #[serde(rename = "A")]
    prevented_quantity: Amount,
    #[serde(rename = "B")]
    last_prevented_quantity: Amount,
    u: i64,
    #[serde(rename = "U")]
    counter_order: u64,
    #[serde(rename = "Cs")]
    counter_symbol: String,
    #[serde(rename = "pl")]
    execution_quantity: Amount,
    #[serde(rename = "pL")]
    execution_price: Amount,
    #[serde(rename = "pY")]
    execution_quote: Amount,
}

impl ExecutionReport {
    /// Says what happened to an order.
    pub fn of(writing: Writing<'_>, report: &Report, event_time_us: u64) -> Self {
        let order = &report.order;
        let peg = order.attributes.peg;
        let (client_id, original_id) = ids(report);
        let fill = report.fill.as_ref();
        let last_quote = fill.map_or(Amount::ZERO, |fill| {
            writing.notional(engine::Notional::of(fill.price, fill.quantity))
        });
        Self {
            e: "executionReport",
            event_time: writing.time(event_time_us),
            s: writing.symbol().to_owned(),
            c: client_id,
            side: side_word(order.side),
            o: order.order_type.word(),
            f: order.time_in_force.word(),
            q: writing.quantity(order.original_quantity()),
            p: writing.price(order.price),
            stop_price: order
                .stop_price
                .map_or(Amount::ZERO, |price| writing.price(price)),
            d: order.trailing_delta,
            trailing_time: order
                .trailing_delta
                .map(|_| trailing_time(writing, order))
                .filter(|since| *since >= 0),
            iceberg_quantity: order
                .iceberg
                .map_or(Amount::ZERO, |quantity| writing.quantity(quantity)),
            g: list_id(order),
            original_id,
            x: report.execution.word(),
            status: order.status.word(),
            r: report.refusal.map_or("NONE", refusal_word),
            i: order.order_id.0,
            l: fill.map_or(Amount::ZERO, |fill| writing.quantity(fill.quantity)),
            z: writing.quantity(order.executed),
            last_price: fill.map_or(Amount::ZERO, |fill| writing.price(fill.price)),
            n: match fill {
                Some(fill) => Commission::Some(fill.commission),
                None => Commission::None("0"),
            },
            commission_asset: fill.map(|fill| fill.commission_asset.to_string()),
            transaction_time: writing.time(report.at_us),
            t: fill.map_or(-1, |fill| {
                i64::try_from(fill.trade_id.0).unwrap_or(i64::MAX)
            }),
            execution_id: report.execution_id,
            w: is_on_book(order),
            m: fill.is_some_and(|fill| fill.is_maker),
            always: true,
            entry_time: writing.time(order.entered_us),
            cumulative_quote: writing.notional(order.cumulative_quote),
            last_quote,
            quote_order_quantity: writing.notional(order.quote_amount),
            working_time: order.working_us.map(|us| writing.time(us)),
            self_trade_prevention: self_trade_word(order.self_trade_prevention),
            j: order.attributes.strategy_id,
            strategy_type: order.attributes.strategy_type,
            prevented: report
                .prevented
                .as_ref()
                .map(|prevented| PreventedPart::of(writing, order, prevented)),
            peg_price_type: peg.map(|peg| peg.price_type.word()),
            peg_offset_type: peg.and_then(|peg| peg.offset_levels.map(|_| "PRICE_LEVEL")),
            peg_offset: peg.and_then(|peg| peg.offset_levels),
            pegged_price: peg.map(|_| writing.price(order.price)),
            expiry_reason: order.expiry_reason.map(ExpiryReason::word),
        }
    }
}

/// Why an order was refused, where the venue has a word for it.
fn refusal_word(reason: RejectReason) -> &'static str {
    let words = [
        (RejectReason::InsufficientFunds, "INSUFFICIENT_BALANCES"),
        (
            RejectReason::WouldTrigger,
            "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
        ),
        (RejectReason::PostOnlyWouldCross, "WOULD_MATCH_IMMEDIATELY"),
    ];
    let known = words.iter().find(|(known, _)| *known == reason);
    known.map_or("NONE", |(_, word)| word)
}

/// The client id of the step, and that of the order where it is another one.
fn ids(report: &Report) -> (String, String) {
    let order_id = report.order.client_order_id.to_string();
    match (report.execution, report.request_id, report.former_id) {
        (ExecutionType::Canceled, Some(request_id), _) => (request_id.to_string(), order_id),
        (ExecutionType::Canceled, None, _) => (order_id.clone(), order_id),
        (ExecutionType::Replaced, _, Some(former_id)) => (order_id, former_id.to_string()),
        (
            ExecutionType::New
            | ExecutionType::Replaced
            | ExecutionType::Trade
            | ExecutionType::Expired
            | ExecutionType::TradePrevention
            | ExecutionType::Rejected,
            _,
            _,
        ) => (order_id, String::new()),
    }
}

const fn is_on_book(order: &VenueOrder) -> bool {
    match order.status {
        Status::New | Status::PartiallyFilled => order.working_us.is_some(),
        Status::PendingNew
        | Status::Filled
        | Status::Canceled
        | Status::Expired
        | Status::ExpiredInMatch
        | Status::Rejected => false,
    }
}

impl PreventedPart {
    fn of(writing: Writing<'_>, order: &VenueOrder, prevented: &PreventedMatch) -> Self {
        let is_taker = prevented.taker == order.order_id;
        let lost = if is_taker {
            prevented.taker_prevented
        } else {
            prevented.maker_prevented
        };
        let counter = if is_taker {
            prevented.maker
        } else {
            prevented.taker
        };
        let lost = lost.unwrap_or(engine::Quantity::ZERO);
        Self {
            v: prevented.id,
            prevented_quantity: writing.quantity(order.prevented),
            last_prevented_quantity: writing.quantity(lost),
            u: -1,
            counter_order: counter.0,
            counter_symbol: writing.symbol().to_owned(),
            execution_quantity: writing.quantity(lost),
            execution_price: writing.price(prevented.price),
            execution_quote: writing.notional(engine::Notional::of(prevented.price, lost)),
        }
    }
}

/// What an account has of the assets that a transaction touched.
#[derive(Debug, Serialize)]
pub struct AccountPosition {
    e: &'static str,
    #[serde(rename = "E")]
    event_time: u64,
    u: u64,
    #[serde(rename = "B")]
    balances: Vec<PositionBalance>,
}

/// What an account has of one asset.
#[derive(Debug, Serialize)]
pub struct PositionBalance {
    /// The asset's name.
    pub a: String,
    /// What can be spent.
    pub f: Amount,
    /// What open orders hold.
    pub l: Amount,
}

impl AccountPosition {
    /// As it stands at a time, which is in the client's unit.
    pub const fn new(event_time: u64, updated: u64, balances: Vec<PositionBalance>) -> Self {
        Self {
            e: "outboundAccountPosition",
            event_time,
            u: updated,
            balances,
        }
    }
}

/// Money that came or went without an order.
#[derive(Debug, Serialize)]
pub struct BalanceChange {
    e: &'static str,
    #[serde(rename = "E")]
    event_time: u64,
    a: String,
    d: Amount,
    #[serde(rename = "T")]
    clear_time: u64,
}

impl BalanceChange {
    /// So much of an asset more, or less, at a time in the client's unit.
    pub const fn new(time: u64, asset: String, change: Amount) -> Self {
        Self {
            e: "balanceUpdate",
            event_time: time,
            a: asset,
            d: change,
            clear_time: time,
        }
    }
}
