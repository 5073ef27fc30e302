//! A message in the queue of a session.

use tokio_tungstenite::tungstenite::Message;

use crate::session::outbound::FlowKey;
use crate::session::traces::UnwrittenTrace;

/// What waits.
#[derive(Debug)]
pub enum Waiting {
    /// A message.
    Message {
        /// It.
        message: Message,
        /// What is told of it when it has been written.
        trace: Option<Box<UnwrittenTrace>>,
        /// Of which flow, and its first number there; `None` for what must not be dropped.
        part: Option<(FlowKey, u64)>,
    },
    /// Private messages one after the other, as frames of a server.
    Frames {
        /// They.
        bytes: Vec<u8>,
        /// How many they are.
        count: u64,
    },
}

impl Waiting {
    /// How many messages it is.
    pub const fn count(&self) -> u64 {
        match self {
            Self::Message { .. } => 1,
            Self::Frames { count, .. } => *count,
        }
    }

    /// A message that must not be dropped.
    pub(super) const fn message(message: Message) -> Self {
        Self::Message {
            message,
            trace: None,
            part: None,
        }
    }
}
