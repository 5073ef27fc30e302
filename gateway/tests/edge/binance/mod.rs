//! The Binance Spot persona, asked over its own sockets.

mod asked_values;
pub mod bot;
mod fuzz;
mod limits;
mod list_rules;
mod lists;
mod orders;
mod recall;
mod signatures;
pub mod socket_api;
pub mod streams;
