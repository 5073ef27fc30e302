//! The status that a request wants its symbols to have.

use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::binance::words::symbol_status;
use crate::edge::{Edge, InstrumentState};
use crate::lock::lock;

/// What an instrument's state is called.
pub fn status_of(edge: &Edge, state: &InstrumentState) -> &'static str {
    symbol_status(lock(&edge.binance.symbol(state).orders).state)
}

/// A status that symbols must have, if the request names one: those of another one are left out.
#[derive(Debug)]
pub struct WantedStatus(Option<String>);

impl WantedStatus {
    /// Reads it.
    ///
    /// # Errors
    /// There is no such status.
    pub fn read(params: &mut Params) -> Result<Self, Refusal> {
        let wanted = params.text("symbolStatus")?;
        match wanted.as_deref() {
            None | Some("TRADING" | "HALT" | "BREAK" | "END_OF_DAY" | "CANCEL_ONLY") => {
                Ok(Self(wanted))
            }
            Some(_) => Err(Refusal::new(-1122, "Invalid symbolStatus.")),
        }
    }

    /// Whether the instrument has it.
    pub fn is_of(&self, edge: &Edge, state: &InstrumentState) -> bool {
        self.0
            .as_deref()
            .is_none_or(|wanted| wanted == status_of(edge, state))
    }

    /// The one instrument that was asked for must have it.
    ///
    /// # Errors
    /// It has another one.
    pub fn must_be_of(&self, edge: &Edge, state: &InstrumentState) -> Result<(), Refusal> {
        self.is_of(edge, state).then_some(()).ok_or_else(|| {
            Refusal::new(
                -1220,
                "The symbol's status does not match the requested symbolStatus.",
            )
        })
    }
}
