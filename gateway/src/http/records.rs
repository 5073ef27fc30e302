//! Records of the history in the words of the native protocol.

use engine::{Notional, OrderSize, Price, Quantity};
use history::{Amendment, Execution, FeeAsset, OrderRecord, OrderStatus, PreventedMatch, Role};
use protocol::ExactDecimal;
use serde::{Serialize, Serializer};

use crate::listing::ListedInstrument;
use crate::native::translate::{
    at_us, cancel_reason, wire_client_order_id, wire_priority, wire_side,
};

/// A decimal, as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Text(ExactDecimal);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

fn price(listed: &ListedInstrument, price: Price) -> Text {
    Text(listed.scale.price(price.units()))
}

fn quantity(listed: &ListedInstrument, quantity: Quantity) -> Text {
    Text(listed.scale.quantity(quantity.units()))
}

fn notional(listed: &ListedInstrument, notional: Notional) -> Text {
    Text(listed.scale.notional(notional.units()))
}

/// An order as its last event left it.
#[derive(Debug, Serialize)]
pub struct WireOrder {
    order_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_order_id: Option<String>,
    side: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote_amount: Option<Text>,
    filled_quantity: Text,
    /// What was paid for it.
    filled_quote: Text,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    canceled_quantity: Text,
    prevented_quantity: Text,
    replace_count: u32,
    entered_at_us: u64,
    updated_at_us: u64,
}

impl WireOrder {
    /// An order.
    pub fn of(listed: &ListedInstrument, order: &OrderRecord) -> Self {
        let (of_quantity, quote_amount) = match order.size {
            OrderSize::Quantity(units) => (Some(quantity(listed, units)), None),
            OrderSize::QuoteAmount(amount) => (None, Some(notional(listed, amount))),
        };
        let (status, reason, canceled) = match order.status {
            OrderStatus::Entering | OrderStatus::Waiting | OrderStatus::Resting => {
                let status = if order.filled_quantity.is_zero() {
                    protocol::OrderStatus::New
                } else {
                    protocol::OrderStatus::PartiallyFilled
                };
                (status, None, Quantity::ZERO)
            }
            OrderStatus::Filled => (protocol::OrderStatus::Filled, None, Quantity::ZERO),
            OrderStatus::Canceled {
                reason, quantity, ..
            } => {
                let reason = cancel_reason(reason).word();
                (protocol::OrderStatus::Canceled, Some(reason), quantity)
            }
        };
        Self {
            order_id: order.order_id.0,
            client_order_id: order
                .client_order_id
                .map(|id| wire_client_order_id(id).to_string()),
            side: wire_side(order.side).word(),
            price: order.price.map(|it| price(listed, it)),
            quantity: of_quantity,
            quote_amount,
            filled_quantity: quantity(listed, order.filled_quantity),
            filled_quote: notional(listed, order.filled_notional),
            status: status.word(),
            reason,
            canceled_quantity: quantity(listed, canceled),
            prevented_quantity: quantity(listed, order.prevented_quantity),
            replace_count: order.replace_count,
            entered_at_us: at_us(order.entered_at),
            updated_at_us: at_us(order.last_event.at),
        }
    }
}

/// The account's side of a trade.
#[derive(Debug, Serialize)]
pub struct WireExecution {
    trade_id: u64,
    order_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_order_id: Option<String>,
    side: &'static str,
    price: Text,
    quantity: Text,
    liquidity: &'static str,
    leaves_quantity: Text,
    /// Smallest units of `fee_asset`; negative is a rebate.
    fee_units: String,
    fee_asset: String,
    seq: u64,
    k: u32,
    at_us: u64,
}

impl WireExecution {
    /// An execution.
    pub fn of(listed: &ListedInstrument, execution: &Execution) -> Self {
        let (trade, leg) = (&execution.trade, execution.leg());
        let liquidity = match execution.role {
            Role::Maker => protocol::Liquidity::Maker,
            Role::Taker => protocol::Liquidity::Taker,
        };
        let fee_asset = match leg.fee.asset {
            FeeAsset::Base => listed.base,
            FeeAsset::Quote => listed.quote,
        };
        Self {
            trade_id: trade.trade_id.0,
            order_id: leg.order_id.0,
            client_order_id: leg
                .client_order_id
                .map(|id| wire_client_order_id(id).to_string()),
            side: wire_side(execution.side()).word(),
            price: price(listed, trade.price),
            quantity: quantity(listed, trade.quantity),
            liquidity: liquidity.word(),
            leaves_quantity: quantity(listed, leg.leaves_quantity),
            fee_units: leg.fee.amount.to_string(),
            fee_asset: fee_asset.to_string(),
            seq: trade.event.sequence.0,
            k: trade.event.k,
            at_us: at_us(trade.event.at),
        }
    }
}

/// An order was changed.
#[derive(Debug, Serialize)]
pub struct WireAmendment {
    order_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_before: Option<Text>,
    price: Text,
    quantity_before: Text,
    quantity: Text,
    priority: &'static str,
    replace_count: u32,
    seq: u64,
    k: u32,
    at_us: u64,
}

impl WireAmendment {
    /// An amendment.
    pub fn of(listed: &ListedInstrument, amendment: &Amendment) -> Self {
        Self {
            order_id: amendment.order_id.0,
            price_before: amendment.price_before.map(|it| price(listed, it)),
            price: price(listed, amendment.price),
            quantity_before: quantity(listed, amendment.quantity_before),
            quantity: quantity(listed, amendment.quantity),
            priority: wire_priority(amendment.priority).word(),
            replace_count: amendment.replace_count,
            seq: amendment.event.sequence.0,
            k: amendment.event.k,
            at_us: at_us(amendment.event.at),
        }
    }
}

/// Two orders met and did not trade.
#[derive(Debug, Serialize)]
pub struct WirePrevented {
    prevented_id: u64,
    taker_order_id: u64,
    maker_order_id: u64,
    taker_side: &'static str,
    price: Text,
    quantity: Text,
    taker_prevented_quantity: Text,
    maker_prevented_quantity: Text,
    seq: u64,
    k: u32,
    at_us: u64,
}

impl WirePrevented {
    /// A prevented match.
    pub fn of(listed: &ListedInstrument, prevented: &PreventedMatch) -> Self {
        Self {
            prevented_id: prevented.prevented_id,
            taker_order_id: prevented.taker.0,
            maker_order_id: prevented.maker.0,
            taker_side: wire_side(prevented.taker_side).word(),
            price: price(listed, prevented.price),
            quantity: quantity(listed, prevented.quantity),
            taker_prevented_quantity: quantity(listed, prevented.taker_prevented_quantity),
            maker_prevented_quantity: quantity(listed, prevented.maker_prevented_quantity),
            seq: prevented.event.sequence.0,
            k: prevented.event.k,
            at_us: at_us(prevented.event.at),
        }
    }
}
