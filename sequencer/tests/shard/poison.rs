//! Goal: a command that makes a matcher panic is named at the next start, and a repair takes it out.
//! Method: a process of its own panics at a position, live or while it applies the log again; then the
//! folder is opened, repaired and opened again, with the fault still there.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use engine::{AccountId, Event, RejectReason, Side};
use ledger::{Money, Overdrawn};
use sequencer::{
    ControlCommand, Durability, Epoch, FileLogOptions, FileLogs, LogPosition, OpenError, RealDisk,
    RejectedPart, Rejection, RepairError, Storage, close_overdrawn,
};

use crate::abort::signal_of;
use crate::floor::{CASH, FUNDS, Floor, cancel, funding, inbound, limit, next_batch, requests};

/// The folder of the process that panics.
const FOLDER: &str = "SEQUENCER_TEST_POISONED_FOLDER";
/// Of the orders after the funding, the second.
const POISONED: u64 = 2;
const OPTIONS: FileLogOptions = FileLogOptions {
    durability: Durability::Sync,
    segment_bytes: 64 << 10,
    reserve_bytes: 0,
};

fn poisoned() -> LogPosition {
    LogPosition(u64::try_from(funding().len()).unwrap() + POISONED)
}

/// Storage on which the second order's position panics.
fn faulty() -> Storage {
    let faults = format!("panic_at_position={}", poisoned().0);
    Storage::with_faults(Arc::new(RealDisk), faults.parse().unwrap())
}

fn open(storage: Storage, folder: &Path) -> Result<FileLogs, OpenError> {
    FileLogs::open_on(storage, folder, OPTIONS, LogPosition(0))
}

/// What the process does that panics.
fn trade_until_it_panics(folder: &Path) {
    let floor = Floor::on(open(faulty(), folder).unwrap());
    floor.fund();
    for request in 1..=3 {
        floor.submit(request, limit(1, Side::Buy, 10, 100)).unwrap();
        floor.next_batch();
    }
}

/// Runs this test in a process of its own on `folder`, and sees it abort.
fn abort_on(folder: &Path) {
    let test = "poison::a_command_that_panics_is_named_and_can_be_taken_out";
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(FOLDER, folder)
        .output()
        .unwrap();
    assert_eq!(signal_of(ended.status), Some(6), "{ended:?}");
}

fn refusal(folder: &Path) -> String {
    let opened = open(Storage::real(), folder);
    opened.expect_err("it has a poisoned command").to_string()
}

#[test]
fn a_command_that_panics_is_named_and_can_be_taken_out() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return trade_until_it_panics(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();

    // Live, and again while the log is applied.
    abort_on(folder);
    let live = refusal(folder);
    std::fs::remove_file(folder.join("quarantine.txt")).unwrap();
    abort_on(folder);
    let replayed = refusal(folder);
    for said in [live, replayed] {
        assert!(said.contains("rialto repair --reject 14"), "{said}");
        assert!(said.contains("position 14 panics"), "{said}");
    }

    let repair = FileLogs::reject(Storage::real(), folder, OPTIONS, poisoned()).unwrap();
    assert_eq!(repair.taken_out.rejected, RejectedPart::Whole);
    assert_eq!(repair.epoch, Epoch(2));
    assert_eq!(repair.recorded_at, LogPosition(15));

    // The fault is still there, and nothing panics.
    let logs = open(faulty(), folder).unwrap();
    assert_eq!(logs.epoch(), Epoch(2));
    assert_eq!(logs.taken_out(), [repair.taken_out]);
    let floor = Floor::on(logs);
    let accepted = floor.next_batch();
    let taken_out = floor.next_batch();
    assert!(matches!(accepted.events[0], Event::Accepted(_)));
    assert!(
        matches!(taken_out.events[0], Event::Rejected(rejected) if rejected.reason == RejectReason::TakenOut),
        "{:?}",
        taken_out.events
    );
    assert!(matches!(taken_out.events[1], Event::HoldReleased(_)));
    assert_eq!(floor.balance(1, CASH)[1], FUNDS - 1_000, "one order holds");
    floor.submit(9, limit(1, Side::Buy, 1, 100)).unwrap();
    assert_eq!(requests(&next_batch(&floor.running.events[0])), [9]);
}

#[test]
fn only_the_command_that_the_marker_names_is_taken_out() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let floor = Floor::on(open(Storage::real(), folder).unwrap());
    floor.fund();
    floor.submit(1, limit(1, Side::Buy, 10, 100)).unwrap();
    floor.next_batch();
    floor.running.stop.stop_and_drain();
    let other = "position 13\ninstrument 1\nsequence 2\nreason it was another\n";
    std::fs::write(folder.join("quarantine.txt"), other).unwrap();

    let repair = FileLogs::reject(Storage::real(), folder, OPTIONS, LogPosition(13)).unwrap();

    let command = RejectedPart::Command {
        instrument: engine::InstrumentId(1),
        sequence: engine::SequenceNumber(2),
    };
    let rejection = Rejection {
        position: LogPosition(13),
        rejected: command,
    };
    assert_eq!(repair.taken_out, rejection);
    let floor = Floor::on(open(Storage::real(), folder).unwrap());
    let batch = floor.next_batch();
    assert!(matches!(batch.events[0], Event::Accepted(_)), "{batch:?}");
    assert_eq!(
        floor.ledger.balances(AccountId(1))[1].hold,
        Money::from_units(1_000)
    );
}

/// Takes out of the log the deposit that account 1's order rests on, and starts again.
fn without_the_deposit(folder: &Path) -> Floor {
    let floor = Floor::on(open(Storage::real(), folder).unwrap());
    floor.fund();
    floor.submit(1, limit(1, Side::Buy, 10, 100)).unwrap();
    floor.next_batch();
    floor.running.stop.stop_and_drain();
    FileLogs::reject(Storage::real(), folder, OPTIONS, LogPosition(3)).unwrap();
    let floor = Floor::on(open(Storage::real(), folder).unwrap());
    // The order that rests on it, applied again.
    floor.next_batch();
    floor
}

#[test]
fn a_control_entry_that_is_taken_out_does_nothing_and_keeps_its_number() {
    let folder = tempfile::tempdir().unwrap();

    let floor = without_the_deposit(folder.path());

    assert_eq!(floor.balance(1, CASH), [0, -1_000, 0, 1_000]);
    assert_eq!(floor.balance(2, CASH), [FUNDS, FUNDS, 0, 0]);
    let next = ControlCommand::Deposit {
        account: AccountId(2),
        asset: CASH,
        amount: Money::from_units(1),
    };
    let outcome = floor.ports().control(next).unwrap().wait().unwrap();
    // Twelve of the funding, and the record of the repair.
    assert_eq!(outcome.sequence.0, 14);
}

#[test]
fn an_account_whose_money_is_gone_opens_in_cancel_only_and_the_others_open() {
    let folder = tempfile::tempdir().unwrap();
    let floor = without_the_deposit(folder.path());

    let closed = close_overdrawn(floor.ports(), &floor.ledger).unwrap();

    assert_eq!(closed.len(), 1);
    let lacks = Overdrawn {
        account: AccountId(1),
        asset: CASH,
        available: Money::from_units(-1_000),
    };
    assert_eq!(closed[0].lacks, [lacks]);
    closed[0].receipt.wait().unwrap();
    floor.next_batch();
    // What it has of the other asset could pay for this one.
    floor.submit(2, limit(1, Side::Sell, 1, 200)).unwrap();
    floor.submit(3, limit(2, Side::Sell, 1, 200)).unwrap();
    floor.ports().try_submit(inbound(4, cancel(1, 1))).unwrap();
    let mut events = Vec::new();
    while events.len() < 4 {
        let batch = floor.next_batch();
        let told = batch
            .events
            .iter()
            .filter(|event| !matches!(event, Event::HoldReleased(_)));
        events.extend(told.copied());
    }
    assert!(
        matches!(events[0], Event::Rejected(rejected) if rejected.reason == RejectReason::CancelOnly),
        "{events:?}"
    );
    assert!(matches!(events[1], Event::Accepted(_)), "{events:?}");
    assert!(matches!(events[2], Event::Rested(_)), "{events:?}");
    assert!(matches!(events[3], Event::Canceled(_)), "{events:?}");

    // Nothing rests on what is gone any more.
    floor.running.stop.stop_and_drain();
    let floor = Floor::on(open(Storage::real(), folder.path()).unwrap());
    assert!(
        close_overdrawn(floor.ports(), &floor.ledger)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn what_the_log_does_not_have_or_has_taken_out_is_not_taken_out() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let floor = Floor::on(open(Storage::real(), folder).unwrap());
    floor.fund();
    floor.running.stop.stop_and_drain();
    let reject =
        |position| FileLogs::reject(Storage::real(), folder, OPTIONS, LogPosition(position));

    let missing = [0, 13].map(|position| reject(position).unwrap_err().to_string());
    reject(4).unwrap();
    let twice = reject(4);

    assert_eq!(
        missing,
        [
            "the log has no position 0: it has 1 to 12",
            "the log has no position 13: it has 1 to 12"
        ]
    );
    assert!(
        matches!(twice, Err(RepairError::TakenOutBefore(LogPosition(4)))),
        "{twice:?}"
    );
}
