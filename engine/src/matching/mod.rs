//! What an arriving order does to the book.

mod fill;
pub(crate) mod market;
pub(crate) mod match_order;
pub(crate) mod post_only;
mod reach;
mod self_trade;
pub(crate) mod taker;
