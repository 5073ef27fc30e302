//! Workloads, rulers and book candidates that the exchange is measured with.
//!
//! Nothing here is shipped. A [`Workload`] is what is asked of a [`Book`], with the trades that a right
//! book makes of it; rulers say how fast it could be done by something that is no engine; candidates are
//! the ways to keep price levels that were weighed for the engine (docs/adr/0002-book-structure.md).

mod book;
pub mod candidate;
pub mod engine_book;
pub mod fan_out;
pub mod handed_off;
mod id_index;
#[cfg(feature = "peers")]
pub mod matchcore_book;
pub mod measure;
mod model_book;
mod operation;
pub mod path;
mod random;
pub mod round_trip;
pub mod ruler;
pub mod settings;
mod trade_fold;
pub mod workload;

pub use book::{BATCH_OPERATIONS, Book};
pub use id_index::IdIndex;
pub use model_book::{ModelBook, ModelOrder};
pub use operation::{NO_SLOT, Operation, OperationKind};
pub use random::{Random, Weighted};
pub use trade_fold::TradeFold;
pub use workload::{Flow, OperationCount, SEED, Workload};
