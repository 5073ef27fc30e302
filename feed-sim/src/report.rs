//! What a feed tells while it runs and when it has ended.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use protocol::{ExactDecimal, Symbol};
use serde::{Serialize, Serializer};

use crate::agent::AgentKind;

/// A feed's summary.
#[derive(Debug, Clone, Serialize)]
pub struct FeedSummary {
    /// The flow's seed.
    pub seed: u64,
    /// How long orders were sent.
    pub seconds: f64,
    /// New orders that were sent.
    pub orders: u64,
    /// Cancels that were sent.
    pub cancels: u64,
    /// Trades of the feed's own orders.
    pub trades: u64,
    /// Requests that were refused, busy apart.
    pub rejects: u64,
    /// Requests that were refused because the exchange was busy.
    pub busy: u64,
    /// Requests that never got an answer.
    pub unanswered: u64,
    /// Connections that were lost and opened again.
    pub reconnects: u64,
    /// Requests whose answer was lost with their connection; what became of them is told by the executions that follow.
    pub lost: u64,
    /// How many instruments were traded.
    pub instruments: u64,
    /// How many sessions were used.
    pub sessions: u64,
    /// From the intended send time to the answer.
    pub round_trip_us: RoundTrip,
    /// Refused requests by reason, busy included.
    pub rejects_by_reason: BTreeMap<String, u64>,
    /// Faults in the sequence of the depth feeds.
    pub gaps: u64,
    /// How often a book was crossed.
    pub crossed: u64,
    /// Messages of the depth feeds that could not be understood.
    pub unreadable: u64,
    /// How often a side of a book ran dry.
    pub one_sided: u64,
    /// Agents, each with an account of its own.
    pub agents: Vec<AgentLine>,
}

/// What became of an agent.
#[derive(Debug, Clone, Serialize)]
pub struct AgentLine {
    /// What it is called.
    pub name: String,
    /// What it trades by.
    pub kind: AgentKind,
    /// What it traded.
    #[serde(serialize_with = "as_text")]
    pub symbol: Symbol,
    /// Its account.
    pub account: Option<u64>,
    /// New orders that it sent.
    pub orders: u64,
    /// Its trades.
    pub trades: u64,
    /// Its requests that were refused, cancels that came too late among them.
    pub rejects: u64,
    /// Bought less sold.
    #[serde(serialize_with = "as_text")]
    pub position: ExactDecimal,
    /// Received less paid, and its position at the middle of the market when it looked last, in the quote asset and
    /// before fees; `None` where it never saw two sides.
    #[serde(serialize_with = "as_maybe_text")]
    pub profit: Option<ExactDecimal>,
}

impl AgentLine {
    /// Of an agent that begins.
    pub const fn new(name: String, kind: AgentKind, symbol: Symbol, account: Option<u64>) -> Self {
        Self {
            name,
            kind,
            symbol,
            account,
            orders: 0,
            trades: 0,
            rejects: 0,
            position: ExactDecimal::ZERO,
            profit: None,
        }
    }
}

/// Percentiles in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct RoundTrip {
    /// Half of them were at most this.
    pub p50: f64,
    /// Nine of ten.
    pub p90: f64,
    /// 99 of 100.
    pub p99: f64,
    /// 999 of 1,000.
    pub p999: f64,
    /// The longest.
    pub max: f64,
}

/// Where a running feed stands.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FeedSnapshot {
    /// Since the first order was due.
    pub seconds: f64,
    /// New orders so far.
    pub orders: u64,
    /// Trades so far.
    pub trades: u64,
    /// Refused requests so far, busy apart.
    pub rejects: u64,
    /// Busy answers so far.
    pub busy: u64,
    /// New orders per second since the last snapshot.
    pub orders_per_s: f64,
    /// Trades per second since the last snapshot.
    pub trades_per_s: f64,
    /// Round trips since the last snapshot.
    pub round_trip_us: RoundTrip,
    /// One line for each instrument.
    pub instruments: Vec<InstrumentLine>,
}

/// Where an instrument stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct InstrumentLine {
    /// Its printed name.
    #[serde(serialize_with = "as_text")]
    pub symbol: Symbol,
    /// Best bid.
    #[serde(serialize_with = "as_maybe_text")]
    pub bid: Option<ExactDecimal>,
    /// Best ask.
    #[serde(serialize_with = "as_maybe_text")]
    pub ask: Option<ExactDecimal>,
    /// Price of the last trade.
    #[serde(serialize_with = "as_maybe_text")]
    pub last: Option<ExactDecimal>,
}

impl FeedSummary {
    /// Whether the feed was whole, no book was crossed, and every request got an answer.
    pub fn is_clean(&self) -> bool {
        self.gaps == 0 && self.crossed == 0 && self.unreadable == 0 && self.unanswered == 0
    }
}

impl RoundTrip {
    /// Reads the percentiles of a histogram of nanoseconds.
    pub fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| microseconds(histogram.value_at_quantile(quantile));
        Self {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: microseconds(histogram.max()),
        }
    }
}

/// Nanoseconds as microseconds with one decimal.
#[expect(
    clippy::cast_precision_loss,
    reason = "a round trip is far below 2^53 ns"
)]
fn microseconds(nanoseconds: u64) -> f64 {
    (nanoseconds / 100) as f64 / 10.0
}

fn as_text<S: Serializer>(text: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(text)
}

#[expect(
    clippy::ref_option,
    reason = "serde hands over a reference to the field"
)]
fn as_maybe_text<S: Serializer>(
    text: &Option<impl std::fmt::Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match text {
        Some(text) => serializer.collect_str(text),
        None => serializer.serialize_none(),
    }
}
