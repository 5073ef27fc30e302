//! Answers to what market makers ask.

use std::borrow::Cow;

use serde::Deserialize;

use crate::inline_text::Symbol;
use crate::json_writer::JsonWriter;
use crate::reason::Reason;

/// Answers one quote of a `mass_quote`, after the reports of what it did.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Quoted {
    /// The request's number.
    pub request: Option<u64>,
    /// In which instrument.
    pub symbol: Symbol,
    /// The group that it belongs to.
    pub mmp_group: u32,
    /// The new bid's order; absent where the bid stays, shrinks or ends.
    pub bid_order_id: Option<u64>,
    /// The new ask's order; absent where the ask stays, shrinks or ends.
    pub ask_order_id: Option<u64>,
    /// Why it was refused: the previous quote stands. Absent where it was taken.
    pub reason: Option<Reason>,
    /// The same for people.
    pub text: Option<Cow<'static, str>>,
    /// The exchange's time.
    pub at_us: u64,
}

/// Answers a request that has nothing to tell but that it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Done {
    /// The request's number.
    pub request: Option<u64>,
    /// The exchange's time.
    pub at_us: u64,
}

impl Quoted {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "quoted", self.request);
        json.name("symbol", &self.symbol);
        json.number("mmp_group", u64::from(self.mmp_group));
        json.maybe_number("bid_order_id", self.bid_order_id);
        json.maybe_number("ask_order_id", self.ask_order_id);
        json.maybe_word("reason", self.reason.map(Reason::word));
        if let Some(text) = &self.text {
            json.text("text", text);
        }
        json.number("at_us", self.at_us);
        json.close();
    }
}

impl Done {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "done", self.request);
        json.number("at_us", self.at_us);
        json.close();
    }
}
