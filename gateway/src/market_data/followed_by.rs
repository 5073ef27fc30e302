//! Who follows a market: what nobody can follow is not made.

use crate::limits::Limits;

/// Who may follow a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FollowedBy {
    /// Sessions, and snapshots of it are kept.
    Anyone,
    /// Nobody: it has levels, for what the door reserves, and no orders.
    Nobody,
}

/// Whether the newest messages are kept for those who come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resuming {
    /// They are.
    Kept,
    /// Nobody is ever connected.
    Nobody,
}

impl FollowedBy {
    /// Nobody can follow where no session may have a subscription. What snapshots keep does not depend on limits.
    pub(super) const fn of(resuming: Resuming, limits: &Limits) -> Self {
        match (resuming, limits.subscriptions_per_session_max) {
            (Resuming::Kept, 0) => Self::Nobody,
            (Resuming::Kept | Resuming::Nobody, _) => Self::Anyone,
        }
    }
}
