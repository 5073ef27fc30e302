//! Criterion benches, workloads, comparisons.
