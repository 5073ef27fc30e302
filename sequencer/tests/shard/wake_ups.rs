//! A matcher that sleeps is woken by whatever brings work. A lost wake-up shows as an answer that does not
//! come: the tests wait for each with a limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::Side;
use sequencer::{ClockSource, EventBatch, IdleStrategy, Threads, Turn};

use crate::floor::{Floor, PATIENCE, config, count, limit, next_batch, requests, uncovered};

#[test]
fn a_matcher_that_parks_at_once_answers_every_command() {
    let mut config = config();
    config.idle = IdleStrategy::Park { spins: 0 };
    let floor = Floor::open(config, 1);

    for request in 1..=20_000 {
        floor.ports().try_submit(uncovered(request)).unwrap();
        assert_eq!(requests(&floor.next_batch()), [request]);
    }
}

#[test]
fn commands_that_come_just_as_the_matcher_falls_asleep_are_answered() {
    let mut config = config();
    config.idle = IdleStrategy::Park { spins: 0 };
    let floor = Floor::open(config, 1);

    // The pause after each answer grows from nothing to longer than the matcher's way to sleep, so that
    // commands come at each point of it.
    for request in 1..=40_000_u64 {
        floor.ports().try_submit(uncovered(request)).unwrap();
        assert_eq!(requests(&batch_seen_at_once(&floor)), [request]);
        for _ in 0..request % 100 {
            std::hint::spin_loop();
        }
    }
}

/// Looks for the next batch without going to sleep, as far as a lost one can be told from a late one.
fn batch_seen_at_once(floor: &Floor) -> EventBatch {
    for _ in 0..100_000 {
        if let Ok(batch) = floor.running.events[0].try_recv() {
            return batch;
        }
        std::hint::spin_loop();
    }
    floor.next_batch()
}

#[test]
fn every_idle_strategy_answers() {
    for idle in [
        IdleStrategy::Spin,
        IdleStrategy::Yield,
        IdleStrategy::Park { spins: 100 },
    ] {
        let mut config = config();
        config.threads = Threads::Count(count(1));
        config.idle = idle;
        let floor = Floor::open(config, 1);

        for request in 1..=100 {
            floor.ports().try_submit(uncovered(request)).unwrap();
            assert_eq!(requests(&floor.next_batch()), [request]);
        }
    }
}

#[test]
fn a_matcher_that_sleeps_is_woken_by_a_control_command_and_by_a_question() {
    let mut config = config();
    config.idle = IdleStrategy::Park { spins: 0 };
    let floor = Floor::closed(config, 1, ClockSource::Realtime);

    for _ in 0..1_000 {
        let answers = floor.ports().inspect().unwrap();
        answers.recv_timeout(PATIENCE).unwrap();
    }
    floor.fund();
}

#[test]
fn an_inline_matcher_calls_its_driver_when_a_command_comes_while_it_is_idle() {
    let mut config = config();
    config.threads = Threads::Inline;
    let mut floor = Floor::closed(config, 1, ClockSource::Realtime);
    let calls = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&calls);
    let mut inline = floor.running.inline.pop().unwrap();
    inline.on_wake(Arc::new(move || {
        counter.fetch_add(1, Ordering::SeqCst);
    }));

    assert_eq!(inline.turn(), Turn::Idle { wake_after: None });
    assert_eq!(calls.load(Ordering::SeqCst), 0);

    // Idle: the first command calls, the second finds that it was called.
    floor.ports().try_submit(uncovered(1)).unwrap();
    floor.ports().try_submit(uncovered(2)).unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    // At work: nobody needs to be called.
    assert_eq!(inline.turn(), Turn::Worked);
    floor.ports().try_submit(uncovered(3)).unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    // Idle again.
    assert_eq!(inline.turn(), Turn::Worked);
    assert_eq!(inline.turn(), Turn::Idle { wake_after: None });
    floor.ports().try_submit(uncovered(4)).unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(requests(&next_batch(&floor.running.events[0])), [1, 2]);
}

#[test]
fn a_matcher_that_sleeps_looks_after_egress_when_another_thread_finds_it_full() {
    let mut config = config();
    config.idle = IdleStrategy::Park { spins: 0 };
    config.egress_capacity_batches = count(1);
    let floor = Floor::open(config, 1);
    floor.log.hold_durability();
    for request in 1..=3 {
        floor.submit(request, limit(1, Side::Buy, 1, 100)).unwrap();
        floor.wait_until_applied(request);
    }

    // This thread runs the gate, as a journal thread does; only one batch finds room.
    floor.log.make_durable(floor.log.last_position());

    for request in 1..=3 {
        assert_eq!(requests(&floor.next_batch()), [request]);
    }
}
