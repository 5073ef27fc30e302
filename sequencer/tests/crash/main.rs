//! Crashes, failing disks and damaged files against the whole shard: log, gate, matchers and ledger.
//!
//! A simulated disk stands under the journal. Every promise is also seen broken: the same check runs with a
//! fault point that breaks it, and has to notice.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "scripts read the lines that say GOAL")]

mod chance;
mod damage;
mod errors;
#[path = "../shard/floor.rs"]
#[expect(dead_code, reason = "only its instruments and orders are wanted here")]
mod floor;
mod images;
mod market;
mod money;
