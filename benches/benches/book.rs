//! Single operations on the engine's book of W1: 10,000 orders on 500 levels.
//!
//! Each figure is per operation; a thousand are timed at a time, and what restores the book is not.

use std::time::Duration;

use benches::engine_book::EngineBook;
use benches::measure::timed;
use benches::settings::{MEASUREMENT_TIME, SAMPLES, WARM_UP_TIME};
use benches::workload::{OperationCount, small_book};
use benches::{Book, NO_SLOT, Operation, OperationKind, SEED, TradeFold};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use engine::Side;

const OPERATIONS: u32 = 1_000;
const FIRST_ID: u64 = 10_000_000;
/// Best ask of W1; its asks lie on 250 prices from here on.
const BEST_ASK: i64 = 1_000_001;

fn asked(number: u32, kind: OperationKind, price: i64, quantity: u32) -> Operation {
    let id = FIRST_ID + u64::from(number);
    Operation {
        id,
        price,
        quantity,
        filled: 0,
        slot: NO_SLOT,
        kind,
        side: Side::Sell,
    }
}

/// A thousand operations of one kind, at prices a given distance behind the best ask or beyond.
fn asks(kind: OperationKind, distance: i64, quantity: u32) -> Vec<Operation> {
    let price = |number| BEST_ASK + distance + i64::from(number % 20);
    (0..OPERATIONS)
        .map(|number| asked(number, kind, price(number), quantity))
        .collect()
}

fn apply_all(book: &mut EngineBook, operations: &[Operation]) -> TradeFold {
    let mut fold = TradeFold::default();
    for operation in operations {
        book.apply(operation, &mut fold);
    }
    fold
}

/// What is done before, timed and afterwards.
struct Case {
    name: &'static str,
    parameter: &'static str,
    before: Vec<Operation>,
    timed: Vec<Operation>,
    after: Vec<Operation>,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (parameter, distance) in [("near", 0), ("far", 200), ("new_level", 100_000)] {
        let submits = asks(OperationKind::Submit, distance, 5);
        let cancels = asks(OperationKind::Cancel, distance, 5);
        cases.push(Case {
            name: "add",
            parameter,
            before: Vec::new(),
            timed: submits.clone(),
            after: cancels.clone(),
        });
        cases.push(Case {
            name: "cancel",
            parameter,
            before: submits,
            timed: cancels,
            after: Vec::new(),
        });
    }
    cases.push(Case {
        name: "replace",
        parameter: "near_to_far",
        before: asks(OperationKind::Submit, 0, 5),
        timed: asks(OperationKind::Replace, 200, 6),
        after: asks(OperationKind::Cancel, 200, 6),
    });
    cases.push(sweep());
    cases
}

/// Ten makers on ten prices in front of the book, taken by one order; a hundred times.
fn sweep() -> Case {
    let mut operations = Vec::new();
    for round in 0..OPERATIONS / 10 {
        for step in 0..10 {
            let price = BEST_ASK - 10 + i64::from(step);
            operations.push(asked(round * 11 + step, OperationKind::Submit, price, 5));
        }
        let taker = asked(
            round * 11 + 10,
            OperationKind::SubmitImmediate,
            BEST_ASK - 1,
            50,
        );
        operations.push(Operation {
            side: Side::Buy,
            ..taker
        });
    }
    Case {
        name: "add_and_sweep",
        parameter: "10_levels",
        before: Vec::new(),
        timed: operations,
        after: Vec::new(),
    }
}

fn operations(criterion: &mut Criterion) {
    let mut workload = small_book(SEED, OperationCount(0));
    workload.orders_max += 2_000;
    let mut book = EngineBook::with_resting(&workload);
    // Room in front of the book for the makers of the sweep.
    let bids = workload
        .resting
        .iter()
        .filter(|order| order.price >= BEST_ASK - 10);
    let bids = bids.filter(|order| order.side == Side::Buy);
    let bids = bids.map(|order| Operation {
        kind: OperationKind::Cancel,
        ..*order
    });
    apply_all(&mut book, &bids.collect::<Vec<_>>());

    let mut group = criterion.benchmark_group("book");
    for case in cases() {
        group.throughput(Throughput::Elements(case.timed.len() as u64));
        let id = BenchmarkId::new(case.name, case.parameter);
        group.bench_function(id, |bencher| {
            bencher.iter_custom(|runs| {
                let mut total = Duration::ZERO;
                for _ in 0..runs {
                    apply_all(&mut book, &case.before);
                    let (elapsed, _fold) = timed(|| apply_all(&mut book, &case.timed));
                    apply_all(&mut book, &case.after);
                    total += elapsed;
                }
                total
            });
        });
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
    targets = operations
}
criterion_main!(benches);
