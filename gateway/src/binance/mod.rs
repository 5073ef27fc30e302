//! The Binance Spot persona: its REST, its WebSocket API, its streams. It holds no market rule.
//!
//! ```text
//!  REST ─────────► rest ──┐                                   ┌─► door ─► ring of the matcher
//!  /ws-api/v3 ───► ws_api ┴─► methods ─► keys, limits ─► calls ┤
//!  /ws, /stream ─► streams                                    └─► read models: orders, book, history
//!                     ▲
//!  events ─► publish ─┴─► orders (an account's, in the venue's words) ─► user streams, answers
//! ```
//!
//! [`Venue`] is the state that all of it shares.

mod amount;
mod calls;
mod filters;
mod ids;
mod keys;
mod limits;
mod methods;
mod order_request;
mod orders;
mod pace;
mod params;
mod peg_request;
mod percent;
mod pings;
mod publish;
mod recall;
mod refusal;
mod refusals_counted;
mod rest;
mod routes;
mod socket;
mod sockets;
mod state;
mod streams;
mod tape;
mod time_unit;
mod translate;
mod user_stream;
mod wire;
mod words;
mod ws_api;

pub use filters::SymbolBounds;
pub use keys::DemoApiKeys;
pub use limits::VenueLimits;
pub use refusal::Refusal as BinanceRefusal;
pub use rest::refused;
pub use routes::routes;
pub use state::{ListenKeys, Serving, Venue, VenueConfig};
pub use streams::{Pulse, keep_pulse};
