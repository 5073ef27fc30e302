//! The answer to a batch.

use std::borrow::Cow;

use serde::Deserialize;

use crate::inline_text::{ClientOrderId, Symbol};
use crate::json_writer::JsonWriter;
use crate::reason::Reason;
use crate::words::ReportKind;

/// Answers a `batch`, after the reports of what it did.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Batched {
    /// The request's number.
    pub request: Option<u64>,
    /// In which instrument.
    pub symbol: Symbol,
    /// What became of each instruction, in the request's order.
    pub results: Vec<BatchResult>,
    /// Engine time of the batch, or the exchange's time of a refusal at its door.
    pub at_us: u64,
}

/// What became of one instruction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BatchResult {
    /// Its place in the request, from 0.
    pub index: u32,
    /// How it was decided: `accepted`, `canceled`, `replaced`, `rejected` or `repeated`.
    pub kind: ReportKind,
    /// The order that it entered, ended or changed.
    pub order_id: Option<u64>,
    /// The participant's id that it gave.
    pub client_order_id: Option<ClientOrderId>,
    /// Why it was refused.
    pub reason: Option<Reason>,
    /// The same for people: of an all-or-none batch it says which instruction refused it, and why.
    pub text: Option<Cow<'static, str>>,
}

impl Batched {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "batched", self.request);
        json.name("symbol", &self.symbol);
        json.list("results", &self.results, |buffer, result| {
            let mut json = JsonWriter::open(buffer);
            json.number("index", u64::from(result.index));
            json.word("kind", result.kind.word());
            json.maybe_number("order_id", result.order_id);
            json.maybe_name("client_order_id", result.client_order_id.as_ref());
            json.maybe_word("reason", result.reason.map(Reason::word));
            if let Some(text) = &result.text {
                json.text("text", text);
            }
            json.close();
        });
        json.number("at_us", self.at_us);
        json.close();
    }
}
