//! Measures, and writes the tables and plots of docs/benchmarks.md between its marks.
//!
//! `cargo run --release -p benches -- publish [operations] [rounds]`, and with `--features peers` other engines too.

mod depth;
mod engines;
mod latency;
mod machine;
mod page;
mod plot;
mod scaling;

use benches::workload::OperationCount;

const OPERATIONS: usize = 200_000;
const ROUNDS: usize = 7;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Size {
    operations: OperationCount,
    rounds: usize,
}

#[expect(
    clippy::print_stdout,
    reason = "the tables are what this program is for"
)]
fn main() {
    // `cargo run -p benches -- publish` passes the name of this program on.
    let mut arguments = std::env::args().skip(1).filter(|word| word != "publish");
    let mut number = |otherwise| {
        arguments.next().map_or(otherwise, |text| {
            text.replace('_', "")
                .parse()
                .expect("operations, then rounds")
        })
    };
    let size = Size {
        operations: OperationCount(number(OPERATIONS)),
        rounds: number(ROUNDS),
    };
    let mut text = machine::describe(size);
    text.push_str(&engines::tables(size));
    text.push_str(&latency::table(size));
    text.push_str(&depth::table(size));
    text.push_str(&scaling::table(size));
    println!("{text}");
    page::write(&text);
}
