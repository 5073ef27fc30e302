//! Goal: a crash at every step of the snapshot writer leaves a whole snapshot (R5).
//! Method: every call that the writer makes on a simulated disk is recorded; after each of them the process is
//! killed, and the power is cut in many ways. Two controls, in which a sync is left out, must be caught.

use std::path::Path;
use std::sync::Arc;

use sequencer::{
    Disk, Epoch, FaultPoint, Faults, LogPosition, Replica, SimulatedDisk, Snapshot, SnapshotStore,
    Storage,
};

use crate::flow::{Flow, instruments, ledger};

/// Ways in which the power is cut after each step.
const CUTS: u64 = 60;

fn store(disk: &Arc<dyn Disk>) -> SnapshotStore {
    SnapshotStore::new(Arc::clone(disk), Path::new("/").to_owned())
}

/// Three snapshots of one flow.
fn snapshots() -> [Snapshot; 3] {
    let mut flow = Flow::new(5);
    let mut replica = Replica::new(&instruments(), ledger()).expect("the terms make sense");
    [(); 3].map(|()| {
        for _ in 0..200 {
            replica.apply(&flow.next_entry(6));
        }
        replica
            .snapshot(Epoch(1), 5, Vec::new())
            .expect("nobody else settles")
    })
}

/// The newest snapshot on a disk, if it is one that was written there.
fn newest(disk: &SimulatedDisk, written: &[Snapshot]) -> Option<LogPosition> {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let (found, _) = store(&disk).newest().expect("the folder is there");
    let found = found?;
    assert!(written.contains(&found), "what is read was written");
    Some(found.position)
}

/// Cuts and kills after every call of writing the third snapshot; says how many left what they should not.
fn failures(faults: &[FaultPoint]) -> (usize, usize) {
    let all = snapshots();
    let before = SimulatedDisk::new();
    let sound: Arc<dyn Disk> = Arc::new(before.clone());
    for (snapshot, before) in all[..2].iter().zip([LogPosition(0), all[0].position]) {
        let written = store(&sound).write(snapshot, before);
        written.expect("the disk is sound");
    }
    let working = before.copy();
    working.record(|| 0);
    let faults = Faults::of(faults).expect("tests have fault points");
    let storage = Storage::with_faults(Arc::new(working.clone()), faults);
    let written = store(storage.disk()).write(&all[2], all[1].position);
    written.expect("nothing fails");
    let calls = working.recorded();
    let mut failures = 0;
    for done in 0..=calls.len() {
        let disk = SimulatedDisk::after(&before, &calls[..done]);
        let cuts = (0..CUTS).map(|seed| disk.cut_power(seed));
        for left in cuts.chain([disk.copy(), disk.cut_power_losing_everything()]) {
            let found = newest(&left, &all);
            let is_old_enough = found == Some(all[1].position) && done < calls.len();
            if !is_old_enough && found != Some(all[2].position) {
                failures += 1;
            }
        }
    }
    (calls.len(), failures)
}

#[test]
fn a_crash_at_every_step_of_the_writer_leaves_a_whole_snapshot_and_two_controls_are_caught() {
    let (steps, failed) = failures(&[]);
    assert!(steps >= 6, "the writer made {steps} calls");
    assert_eq!(failed, 0, "of {steps} steps");

    let (_, without_data_sync) = failures(&[FaultPoint::SkipDataSync]);
    let (_, without_folder_sync) = failures(&[FaultPoint::SkipFolderSync]);
    assert!(without_data_sync > 0, "an unsynced snapshot is lost");
    assert!(without_folder_sync > 0, "an unsynced name is lost");
    println!("GOAL R5 writer_steps={steps} lost=0 controls_caught=2/2");
}

#[test]
fn a_damaged_snapshot_is_said_and_the_one_before_it_is_taken() {
    let all = snapshots();
    let disk = SimulatedDisk::new();
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let store = store(&shared);
    let mut before = LogPosition(0);
    for snapshot in &all {
        store.write(snapshot, before).expect("the disk is sound");
        before = snapshot.position;
    }
    let kept = store.positions().expect("the folder is there");
    assert_eq!(kept, [all[1].position, all[2].position], "two are kept");

    let name = format!("/snapshot-{:020}.snap", all[2].position.0);
    disk.damage(Path::new(&name), |bytes| bytes[5_000] ^= 1)
        .expect("it is there");
    let (found, refused) = store.newest().expect("the folder is there");

    assert!(
        found.as_ref() == Some(&all[1]),
        "the one before it is taken"
    );
    assert_eq!(refused.len(), 1);
    assert!(refused[0].file.ends_with(&name[1..]));
    assert_eq!(
        refused[0].error.to_string(),
        "the block at byte 4096 is damaged"
    );
}
