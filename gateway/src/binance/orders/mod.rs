//! The orders of accounts that use this persona, as the venue tells of them: built from events, one model an instrument.

mod apply;
mod block;
mod endings;
mod list;
mod order;
mod recalled;
mod registry;
mod report;

pub use apply::Told;
pub use block::Block;
pub use list::{ListNews, ListProgress, ListStep, OrderList};
pub use order::{Attributes, Peg, VenueOrder};
pub use recalled::Recalled;
pub use registry::{AccountOrders, CLOSED_KEPT_MAX, RARE_KEPT_MAX, TRADES_KEPT_MAX, VenueOrders};
pub use report::{AccountTrade, Fill, PreventedMatch, Report};
