//! What every persona's sessions share: a bounded way out, and who gets what.

mod end;
mod flusher;
mod outbound;
pub mod presence;
mod routing;
mod traces;
mod waiting;

pub use end::SessionEnd;
pub use flusher::{Flusher, WakeList};
pub use outbound::{Audience, FlowKey, Offered, Outbound, Taken};
pub use routing::{AlreadyPending, Following, Routing, SessionEntry};
pub use traces::UnwrittenTrace;
pub use waiting::Waiting;
