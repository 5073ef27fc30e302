//! Whether a tape of orders looks like a market: figures, targets and verdicts.
//!
//! ```text
//!  file ──► lobster ──► observer (rebuilds the book) ──► figures (statistics) ──► gates ──► report, page
//! ```

mod book;
mod figures;
mod gates;
mod impact;
mod lobster;
mod observer;
mod page;

mod statistics;
mod targets;

pub use figures::Figures;
pub use gates::{Check, Gate, RealismReport, TickClass, Verdict, median_report};
pub use impact::{Metaorder, MetaorderReader, impact_exponent, read_metaorders, write_metaorders};
pub use lobster::{TapeError, read_tape};
pub use observer::Observer;
pub use page::page;
