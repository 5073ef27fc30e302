//! How long an order took on its way through the exchange.

use serde::Deserialize;

use crate::inline_text::Symbol;
use crate::json_writer::JsonWriter;

/// Follows the answer to an order that asked for it, when that answer has been written. All times in ns; absent where
/// the exchange does not time its stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Trace {
    /// The request's number.
    pub request: Option<u64>,
    /// In which instrument.
    pub symbol: Symbol,
    /// The exchange's id of the order, where it was accepted.
    pub order_id: Option<u64>,
    /// Reading the frame from the socket.
    pub read_ns: Option<u64>,
    /// Making a request of its bytes.
    pub decode_ns: Option<u64>,
    /// Checks and the hold at the door, up to the ring of the matcher.
    pub risk_ns: Option<u64>,
    /// Waiting in the ring.
    pub queue_ns: Option<u64>,
    /// Matching.
    pub match_ns: Option<u64>,
    /// Appending to the log, and waiting until it is durable.
    pub journal_ns: Option<u64>,
    /// From durable to the answer in the session's queue.
    pub publish_ns: Option<u64>,
    /// From there until it was written to the socket.
    pub write_ns: Option<u64>,
    /// All of it.
    pub total_ns: Option<u64>,
}

impl Trace {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "trace", self.request);
        json.name("symbol", &self.symbol);
        json.maybe_number("order_id", self.order_id);
        json.maybe_number("read_ns", self.read_ns);
        json.maybe_number("decode_ns", self.decode_ns);
        json.maybe_number("risk_ns", self.risk_ns);
        json.maybe_number("queue_ns", self.queue_ns);
        json.maybe_number("match_ns", self.match_ns);
        json.maybe_number("journal_ns", self.journal_ns);
        json.maybe_number("publish_ns", self.publish_ns);
        json.maybe_number("write_ns", self.write_ns);
        json.maybe_number("total_ns", self.total_ns);
        json.close();
    }
}
