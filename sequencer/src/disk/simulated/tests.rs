//! What a simulated power cut keeps, and what it may lose.

use std::collections::BTreeSet;
use std::path::Path;

use super::SimulatedDisk;
use crate::disk::{Disk, OpenMode, read_file, write_file_whole};

const CUTS: u64 = 400;

fn file() -> &'static Path {
    Path::new("/f")
}

/// A disk with a synced file of two sectors of `1`.
fn disk() -> SimulatedDisk {
    let disk = SimulatedDisk::new();
    write_file_whole(&disk, file(), &[1; 1024]).unwrap();
    disk
}

#[test]
fn what_was_synced_survives_every_cut() {
    let disk = disk();

    for seed in 0..CUTS {
        assert_eq!(read_file(&disk.cut_power(seed), file()).unwrap(), [1; 1024]);
    }
}

#[test]
fn unsynced_sectors_survive_in_every_combination() {
    let disk = disk();
    let open = disk.open(file(), OpenMode::Write).unwrap();
    open.write_at(&[2; 1024], 0).unwrap();
    open.write_at(&[3; 512], 512).unwrap();

    let left: BTreeSet<_> = (0..CUTS)
        .map(|seed| read_file(&disk.cut_power(seed), file()).unwrap())
        .map(|bytes| (bytes[0], bytes[511], bytes[512], bytes[1023]))
        .collect();

    let expected = [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)];
    let expected = expected.map(|(first, second)| (first, first, second, second));
    assert_eq!(left, expected.into());
    assert_eq!(read_file(&disk.copy(), file()).unwrap()[1023], 3);
}

#[test]
fn a_name_is_durable_only_with_its_folder() {
    let disk = disk();
    let other = Path::new("/g");
    disk.rename(file(), other).unwrap();

    let names: BTreeSet<_> = (0..CUTS)
        .map(|seed| disk.cut_power(seed).list(Path::new("/")).unwrap())
        .collect();
    assert_eq!(names, [vec![file().into()], vec![other.into()]].into());

    disk.sync_folder(Path::new("/")).unwrap();
    assert_eq!(disk.cut_power(1).list(Path::new("/")).unwrap(), [other]);
}

#[test]
fn a_failed_sync_forgets_and_a_later_one_does_not_bring_it_back() {
    let disk = disk();
    let open = disk.open(file(), OpenMode::Write).unwrap();
    open.write_at(&[2; 512], 0).unwrap();
    disk.lose_sync(1);

    assert!(open.sync().is_err());
    open.sync().unwrap();

    assert_eq!(read_file(&disk, file()).unwrap()[0], 2);
    assert_eq!(read_file(&disk.cut_power(1), file()).unwrap()[0], 1);
}

#[test]
fn recorded_calls_bring_back_the_disk_at_each_of_them() {
    let before = disk();
    let recorded = SimulatedDisk::after(&before, []);
    recorded.record(|| 7);
    let open = recorded.open(file(), OpenMode::Write).unwrap();
    open.write_at(&[2; 512], 0).unwrap();
    open.sync().unwrap();
    let calls = recorded.recorded();

    let written = SimulatedDisk::after(&before, &calls[..1]);
    let synced = SimulatedDisk::after(&before, &calls);

    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|call| call.note == 7));
    let lost = written.cut_power_losing_everything();
    assert_eq!(read_file(&lost, file()).unwrap()[0], 1);
    let kept = synced.cut_power_losing_everything();
    assert_eq!(read_file(&kept, file()).unwrap()[0], 2);
}
