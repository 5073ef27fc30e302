//! The Binance Spot persona, asked over its own sockets.

mod bot;
mod fuzz;
mod limits;
mod lists;
mod orders;
mod recall;
mod signatures;
mod socket_api;
mod streams;
