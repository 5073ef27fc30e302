//! Pages of an account's past.

use serde::Deserialize;

use crate::error::CodecError;
use crate::exact_decimal::ExactDecimal;
use crate::inline_text::{AssetName, ClientOrderId, Symbol};
use crate::json_writer::JsonWriter;
use crate::reason::Reason;
use crate::words::{Liquidity, OrderStatus, PastKind, Priority, Side};

/// A page of an account's past, by what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Past {
    /// Answers `closed_orders`.
    ClosedOrders(PastPage<OrderRecord>),
    /// Answers `executions`.
    Executions(PastPage<ExecutionRecord>),
    /// Answers `amendments`.
    Amendments(PastPage<AmendmentRecord>),
    /// Answers `prevented_matches`.
    PreventedMatches(PastPage<PreventedRecord>),
}

/// One page of a list, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PastPage<T> {
    /// The request's number.
    pub request: Option<u64>,
    /// Of which instrument.
    pub symbol: Symbol,
    /// What was found.
    pub records: Vec<T>,
    /// Where the next page begins; absent where this one is not full, or is the newest.
    pub next_from_id: Option<u64>,
}

/// What a page is made of.
pub trait PastRecord {
    /// Appends it to `buffer` as one JSON object.
    fn encode(&self, buffer: &mut Vec<u8>);
}

/// An order as its last event left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct OrderRecord {
    /// The exchange's id.
    pub order_id: u64,
    /// The participant's id.
    pub client_order_id: Option<ClientOrderId>,
    /// Buy or sell.
    pub side: Side,
    /// Its limit price; absent for a market order.
    pub price: Option<ExactDecimal>,
    /// Its total quantity.
    pub quantity: Option<ExactDecimal>,
    /// In place of it, for an order that is measured in money.
    pub quote_amount: Option<ExactDecimal>,
    /// Traded.
    pub filled_quantity: ExactDecimal,
    /// What was paid for it.
    pub filled_quote: ExactDecimal,
    /// How it stands.
    pub status: OrderStatus,
    /// Why it ended unfilled.
    pub reason: Option<Reason>,
    /// Ended unfilled.
    pub canceled_quantity: ExactDecimal,
    /// What self-trade prevention took of it.
    pub prevented_quantity: ExactDecimal,
    /// How often it was changed.
    pub replace_count: u32,
    /// Engine time of its entry.
    pub entered_at_us: u64,
    /// Engine time of its last event.
    pub updated_at_us: u64,
}

/// The account's side of a trade.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ExecutionRecord {
    /// The trade.
    pub trade_id: u64,
    /// The account's order.
    pub order_id: u64,
    /// The participant's id of it.
    pub client_order_id: Option<ClientOrderId>,
    /// The order's side.
    pub side: Side,
    /// At which price.
    pub price: ExactDecimal,
    /// How much.
    pub quantity: ExactDecimal,
    /// Which part the order had.
    pub liquidity: Liquidity,
    /// What was open of it afterwards.
    pub leaves_quantity: ExactDecimal,
    /// What the trade cost; negative is a rebate.
    pub fee: ExactDecimal,
    /// The same in smallest units of the asset.
    pub fee_units: String,
    /// What it was taken from.
    pub fee_asset: AssetName,
    /// The command's place in the instrument's order.
    pub seq: u64,
    /// The event's place among those of the command.
    pub k: u32,
    /// Engine time.
    pub at_us: u64,
    /// When an operator took the trade back; absent where nobody did.
    pub busted_at_us: Option<u64>,
}

/// A change of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct AmendmentRecord {
    /// The order.
    pub order_id: u64,
    /// Its price before; absent where it had none.
    pub price_before: Option<ExactDecimal>,
    /// Its price afterwards.
    pub price: ExactDecimal,
    /// Its total quantity before.
    pub quantity_before: ExactDecimal,
    /// Its total quantity afterwards.
    pub quantity: ExactDecimal,
    /// Whether it kept its place.
    pub priority: Priority,
    /// How often it was changed by then.
    pub replace_count: u32,
    /// The command's place in the instrument's order.
    pub seq: u64,
    /// The event's place among those of the command.
    pub k: u32,
    /// Engine time.
    pub at_us: u64,
}

/// Two orders of one account or group met and did not trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct PreventedRecord {
    /// Its number in the instrument.
    pub prevented_id: u64,
    /// The order that arrived.
    pub taker_order_id: u64,
    /// The order that rested.
    pub maker_order_id: u64,
    /// The side of the one that arrived.
    pub taker_side: Side,
    /// The price at which they met.
    pub price: ExactDecimal,
    /// How much would have traded.
    pub quantity: ExactDecimal,
    /// What the arriving order lost by it.
    pub taker_prevented_quantity: ExactDecimal,
    /// What the resting order lost by it.
    pub maker_prevented_quantity: ExactDecimal,
    /// The command's place in the instrument's order.
    pub seq: u64,
    /// The event's place among those of the command.
    pub k: u32,
    /// Engine time.
    pub at_us: u64,
}

impl Past {
    /// What it is of.
    pub const fn kind(&self) -> PastKind {
        match self {
            Self::ClosedOrders(_) => PastKind::ClosedOrders,
            Self::Executions(_) => PastKind::Executions,
            Self::Amendments(_) => PastKind::Amendments,
            Self::PreventedMatches(_) => PastKind::PreventedMatches,
        }
    }

    /// The same as an answer to the request with this number.
    #[must_use]
    pub fn answering(mut self, request: Option<u64>) -> Self {
        match &mut self {
            Self::ClosedOrders(page) => page.request = request,
            Self::Executions(page) => page.request = request,
            Self::Amendments(page) => page.request = request,
            Self::PreventedMatches(page) => page.request = request,
        }
        self
    }

    /// Appends the page to `buffer` without saying what it answers: as HTTP does.
    pub fn encode_alone(&self, buffer: &mut Vec<u8>) {
        match self {
            Self::ClosedOrders(page) => page.write(JsonWriter::open(buffer)),
            Self::Executions(page) => page.write(JsonWriter::open(buffer)),
            Self::Amendments(page) => page.write(JsonWriter::open(buffer)),
            Self::PreventedMatches(page) => page.write(JsonWriter::open(buffer)),
        }
    }

    pub(super) fn decode(kind: PastKind, frame: &str) -> Result<Self, CodecError> {
        Ok(match kind {
            PastKind::ClosedOrders => Self::ClosedOrders(super::read(frame)?),
            PastKind::Executions => Self::Executions(super::read(frame)?),
            PastKind::Amendments => Self::Amendments(super::read(frame)?),
            PastKind::PreventedMatches => Self::PreventedMatches(super::read(frame)?),
        })
    }

    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let kind = self.kind().word();
        match self {
            Self::ClosedOrders(page) => page.answer(kind, buffer),
            Self::Executions(page) => page.answer(kind, buffer),
            Self::Amendments(page) => page.answer(kind, buffer),
            Self::PreventedMatches(page) => page.answer(kind, buffer),
        }
    }
}

impl<T: PastRecord> PastPage<T> {
    fn answer(&self, kind: &'static str, buffer: &mut Vec<u8>) {
        self.write(JsonWriter::answer(buffer, kind, self.request));
    }

    fn write(&self, mut json: JsonWriter<'_>) {
        json.name("symbol", &self.symbol);
        json.list("records", &self.records, |buffer, record| {
            record.encode(buffer);
        });
        json.maybe_number("next_from_id", self.next_from_id);
        json.close();
    }
}

impl PastRecord for OrderRecord {
    fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.number("order_id", self.order_id);
        json.maybe_name("client_order_id", self.client_order_id.as_ref());
        json.word("side", self.side.word());
        json.maybe_decimal("price", self.price);
        json.maybe_decimal("quantity", self.quantity);
        json.maybe_decimal("quote_amount", self.quote_amount);
        json.decimal("filled_quantity", self.filled_quantity);
        json.decimal("filled_quote", self.filled_quote);
        json.word("status", self.status.word());
        json.maybe_word("reason", self.reason.map(Reason::word));
        json.decimal("canceled_quantity", self.canceled_quantity);
        json.decimal("prevented_quantity", self.prevented_quantity);
        json.number("replace_count", self.replace_count);
        json.number("entered_at_us", self.entered_at_us);
        json.number("updated_at_us", self.updated_at_us);
        json.close();
    }
}

impl PastRecord for ExecutionRecord {
    fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.number("trade_id", self.trade_id);
        json.number("order_id", self.order_id);
        json.maybe_name("client_order_id", self.client_order_id.as_ref());
        json.word("side", self.side.word());
        json.decimal("price", self.price);
        json.decimal("quantity", self.quantity);
        json.word("liquidity", self.liquidity.word());
        json.decimal("leaves_quantity", self.leaves_quantity);
        json.decimal("fee", self.fee);
        json.text("fee_units", &self.fee_units);
        json.name("fee_asset", &self.fee_asset);
        write_event(&mut json, self.seq, self.k, self.at_us);
        json.maybe_number("busted_at_us", self.busted_at_us);
        json.close();
    }
}

impl PastRecord for AmendmentRecord {
    fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.number("order_id", self.order_id);
        json.maybe_decimal("price_before", self.price_before);
        json.decimal("price", self.price);
        json.decimal("quantity_before", self.quantity_before);
        json.decimal("quantity", self.quantity);
        json.word("priority", self.priority.word());
        json.number("replace_count", self.replace_count);
        write_event(&mut json, self.seq, self.k, self.at_us);
        json.close();
    }
}

impl PastRecord for PreventedRecord {
    fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.number("prevented_id", self.prevented_id);
        json.number("taker_order_id", self.taker_order_id);
        json.number("maker_order_id", self.maker_order_id);
        json.word("taker_side", self.taker_side.word());
        json.decimal("price", self.price);
        json.decimal("quantity", self.quantity);
        json.decimal("taker_prevented_quantity", self.taker_prevented_quantity);
        json.decimal("maker_prevented_quantity", self.maker_prevented_quantity);
        write_event(&mut json, self.seq, self.k, self.at_us);
        json.close();
    }
}

fn write_event(json: &mut JsonWriter<'_>, seq: u64, k: u32, at_us: u64) {
    json.number("seq", seq);
    json.number("k", k);
    json.number("at_us", at_us);
}
