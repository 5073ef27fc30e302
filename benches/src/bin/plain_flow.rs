//! Runs W1 once on the engine, for counting instructions.
//!
//! ```text
//! cargo build --release -p benches --bin plain_flow
//! valgrind --tool=callgrind --collect-atstart=no --toggle-collect='*plain_flow::counted*' \
//!     target/release/plain_flow [operations] [workload]
//! ```
//! Instructions per operation are the collected `Ir` divided by the operations that it prints.

use benches::engine_book::EngineBook;
use benches::workload::{OperationCount, Workload, small_book, sweeps};
use benches::{Book, SEED, TradeFold};

#[expect(clippy::print_stdout, reason = "the count is what this program is for")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let count = arguments
        .next()
        .map_or(200_000, |text| text.parse().expect("a number"));
    let count = OperationCount(count);
    let workload = match arguments.next().as_deref() {
        None | Some("w1") => small_book(SEED, count),
        Some("w3") => sweeps(SEED, count),
        Some(other) => panic!("{other} is not w1 or w3"),
    };
    let mut book = EngineBook::with_resting(&workload);

    let fold = counted(&mut book, &workload);

    assert_eq!(
        fold, workload.expected,
        "the engine makes the trades of the model book"
    );
    println!(
        "{} operations, {} trades",
        workload.operations.len(),
        fold.trades
    );
}

/// What is counted; its own function, so that a tool can name it.
#[inline(never)]
fn counted(book: &mut EngineBook, workload: &Workload) -> TradeFold {
    book.run(workload)
}
