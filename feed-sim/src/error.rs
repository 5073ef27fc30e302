//! Why a feed or a replay cannot go on.

use client::{ClientError, SendError};

use crate::config::ConfigError;
use crate::replay::RecordingError;

/// Why a feed or a replay ended without a summary.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The configuration makes no sense.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The exchange does not list an instrument that is to be traded.
    #[error("the exchange lists no instrument {symbol}")]
    UnknownSymbol {
        /// Which one.
        symbol: String,
    },
    /// A record is paced by nobody's ticks.
    #[error(
        "the exchange runs in lockstep, where a record has no place: start it with `--clock replay` to replay the \
         record alone, or with `--clock realtime` to trade beside it"
    )]
    NoReplayInLockstep,
    /// An instrument's reference price or quantity is off the exchange's grid.
    #[error("{symbol}: {problem}")]
    OffGrid {
        /// Which instrument.
        symbol: String,
        /// What is wrong.
        problem: String,
    },
    /// The connection to the exchange could not be had or kept.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A request could not be sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The recording cannot be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// A subscription or another request that must succeed was refused.
    #[error("the exchange refused: {0}")]
    Refused(String),
    /// The exchange did not say what became of a row in time.
    #[error("row {row} got no answer within {seconds} s")]
    NoAnswer {
        /// Which row.
        row: u64,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A task of the feed broke: a bug.
    #[error("a session's task broke: {0}")]
    Task(#[from] tokio::task::JoinError),
}
