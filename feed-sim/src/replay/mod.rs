//! Replay of recorded order flow against an exchange, row by row.
//!
//! With the replay clock every request carries the engine time at which it happens. One row is answered before the
//! next begins, so the same recording always leaves the same books. With a clock that goes by itself others trade
//! meanwhile: what they take of recorded orders stays taken, and each row that goes otherwise than recorded is counted.

mod driver;
mod follower;
mod lobster;
mod pace;
mod reader;
mod recorded_row;
mod row_watch;
mod summary;
#[cfg(test)]
mod tiny_book;
mod verdict;

pub use driver::run;
pub use lobster::TapeUnits;
pub use pace::{Speed, SpeedError};
pub use reader::{RecordingError, open, read_recording, read_rows};
pub use recorded_row::{RecordedAction, RecordedRow, RecordedSide, Recording};
pub use summary::{ReplayConfig, ReplayProgress, ReplaySummary};
