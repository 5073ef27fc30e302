//! What a deep book costs: from a thousand resting orders to a million.

use std::fmt::Write;

use benches::SEED;
use benches::engine_book::{EngineBook, EngineByHandle};
use benches::measure::{Contestant, race_all};
use benches::ruler::{ByHash, Ruler};
use benches::workload::deep_book;

use crate::Size;
use crate::engines::spelled;
use crate::page::picture;
use crate::plot::{Line, plot};

const DEPTHS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// The mix of W2 on 20,000 levels, by resting orders.
pub fn table(size: Size) -> String {
    let mut text = String::from(
        "### By depth of the book\n\n\
         The mix of W2 on 20,000 levels; million operations per second of processor time.\n\n\
         | resting orders | engine by external id | in batches | by handle, in batches | ruler, id hash |\n\
         |---|---|---|---|---|\n",
    );
    let contestants = [
        Contestant::of::<EngineBook>("by external id"),
        Contestant::in_batches::<EngineBook>("in batches"),
        Contestant::in_batches::<EngineByHandle>("by handle, in batches"),
        Contestant::of::<Ruler<ByHash>>("ruler, id hash"),
    ];
    let mut lines = contestants.each_ref().map(|contestant| Line {
        name: contestant.name,
        values: Vec::new(),
    });
    for resting in DEPTHS {
        let workload = deep_book(SEED, size.operations, resting);
        let rates = race_all(&contestants, &workload, size.rounds);
        let cells: Vec<String> = rates.iter().map(|rate| spelled(*rate)).collect();
        let _ = writeln!(text, "| {resting} | {} |", cells.join(" | "));
        for (line, rate) in lines.iter_mut().zip(&rates) {
            line.values.push(rate.median);
        }
    }
    text.push('\n');
    let title = "million operations/s by resting orders";
    let svg = plot(title, &DEPTHS.map(|depth| depth.to_string()), &lines);
    text.push_str(&picture("depth.svg", title, &svg));
    text
}
