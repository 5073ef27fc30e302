//! Goal: our own queue gives every report once and in order, and holds what it was asked for, wherever its laps
//! end. Method: reports numbered one by one, read by another thread at a drawn pace, or not read at all.
//! `RIALTO_SEED` chooses the pace.

use std::hint::spin_loop;

use engine_abi::{Report, ReportRing};

const SEED: u64 = 20_261_123;
const REPORTS: u64 = 400_000;
/// More than a lap has at least.
const CAPACITY: u32 = 1 << 16;

fn numbered(sequence_number: u64) -> Report {
    Report {
        kind: 1,
        side: 1,
        sequence_number,
        order_id: sequence_number + 1,
        price_ticks: -7,
        quantity: 9,
        maker_order_id: sequence_number + 2,
        taker_order_id: sequence_number + 3,
        ..Report::default()
    }
}

/// Reads all that is there, which must go on from `next`.
fn drain(ring: &ReportRing, next: &mut u64) {
    let mut report = Report::default();
    while ring.try_pop(&mut report) {
        assert_eq!(report, numbered(*next));
        *next += 1;
    }
}

#[test]
fn reports_come_once_and_in_order_however_fast_they_are_read() {
    let seed = std::env::var("RIALTO_SEED").map_or(SEED, |text| text.parse().expect("a number"));
    println!("RIALTO_SEED={seed}");
    let ring = ReportRing::new(CAPACITY);

    let read = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut next, mut state) = (0, seed);
            while next < REPORTS {
                drain(&ring, &mut next);
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                // At once as a rule, now and then so late that the queue fills up.
                let pause = if state >> 58 == 0 {
                    state >> 44 & 0xF_FFFF
                } else {
                    0
                };
                for _ in 0..pause {
                    spin_loop();
                }
                std::thread::yield_now();
            }
            next
        });
        for number in 0..REPORTS {
            while !ring.try_push(&numbered(number)) {
                std::thread::yield_now();
            }
        }
        reader.join().expect("the reader ends")
    });

    assert_eq!(read, REPORTS, "seed {seed}");
}

#[test]
fn a_queue_holds_what_it_was_asked_for_wherever_its_laps_end() {
    let ring = ReportRing::new(CAPACITY);
    let (mut written, mut read) = (0, 0);

    for laps in [0, 20_000, 16_384, 16_385, 70_000, 1] {
        for _ in 0..laps {
            assert!(ring.try_push(&numbered(written)), "all before it is read");
            written += 1;
            drain(&ring, &mut read);
        }
        for _ in 0..CAPACITY {
            assert!(
                ring.try_push(&numbered(written)),
                "{laps} before, {written}"
            );
            written += 1;
        }
        assert!(
            !ring.try_push(&numbered(written)),
            "it is full after {written}"
        );
        drain(&ring, &mut read);
        assert_eq!(read, written);
    }
}

#[test]
fn what_is_not_read_yet_is_never_written_over() {
    let ring = ReportRing::new(CAPACITY);
    let (mut written, mut read) = (0, 0);
    for _ in 0..16_384 {
        assert!(ring.try_push(&numbered(written)), "there is room");
        written += 1;
    }
    let mut report = Report::default();
    for _ in 0..16_256 {
        assert!(ring.try_pop(&mut report), "it was written");
        assert_eq!(report, numbered(read));
        read += 1;
    }

    // The reader is near: the lap ends here, and the next one comes up to what is not read.
    while ring.try_push(&numbered(written)) {
        written += 1;
    }

    assert_eq!(written, 16_384 + 16_256);
    drain(&ring, &mut read);
    assert_eq!(read, written);
}
