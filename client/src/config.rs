//! What a client is told before it connects.

use std::time::Duration;

use protocol::Frames;

use crate::credentials::{Credentials, SigningKey};

/// Where to connect, as whom, and within which limits.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// The exchange's WebSocket, e.g. `ws://127.0.0.1:9080/v1/ws`.
    pub url: String,
    /// What this program calls itself in the exchange's log.
    pub client_name: String,
    /// Who it is; as nobody only market data can be had.
    pub credentials: Credentials,
    /// How long opening a connection may take, `hello` and `logon` included.
    pub connect_timeout: Duration,
    /// What happens when a connection is lost.
    pub reconnect: Reconnect,
    /// What kind of frames it speaks and is told in.
    pub frames: Frames,
    /// Buffers and queues.
    pub limits: ClientLimits,
}

/// Buffers and queues of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientLimits {
    /// Size of the read buffer; it is allocated at once.
    pub read_buffer_bytes: usize,
    /// Queued frames are written to the socket when they reach this size, or at a flush.
    pub write_buffer_bytes: usize,
    /// What the write buffer may grow to while the socket takes nothing.
    pub write_buffer_bytes_max: usize,
    /// Longest message that is read; a longer one ends the connection.
    pub message_bytes_max: usize,
    /// How many requests may wait to be flushed; further ones are refused.
    pub queued_requests_max: usize,
}

/// What happens when a connection is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reconnect {
    /// The receiver ends.
    Never,
    /// A new connection is tried, each time after twice the pause.
    Backoff {
        /// Pause before the first attempt.
        pause_first: Duration,
        /// Longest pause.
        pause_max: Duration,
        /// After so many failed attempts in a row the receiver ends.
        attempts_max: u32,
    },
}

impl ClientConfig {
    /// A client of the exchange at `url` with limits that fit hundreds of sessions in one process.
    pub fn new(url: impl Into<String>, client_name: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            client_name: client_name.into(),
            credentials: Credentials::Nobody,
            connect_timeout: Duration::from_secs(5),
            reconnect: Reconnect::Never,
            frames: Frames::Text,
            limits: ClientLimits {
                read_buffer_bytes: 8 * 1_024,
                write_buffer_bytes: 16 * 1_024,
                write_buffer_bytes_max: 256 * 1_024,
                message_bytes_max: 4 * 1_024 * 1_024,
                queued_requests_max: 8_192,
            },
        }
    }

    /// The same, acting for the account with this demo key.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.credentials = Credentials::DemoKey(key.into().into());
        self
    }

    /// The same, acting for the account of this key, which signs each logon.
    #[must_use]
    pub fn with_signing_key(mut self, key: SigningKey) -> Self {
        self.credentials = Credentials::Signing(key);
        self
    }

    /// The same, in frames of this kind: whatever has a layout goes as bytes, the rest as text.
    #[must_use]
    pub const fn with_frames(mut self, frames: Frames) -> Self {
        self.frames = frames;
        self
    }

    /// The same, with another answer to a lost connection.
    #[must_use]
    pub fn with_reconnect(mut self, reconnect: Reconnect) -> Self {
        self.reconnect = reconnect;
        self
    }
}

impl Reconnect {
    /// Ten attempts within about a minute: 100 ms, doubling up to 10 s.
    pub const PATIENT: Self = Self::Backoff {
        pause_first: Duration::from_millis(100),
        pause_max: Duration::from_secs(10),
        attempts_max: 10,
    };
}
