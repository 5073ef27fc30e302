//! Simulated participants, replay of recorded flow, load generation.
