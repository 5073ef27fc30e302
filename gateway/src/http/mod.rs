//! The public port: health, instruments, depth, trades as JSON, and the way to a WebSocket.

mod account;
mod documents;
mod error;
mod market;
mod past;
mod records;
mod routes;
mod upgrade;

pub use error::ErrorAnswer;
pub use routes::{market_routes, public_routes};
pub use upgrade::{open_socket, socket_config, switch_protocols};
