//! Races the engine beside the rulers and two candidates, and prints ratios within the run.
//!
//! `cargo run --release -p benches --bin engine_race -- [rounds] [operations] [workload]`

use benches::candidate::{CandidateBook, PagedLevels, TreeLevels};
use benches::engine_book::{EngineBook, EngineByHandle};
use benches::measure::{Contestant, race_all};
use benches::ruler::{ByHash, BySlot, Ruler};
use benches::workload::{OperationCount, Workload};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = || arguments.next().map(|text| text.parse().expect("a number"));
    let rounds = number().unwrap_or(5);
    let count = number().map_or(OperationCount::FULL, OperationCount);
    let only = arguments.next();
    let by_id = [
        Contestant::of::<EngineBook>("engine"),
        Contestant::in_batches::<EngineBook>("engine, batches"),
        Contestant::of::<Ruler<ByHash>>("ruler with hash"),
        Contestant::of::<CandidateBook<TreeLevels>>("tree"),
        Contestant::of::<CandidateBook<PagedLevels>>("paged"),
    ];
    let by_handle = [
        Contestant::of::<EngineByHandle>("engine by handle"),
        Contestant::in_batches::<EngineByHandle>("engine by handle, batches"),
        Contestant::of::<Ruler<BySlot>>("ruler by slot"),
    ];
    for workload in Workload::all(count) {
        if only.as_ref().is_some_and(|name| name != workload.name) {
            continue;
        }
        report(&by_id, &workload, rounds);
        // The flows shuffle their ids, which are not the engine's own.
        if workload.name.starts_with('w') {
            report(&by_handle, &workload, rounds);
        }
    }
}

/// Prints the rates, and the ratio of the first contestant to each other one: of the medians, and of the
/// fastest rounds.
#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn report(contestants: &[Contestant], workload: &Workload, rounds: usize) {
    let rates = race_all(contestants, workload, rounds);
    print!("{:<12}", workload.name);
    for (contestant, rate) in contestants.iter().zip(&rates) {
        let ratio = rates[0].median / rate.median;
        let ratio_fastest = rates[0].fastest / rate.fastest;
        print!(
            " | {} {:.1} ({:.1}) x{ratio:.2} (x{ratio_fastest:.2})",
            contestant.name, rate.median, rate.fastest
        );
    }
    println!();
}
