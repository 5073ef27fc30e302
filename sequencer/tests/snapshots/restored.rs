//! Goal: a snapshot and what follows it in the log are what live is, at any place of any flow (R5).
//! Method: random flows; at random places a snapshot goes through its file's bytes, a second shard goes on
//! from it beside the first, and both are compared after each entry.

use std::sync::Arc;

use ledger::LedgerImage;
use sequencer::{
    Epoch, EventBatch, LogEntry, LogPosition, MatcherState, Replica, SimulatedDisk, Snapshot,
    SnapshotStore,
};

use crate::flow::{Flow, instruments, ledger};

const SEED: u64 = 9_300;
/// Entries for which a restored shard goes on beside the live one.
const ENTRIES_BESIDE: usize = 12;

fn seed() -> u64 {
    std::env::var("RIALTO_SEED").map_or(SEED, |seed| seed.parse().expect("a seed is a number"))
}

/// Random places that are tried; the long run tries more.
fn places() -> usize {
    std::env::var("RIALTO_SNAPSHOT_PLACES").map_or(1_000, |count| count.parse().expect("a count"))
}

fn replica() -> Replica {
    Replica::new(&instruments(), ledger()).expect("the instruments make sense")
}

/// What must be the same in a restored shard.
#[derive(Debug, PartialEq)]
struct Standing {
    state: MatcherState,
    ledger: LedgerImage,
    commands: u64,
    events: Vec<engine::Event>,
}

fn standing(replica: &Replica, said: &EventBatch) -> Standing {
    Standing {
        state: replica.state(),
        ledger: replica.ledger().image().expect("nobody else settles"),
        commands: replica.commands(),
        events: said.events.iter().copied().map(without_place).collect(),
    }
}

/// Places in memory are of one process.
fn without_place(mut event: engine::Event) -> engine::Event {
    let nowhere = engine::OrderHandle {
        slot: 0,
        generation: 0,
    };
    if let engine::Event::Accepted(accepted) = &mut event {
        accepted.handle = nowhere;
    }
    if let engine::Event::Rested(rested) = &mut event {
        rested.handle = nowhere;
    }
    event
}

/// What differs, in words: the whole would fill a screen.
fn difference(found: &Standing, expected: &Standing) -> String {
    if found.events != expected.events {
        return format!("said {:?}\nlive {:?}", found.events, expected.events);
    }
    if found.ledger != expected.ledger {
        return format!("has {:?}\nlive {:?}", found.ledger, expected.ledger);
    }
    format!("stands at {:?}, live at {:?}", found.state, expected.state)
}

fn apply(replica: &mut Replica, entry: &LogEntry) -> Standing {
    let said = replica.apply(entry).clone();
    standing(replica, &said)
}

/// A snapshot of the shard, once through its bytes on a disk.
fn through_a_file(replica: &Replica, store: &SnapshotStore) -> Snapshot {
    let snapshot = replica
        .snapshot(Epoch(3), 77, b"what a reader keeps".to_vec())
        .expect("nobody else settles");
    let written = store.write(&snapshot, LogPosition(0));
    written.expect("the disk is sound");
    let (found, refused) = store.newest().expect("the folder is there");
    assert!(refused.is_empty(), "{refused:?}");
    let found = found.expect("it was written just now");
    assert!(found == snapshot, "it is read as it was written");
    found
}

#[test]
fn a_restored_shard_goes_on_as_if_nothing_had_been_at_a_thousand_places() {
    let (seed, places) = (seed(), places());
    println!("RIALTO_SEED={seed} RIALTO_SNAPSHOT_PLACES={places}");
    let mut tried = 0;
    for round in 0.. {
        if tried >= places {
            break;
        }
        let store = SnapshotStore::new(Arc::new(SimulatedDisk::new()), "/".into());
        tried += one_flow(seed + round, &store, places - tried);
    }
    println!("GOAL R5 places={tried} differences=0");
}

/// Goes through one flow; says at how many places a shard was restored.
fn one_flow(seed: u64, store: &SnapshotStore, tries_max: usize) -> usize {
    let mut flow = Flow::new(seed);
    let mut live = replica();
    let mut beside: Vec<(Replica, usize)> = Vec::new();
    let mut tries = 0;
    for step in 0..600 {
        let entry = flow.next_entry(6);
        let expected = apply(&mut live, &entry);
        for (restored, _) in &mut beside {
            let found = apply(restored, &entry);
            assert!(
                found == expected,
                "seed {seed}, step {step}: {}",
                difference(&found, &expected)
            );
        }
        beside.retain_mut(|(restored, left)| {
            restored.engine().assert_invariants();
            *left -= 1;
            *left > 0
        });
        if tries < tries_max && flow.below(3) == 0 {
            let snapshot = through_a_file(&live, store);
            let restored = Replica::restored(&snapshot, &instruments(), ledger());
            beside.push((restored.expect("it was written just now"), ENTRIES_BESIDE));
            tries += 1;
        }
    }
    tries
}
