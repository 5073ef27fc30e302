//! The public port: health, instruments, depth, trades as JSON, and the way to a WebSocket.

mod account;
mod documents;
mod error;
mod market;
mod past;
mod routes;
mod upgrade;

pub use error::ErrorAnswer;
pub use routes::{json, market_routes, public_routes, write_list};
pub use upgrade::{open_socket, socket_config, switch_protocols};
