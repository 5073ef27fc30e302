//! What more instruments and more matcher threads give: books share nothing.

use std::fmt::Write;
use std::sync::Barrier;
use std::time::Duration;

use benches::engine_book::EngineBook;
use benches::measure::timed;
use benches::workload::{Workload, small_book};
use benches::{Book, SEED, TradeFold};

use crate::Size;
use crate::engines::{rate_of, spelled};
use crate::page::picture;
use crate::plot::{Line, plot};

const COUNTS: [usize; 5] = [1, 2, 4, 8, 16];

/// All instruments' operations per second by the clock on the wall, by instruments and threads.
pub fn table(size: Size) -> String {
    let mut text = String::from(
        "### By instruments and matcher threads\n\n\
         Each instrument has a book with W1's load of its own; instruments are dealt to threads, a thread takes a batch of \
         one instrument after the other. Million operations per second of all of them, by the clock on the wall.\n\n\
         | instruments | 1 thread | 2 threads | 4 threads | 8 threads | 16 threads |\n|---|---|---|---|---|---|\n",
    );
    let workload = small_book(SEED, size.operations);
    let mut lines = Vec::new();
    for instruments in COUNTS {
        let mut cells = Vec::new();
        let mut values = Vec::new();
        for threads in COUNTS {
            if threads > instruments {
                cells.push("–".to_owned());
                continue;
            }
            let mut elapsed: Vec<Duration> = (0..size.rounds)
                .map(|_| run(&workload, instruments, threads))
                .collect();
            let rate = rate_of(&mut elapsed, workload.operations.len() * instruments);
            values.push(rate.median);
            cells.push(spelled(rate));
        }
        let _ = writeln!(text, "| {instruments} | {} |", cells.join(" | "));
        if instruments == 16 {
            lines.push(Line {
                name: "16 instruments",
                values,
            });
        }
    }
    text.push('\n');
    let title = "million operations/s of 16 instruments by matcher threads";
    let svg = plot(title, &COUNTS.map(|count| count.to_string()), &lines);
    text.push_str(&picture("threads.svg", title, &svg));
    text
}

/// How long the instruments' operations take from the moment when every book is ready.
fn run(workload: &Workload, instruments: usize, threads: usize) -> Duration {
    let ready = Barrier::new(threads + 1);
    let per_thread = instruments / threads;
    std::thread::scope(|scope| {
        let matchers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut books: Vec<EngineBook> = (0..per_thread)
                        .map(|_| EngineBook::with_resting(workload))
                        .collect();
                    ready.wait();
                    match_all(&mut books, workload)
                })
            })
            .collect();
        ready.wait();
        let (elapsed, ()) = timed(|| {
            for matcher in matchers {
                let folds = matcher.join().expect("a matcher ends");
                assert!(
                    folds.iter().all(|fold| *fold == workload.expected),
                    "trades differ"
                );
            }
        });
        elapsed
    })
}

fn match_all(books: &mut [EngineBook], workload: &Workload) -> Vec<TradeFold> {
    let mut folds = vec![TradeFold::default(); books.len()];
    for batch in workload.operations.chunks(64) {
        for (book, fold) in books.iter_mut().zip(&mut folds) {
            for operation in batch {
                book.apply(operation, fold);
            }
        }
    }
    folds
}
