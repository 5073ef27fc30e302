//! Open-loop load over real sockets: what an exchange answers, and how late, counted from when each order was meant
//! to leave.
//!
//! ```text
//!  arrivals (when) ──┐
//!  order stream ─────┴─► driver: one thread that never sleeps ── WebSockets ──► exchange
//!  (what, by seed)            │ ▲                                                  │
//!                             │ └────────── answers, by number ◄───────────────────┘
//!                             └─► record: latency from the intended time, percentiles, by interval
//! ```
//!
//! An order that could not be sent in time is late, not skipped: its latency begins when it was meant to leave. So a
//! server that stands still is seen by all who would have asked meanwhile (no coordinated omission).

mod arrivals;
mod dialect;
mod driver;
mod frame;
mod in_flight;
mod order_stream;
mod percentile;
mod record;
mod search;
mod socket;

use std::time::Duration;

pub use arrivals::{Arrivals, Schedule};
pub use dialect::{Dialect, SignedLogon};
pub use driver::{LoadProgress, run};
pub use order_stream::{LoadInstrument, LoadOrder, LoadSide, OrderStream};
pub use percentile::{Percentile, Percentiles};
pub use record::{IntervalLine, LoadRecord, MessageCount};
pub use search::{RateSearch, SearchStep};

/// One run of load on one exchange.
#[derive(Debug, Clone)]
pub struct LoadPlan {
    /// Where the exchange is: host and port.
    pub address: String,
    /// The path of its WebSocket.
    pub path: String,
    /// What is spoken there.
    pub dialect: Dialect,
    /// The keys that sessions log on with, in turn.
    pub keys: Vec<String>,
    /// What is traded.
    pub instruments: Vec<LoadInstrument>,
    /// How many sessions share the load.
    pub connections: usize,
    /// Orders and cancels a second, all sessions together.
    pub rate: u64,
    /// When they are meant to leave.
    pub arrivals: Arrivals,
    /// How long answers are not yet counted.
    pub warm_up: Duration,
    /// How long they are.
    pub run_for: Duration,
    /// The load ends early, with the error `given_up`, when an order has waited so long for its answer.
    pub patience: Duration,
    /// Same seed, same orders at the same intended times.
    pub seed: u64,
}

/// Why a load could not be run, or ended early.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The exchange could not be reached.
    #[error("{address}: {source}")]
    Connect {
        /// Where it should be.
        address: String,
        /// What went wrong.
        source: std::io::Error,
    },
    /// The upgrade to a WebSocket was refused.
    #[error("{address}: the WebSocket was refused: {reason}")]
    Handshake {
        /// Where.
        address: String,
        /// What was said.
        reason: String,
    },
    /// A session was not let in.
    #[error("a session was not let in: {reason}")]
    Refused {
        /// What the exchange answered.
        reason: String,
    },
    /// Sockets could not be watched.
    #[error("sockets cannot be watched: {0}")]
    Watch(#[from] std::io::Error),
}
