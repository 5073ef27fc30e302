//! The whole way of an order, from socket to socket, in one process: an exchange on one thread, and a load of windows.

mod venue;
mod windows;

pub use venue::{ACCOUNTS, SYMBOLS, Venue};
pub use windows::{Answers, Windows};
