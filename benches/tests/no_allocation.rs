//! Goal: no order costs an allocation once a book has its size, from the decoded command to the encoded report.
//! Method: an allocator that counts, by thread; every part of the way is driven until it has its room, and then
//! again while it is counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::num::NonZeroUsize;
use std::sync::Arc;

use benches::engine_book::{EngineBook, command_by_id, unbounded_instrument};
use benches::workload::{Flow, OperationCount, Workload, flow, small_book, sweeps};
use benches::{Book, SEED, TradeFold};
use engine::InstrumentId;
use ledger::{Ledger, LedgerConfig};
use protocol::ServerMessage;
use sequencer::{
    ClockSource, InboundCommand, MemLogs, Origin, Retention, SequencerConfig, SessionId, Stamps,
    Threads, Turn,
};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator is unsafe by its trait")]
// SAFETY: everything is the system's allocator's; a count of the thread is all that is added.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(place, layout, size) }
    }
}

fn count() {
    // A thread that is ending counts no more.
    let _ = ALLOCATIONS.try_with(|allocations| allocations.set(allocations.get() + 1));
}

/// How often this thread allocates while `work` runs.
fn allocations_of(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

#[test]
fn what_counts_allocations_counts_them() {
    let allocations = allocations_of(|| drop(std::hint::black_box(vec![1_u8; 10])));

    assert_eq!(allocations, 1);
}

/// Runs the first part of a workload, and counts the rest.
fn allocations_of_the_second_half(workload: &Workload) -> u64 {
    let mut book = EngineBook::with_resting(workload);
    let mut fold = TradeFold::default();
    let (first, second) = workload.operations.split_at(workload.operations.len() / 2);
    for operation in first {
        book.apply(operation, &mut fold);
    }
    allocations_of(|| {
        for operation in second {
            book.apply(operation, &mut fold);
        }
    })
}

/// Arrays that may double once more when the ids come round: none of them is asked for by an order.
const INDEXES: u64 = 3;

#[test]
fn the_engine_allocates_for_no_order_of_a_book_that_has_its_size() {
    let count = OperationCount(600_000);

    for workload in [small_book(SEED, count), sweeps(SEED, count)] {
        let allocations = allocations_of_the_second_half(&workload);

        println!("{}: {allocations} allocations", workload.name);
        assert!(
            allocations <= INDEXES,
            "{}: {allocations} for 300,000 operations",
            workload.name
        );
    }
}

#[test]
fn a_book_that_grows_allocates_seldom() {
    let count = OperationCount(200_000);

    for kind in Flow::ALL {
        let workload = flow(kind, SEED, count);
        let allocations = allocations_of_the_second_half(&workload);

        // New pages of prices, and arrays that double.
        println!("{}: {allocations} allocations", workload.name);
        assert!(allocations < 1_000, "{}: {allocations}", workload.name);
    }
}

const BATCH: usize = 64;

#[test]
fn a_matcher_allocates_for_no_order_between_its_ring_and_its_batch_of_events() {
    let workload = small_book(SEED, OperationCount(60_000));
    let config = SequencerConfig {
        threads: Threads::Inline,
        ..SequencerConfig::for_cores(NonZeroUsize::new(2).expect("two is not zero"))
    };
    let ledger =
        Ledger::new(LedgerConfig { accounts_max: 2 }, Vec::new(), Vec::new()).expect("it is empty");
    let logs = MemLogs::new(Retention::Nothing);
    let instrument = unbounded_instrument(&workload);
    let mut shard = sequencer::start(
        config,
        &[instrument],
        Arc::new(ledger),
        logs,
        ClockSource::Realtime,
    )
    .expect("the layout is sound");
    let mut matcher = shard.inline.remove(0);
    matcher.on_wake(Arc::new(|| {}));
    let mut apply = |operations: &[benches::Operation]| {
        for batch in operations.chunks(BATCH) {
            for operation in batch {
                let inbound = InboundCommand {
                    instrument: InstrumentId(1),
                    origin: Origin {
                        session: SessionId(1),
                        request: 1,
                        ..Origin::default()
                    },
                    at: None,
                    stamps: Stamps::default(),
                    command: command_by_id(operation),
                };
                shard.ports.try_submit(inbound).expect("the ring has room");
            }
            let mut answered = 0;
            while answered < batch.len() {
                assert!(!matches!(matcher.turn(), Turn::Halted | Turn::Drained));
                while let Ok(events) = shard.events[0].try_recv() {
                    answered += events.outcomes.len();
                    shard.pool.give_back(events);
                }
            }
        }
    };
    apply(&workload.resting);
    let (first, second) = workload.operations.split_at(40_000);
    apply(first);

    let allocations = allocations_of(|| apply(second));

    let batches = second.len().div_ceil(BATCH) as u64;
    println!("{allocations} allocations for {batches} batches of {BATCH} orders");
    assert!(allocations <= 5, "{allocations} for {batches} batches");
}

#[test]
fn a_report_is_encoded_without_an_allocation() {
    let frames = [
        include_str!("../../protocol/tests/golden/message.report.accepted.json"),
        include_str!("../../protocol/tests/golden/message.report.trade.json"),
        include_str!("../../protocol/tests/golden/message.depth.json"),
    ];
    for frame in frames {
        let message = ServerMessage::decode(frame.trim_end()).expect("a golden frame");
        let mut buffer = Vec::with_capacity(4_096);
        message.encode(&mut buffer);

        let allocations = allocations_of(|| {
            for _ in 0..100 {
                buffer.clear();
                message.encode(&mut buffer);
            }
        });

        assert_eq!(allocations, 0, "{frame}");
    }
}
