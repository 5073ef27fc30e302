//! A message in the queue of a session.

use tokio_tungstenite::tungstenite::Message;

use crate::session::outbound::FlowKey;
use crate::session::traces::UnwrittenTrace;

/// A message that waits.
#[derive(Debug)]
pub struct Waiting {
    /// The message.
    pub message: Message,
    /// What is told of it when it has been written.
    pub trace: Option<Box<UnwrittenTrace>>,
    /// Of which flow, and its first number there; `None` for what must not be dropped.
    pub(super) part: Option<(FlowKey, u64)>,
}
