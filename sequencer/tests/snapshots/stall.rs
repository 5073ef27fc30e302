//! Goal: snapshots add no stall above 1 ms to matching (R5).
//! Method: three shards of many resting orders one after another in one run: without snapshots, with snapshots
//! all the time, without again. Commands come one by one at a fixed rate, and each is timed until its event is
//! out. Two snapshots and more fall into each window of commands, so a stall that they add shows in the longest of
//! every window: the medians of those are compared, which other programs on the machine hardly change.
//! `RIALTO_STALL_COMMANDS` says how many; `RIALTO_TIME_BARS` makes the bar one that fails.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::Timestamp;
use ledger::Ledger;
use sequencer::{
    ClockSource, Durability, Epoch, FileLogOptions, FileLogs, LogPosition, Running,
    SequencerConfig, SnapshotCadence, SnapshotOptions, Storage, Threads, start,
};

use crate::flow::{Flow, door_reserve, instruments, ledger};

const OPTIONS: FileLogOptions = FileLogOptions {
    durability: Durability::None,
    segment_bytes: 16 << 20,
    reserve_bytes: 0,
};
/// One command is entered in this time.
const PACE: Duration = Duration::from_micros(150);
const COMMANDS_PER_SNAPSHOT: u64 = 1_000;
const WINDOW_COMMANDS: usize = 2_500;

/// What one shard's commands took, in microseconds.
#[derive(Debug)]
struct Stalls {
    longest: u128,
    /// The median of the windows' longest.
    usual_longest: u128,
    snapshots: u64,
}

fn open(folder: &Path, ledger: Arc<Ledger>, replay_commands_max: u64) -> Running {
    let config = SequencerConfig {
        threads: Threads::Count(NonZeroUsize::MIN),
        ..SequencerConfig::for_cores(NonZeroUsize::new(2).unwrap())
    };
    let snapshots = SnapshotOptions {
        cadence: SnapshotCadence {
            replay_time_max: Duration::from_secs(3_600),
            replay_commands_max,
        },
        ..SnapshotOptions::default()
    };
    let logs = FileLogs::open_with_snapshots(Storage::real(), folder, OPTIONS, snapshots, Epoch(1));
    let clock = ClockSource::Realtime;
    start(config, &instruments(), ledger, logs.unwrap(), clock).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "this test measures times")]
fn now() -> Instant {
    Instant::now()
}

/// Enters commands at the pace and times each until its event is out.
fn stalls(commands: usize, replay_commands_max: u64) -> Stalls {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger();
    let running = open(folder.path(), Arc::clone(&ledger), replay_commands_max);
    let mut flow = Flow::new(21);
    for control in flow.next_entry(1).control {
        running.ports.control(control).unwrap().wait().unwrap();
    }
    let events = &running.events[0];
    while events.try_recv().is_ok() {}
    let mut took = Vec::with_capacity(commands);
    let begun = now();
    for k in 0..commands {
        let due = PACE * u32::try_from(k).unwrap();
        while let Some(left) = due.checked_sub(begun.elapsed()) {
            std::thread::park_timeout(left);
        }
        let mut command = flow.next_command();
        // Nothing falls due by itself.
        command.at = Some(Timestamp(1));
        if let Some((account, side, extra)) = door_reserve(&command.command) {
            let reserved = ledger.reserve(account, command.instrument, side, extra);
            reserved.unwrap();
        }
        let sent = now();
        running.ports.try_submit(command).unwrap();
        let mut position = LogPosition(0);
        while position == LogPosition(0) {
            position = events.recv().unwrap().position;
        }
        took.push(sent.elapsed().as_micros());
    }
    let snapshots = running.ports.follower().snapshots();
    let reader = events.clone();
    let drained = std::thread::spawn(move || reader.iter().count());
    running.stop.stop_and_drain();
    drop(running.events);
    drained.join().unwrap();
    let windows = took.chunks(WINDOW_COMMANDS);
    let mut longest: Vec<u128> = windows
        .filter_map(|window| window.iter().max().copied())
        .collect();
    longest.sort_unstable();
    Stalls {
        longest: *longest.last().unwrap(),
        usual_longest: longest[longest.len() / 2],
        snapshots,
    }
}

#[test]
fn snapshots_add_no_stall_to_matching() {
    let commands = std::env::var("RIALTO_STALL_COMMANDS");
    let commands = commands.map_or(4_000, |text| text.parse().expect("a count"));
    let before = stalls(commands, u64::MAX);
    let with = stalls(commands, COMMANDS_PER_SNAPSHOT);
    let after = stalls(commands, u64::MAX);

    assert!(with.snapshots >= 1, "snapshots were written meanwhile");
    assert_eq!((before.snapshots, after.snapshots), (0, 0));
    let without = before.usual_longest.max(after.usual_longest);
    let added = with.usual_longest.saturating_sub(without);
    println!(
        "GOAL R5 commands={commands} snapshots={} longest_us={}/{}/{} usual_longest_us={}/{}/{} stall_added_us={added}",
        with.snapshots,
        before.longest,
        with.longest,
        after.longest,
        before.usual_longest,
        with.usual_longest,
        after.usual_longest
    );
    if std::env::var_os("RIALTO_TIME_BARS").is_some() {
        assert!(added <= 1_000, "no stall above a millisecond");
    }
}
