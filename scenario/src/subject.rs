//! What a scenario is held against: the engine, or anything else that speaks the grammar.

use crate::command::Command;
use crate::instrument_options::InstrumentOptions;
use crate::market_line::{BookPicture, MarketLine};

/// A market of one instrument that takes a scenario's commands and answers in its words.
pub trait Subject: Sized {
    /// Opens the market at engine time 0, without orders.
    ///
    /// # Errors
    /// What the market cannot do yet, in a few words.
    fn open(options: &InstrumentOptions) -> Result<Self, String>;

    /// Applies a command and tells what happened, in its order.
    ///
    /// # Errors
    /// What the market cannot do yet, in a few words.
    fn apply(&mut self, command: &Command) -> Result<Vec<MarketLine>, String>;

    /// The book as it stands.
    fn picture(&self) -> BookPicture;
}
