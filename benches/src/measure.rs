//! The clock of the measurements, and medians of interleaved runs.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::book::Book;
use crate::trade_fold::TradeFold;
use crate::workload::Workload;

/// How long `run` takes, and what it returns.
#[expect(clippy::disallowed_methods, reason = "the one clock of this crate")]
pub fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let returned = run();
    (start.elapsed(), returned)
}

/// The same with something that waits.
pub async fn timed_async<T>(run: impl Future<Output = T>) -> (Duration, T) {
    let start = now();
    let returned = run.await;
    (start.elapsed(), returned)
}

/// Now, for what is measured over many calls.
#[expect(clippy::disallowed_methods, reason = "the one clock of this crate")]
pub fn now() -> Instant {
    Instant::now()
}

/// How long each of `operations` takes, in ns, shortest first; the probe, one look at the clock, is in it.
#[expect(clippy::disallowed_methods, reason = "the one clock of this crate")]
pub fn service_times<T>(operations: &[T], mut work: impl FnMut(&T)) -> Vec<u32> {
    let mut times = Vec::with_capacity(operations.len());
    for operation in operations {
        let start = Instant::now();
        work(operation);
        times.push(u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX));
    }
    times.sort_unstable();
    times
}

/// How long the processor works at `run`, and what that returns. Time in which others have the processor does
/// not count, so that a busy machine disturbs by its caches alone.
pub fn worked<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = processor_time();
    let returned = run();
    (processor_time().saturating_sub(start), returned)
}

/// What this thread has used of the processor so far.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).expect("a thread's time is positive");
    Duration::from_secs(seconds)
        + Duration::from_nanos(u64::try_from(time.tv_nsec).expect("below 10^9"))
}

/// A book with a name, raced without knowing its type.
pub struct Contestant {
    /// What the table calls it.
    pub name: &'static str,
    race: fn(&Workload) -> (Duration, TradeFold),
    must_agree: MustAgree,
}

/// What it means where a contestant's trades are not the model book's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MustAgree {
    /// The race is void.
    Yes,
    /// It is another engine, with rules of its own: the table says it.
    No,
}

impl Contestant {
    /// Races books of type `B`, one operation after the other.
    pub fn of<B: Book>(name: &'static str) -> Self {
        Self {
            name,
            race: |workload| race::<B>(workload, B::run),
            must_agree: MustAgree::Yes,
        }
    }

    /// Races books of type `B` in batches.
    pub fn in_batches<B: Book>(name: &'static str) -> Self {
        Self {
            name,
            race: |workload| race::<B>(workload, B::run_batches),
            must_agree: MustAgree::Yes,
        }
    }

    /// Races another engine, whose trades may differ.
    pub fn peer<B: Book>(name: &'static str) -> Self {
        Self {
            must_agree: MustAgree::No,
            ..Self::of::<B>(name)
        }
    }

    /// Whether it makes the trades that a right book makes.
    pub fn agrees(&self, workload: &Workload) -> bool {
        (self.race)(workload).1 == workload.expected
    }

    /// One timed run on a fresh book; its trades are checked.
    pub fn run(&self, workload: &Workload) -> Duration {
        let (elapsed, fold) = (self.race)(workload);
        assert!(
            fold == workload.expected || self.must_agree == MustAgree::No,
            "{} trades wrongly on {}",
            self.name,
            workload.name
        );
        elapsed
    }
}

fn race<B: Book>(
    workload: &Workload,
    run: impl FnOnce(&mut B, &Workload) -> TradeFold,
) -> (Duration, TradeFold) {
    let mut book = B::with_resting(workload);
    worked(|| run(&mut book, workload))
}

/// Million operations per second over a number of rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Of the round in the middle.
    pub median: f64,
    /// Of the fastest round: what is left when neighbors on the machine disturb most of them.
    pub fastest: f64,
}

/// The rate of each contestant. Every round runs all of them in turn, so that what disturbs the machine
/// disturbs them alike.
pub fn race_all(contestants: &[Contestant], workload: &Workload, rounds: usize) -> Vec<Rate> {
    let mut elapsed = vec![Vec::with_capacity(rounds); contestants.len()];
    for _ in 0..rounds {
        for (contestant, durations) in contestants.iter().zip(&mut elapsed) {
            durations.push(contestant.run(workload));
        }
    }
    let operations = u32::try_from(workload.operations.len()).expect("workloads are of millions");
    let rate = |elapsed: Duration| f64::from(operations) / elapsed.as_secs_f64() / 1e6;
    elapsed
        .iter_mut()
        .map(|durations| {
            durations.sort_unstable();
            Rate {
                median: rate(durations[rounds / 2]),
                fastest: rate(durations[0]),
            }
        })
        .collect()
}
