//! Goal: whatever is raced makes the trades of the model book. Method: all eight workloads, short, on
//! every ruler and candidate; a race checks the fold of its trades.

use benches::SEED;
use benches::candidate::{CandidateBook, FlatLevels, PagedLevels, SortedLevels, TreeLevels};
use benches::measure::Contestant;
use benches::ruler::{ByHash, BySlot, Ruler};
use benches::workload::{Flow, OperationCount, Workload, deep_book, flow, small_book, sweeps};

fn short_workloads() -> Vec<Workload> {
    let count = OperationCount(20_000);
    // The deep book is above the size from which batches are warmed.
    let mut workloads = vec![
        small_book(SEED, count),
        deep_book(SEED, count, 70_000),
        sweeps(SEED, count),
    ];
    workloads.extend(Flow::ALL.map(|kind| flow(kind, SEED, count)));
    workloads
}

#[test]
fn every_ruler_and_candidate_makes_the_same_trades() {
    let contestants = [
        Contestant::of::<Ruler<BySlot>>("ruler, no look-up"),
        Contestant::of::<Ruler<ByHash>>("ruler, id hash"),
        Contestant::of::<CandidateBook<TreeLevels>>("tree"),
        Contestant::of::<CandidateBook<SortedLevels>>("sorted vec"),
        Contestant::of::<CandidateBook<FlatLevels>>("flat + bitmap"),
        Contestant::of::<CandidateBook<PagedLevels>>("paged"),
        Contestant::in_batches::<CandidateBook<PagedLevels>>("paged, batches"),
    ];

    for workload in short_workloads() {
        assert!(workload.expected.trades > 0, "{} trades", workload.name);
        for contestant in &contestants {
            contestant.run(&workload);
        }
    }
}
