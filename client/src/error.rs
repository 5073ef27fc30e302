//! What can go wrong between a client and the exchange.

use protocol::{CodecError, ErrorCode};
use tokio_tungstenite::tungstenite;

/// Why a connection could not be opened, or a message not be read.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The URL is not `ws://host:port/path`.
    #[error("{url}: the exchange's URL must be ws://host:port/path: {why}")]
    BadUrl {
        /// The URL as given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody listens there, or the network says no.
    #[error("cannot connect to {address}: {source}")]
    Connect {
        /// Where to.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The exchange did not answer in time.
    #[error("the exchange did not answer within the connect timeout")]
    TimedOut,
    /// The connection broke, or the other end does not speak WebSocket.
    #[error("the connection broke: {0}")]
    Socket(#[from] Box<tungstenite::Error>),
    /// The exchange closed the connection, and no other is tried.
    #[error("the connection is closed: {reason}")]
    Closed {
        /// The last that is known about it.
        reason: String,
    },
    /// The exchange refused `hello` or `logon`.
    #[error("the exchange refused the session: {code}: {text}")]
    Refused {
        /// Its code.
        code: ErrorCode,
        /// Its sentence.
        text: String,
    },
    /// The exchange is an old one, which knows no logon by signature.
    #[error("the exchange gave no challenge to sign; it knows demo keys alone")]
    NoChallenge,
    /// A message could not be read; the connection goes on.
    #[error("cannot read a message of the exchange: {0}")]
    Codec(#[from] CodecError),
}

impl ClientError {
    /// Whether another attempt could go better.
    pub(crate) const fn is_passing(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::TimedOut | Self::Socket(_) | Self::Closed { .. } => true,
            Self::BadUrl { .. } | Self::Refused { .. } | Self::NoChallenge | Self::Codec(_) => {
                false
            }
        }
    }
}

impl From<tungstenite::Error> for ClientError {
    fn from(error: tungstenite::Error) -> Self {
        Self::Socket(Box::new(error))
    }
}

/// Why a request was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// There is no connection now; what is queued when it breaks is never sent.
    #[error("there is no connection to the exchange")]
    Disconnected,
    /// As many requests are waiting as may be; flush them first.
    #[error("{queued_requests_max} requests wait to be flushed already")]
    QueueFull {
        /// How many may wait.
        queued_requests_max: usize,
    },
}
