//! Why a session ends, and what its participant is told.

use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// Why a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// The other end closed, or its connection broke.
    Gone,
    /// It did not read what was sent to it.
    SlowConsumer,
    /// It said nothing for too long.
    Idle,
    /// It went on asking more than is taken.
    RateLimit,
    /// The key that it logged on with was revoked.
    KeyRevoked,
    /// A frame or message was above what the transport takes.
    TooLarge,
    /// A text frame was not UTF-8.
    NotUtf8,
    /// It broke the WebSocket protocol.
    BadFrame,
    /// The exchange stops.
    GoingAway,
    /// The exchange begins again.
    Reset,
}

impl SessionEnd {
    /// The close frame that says so; `None` where nobody is left to read it.
    pub fn close_frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::SlowConsumer => (CloseCode::Policy, "slow_consumer"),
            Self::Idle => (CloseCode::Policy, "idle_timeout"),
            Self::RateLimit => (CloseCode::Policy, "rate_limit"),
            Self::KeyRevoked => (CloseCode::Policy, "key_revoked"),
            Self::TooLarge => (CloseCode::Size, "frame_too_large"),
            Self::NotUtf8 => (CloseCode::Invalid, "invalid_utf8"),
            Self::BadFrame => (CloseCode::Protocol, "protocol_error"),
            Self::GoingAway => (CloseCode::Away, "going_away"),
            Self::Reset => (CloseCode::Away, "reset"),
        };
        Some(CloseFrame {
            code,
            reason: reason.into(),
        })
    }
}
