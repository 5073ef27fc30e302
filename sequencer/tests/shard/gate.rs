//! The gate: nothing leaves, and nothing given is spendable, before it is durable.

use engine::{PostOnly, Side};
use sequencer::LogPosition;

use crate::floor::{CASH, COIN, FUNDS, Floor, cancel, config, inbound, limit, requests, trades};

#[test]
fn nothing_leaves_and_nothing_given_is_spendable_before_it_is_durable() {
    let floor = Floor::open(config(), 1);
    floor.log.hold_durability();

    floor.submit(1, limit(1, Side::Buy, 10, 100)).unwrap();
    floor.submit(2, limit(2, Side::Sell, 10, 90)).unwrap();
    floor.wait_until_applied(2);

    assert!(
        floor.running.events[0].is_empty(),
        "a report left before it was durable"
    );
    // What was taken counts at once; what was given is pending.
    assert_eq!(floor.balance(1, CASH), [FUNDS - 1_000, FUNDS - 1_000, 0, 0]);
    assert_eq!(floor.balance(1, COIN), [FUNDS + 10, FUNDS, 10, 0]);
    assert_eq!(floor.balance(2, CASH), [FUNDS + 1_000, FUNDS, 1_000, 0]);

    floor.log.resume_durability();

    let mut answered = Vec::new();
    let mut seen_trades = 0;
    while answered.len() < 2 {
        let batch = floor.next_batch();
        seen_trades += trades(&batch);
        answered.extend(requests(&batch));
    }
    assert_eq!(answered, [1, 2]);
    assert_eq!(seen_trades, 1);
    assert_eq!(floor.balance(2, CASH), [FUNDS + 1_000, FUNDS + 1_000, 0, 0]);
}

#[test]
fn what_is_durable_leaves_and_what_comes_after_it_stays() {
    let floor = Floor::open(config(), 1);
    floor.log.hold_durability();
    floor.submit(1, limit(1, Side::Buy, 10, 100)).unwrap();
    floor.wait_until_applied(1);
    let first = floor.log.last_position();
    floor.submit(2, limit(1, Side::Buy, 20, 100)).unwrap();
    floor.wait_until_applied(2);

    floor.log.make_durable(first);

    let batch = floor.next_batch();
    assert_eq!(batch.position, first);
    assert_eq!(requests(&batch), [1]);
    assert!(floor.running.events[0].is_empty());
    floor.log.make_durable(LogPosition(first.0 + 1));
    assert_eq!(requests(&floor.next_batch()), [2]);
}

#[test]
fn what_a_batch_gave_is_spendable_when_its_events_are_seen() {
    let floor = Floor::open(config(), 1);

    for round in 0..2_000 {
        floor.submit(round, limit(1, Side::Buy, 1, 100)).unwrap();
        let order = round + 1;
        assert_eq!(requests(&floor.next_batch()), [round]);
        assert_eq!(floor.balance(1, CASH), [FUNDS, FUNDS - 100, 0, 100]);

        floor
            .ports()
            .try_submit(inbound(round, cancel(1, order)))
            .unwrap();
        assert_eq!(requests(&floor.next_batch()), [round]);
        assert_eq!(
            floor.balance(1, CASH),
            [FUNDS, FUNDS, 0, 0],
            "round {round}: the hold was not released when its cancel was seen"
        );
    }
}

#[test]
fn a_refused_submit_gives_its_hold_back() {
    let floor = Floor::open(config(), 1);
    floor.submit(1, limit(2, Side::Sell, 10, 90)).unwrap();
    let mut crossing = limit(1, Side::Buy, 10, 100);
    crossing.post_only = PostOnly::Reject;

    floor.submit(2, crossing).unwrap();
    floor.wait_until_applied(2);

    let mut answered = 0;
    while answered < 2 {
        answered += floor.next_batch().outcomes.len();
    }
    assert_eq!(floor.balance(1, CASH), [FUNDS, FUNDS, 0, 0]);
}

#[test]
fn an_unknown_outcome_shows_nothing_until_the_log_yields_it() {
    let floor = Floor::open(config(), 1);
    floor.log.hold_outcomes();
    floor.submit(1, limit(1, Side::Buy, 10, 100)).unwrap();
    while floor
        .log
        .kept()
        .iter()
        .all(|entry| entry.commands.is_empty())
    {
        std::thread::yield_now();
    }

    assert_eq!(
        floor.state().books[0].sequence.0,
        0,
        "applied before the log yielded it"
    );
    assert!(floor.running.events[0].is_empty());

    floor.log.yield_outcomes();
    assert_eq!(requests(&floor.next_batch()), [1]);
}

#[test]
fn an_entry_that_comes_twice_is_applied_once() {
    let floor = Floor::open(config(), 1);
    floor.log.duplicate_next(1_000);

    floor.submit(1, limit(1, Side::Buy, 10, 100)).unwrap();
    assert_eq!(requests(&floor.next_batch()), [1]);
    floor.submit(2, limit(1, Side::Buy, 10, 100)).unwrap();
    assert_eq!(requests(&floor.next_batch()), [2]);

    assert_eq!(floor.state().books[0].sequence.0, 2);
    assert_eq!(floor.balance(1, CASH), [FUNDS, FUNDS - 2_000, 0, 2_000]);
}
