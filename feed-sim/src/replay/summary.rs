//! What a replay is told, and what it tells.

use std::collections::BTreeMap;
use std::path::PathBuf;

use protocol::Symbol;
use serde::Serialize;

use crate::replay::pace::Speed;

/// What is replayed, where, and how fast.
#[derive(Debug, Clone)]
pub struct ReplayConfig {
    /// The recording: `.csv`, `.csv.gz` or `.csv.xz`.
    pub file: PathBuf,
    /// The instrument that it is replayed into.
    pub symbol: Symbol,
    /// How fast.
    pub speed: Speed,
    /// The exchange's WebSocket; it must run with the replay clock.
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
    /// Rows that differ, by cause.
    pub causes: BTreeMap<String, u64>,
    /// Rows of orders that were entered before the recording began.
    pub before_recording: u64,
    /// Rows of orders without a limit price.
    pub unpriced: u64,
    /// Requests that were sent again because the exchange was busy.
    pub busy_retries: u64,
    /// How long it took.
    pub seconds: f64,
}
