//! What a replay is told, and what it tells.

use std::collections::BTreeMap;
use std::path::PathBuf;

use protocol::Symbol;
use serde::Serialize;

use crate::replay::pace::Speed;

/// What is replayed, where, and how fast.
#[derive(Debug, Clone)]
pub struct ReplayConfig {
    /// The recording: an order table, or a message file of LOBSTER; plain, `.gz` or `.xz`.
    pub file: PathBuf,
    /// The order book file of LOBSTER that belongs to it; else the one beside it, where there is one.
    pub orderbook: Option<PathBuf>,
    /// The instrument that it is replayed into.
    pub symbol: Symbol,
    /// How fast.
    pub speed: Speed,
    /// The exchange's WebSocket: with the replay clock rows happen at their own time, with a clock that goes by
    /// itself they happen when they are sent, among what others do.
    pub url: String,
    /// Key of the account that enters the orders.
    pub key: String,
}

/// How far a replay is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReplayProgress {
    /// Rows that are done.
    pub rows_done: u64,
    /// Rows of the recording.
    pub rows: u64,
    /// Rows that are equal so far.
    pub equal: u64,
}

/// What became of a recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplaySummary {
    /// Rows that were replayed: each is equal, before the recording, unpriced, or has a cause.
    pub rows: u64,
    /// Rows of the recording; more than `rows` if the replay was stopped.
    pub rows_recorded: u64,
    /// Rows after which our leaves equaled the recorded volume.
    pub equal: u64,
    /// `equal` of `rows`, in percent.
    pub share_percent: f64,
    /// Rows that differ, whatever the cause.
    pub divergence: u64,
    /// Rows that differ, by cause.
    pub causes: BTreeMap<String, u64>,
    /// Trades in which participants took recorded orders.
    pub consumed_trades: u64,
    /// Price levels that were filled before the first row, from the order book file.
    pub opening_levels: u64,
    /// Rows of orders that were entered before the recording began.
    pub before_recording: u64,
    /// Rows of orders without a limit price.
    pub unpriced: u64,
    /// Requests that were sent again because the exchange was busy.
    pub busy_retries: u64,
    /// How long it took.
    pub seconds: f64,
}
