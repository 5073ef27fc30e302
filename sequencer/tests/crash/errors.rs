//! Goal (R3, in process): a disk that fails, refuses, writes half or stalls, at each of its first writes
//! and syncs, never lets a report leave that is not durable; the shard halts, and a restart has lost nothing.
//! Method: a shard trades on a simulated disk with one fault point; what had left at each call is compared
//! with what would survive the loss of everything unsynced. `RIALTO_R3_CALLS` says how many calls of a kind
//! fail in turn.

use std::sync::Arc;

use sequencer::{JournalView, OpenError, RecordedCall, SimulatedDisk};

use crate::chance::{Chance, from_environment, seed};
use crate::market::{Ended, Market, acknowledged, folder, open};

/// How a shard ended on a disk with one fault.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// It did not start.
    Refused,
    /// It halted.
    Halted,
    /// It went on.
    WentOn,
}

/// Trades `orders` orders on a disk with `faults`; says how it ended, and how much had left in the end.
fn play(disk: &SimulatedDisk, faults: &str, orders: u64) -> (End, Vec<RecordedCall>, u64) {
    let mut chance = Chance::new(seed());
    let market = match Market::start(disk, faults) {
        Ok(market) => market,
        Err(OpenError::Io { .. }) => return (End::Refused, disk.recorded(), 0),
        Err(error) => panic!("{faults}: {error}"),
    };
    let is_over = market.fund() == Ended::Halted
        || market.trade_one_by_one(orders, &mut chance) == Ended::Halted;
    let end = if is_over || market.is_halted() {
        market.wait_until_halted();
        End::Halted
    } else {
        End::WentOn
    };
    let seen = market.stop();
    (end, disk.recorded(), seen.acknowledged())
}

/// The last position on `disk` after the loss of everything unsynced.
fn durable(disk: &SimulatedDisk) -> u64 {
    let left = disk.cut_power_losing_everything();
    let view = JournalView::open(Arc::new(left), folder());
    view.map_or(0, |view| view.last_position().0)
}

/// Nothing left before it was durable, at the end and, if `at_every_call`, at each call.
fn reports_too_early(calls: &[RecordedCall], left_in_the_end: u64, step: usize) -> u64 {
    let disk = SimulatedDisk::new();
    let mut early = 0;
    for (k, call) in calls.iter().enumerate() {
        if k % step == 0 && acknowledged(call) > durable(&disk) {
            early += 1;
        }
        disk.go_on([call]);
    }
    early + u64::from(left_in_the_end > durable(&disk))
}

/// A restart on what is left, page cache or not, has what had left.
fn is_lost_at_restart(disk: &SimulatedDisk, left: u64) -> bool {
    let images = [
        disk.copy(),
        disk.cut_power_losing_everything(),
        disk.cut_power(left),
    ];
    images.iter().any(|image| {
        let opened = open(image, "");
        opened.map_or(true, |logs| logs.last_position().0 < left)
    })
}

#[test]
fn no_report_leaves_after_a_failed_write_or_sync_and_the_shard_halts() {
    let kinds = [
        ("fail_sync_at={n}", true),
        ("fail_write_at={n}:EIO", true),
        ("fail_write_at={n}:ENOSPC", true),
        ("fail_write_at={n}:short", true),
        ("fail_write_at={n}:EINTR", false),
        ("stall_sync_ms=5@{n}", false),
        ("stall_write_ms=5@{n}", false),
    ];
    let fail_in_turn = from_environment("RIALTO_R3_CALLS", 15);
    let orders = 3 * fail_in_turn;
    let (mut cases, mut early, mut lost, mut wrong_end) = (0, 0, 0, 0);
    for (kind, ends) in kinds {
        for n in 1..=fail_in_turn {
            let faults = kind.replace("{n}", &n.to_string());
            let disk = SimulatedDisk::new();
            let (end, calls, left) = play(&disk, &faults, orders);
            cases += 1;
            early += reports_too_early(&calls, left, 5);
            lost += u64::from(is_lost_at_restart(&disk, left));
            if (end != End::WentOn) != ends {
                println!("{faults}: {end:?}");
                wrong_end += 1;
            }
        }
    }

    // The same look at a shard that does not wait for its syncs.
    let disk = SimulatedDisk::new();
    let (_, calls, left) = play(&disk, "ack_before_sync", orders);
    let is_caught = reports_too_early(&calls, left, 1) > 0;

    println!(
        "GOAL R3 in_process cases={cases} reports_after_failure={early} lost={lost} \
         wrong_end={wrong_end} controls_caught={}/1",
        u8::from(is_caught)
    );
    assert_eq!((early, lost, wrong_end), (0, 0, 0));
    assert!(is_caught);
}
