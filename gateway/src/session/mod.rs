//! What every persona's sessions share: a bounded way out, and who gets what.

mod end;
mod flusher;
mod outbound;
pub mod presence;
mod routing;

pub use end::SessionEnd;
pub use flusher::{Flusher, WakeList};
pub use outbound::{Audience, FlowKey, Offered, Outbound, Taken, Waiting};
pub use routing::{AlreadyPending, Routing, SessionEntry};
