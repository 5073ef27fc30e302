//! The engine beside rulers and other engines, and with its reports handed to another thread.

use std::fmt::Write;
use std::time::Duration;

use benches::candidate::{CandidateBook, TreeLevels};
use benches::engine_book::{EngineBook, EngineByCommand, EngineByHandle};
use benches::handed_off::{run_handed_off, run_queue_alone};
use benches::measure::{Contestant, Rate, race_all};
use benches::ruler::{ByHash, BySlot, Ruler};
use benches::workload::Workload;

use crate::Size;

/// All tables of single engines.
pub fn tables(size: Size) -> String {
    let mut text = String::from(
        "### The engine beside its rulers\n\n\
         Million operations per second of processor time, one thread, trades folded and compared.\n\n\
         | workload | engine | ruler | ratio |\n|---|---|---|---|\n",
    );
    let workloads = Workload::all(size.operations);
    let (rulers, flows) = workloads.split_at(3);
    for workload in rulers {
        beside_rulers(&mut text, workload, size.rounds);
    }
    text.push_str(
        "\n### The five flows\n\n\
         Without the hand-off of reports in processor time, with it by the clock on the wall: the adapter of the shared \
         library pushes each report into a queue that another thread drains.\n\n\
         | flow | engine | tree candidate | engine and hand-off | queue alone |\n|---|---|---|---|---|\n",
    );
    for workload in flows {
        one_flow(&mut text, workload, size.rounds);
    }
    text.push('\n');
    text.push_str(&peers(flows, size.rounds));
    text
}

fn beside_rulers(text: &mut String, workload: &Workload, rounds: usize) {
    let by_id = [
        Contestant::of::<EngineBook>("by external id"),
        Contestant::in_batches::<EngineBook>("by external id, in batches"),
        Contestant::of::<EngineByCommand>("by external id, as commands"),
        Contestant::of::<Ruler<ByHash>>("id hash"),
    ];
    let by_handle = [
        Contestant::of::<EngineByHandle>("by handle"),
        Contestant::in_batches::<EngineByHandle>("by handle, in batches"),
        Contestant::of::<Ruler<BySlot>>("slot told"),
    ];
    for contestants in [by_id.as_slice(), by_handle.as_slice()] {
        let rates = race_all(contestants, workload, rounds);
        let Some((ruler, engines)) = rates.split_last() else {
            continue;
        };
        for (contestant, rate) in contestants.iter().zip(engines) {
            let _ = writeln!(
                text,
                "| {} {} | {} | {} {} | {:.2} ({:.2}) |",
                workload.name,
                contestant.name,
                spelled(*rate),
                contestants[engines.len()].name,
                spelled(*ruler),
                rate.median / ruler.median,
                rate.fastest / ruler.fastest,
            );
        }
    }
}

fn one_flow(text: &mut String, workload: &Workload, rounds: usize) {
    let contestants = [
        Contestant::of::<EngineBook>("engine"),
        Contestant::of::<CandidateBook<TreeLevels>>("tree"),
    ];
    let rates = race_all(&contestants, workload, rounds);
    let (mut handed_off, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (elapsed, reports) = run_handed_off(workload);
        assert!(
            reports >= workload.operations.len() as u64,
            "every message is answered"
        );
        handed_off.push(elapsed);
        alone.push(run_queue_alone(workload));
    }
    let operations = workload.operations.len();
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} | {} |",
        workload.name,
        spelled(rates[0]),
        spelled(rates[1]),
        spelled(rate_of(&mut handed_off, operations)),
        spelled(rate_of(&mut alone, operations)),
    );
}

/// The rate of some runs.
pub fn rate_of(elapsed: &mut [Duration], operations: usize) -> Rate {
    elapsed.sort_unstable();
    let operations = f64::from(u32::try_from(operations).expect("workloads are of millions"));
    let rate = |elapsed: Duration| operations / elapsed.as_secs_f64() / 1e6;
    Rate {
        median: rate(elapsed[elapsed.len() / 2]),
        fastest: rate(elapsed[0]),
    }
}

/// A rate in the words of a table.
pub fn spelled(rate: Rate) -> String {
    format!("{:.1} ({:.1})", rate.median, rate.fastest)
}

#[cfg(not(feature = "peers"))]
fn peers(_flows: &[Workload], _rounds: usize) -> String {
    String::new()
}

#[cfg(feature = "peers")]
fn peers(flows: &[Workload], rounds: usize) -> String {
    use benches::matchcore_book::MatchcoreBook;

    let mut text = String::from(
        "### Beside matchcore 0.4\n\n\
         | flow | engine | matchcore | ratio | its trades |\n|---|---|---|---|---|\n",
    );
    for workload in flows {
        let contestants = [
            Contestant::of::<EngineBook>("engine"),
            Contestant::peer::<MatchcoreBook>("matchcore"),
        ];
        let agrees = contestants[1].agrees(workload);
        let rates = race_all(&contestants, workload, rounds);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {:.2} ({:.2}) | {} |",
            workload.name,
            spelled(rates[0]),
            spelled(rates[1]),
            rates[0].median / rates[1].median,
            rates[0].fastest / rates[1].fastest,
            if agrees { "the same" } else { "differ" },
        );
    }
    text.push('\n');
    text
}
