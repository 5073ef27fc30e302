//! Goal: the same commands give the same state, however they are run (R6): again, live on threads, replayed from
//! the log, by the follower, in a debug build and in a release build.
//! Method: seeded flows. `RIALTO_R6_SEEDS` and `RIALTO_R6_COMMANDS` say how many; `RIALTO_R6_HASHES` names a file
//! that the first build writes and the next one is compared with.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use engine::InstrumentId;
use sequencer::{
    FileLogs, LogEntry, LogPosition, MatcherState, RejectedPart, Replica, SnapshotStore, Storage,
};

use crate::flow::{Flow, instruments, ledger};
use crate::followed::{OPTIONS, Shard, snapshots};

const SEED: u64 = 600;

fn number(key: &str, default: u64) -> u64 {
    std::env::var(key).map_or(default, |text| text.parse().expect("a number"))
}

/// Hash of each instrument's state.
fn hashes(states: &[MatcherState]) -> Vec<(InstrumentId, u64)> {
    let books = states.iter().flat_map(|state| &state.books);
    let mut hashes: Vec<_> = books
        .map(|book| (book.instrument, book.state_hash))
        .collect();
    hashes.sort_unstable();
    hashes
}

fn replica() -> Replica {
    Replica::new(&instruments(), ledger()).expect("the terms make sense")
}

/// Applies a flow's entries on one thread, without a log.
fn direct(seed: u64, commands: u64) -> Vec<(InstrumentId, u64)> {
    let (mut flow, mut replica) = (Flow::new(seed), replica());
    while replica.commands() < commands {
        let entry = flow.next_entry(8);
        let mut with_time = entry.clone();
        for command in &mut with_time.commands {
            command.at = Some(entry.at);
        }
        replica.apply(&with_time);
    }
    hashes(&[replica.state()])
}

/// Plays a flow on live threads; says where they, the log and the follower stand.
fn live(seed: u64, commands: u64, folder: &Path) -> Vec<(InstrumentId, u64)> {
    let mut options = snapshots(u64::MAX);
    options.cadence.replay_commands_max = commands / 4;
    let mut shard = Shard::open(folder, 2, options);
    shard.play_commands(&mut Flow::new(seed), commands);
    let agreed = shard.follow_to_the_end();
    let (states, _) = shard.end();

    let logs = FileLogs::open(folder, OPTIONS).expect("it stopped in order");
    assert_eq!(
        agreed,
        logs.last_position(),
        "the follower agreed to the end"
    );
    let disk = Arc::clone(Storage::real().disk());
    let store = SnapshotStore::new(disk, folder.to_owned());
    let (snapshot, _) = store.newest().expect("the folder is there");
    let snapshot = snapshot.expect("the follower wrote one");
    let mut replayed = replica();
    for entry in logs.read_from(LogPosition(1)).expect("it is there") {
        replayed.apply(&entry.expect("it is whole"));
        if replayed.position() == snapshot.position {
            let followed = snapshot.books.iter();
            let followed: Vec<_> = followed
                .map(|book| (book.instrument, book.state_hash))
                .collect();
            assert_eq!(
                followed,
                hashes(&[replayed.state()]),
                "seed {seed}: follower"
            );
        }
    }
    assert_eq!(
        hashes(&[replayed.state()]),
        hashes(&states),
        "seed {seed}: replay"
    );
    hashes(&states)
}

#[test]
fn the_same_commands_give_the_same_state_however_they_are_run() {
    let (seeds, commands) = (
        number("RIALTO_R6_SEEDS", 2),
        number("RIALTO_R6_COMMANDS", 5_000),
    );
    let mut all = String::new();
    for seed in SEED..SEED + seeds {
        let once = direct(seed, commands);
        assert_eq!(once, direct(seed, commands), "seed {seed}: rerun");
        let folder = tempfile::tempdir().expect("a place for files");
        assert_eq!(
            once,
            live(seed, commands, folder.path()),
            "seed {seed}: live"
        );
        let _ = writeln!(all, "{seed} {commands} {once:?}");
    }
    let builds = compare_builds(&all);
    println!(
        "GOAL R6 seeds={seeds} commands={commands} differences=0 \
         ways=rerun,live,replay,follower,{builds}"
    );
}

/// Leaves the hashes for another build, or compares with what one left.
fn compare_builds(all: &str) -> &'static str {
    let Some(path) = std::env::var_os("RIALTO_R6_HASHES") else {
        return "one_build";
    };
    if let Ok(other) = std::fs::read_to_string(&path) {
        assert_eq!(other, all, "another build came to other states");
        return "two_builds";
    }
    std::fs::write(&path, all).expect("a place for the hashes");
    "first_build"
}

#[test]
fn another_command_gives_another_state() {
    let (mut flow, mut one, mut other) = (Flow::new(SEED), replica(), replica());
    for _ in 0..200 {
        let entry: LogEntry = flow.next_entry(4);
        one.apply(&entry);
        let mut changed = entry.clone();
        if entry.position == LogPosition(100) {
            changed.commands.truncate(1);
            changed.commands.insert(0, flow.next_command());
        }
        assert_eq!(changed.rejected, RejectedPart::Nothing);
        other.apply(&changed);
    }

    assert_ne!(hashes(&[one.state()]), hashes(&[other.state()]));
}
