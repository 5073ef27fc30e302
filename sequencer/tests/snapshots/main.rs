//! Snapshots: what is restored goes on as if nothing had been, and a crash always leaves a whole one.

#[path = "../flow/mod.rs"]
mod flow;

mod determinism;
mod followed;
mod golden;
mod recovery_time;
mod restored;
mod stall;
mod torn;
