//! The engine as a shared library, behind the C ABI of the public matching-engine benchmark.
//!
//! ```text
//! cargo build --release -p engine-abi        target/release/libengine_abi.so
//! ```
//! Each call becomes one or two commands of the exchange's own [`engine::MatchingEngine`], and what the
//! engine says becomes reports. Nothing is kept beside the engine: which ids rest, at which price and how
//! much of them is asked of it alone. One book at a time, one caller at a time, as the ABI has it.

mod adapter;
mod calls;
mod layout;
mod outlet;
mod report_ring;

pub use adapter::Adapter;
pub use calls::{
    engine_flush, engine_get_transport, engine_init, engine_on_batch, engine_on_cancel,
    engine_on_modify, engine_on_new_order, engine_query_best_ask, engine_query_best_bid,
    engine_query_depth_at, engine_shutdown,
};
pub use layout::{
    BatchBody, BatchMessage, CancelMessage, ModifyMessage, NewOrderMessage, Report, ReportType,
    Transport,
};
pub use outlet::Outlet;
pub use report_ring::{OWN_TRANSPORT, ReportRing};
