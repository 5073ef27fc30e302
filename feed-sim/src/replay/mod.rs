//! Replay of recorded order flow against an exchange, row by row.
//!
//! The exchange runs with its replay clock: every request carries the engine time at which it happens.
//! One row is answered before the next begins, so the same recording always leaves the same books.

mod driver;
mod follower;
mod pace;
mod reader;
mod recorded_row;
mod row_watch;
mod summary;
#[cfg(test)]
mod tiny_book;
mod verdict;

pub use driver::run;
pub use pace::{Speed, SpeedError};
pub use reader::{RecordingError, read_recording, read_rows};
pub use recorded_row::{RecordedAction, RecordedRow, RecordedSide};
pub use summary::{ReplayConfig, ReplayProgress, ReplaySummary};
