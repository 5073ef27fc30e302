//! A whole shard without sockets: rings, matchers, log, gate and ledger together, made late, full or
//! broken on purpose. Nothing here sleeps; what should come is waited for with a limit, and what must not
//! come is looked for after the matcher has shown that it did the work.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod abort;
mod backpressure;
mod clock;
mod control;
mod floor;
mod gate;
mod halting;
mod layout;
mod ordering;
mod poison;
mod stopping;
mod wake_ups;
