//! Simulated participants, replay of recorded flow, load generation.

mod flow;
mod participant;
pub mod replay;
