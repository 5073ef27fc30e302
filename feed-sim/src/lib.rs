//! Simulated participants, replay of recorded flow, load generation: a client like any other.
//!
//! ```text
//!  seed ──► flow (pure: who means to do what, when) ──► schedule ──► session ── WebSocket ──► exchange
//!             ▲ participants decide                                    │ ▲
//!             └──────────── orders that are gone ──────────────────────┘ └── reports, depth (checked)
//!  recording ──► replay (row by row, one session)
//!  arrivals, order stream ──► load (open loop, its own sockets)
//! ```
//!
//! [`run`] runs a feed, [`replay::run`] replays a recording, [`load::run`] measures an exchange under load.

mod agent;
mod agents;
mod answers;
mod board;
mod book_check;
mod clock;
mod config;
mod error;
mod flow;
mod instrument_profile;
pub mod load;
pub mod offline;
mod order_name;
mod participant;
pub mod realism;
pub mod replay;
mod report;
mod run;
mod schedule;
mod seating;
mod session;

pub use agent::AgentKind;
pub use config::{
    AgentConfig, ConfigError, FeedConfig, FeedRun, FlowKind, FlowMakers, InstrumentConfig,
    ParticipantsConfig,
};
pub use error::FeedError;
pub use flow::market::{
    Market, MarketFact, ModelNumber, OrderFact, Sight, TradeFact, VisibleLevel, Whose,
};
pub use flow::model::terms::{
    ArrivalTerms, LifetimeTerms, ModelTerms, PlacementTerms, Preset, ReactionTerms, SignTerms,
    TakingTerms, ValueTerms, WanderTerms,
};
pub use flow::model::{Model, ModelName, ModelOrder, Motive, Parent, Piece, Role, Style};
pub use report::{AgentLine, FeedSnapshot, FeedSummary, InstrumentLine, RoundTrip};
pub use run::run;
