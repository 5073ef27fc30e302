//! Races the candidates for the book's structure, beside the rulers, and prints a table.
//!
//! `cargo run --release -p benches --bin book_structure -- [rounds] [operations]`

use benches::candidate::{CandidateBook, FlatLevels, PagedLevels, SortedLevels, TreeLevels};
use benches::measure::{Contestant, race_all};
use benches::ruler::{ByHash, BySlot, Ruler};
use benches::workload::{OperationCount, Workload};

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut argument = || {
        arguments
            .next()
            .map(|number| number.expect("arguments are numbers"))
    };
    let rounds = argument().unwrap_or(5);
    let count = argument().map_or(OperationCount::FULL, OperationCount);
    let contestants = [
        Contestant::of::<Ruler<BySlot>>("ruler, no look-up"),
        Contestant::of::<Ruler<ByHash>>("ruler, id hash"),
        Contestant::of::<CandidateBook<TreeLevels>>("tree"),
        Contestant::of::<CandidateBook<SortedLevels>>("sorted vec"),
        Contestant::of::<CandidateBook<FlatLevels>>("flat + bitmap"),
        Contestant::of::<CandidateBook<PagedLevels>>("paged"),
        Contestant::in_batches::<CandidateBook<PagedLevels>>("paged, batches"),
    ];
    print!("{:<12}", "median (fastest)");
    for contestant in &contestants {
        print!(" | {:>17}", contestant.name);
    }
    println!();
    for workload in Workload::all(count) {
        print!("{:<12}", workload.name);
        for rate in race_all(&contestants, &workload, rounds) {
            print!(" | {:>9.1} ({:>5.1})", rate.median, rate.fastest);
        }
        println!();
    }
}
