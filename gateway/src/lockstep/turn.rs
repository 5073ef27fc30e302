//! The right to have one request taken: who has it is alone.

use tokio::sync::oneshot;

/// Whose turn it is; over when it is dropped.
#[derive(Debug)]
pub struct Turn {
    /// Nothing is ever sent: that it goes away is what is told.
    _over: oneshot::Sender<()>,
}

impl Turn {
    /// A turn, and what resolves when it is over.
    pub(super) fn begin() -> (Self, oneshot::Receiver<()>) {
        let (over, is_over) = oneshot::channel();
        (Self { _over: over }, is_over)
    }
}
