//! Parser and runner of scenario files: stories about one market that a trader can read aloud.
//!
//! ```text
//! text ── parse_file ──► Scenario { commands, expected }
//!                           │ translate                ▲ compare
//!                           ▼                          │
//!                        engine ── events ── Narrator ─┘ market lines
//! ```
//!
//! [`run_path`] runs files and folders and gives a [`Report`]. Every line is read or is a failure;
//! what the engine cannot do is a failure that says so; one failing scenario never hides the next.
//! [`run_path_on`] runs them against another [`Subject`] than the engine's [`Market`].

mod block;
mod command;
mod instrument_options;
mod lexer;
mod market;
mod market_batch;
mod market_line;
mod name;
mod naming;
mod narrator;
mod order_entry;
mod parse_command;
mod parse_file;
mod parse_instrument;
mod parse_market_line;
mod parse_order;
mod protection;
mod reason_words;
mod report;
mod run_path;
mod run_scenario;
mod scenario;
mod session_rules;
mod subject;
mod translate;
mod word_enum;

pub use block::Block;
pub use command::{
    BatchWord, Command, MarketState, MassCancellation, Quiet, Quote, QuoteSide, Replacement,
};
pub use instrument_options::{
    AuctionSelfTrade, Busts, Collar, DayWindow, GrowingChild, Indicative, InstrumentOptions,
    MarketResidual, MatchingRule, Pair, Percent, PriceRange, Protection, StopOnEntry, TopOrder,
    WindowKind,
};
pub use market::Market;
pub use market_line::{
    BookEntry, BookPicture, BookPrice, CancelWord, MarketLine, Meeting, RejectWord, Shown,
    StatusWord,
};
pub use name::Name;
pub use narrator::Narrator;
pub use order_entry::{
    Lifetime, Limit, OrderEntry, OrderOptions, PegReference, PostOnlyWord, SelfTradeWord, SideWord,
    Size, TriggerSource,
};
pub use parse_file::{UnreadableLine, parse_file};
pub use report::{Cause, Failure, Mismatch, Report};
pub use run_path::{run_path, run_path_on, run_text};
pub use run_scenario::run_scenario;
pub use scenario::{Numbered, Scenario};
pub use subject::Subject;
