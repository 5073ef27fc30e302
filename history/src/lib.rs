//! Read models built from events: for now, the recent trades of an instrument.
//!
//! The principal type is [`RecentTrades`]. It waits for nothing and knows no persona.

mod recent_trades;

pub use recent_trades::{PublicTrade, RecentTrades};
