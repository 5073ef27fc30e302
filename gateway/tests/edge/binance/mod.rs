//! The Binance Spot persona, asked over its own sockets.

pub mod bot;
mod fuzz;
mod limits;
mod lists;
mod orders;
mod recall;
mod signatures;
pub mod socket_api;
pub mod streams;
