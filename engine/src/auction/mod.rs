//! The call auction: orders are collected, then traded at one price.

mod equilibrium;
mod uncross;

pub use uncross::AuctionReference;
