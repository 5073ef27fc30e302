//! What a participant is told about its orders.

use std::borrow::Cow;

use serde::Deserialize;

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::{AssetName, ClientOrderId, Symbol};
use crate::json_writer::JsonWriter;
use crate::reason::Reason;
use crate::server_message::report_line::{self, Written};
use crate::words::{Liquidity, OrderStatus, Priority, ReportKind, Side};

/// Place of an event: the `k`-th event of the instrument's `seq`-th command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct EventId {
    /// The command's place in the instrument's order, from 1.
    pub seq: u64,
    /// The event's place among those of the command, from 0.
    pub k: u32,
}

/// What became of an order, or of a request about one. FIX `ExecutionReport`.
///
/// Which fields a kind has is told in `docs/protocol.md`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Report {
    /// The number of the request that caused it; only in the session that asked.
    pub request: Option<u64>,
    /// What it tells.
    pub kind: ReportKind,
    /// In which instrument.
    pub symbol: Symbol,
    /// The exchange's id of the order.
    pub order_id: Option<u64>,
    /// The participant's id of the order.
    pub client_order_id: Option<ClientOrderId>,
    /// Buy or sell.
    pub side: Option<Side>,
    /// The order's limit price now.
    pub price: Option<ExactDecimal>,
    /// The order's total quantity now.
    pub quantity: Option<ExactDecimal>,
    /// The amount of the quote asset that the order is for, where it is measured in money.
    pub quote_amount: Option<ExactDecimal>,
    /// Traded so far.
    pub filled_quantity: Option<ExactDecimal>,
    /// Still open.
    pub leaves_quantity: Option<ExactDecimal>,
    /// What the market sees of it; where it does not see all.
    pub displayed_quantity: Option<ExactDecimal>,
    /// Ended unfilled.
    pub canceled_quantity: Option<ExactDecimal>,
    /// Where the order stands after it.
    pub status: Option<OrderStatus>,
    /// The price of this trade; of a prevented match, the maker's price.
    pub last_price: Option<ExactDecimal>,
    /// The quantity of this trade or prevented match.
    pub last_quantity: Option<ExactDecimal>,
    /// Id of the execution.
    pub trade_id: Option<u64>,
    /// Which part the order had.
    pub liquidity: Option<Liquidity>,
    /// What the execution cost; negative is a rebate.
    pub fee: Option<ExactDecimal>,
    /// What the fee was taken from.
    pub fee_asset: Option<AssetName>,
    /// Whether a changed order kept its place in the queue.
    pub priority: Option<Priority>,
    /// Why it was refused or ended.
    pub reason: Option<Reason>,
    /// A sentence for people.
    pub text: Option<Cow<'static, str>>,
    /// Which event it was; absent where the exchange's door refused.
    pub event: Option<EventId>,
    /// Engine time of the event, or the exchange's time of the refusal.
    pub at_us: u64,
}

impl Report {
    /// Room for all but the rarest, so that it is looked for once.
    const USUAL_BYTES: usize = 640;

    /// A report with nothing but what every report has.
    pub const fn new(kind: ReportKind, symbol: Symbol, at_us: u64) -> Self {
        Self {
            request: None,
            kind,
            symbol,
            order_id: None,
            client_order_id: None,
            side: None,
            price: None,
            quantity: None,
            quote_amount: None,
            filled_quantity: None,
            leaves_quantity: None,
            displayed_quantity: None,
            canceled_quantity: None,
            status: None,
            last_price: None,
            last_quantity: None,
            trade_id: None,
            liquidity: None,
            fee: None,
            fee_asset: None,
            priority: None,
            reason: None,
            text: None,
            event: None,
            at_us,
        }
    }

    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        match report_line::encode(self, buffer) {
            Written::Whole => {}
            Written::Not => self.encode_any(buffer),
        }
    }

    /// The same of any report, however unusual.
    pub(super) fn encode_any(&self, buffer: &mut Vec<u8>) {
        buffer.reserve(Self::USUAL_BYTES);
        let mut json = JsonWriter::answer(buffer, "report", self.request);
        json.word("kind", self.kind.word());
        json.name("symbol", &self.symbol);
        json.maybe_number("order_id", self.order_id);
        json.maybe_name("client_order_id", self.client_order_id.as_ref());
        json.maybe_word("side", self.side.map(Side::word));
        json.maybe_decimal("price", self.price);
        json.maybe_decimal("quantity", self.quantity);
        json.maybe_decimal("quote_amount", self.quote_amount);
        json.maybe_decimal("filled_quantity", self.filled_quantity);
        json.maybe_decimal("leaves_quantity", self.leaves_quantity);
        json.maybe_decimal("displayed_quantity", self.displayed_quantity);
        json.maybe_decimal("canceled_quantity", self.canceled_quantity);
        json.maybe_word("status", self.status.map(OrderStatus::word));
        json.maybe_decimal("last_price", self.last_price);
        json.maybe_decimal("last_quantity", self.last_quantity);
        json.maybe_number("trade_id", self.trade_id);
        json.maybe_word("liquidity", self.liquidity.map(Liquidity::word));
        json.maybe_decimal("fee", self.fee);
        json.maybe_name("fee_asset", self.fee_asset.as_ref());
        json.maybe_word("priority", self.priority.map(Priority::word));
        json.maybe_word("reason", self.reason.map(Reason::word));
        if let Some(text) = &self.text {
            json.text("text", text);
        }
        if let Some(event) = self.event {
            json.value("event", |buffer| event.encode(buffer));
        }
        json.number("at_us", self.at_us);
        json.close();
    }
}

impl EventId {
    fn encode(self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.number("seq", self.seq);
        json.number("k", self.k);
        json.close();
    }
}
