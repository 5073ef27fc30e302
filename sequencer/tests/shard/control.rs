//! The control sequence: accounts, deposits and withdrawals, each applied once, through the log.

use engine::AccountId;
use ledger::{ControlRefusal, Money};
use sequencer::{ClockSource, ControlCommand, ControlError};

use crate::floor::{CASH, FUNDS, Floor, PATIENCE, config};

const NEWCOMER: AccountId = AccountId(9);

#[test]
fn control_entries_are_counted_in_a_sequence_of_their_own() {
    let floor = Floor::closed(config(), 1, ClockSource::Realtime);
    let ports = floor.ports();

    let created = ports.control(create(NEWCOMER)).unwrap().wait().unwrap();
    let paid_in = ports
        .control(deposit(NEWCOMER, 70))
        .unwrap()
        .wait()
        .unwrap();
    let paid_out = ports
        .control(withdraw(NEWCOMER, 30))
        .unwrap()
        .wait()
        .unwrap();

    let sequences = [&created, &paid_in, &paid_out].map(|outcome| outcome.sequence.0);
    assert_eq!(sequences, [1, 2, 3]);
    assert_eq!(floor.balance(9, CASH), [40, 40, 0, 0]);
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let batch = floor.running.events[0].recv_timeout(PATIENCE).unwrap();
        seen.extend(batch.controls);
    }
    assert_eq!(seen, [created, paid_in, paid_out]);
}

#[test]
fn refusals_are_said_and_change_nothing() {
    let floor = Floor::open(config(), 1);
    let refused = |command: ControlCommand| {
        let outcome = floor
            .ports()
            .control(command.clone())
            .and_then(|receipt| receipt.wait());
        match outcome {
            Err(ControlError::Refused(refusal)) => refusal,
            other => panic!("{command:?} was not refused: {other:?}"),
        }
    };

    assert_eq!(refused(create(AccountId(1))), ControlRefusal::AccountExists);
    assert_eq!(
        refused(deposit(NEWCOMER, 1)),
        ControlRefusal::UnknownAccount
    );
    assert_eq!(
        refused(deposit(AccountId(1), 0)),
        ControlRefusal::AmountNotPositive
    );
    assert_eq!(
        refused(withdraw(AccountId(1), FUNDS + 1)),
        ControlRefusal::Insufficient
    );
    assert_eq!(floor.balance(1, CASH), [FUNDS, FUNDS, 0, 0]);
}

#[test]
fn a_deposit_is_answered_and_spendable_only_when_it_is_durable() {
    let floor = Floor::open(config(), 1);
    floor.log.hold_durability();

    let receipt = floor.ports().control(deposit(AccountId(1), 70)).unwrap();
    while floor.balance(1, CASH)[2] == 0 {
        std::thread::yield_now();
    }

    assert_eq!(floor.balance(1, CASH), [FUNDS + 70, FUNDS, 70, 0]);
    assert!(floor.running.events[0].is_empty());
    floor.log.resume_durability();
    receipt.wait().unwrap();
    assert_eq!(floor.balance(1, CASH), [FUNDS + 70, FUNDS + 70, 0, 0]);
}

#[test]
fn a_control_entry_that_comes_twice_is_applied_once() {
    let floor = Floor::open(config(), 1);
    floor.log.duplicate_next(10);

    floor
        .ports()
        .control(deposit(AccountId(1), 70))
        .unwrap()
        .wait()
        .unwrap();
    floor
        .ports()
        .control(deposit(AccountId(1), 1))
        .unwrap()
        .wait()
        .unwrap();

    assert_eq!(floor.balance(1, CASH), [FUNDS + 71, FUNDS + 71, 0, 0]);
}

fn create(account: AccountId) -> ControlCommand {
    ControlCommand::CreateAccount {
        account,
        deposits: Box::default(),
    }
}

fn deposit(account: AccountId, units: i128) -> ControlCommand {
    let amount = Money::from_units(units);
    ControlCommand::Deposit {
        account,
        asset: CASH,
        amount,
    }
}

fn withdraw(account: AccountId, units: i128) -> ControlCommand {
    let amount = Money::from_units(units);
    ControlCommand::Withdraw {
        account,
        asset: CASH,
        amount,
    }
}
