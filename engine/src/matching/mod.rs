//! What an arriving order does to the book.

mod fill;
mod iceberg;
pub(crate) mod market;
pub(crate) mod match_order;
pub(crate) mod post_only;
pub(crate) mod price_bound;
mod pro_rata;
mod protection;
mod reach;
mod rehearse_level;
mod self_trade;
pub(crate) mod taker;
