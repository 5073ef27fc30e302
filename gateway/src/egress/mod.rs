//! From batches of events to what participants are told. Nobody who asks can slow it down.

mod account_loads;
mod account_watch;
mod answer;
mod entering;
mod kept_reports;
mod open_order;
mod open_orders;
mod publisher;
mod report;
mod reporter;

pub use account_loads::AccountLoads;
pub use account_watch::{AccountWatch, OwnState};
pub use entering::Entering;
pub use kept_reports::{KeptReports, NotKept, ReportPlace};
pub use open_order::OpenOrder;
pub use open_orders::OpenOrders;
pub use publisher::run;
