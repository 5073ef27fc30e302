//! Time: ticks come at the engine's deadlines and only then; replayed commands carry their own time.

use engine::{Command, Event, Side, TimeInForce, Timestamp};
use sequencer::{ClockSource, ManualClock, Stage, Stamping};

use crate::floor::{CASH, FUNDS, Floor, config, inbound, limit, uncovered};

#[test]
fn a_tick_comes_at_the_engines_deadline_and_expires_the_order() {
    let manual = ManualClock::at(Timestamp(1_000));
    let floor = Floor::closed(config(), 1, ClockSource::Manual(manual.clone()));
    floor.fund();
    let mut order = limit(1, Side::Buy, 10, 100);
    order.time_in_force = TimeInForce::GoodTillDate(Timestamp(5_000));
    floor.submit(1, order).unwrap();
    assert_eq!(floor.next_batch().outcomes[0].at, Timestamp(1_000));

    manual.set(Timestamp(4_999));
    floor.ports().try_submit(uncovered(2)).unwrap();
    assert_eq!(floor.next_batch().outcomes[0].command, uncovered(2).command);

    manual.set(Timestamp(5_000));
    let batch = floor.next_batch();
    assert_eq!(batch.outcomes.len(), 1);
    assert_eq!(batch.outcomes[0].command, Command::Tick);
    assert_eq!(batch.outcomes[0].sequence.0, 3);
    assert_eq!(batch.outcomes[0].at, Timestamp(5_000));
    assert!(
        batch
            .events
            .iter()
            .any(|event| matches!(event, Event::Canceled(_)))
    );
    assert_eq!(floor.balance(1, CASH), [FUNDS, FUNDS, 0, 0]);

    // Nothing is due any more: no tick takes a sequence number.
    manual.set(Timestamp(9_000));
    floor.ports().try_submit(uncovered(4)).unwrap();
    assert_eq!(floor.next_batch().outcomes[0].sequence.0, 4);
    assert_eq!(floor.ports().counters().ticks, 1);
}

#[test]
fn a_tick_whose_outcome_is_unknown_is_not_appended_again() {
    let manual = ManualClock::at(Timestamp(1_000));
    let floor = Floor::closed(config(), 1, ClockSource::Manual(manual.clone()));
    floor.fund();
    let mut order = limit(1, Side::Buy, 10, 100);
    order.time_in_force = TimeInForce::GoodTillDate(Timestamp(5_000));
    floor.submit(1, order).unwrap();
    floor.next_batch();

    floor.log.hold_outcomes();
    manual.set(Timestamp(5_000));
    let before = floor.log.last_position().0;
    while floor.log.last_position().0 == before {
        std::thread::yield_now();
    }
    for _ in 0..100 {
        floor.state();
    }

    assert_eq!(floor.log.last_position().0, before + 1);
    floor.log.yield_outcomes();
    assert_eq!(floor.next_batch().outcomes[0].command, Command::Tick);
}

#[test]
fn engine_time_never_goes_back() {
    let manual = ManualClock::at(Timestamp(7_000));
    let floor = Floor::closed(config(), 1, ClockSource::Manual(manual.clone()));
    floor.fund();

    floor.ports().try_submit(uncovered(1)).unwrap();
    assert_eq!(floor.next_batch().outcomes[0].at, Timestamp(7_000));
    manual.set(Timestamp(6_000));
    floor.ports().try_submit(uncovered(2)).unwrap();

    assert_eq!(floor.next_batch().outcomes[0].at, Timestamp(7_000));
}

#[test]
fn replayed_commands_are_applied_at_the_time_they_carry() {
    let floor = Floor::closed(config(), 1, ClockSource::Replay);
    floor.fund();
    for (at, applied_at) in [
        (Some(500), 500),
        (Some(400), 500),
        (None, 500),
        (Some(900), 900),
    ] {
        let mut command = inbound(1, uncovered(1).command);
        command.at = at.map(Timestamp);

        floor.ports().try_submit(command).unwrap();

        assert_eq!(floor.next_batch().outcomes[0].at, Timestamp(applied_at));
    }
}

#[test]
fn stamps_are_set_in_order_where_they_are_on_and_not_at_all_where_they_are_off() {
    let stages = [
        Stage::Queued,
        Stage::Popped,
        Stage::Appended,
        Stage::Matched,
        Stage::Released,
    ];
    let stamps_with = |stamping| {
        let mut config = config();
        config.stamping = stamping;
        let floor = Floor::open(config, 1);
        floor.ports().try_submit(uncovered(1)).unwrap();
        let stamps = floor.next_batch().outcomes[0].stamps;
        (
            stages.map(|stage| stamps.at(stage)),
            floor.ports().counters().stamped,
        )
    };

    assert_eq!(stamps_with(Stamping::Off), ([0; 5], 0));
    let (on, stamped) = stamps_with(Stamping::On);
    assert!(on[0] > 0);
    assert!(on.is_sorted(), "{on:?}");
    assert_eq!(stamped, 1);
}
