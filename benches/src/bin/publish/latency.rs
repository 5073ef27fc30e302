//! How long single operations of W1 take.

use std::fmt::Write;

use benches::engine_book::{EngineBook, EngineByHandle};
use benches::measure::service_times;
use benches::ruler::{ByHash, Ruler};
use benches::workload::{Workload, small_book};
use benches::{Book, SEED, TradeFold};

use crate::Size;

/// A percentile is told with ten operations beyond it.
const BEYOND: usize = 10;

/// Runs a workload once and says how long each operation took, in ns.
type Times = fn(&Workload) -> Vec<u32>;

/// Percentiles of the service time on W1, of the round with the lowest 99th.
pub fn table(size: Size) -> String {
    let workload = small_book(SEED, size.operations);
    let mut text = String::from(
        "### Single operations of W1\n\n\
         Service time in ns by the clock on the wall, the probe in it, of the round with the lowest p99; what interrupts a \
         thread is in the last ones.\n\n\
         | book | p50 | p99 | p99.9 |\n|---|---|---|---|\n",
    );
    let books: [(&str, Times); 4] = [
        ("nothing but the probe", |workload| {
            service_times(&workload.operations, |_| {})
        }),
        ("engine by external id", times_of::<EngineBook>),
        ("engine by handle", times_of::<EngineByHandle>),
        ("ruler, id hash", times_of::<Ruler<ByHash>>),
    ];
    for (name, times) in books {
        let rounds = (0..size.rounds).map(|_| times(&workload));
        let best = rounds
            .min_by_key(|times| at(times, 990))
            .unwrap_or_default();
        let told = |permille| match at(&best, permille) {
            Some(ns) => ns.to_string(),
            None => "–".to_owned(),
        };
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} |",
            told(500),
            told(990),
            told(999)
        );
    }
    text.push('\n');
    text
}

fn times_of<B: Book>(workload: &Workload) -> Vec<u32> {
    let mut book = B::with_resting(workload);
    let mut fold = TradeFold::default();
    let times = service_times(&workload.operations, |operation| {
        book.apply(operation, &mut fold);
    });
    assert_eq!(fold, workload.expected, "it makes the model book's trades");
    times
}

/// The time that so many of a thousand operations do not exceed, if enough lie beyond it.
fn at(times: &[u32], permille: usize) -> Option<u32> {
    let place = times.len() * permille / 1_000;
    (times.len() - place >= BEYOND).then(|| times[place])
}
