//! Runs W1, W2 or W3 once on one book, for counting instructions: free of noise, where times are not.
//!
//! ```text
//! cargo build --release -p benches --bin plain_flow
//! valgrind --tool=callgrind --collect-atstart=no --toggle-collect='*plain_flow::counted*' \
//!     target/release/plain_flow [operations] [w1|w2|w3] [engine|ruler_hash|...]
//! ```
//! Instructions per operation are the collected `Ir` divided by the operations that it prints.

use benches::candidate::{CandidateBook, PagedLevels};
use benches::engine_book::{EngineBook, EngineByCommand, EngineByHandle};
use benches::ruler::{ByHash, BySlot, Ruler};
use benches::workload::{OperationCount, Workload, deep_book, small_book, sweeps};
use benches::{Book, SEED, TradeFold};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let count = arguments
        .next()
        .map_or(200_000, |text| text.parse().expect("a number"));
    let count = OperationCount(count);
    let workload = match arguments.next().as_deref() {
        None | Some("w1") => small_book(SEED, count),
        Some("w2") => deep_book(SEED, count, 1_000_000),
        Some("w3") => sweeps(SEED, count),
        Some(other) => panic!("{other} is not w1, w2 or w3"),
    };
    match arguments.next().as_deref() {
        None | Some("engine") => run::<EngineBook>(&workload),
        Some("engine_by_command") => run::<EngineByCommand>(&workload),
        Some("engine_by_handle") => run::<EngineByHandle>(&workload),
        Some("ruler_hash") => run::<Ruler<ByHash>>(&workload),
        Some("ruler_by_slot") => run::<Ruler<BySlot>>(&workload),
        Some("candidate_paged") => run::<CandidateBook<PagedLevels>>(&workload),
        Some(other) => panic!("{other} is no book"),
    }
}

#[expect(clippy::print_stdout, reason = "the count is what this program is for")]
fn run<B: Book>(workload: &Workload) {
    let mut book = B::with_resting(workload);

    let fold = counted(&mut book, workload);

    assert_eq!(
        fold, workload.expected,
        "the book makes the trades of the model book"
    );
    println!(
        "{} operations, {} trades",
        workload.operations.len(),
        fold.trades
    );
}

/// What is counted; its own function, so that a tool can name it.
#[inline(never)]
fn counted<B: Book>(book: &mut B, workload: &Workload) -> TradeFold {
    book.run(workload)
}
