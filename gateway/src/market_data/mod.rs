//! What everyone sees of an instrument: depth, top of book, trades.

mod book;
mod market;
mod messages;

pub use market::{Market, PublicChannel};
pub use messages::wire_trade;
