//! Orders commands, applies them, and gates what leaves.
//!
//! One matcher thread owns one `MatchingEngine` with its instruments' books. Sessions push
//! [`InboundCommand`]s into its bounded ring; the matcher pops a batch, appends it to the command log,
//! applies what the log returns, settles, and hands an [`EventBatch`] to the gate, which lets it leave
//! when it is durable.

mod egress;
mod inbound;
mod position;
mod stamps;

pub use egress::{CommandOutcome, EventBatch, EventRange};
pub use inbound::{Full, InboundCommand, Origin, SessionId};
pub use position::{Epoch, LogPosition};
pub use stamps::{Stage, Stamps};
