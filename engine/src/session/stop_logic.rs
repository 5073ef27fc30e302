//! Stop logic: a cascade of stops that would carry the price too far reserves the market first. CME.

use super::call_end::CallEnd;

/// How far triggered orders may carry the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopLogic {
    /// A triggered order trades at most this many price units away from where its cascade began.
    pub distance: u64,
    /// What ends the reserved state. CME: 5 to 20 s.
    pub reserved: CallEnd,
}

impl StopLogic {
    pub(crate) const fn is_sound(&self) -> bool {
        self.reserved.is_sound()
    }
}
