//! Reserves the worst case of what a session sends, before it is sequenced.
//!
//! Checking happens here, once; the engine decides by what was reserved, and the ledger settles.

mod reservation;
mod worst_case;

pub use reservation::{Door, TooLittle};
