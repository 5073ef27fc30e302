//! How a generation of the exchange ended.

use gateway::{LockstepReport, StopCause};
use ledger::{ConservationLine, StillSettling};

/// How a generation ended.
#[derive(Debug)]
pub struct Ending {
    /// Why it stopped.
    pub cause: StopCause,
    /// Commands that got no answer.
    pub unanswered: u64,
    /// Commands that sessions handed in.
    pub commands: u64,
    /// Trades, without those that the journal brought.
    pub trades: u64,
    /// Commands refused because a ring was full.
    pub busy: u64,
    /// Over everything that decides, of all books, in the order of the instruments.
    pub state_hash: u64,
    /// What came of the lockstep; `None` with other clocks.
    pub lockstep: Option<LockstepReport>,
    /// Every asset's books.
    pub conservation: Result<Vec<ConservationLine>, StillSettling>,
}

impl Ending {
    /// Whether no money was made or lost, to the last unit of every asset.
    pub fn is_conserved(&self) -> bool {
        self.conservation
            .as_ref()
            .is_ok_and(|lines| lines.iter().all(ConservationLine::is_conserved))
    }

    /// This one, with what was counted before it.
    #[must_use]
    pub fn after(self, earlier: &Self) -> Self {
        Self {
            unanswered: self.unanswered.saturating_add(earlier.unanswered),
            commands: self.commands.saturating_add(earlier.commands),
            trades: self.trades.saturating_add(earlier.trades),
            busy: self.busy.saturating_add(earlier.busy),
            ..self
        }
    }
}
