//! Faults on purpose, for those who test bots: a plan is bound to an API key, a session or everybody, and makes that
//! connection bad in the ways that it names.
//!
//! ```text
//!  TOML, admin ─► plan ─► room (plans, report) ◄── link (one connection's faults) ◄── socket (WebSocket)
//!                                              ◄── rest (HTTP)
//! ```
//!
//! It is a wrapper around the wire: nothing behind it knows of it, what is refused by it never reaches the door, and what it lets
//! through is sequenced like anything else. So the journal tells what happened, with faults or without. Without a plan it costs
//! one look at a flag. One kind reaches further: an order that is to fill in part is entered with a cap (`filling`).

mod bridge;
mod chance;
mod filling;
mod link;
mod plan;
mod rest;
mod room;
mod socket;
mod words;

pub use bridge::under_plans;
pub use plan::{BadFault, FaultPlan, FaultPlanPart};
pub use rest::meddle;
pub use room::{Faults, Injected, Place, PlanView};
pub use socket::FaultySocket;
pub use words::Surface;
