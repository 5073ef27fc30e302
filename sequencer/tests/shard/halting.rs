//! A log that fails halts the shard: no further report leaves, every command is refused.

use engine::Side;
use ledger::Money;
use sequencer::{ControlCommand, ControlError, LogPosition, Refused};

use crate::floor::{CASH, Floor, config, count, limit, requests, uncovered};

#[test]
fn a_refused_append_halts_the_shard() {
    let floor = Floor::open(config(), 1);
    floor.submit(1, limit(1, Side::Buy, 1, 100)).unwrap();
    assert_eq!(requests(&floor.next_batch()), [1]);

    floor.log.refuse();
    floor.submit(2, limit(1, Side::Buy, 1, 100)).unwrap();

    assert_ended_without_a_report(&floor);
}

#[test]
fn a_failed_log_halts_the_shard_and_what_was_not_durable_never_leaves() {
    let floor = Floor::open(config(), 1);
    floor.log.hold_durability();
    floor.submit(1, limit(1, Side::Buy, 1, 100)).unwrap();
    floor.wait_until_applied(1);

    floor.log.fail();
    while !floor.ports().is_halted() {
        std::thread::yield_now();
    }
    floor.log.resume_durability();

    assert_ended_without_a_report(&floor);
    assert_eq!(
        floor.balance(1, CASH)[3],
        100,
        "a hold of an unknown outcome was given back"
    );
}

#[test]
fn a_crash_point_loses_everything_after_it_and_shows_nothing_of_it() {
    let mut config = config();
    config.batch_commands_max = count(1);
    let floor = Floor::open(config, 1);
    let last = floor.log.last_position();
    floor.log.crash_after(LogPosition(last.0 + 3));

    // From some command on they are refused; some more may be taken and lost.
    let mut request = 0;
    while floor.ports().try_submit(uncovered(request + 1)) != Err(Refused::Unavailable) {
        request += 1;
    }

    let shown: Vec<u64> = floor.running.events[0]
        .iter()
        .flat_map(|batch| requests(&batch))
        .collect();
    let kept: Vec<u64> = floor
        .log
        .kept()
        .iter()
        .flat_map(|entry| entry.commands.iter().map(|command| command.origin.request))
        .collect();
    assert_eq!(kept, [1, 2, 3]);
    assert!(
        kept.starts_with(&shown),
        "{shown:?} was shown, {kept:?} is durable"
    );
}

#[test]
fn a_control_command_whose_outcome_was_not_durable_at_the_halt_is_unknown() {
    let floor = Floor::open(config(), 1);
    floor.log.hold_durability();
    let deposit = ControlCommand::Deposit {
        account: engine::AccountId(1),
        asset: CASH,
        amount: Money::from_units(5),
    };
    let receipt = floor.ports().control(deposit).unwrap();

    floor.log.fail();

    assert_eq!(receipt.wait(), Err(ControlError::OutcomeUnknown));
}

#[test]
fn one_matchers_log_halts_all_matchers_of_the_shard() {
    let floor = Floor::open(config(), 2);
    floor.log.refuse();

    floor.ports().try_submit(uncovered(1)).unwrap();

    for events in &floor.running.events {
        assert!(events.iter().all(|batch| batch.outcomes.is_empty()));
    }
    assert!(floor.ports().is_halted());
}

/// Reads both streams to their end, which comes only if matchers end.
fn assert_ended_without_a_report(floor: &Floor) {
    for events in &floor.running.events {
        assert_eq!(
            events.iter().count(),
            0,
            "a report left after the log failed"
        );
    }
    assert!(floor.ports().is_halted());
    assert_eq!(
        floor.ports().try_submit(uncovered(9)),
        Err(Refused::Unavailable)
    );
    assert_eq!(floor.ports().inspect().unwrap_err(), Refused::Unavailable);
}
