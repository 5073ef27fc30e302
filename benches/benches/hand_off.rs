//! Rings and hand-offs: what a command pays on its way to a matcher, and a batch on its way out.

use std::hint::spin_loop;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use benches::SEED;
use benches::engine_book::unbounded_instrument;
use benches::measure::timed;
use benches::settings::{MEASUREMENT_TIME, SAMPLES, WARM_UP_TIME};
use benches::workload::{OperationCount, small_book};
use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use crossbeam_queue::ArrayQueue;
use engine::{Command, InstrumentId};
use ledger::{Ledger, LedgerConfig};
use sequencer::{
    ClockSource, InboundCommand, InlineMatcher, MemLogs, Origin, Retention, SequencerConfig,
    SessionId, Stamps, Threads, Turn,
};

const CAPACITY: usize = 4_096;
const MESSAGES: u64 = 100_000;
const BATCH: usize = 64;

/// One cache line, as of a fixed binary message.
type Line = [u64; 8];

/// What a session hands to a matcher; a tick, so that the engine does nothing.
fn tick() -> InboundCommand {
    InboundCommand {
        instrument: InstrumentId(1),
        origin: Origin {
            session: SessionId(1),
            request: 1,
            ..Origin::default()
        },
        at: None,
        stamps: Stamps::default(),
        command: Command::Tick,
    }
}

fn one_thread(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ring");
    group.throughput(Throughput::Elements(1));
    let lines = ArrayQueue::<Line>::new(CAPACITY);
    group.bench_function(BenchmarkId::new("push_pop", "64_bytes"), |bencher| {
        bencher.iter(|| {
            lines.push([7; 8]).expect("the ring is empty");
            lines.pop()
        });
    });
    let commands = ArrayQueue::new(CAPACITY);
    group.bench_function(BenchmarkId::new("push_pop", "inbound_command"), |bencher| {
        bencher.iter(|| {
            commands.push(tick()).expect("the ring is empty");
            commands.pop()
        });
    });
    group.finish();
}

/// Times `MESSAGES` messages from one thread to another, `runs` times.
fn hand_off(runs: u64, send: impl Fn() + Sync, receive: impl Fn() + Sync) -> Duration {
    let run = || {
        std::thread::scope(|scope| {
            scope.spawn(&send);
            receive();
        });
    };
    (0..runs).map(|_| timed(run).0).sum()
}

fn two_threads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hand_off");
    group.throughput(Throughput::Elements(MESSAGES));
    let ring = ArrayQueue::<Line>::new(CAPACITY);
    group.bench_function(BenchmarkId::new("array_queue", "64_bytes"), |bencher| {
        let send = || {
            for number in 0..MESSAGES {
                let mut line = [number; 8];
                while let Err(refused) = ring.push(line) {
                    line = refused;
                    spin_loop();
                }
            }
        };
        let receive = || {
            for _ in 0..MESSAGES {
                while ring.pop().is_none() {
                    spin_loop();
                }
            }
        };
        bencher.iter_custom(|runs| hand_off(runs, send, receive));
    });
    std_channel(&mut group);
    tokio_channel(&mut group);
    flume_singly(&mut group);
    let (sender, receiver) = flume::bounded::<Vec<Line>>(64);
    group.bench_function(BenchmarkId::new("flume", "batches_of_64"), |bencher| {
        let send = || {
            for number in 0..MESSAGES / BATCH as u64 {
                sender
                    .send(vec![[number; 8]; BATCH])
                    .expect("the receiver is there");
            }
        };
        let receive = || {
            for _ in 0..MESSAGES / BATCH as u64 {
                receiver.recv().expect("the sender is there");
            }
        };
        bencher.iter_custom(|runs| hand_off(runs, send, receive));
    });
    group.finish();
}

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// The standard library's bounded channel, which waits by parking.
fn std_channel(group: &mut Group<'_>) {
    group.bench_function(BenchmarkId::new("std_mpsc", "64_bytes"), |bencher| {
        bencher.iter_custom(|runs| {
            let run = || {
                let (sender, receiver) = std::sync::mpsc::sync_channel::<Line>(CAPACITY);
                std::thread::scope(|scope| {
                    scope.spawn(move || {
                        for number in 0..MESSAGES {
                            sender.send([number; 8]).expect("the receiver is there");
                        }
                    });
                    for _ in 0..MESSAGES {
                        receiver.recv().expect("the sender is there");
                    }
                });
            };
            (0..runs).map(|_| timed(run).0).sum()
        });
    });
}

/// tokio's bounded channel between two plain threads.
fn tokio_channel(group: &mut Group<'_>) {
    group.bench_function(BenchmarkId::new("tokio_mpsc", "64_bytes"), |bencher| {
        bencher.iter_custom(|runs| {
            let run = || {
                let (sender, mut receiver) = tokio::sync::mpsc::channel::<Line>(CAPACITY);
                std::thread::scope(|scope| {
                    scope.spawn(move || {
                        for number in 0..MESSAGES {
                            let sent = sender.blocking_send([number; 8]);
                            sent.expect("the receiver is there");
                        }
                    });
                    for _ in 0..MESSAGES {
                        receiver.blocking_recv().expect("the sender is there");
                    }
                });
            };
            (0..runs).map(|_| timed(run).0).sum()
        });
    });
}

/// flume with single messages, as nobody should use it on a hot path.
fn flume_singly(group: &mut Group<'_>) {
    let (sender, receiver) = flume::bounded::<Line>(CAPACITY);
    group.bench_function(BenchmarkId::new("flume", "64_bytes"), |bencher| {
        let send = || {
            for number in 0..MESSAGES {
                sender.send([number; 8]).expect("the receiver is there");
            }
        };
        let receive = || {
            for _ in 0..MESSAGES {
                receiver.recv().expect("the sender is there");
            }
        };
        bencher.iter_custom(|runs| hand_off(runs, send, receive));
    });
}

/// A whole turn of the sequencer on one thread: ring, log in memory, engine, gate, flume. The engine only
/// ticks, so the figure is the sequencer's own.
fn sequencer_turn(criterion: &mut Criterion) {
    let config = SequencerConfig {
        threads: Threads::Inline,
        ..SequencerConfig::for_cores(NonZeroUsize::new(2).expect("two is not zero"))
    };
    let config_of_ledger = LedgerConfig { accounts_max: 2 };
    let ledger = Ledger::new(config_of_ledger, Vec::new(), Vec::new()).expect("it is empty");
    let instrument = unbounded_instrument(&small_book(SEED, OperationCount(0)));
    let logs = MemLogs::new(Retention::Nothing);
    let clock = ClockSource::Realtime;
    let mut shard = sequencer::start(config, &[instrument], Arc::new(ledger), logs, clock)
        .expect("the layout is sound");
    let mut matcher: InlineMatcher = shard.inline.remove(0);
    matcher.on_wake(Arc::new(|| {}));

    let mut group = criterion.benchmark_group("sequencer");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function(
        BenchmarkId::new("inline_turn", "batches_of_64"),
        |bencher| {
            bencher.iter(|| {
                for _ in 0..BATCH {
                    shard.ports.try_submit(tick()).expect("the ring has room");
                }
                let mut commands = 0;
                while commands < BATCH {
                    assert!(!matches!(matcher.turn(), Turn::Halted | Turn::Drained));
                    while let Ok(batch) = shard.events[0].try_recv() {
                        commands += batch.outcomes.len();
                        shard.pool.give_back(batch);
                    }
                }
            });
        },
    );
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(SAMPLES)
        .warm_up_time(WARM_UP_TIME)
        .measurement_time(MEASUREMENT_TIME)
        .without_plots();
    targets = one_thread, two_threads, sequencer_turn
}
criterion_main!(benches);
