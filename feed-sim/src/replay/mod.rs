//! Replay of recorded order flow against an exchange, row by row.

pub mod follower;
pub mod pace;
pub mod reader;
pub mod recorded_row;
#[cfg(test)]
mod tiny_book;
pub mod verdict;
