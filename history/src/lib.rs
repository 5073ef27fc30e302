//! Read models built from events: what was, as accounts and everyone may ask for it.
//!
//! ```text
//! events ──► OrderTracker ──► records ──► Archive (frames in a Storage) ──► Index (bounded, in memory)
//!    └─────► CandleSeries ──► seconds ──► Archive
//!                                                 History answers from both
//! ```
//!
//! The principal type is [`History`]. It waits for nothing, knows no persona, and every number in it is exact.

mod amendment;
mod archive;
mod bust;
mod calendar;
mod candle;
mod candle_series;
mod execution;
mod hashing;
mod history;
mod index;
mod interval;
mod order;
mod page;
mod place;
mod queries;
mod recent_trades;
mod record;
mod spelled;
mod statistics;
mod storage;
mod tracker;

pub use amendment::{Amendment, PreventedMatch};
pub use archive::{Archive, Marks, Opened};
pub use bust::BustRecord;
pub use calendar::day_of;
pub use candle::{Candle, Print};
pub use candle_series::{CandleRange, CandleSeries};
pub use execution::{Execution, Fee, FeeAsset, Fees, Leg, Role, TradeRecord};
pub use history::{Block, History, HistoryOpened, Storages};
pub use index::IndexLimits;
pub use interval::Interval;
pub use order::{OrderRecord, OrderStatus};
pub use page::{Of, Page, Stage, Take};
pub use place::EventPlace;
pub use queries::END_OF_TIME;
pub use recent_trades::{PublicTrade, RecentTrades};
pub use record::{Filed, Record};
pub use statistics::Statistics;
pub use storage::{MemoryStorage, Storage, Syncing};
pub use tracker::OrderTracker;
