//! Answers about the account.

use serde::Deserialize;

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::{AssetName, ClientOrderId, Symbol};
use crate::json_writer::JsonWriter;
use crate::words::Side;

/// Answers `open_orders`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OpenOrders {
    /// The request's number.
    pub request: Option<u64>,
    /// The orders, by symbol and then by id.
    pub orders: Vec<OpenOrder>,
    /// Whether another message with further orders of the same request follows.
    pub has_more: bool,
}

/// An open order: it rests, or waits outside the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct OpenOrder {
    /// In which instrument.
    pub symbol: Symbol,
    /// The exchange's id.
    pub order_id: u64,
    /// The participant's id.
    pub client_order_id: Option<ClientOrderId>,
    /// Buy or sell.
    pub side: Side,
    /// Its limit price now; absent for a market order that waits, and for a pegged one without a price.
    pub price: Option<ExactDecimal>,
    /// Whether it waits outside the book: for its trigger, its parent, its price or a call.
    #[serde(default)]
    pub waiting: bool,
    /// Its total quantity.
    pub quantity: ExactDecimal,
    /// Traded so far.
    pub filled_quantity: ExactDecimal,
    /// Still open.
    pub leaves_quantity: ExactDecimal,
    /// When it expires, if it does.
    pub expire_at_us: Option<u64>,
    /// Engine time of its entry.
    pub entered_at_us: u64,
}

/// Answers `balances`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Balances {
    /// The request's number.
    pub request: Option<u64>,
    /// The epoch of the exchange's numbers; on the channel `balances` only.
    pub epoch: Option<u64>,
    /// One more than that of the message before it, from 1 on; on the channel only.
    pub seq: Option<u64>,
    /// The exchange's time; on the channel only.
    pub at_us: Option<u64>,
    /// One for each asset that the account has or had; on the channel, after the first message, one for each that
    /// has changed.
    pub balances: Vec<Balance>,
}

/// What an account has of one asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Balance {
    /// Of which asset.
    pub asset: AssetName,
    /// All of it: `available + pending + hold`.
    pub total: ExactDecimal,
    /// What new orders can use now.
    pub available: ExactDecimal,
    /// What is received but not yet on disk; it becomes available by itself.
    pub pending: ExactDecimal,
    /// What is reserved for open orders.
    pub hold: ExactDecimal,
}

/// Answers `positions`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Positions {
    /// The request's number.
    pub request: Option<u64>,
    /// The epoch of the exchange's numbers; on the channel `positions` only.
    pub epoch: Option<u64>,
    /// One more than that of the message before it, from 1 on; on the channel only.
    pub seq: Option<u64>,
    /// The exchange's time; on the channel only.
    pub at_us: Option<u64>,
    /// One for each instrument that the account ever traded; on the channel, after the first message, one for each
    /// that has changed.
    pub positions: Vec<Position>,
}

/// What an account bought and sold of one instrument, and what that cost and brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Position {
    /// Of which instrument.
    pub symbol: Symbol,
    /// Bought less sold, in the base asset.
    pub position: ExactDecimal,
    /// What the open part cost, in the quote asset; negative where it is short.
    pub cost: ExactDecimal,
    /// Cost per unit, truncated to the price's decimals; absent where nothing is open.
    pub average_price: Option<ExactDecimal>,
    /// What closing brought over what opening had cost.
    pub realized: ExactDecimal,
    /// What closing would bring now at the last price.
    pub unrealized_at_last: Option<ExactDecimal>,
    /// What closing would bring now halfway between the best bid and the best ask.
    pub unrealized_at_mid: Option<ExactDecimal>,
    /// Fees paid in the base asset, less rebates.
    pub fees_base: ExactDecimal,
    /// Fees paid in the quote asset, less rebates.
    pub fees_quote: ExactDecimal,
}

/// Answers `mass_cancel`, after the reports of the orders that it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct MassCanceled {
    /// The request's number.
    pub request: Option<u64>,
    /// How many orders it ended.
    pub canceled_orders: u64,
    /// The exchange's time.
    pub at_us: u64,
}

impl OpenOrders {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "open_orders", self.request);
        json.list("orders", &self.orders, |buffer, order| order.encode(buffer));
        json.boolean("has_more", self.has_more);
        json.close();
    }
}

impl OpenOrder {
    fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.name("symbol", &self.symbol);
        json.number("order_id", self.order_id);
        json.maybe_name("client_order_id", self.client_order_id.as_ref());
        json.word("side", self.side.word());
        json.maybe_decimal("price", self.price);
        if self.waiting {
            json.boolean("waiting", self.waiting);
        }
        json.decimal("quantity", self.quantity);
        json.decimal("filled_quantity", self.filled_quantity);
        json.decimal("leaves_quantity", self.leaves_quantity);
        json.maybe_number("expire_at_us", self.expire_at_us);
        json.number("entered_at_us", self.entered_at_us);
        json.close();
    }
}

impl Balances {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "balances", self.request);
        json.maybe_number("epoch", self.epoch);
        json.maybe_number("seq", self.seq);
        json.maybe_number("at_us", self.at_us);
        json.list("balances", &self.balances, |buffer, balance| {
            balance.encode(buffer);
        });
        json.close();
    }
}

impl Balance {
    fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.name("asset", &self.asset);
        json.decimal("total", self.total);
        json.decimal("available", self.available);
        json.decimal("pending", self.pending);
        json.decimal("hold", self.hold);
        json.close();
    }
}

impl Positions {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "positions", self.request);
        json.maybe_number("epoch", self.epoch);
        json.maybe_number("seq", self.seq);
        json.maybe_number("at_us", self.at_us);
        json.list("positions", &self.positions, |buffer, position| {
            position.encode(buffer);
        });
        json.close();
    }
}

impl Position {
    /// Appends it to `buffer` as one JSON object.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.name("symbol", &self.symbol);
        json.decimal("position", self.position);
        json.decimal("cost", self.cost);
        json.maybe_decimal("average_price", self.average_price);
        json.decimal("realized", self.realized);
        json.maybe_decimal("unrealized_at_last", self.unrealized_at_last);
        json.maybe_decimal("unrealized_at_mid", self.unrealized_at_mid);
        json.decimal("fees_base", self.fees_base);
        json.decimal("fees_quote", self.fees_quote);
        json.close();
    }
}

impl MassCanceled {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "mass_canceled", self.request);
        json.number("canceled_orders", self.canceled_orders);
        json.number("at_us", self.at_us);
        json.close();
    }
}
