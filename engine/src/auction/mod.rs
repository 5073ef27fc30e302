//! The call auction: orders are collected, then traded at one price.

mod collected;
mod equilibrium;
mod indicative;
mod market_queue;
mod self_trade;
mod uncross;

pub use indicative::IndicativePrice;
pub(crate) use market_queue::MarketQueue;
pub use self_trade::AuctionSelfTrade;
pub use uncross::AuctionReference;
