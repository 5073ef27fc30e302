//! W1-W3 and the five flows: the engine beside rulers and candidates, all trades checked.
//!
//! Service time of a closed loop on one thread: the next operation is asked when the last one is done.

use benches::candidate::{CandidateBook, PagedLevels, TreeLevels};
use benches::engine_book::{EngineBook, EngineByHandle};
use benches::measure::Contestant;
use benches::ruler::{ByHash, BySlot, Ruler};
use benches::settings::{MEASUREMENT_TIME, SAMPLES, WARM_UP_TIME, operation_count};
use benches::workload::Workload;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn workloads(criterion: &mut Criterion) {
    let books = [
        Contestant::of::<EngineBook>("engine"),
        Contestant::of::<Ruler<ByHash>>("ruler_hash"),
        Contestant::of::<EngineByHandle>("engine_by_handle"),
        Contestant::of::<Ruler<BySlot>>("ruler_by_slot"),
    ];
    let flows = [
        Contestant::of::<EngineBook>("engine"),
        Contestant::of::<CandidateBook<PagedLevels>>("candidate_paged"),
        Contestant::of::<CandidateBook<TreeLevels>>("candidate_tree"),
    ];
    let mut group = criterion.benchmark_group("workload");
    for workload in Workload::all(operation_count()) {
        group.throughput(Throughput::Elements(workload.operations.len() as u64));
        let is_flow = workload.resting.is_empty();
        for contestant in if is_flow { &flows[..] } else { &books[..] } {
            let id = BenchmarkId::new(contestant.name, workload.name);
            group.bench_function(id, |bencher| {
                bencher.iter_custom(|runs| (0..runs).map(|_| contestant.run(&workload)).sum());
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(SAMPLES)
        .warm_up_time(WARM_UP_TIME)
        .measurement_time(MEASUREMENT_TIME)
        .without_plots();
    targets = workloads
}
criterion_main!(benches);
