//! Market data to many: the exchange as a process of its own, a producer that moves the best bid, and subscribers that are
//! told of it, each on a socket of its own; beside them the plain way, one write for each message and subscriber.
//!
//! The exchange has one core, whoever listens has another one.

mod audience;
mod board;
mod fallen_behind;
mod frames;
mod producer;
mod uncoalesced;

pub use audience::Audience;
pub use board::Percentiles;
pub use fallen_behind::fallen_behind;
pub use producer::Producer;
pub use uncoalesced::uncoalesced;
