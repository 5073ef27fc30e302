//! What everyone sees: books, trades, status, and who follows them.
//!
//! ```text
//!  events, level and order changes ─► Market (LevelBook, OrderQueues, numbers) ─► Group, one per FlowTerms
//!                                                                                  │ written once by its
//!                                          Ring (resume) ◄─────────────────────────┤ MarketFormat
//!                                          each subscriber's outbound queue ◄──────┘
//! ```
//!
//! A persona follows a market by [`FlowTerms`]: what, how often, and a [`MarketFormat`] with its words. All
//! flows of the book share one counter: the numbers of [`news::DepthNews`], of [`news::DepthView`] and
//! `depth_seq` of [`news::TopNews`] are the same ones.

pub mod book;
mod conflation;
mod flow;
mod followed_by;
mod following;
mod group;
mod interval_watch;
mod kept_market;
mod level_queue;
mod market;
mod native_format;
pub mod news;
mod order_queues;
mod place;
mod queue_watch;
mod ring;
mod tape;
mod tape_watch;
mod telling;
mod views;

pub use flow::{Delivery, FlowTerms, Interval, OnLag};
pub use followed_by::Resuming;
pub use following::CannotResume;
pub use interval_watch::{IntervalWatch, end_interval, keep_interval};
pub use market::{CommandNews, Market};
pub use native_format::{
    channel as channel_of, depth_snapshot, format_of as native_format, orders_snapshot,
    trade as wire_trade,
};
pub use news::{Content, MarketFormat, Window};
pub use tape_watch::{TapeWatch, keep_tape, tell_tape};
