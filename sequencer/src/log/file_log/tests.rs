//! The log on real files: what comes back, what is cut, what is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use engine::{AccountId, Cancel, Command, InstrumentId, OrderId, OrderRef};
use ledger::{Asset, AssetId, Ledger, LedgerConfig};

use super::entries::{Entries, Span};
use super::{Durability, FileLog, FileLogOptions, FileLogs, OpenError, WasShown};
use crate::clock::{ClockSource, EngineClock, ManualClock, StageClock, Stamping};
use crate::disk::{Disk, RealDisk, SimulatedDisk, Storage};
use crate::faults::Faults;
use crate::gate::Gate;
use crate::inbound::{InboundCommand, Origin};
use crate::log::{
    Batch, CommandLog, LogContext, LogEntry, LogError, LogFactory, LogPlace, LogReader,
};
use crate::position::{Epoch, LogPosition};
use crate::stamps::Stamps;
use crate::waker::Waker;

pub(super) const SMALL: FileLogOptions = FileLogOptions {
    durability: Durability::Sync,
    segment_bytes: 64 << 10,
    reserve_bytes: 0,
};

pub(super) fn context() -> LogContext {
    let config = LedgerConfig { accounts_max: 4 };
    let asset = Asset {
        id: AssetId(0),
        name: "USDT".to_owned(),
        decimals: 8,
    };
    let ledger = Arc::new(Ledger::new(config, vec![asset], vec![]).unwrap());
    LogContext {
        matcher: 0,
        clock: EngineClock::start(ClockSource::Manual(ManualClock::default())),
        gate: Arc::new(Gate::new([], ledger, StageClock::new(Stamping::Off))),
        waker: Arc::new(Waker::new()),
    }
}

/// A batch of `commands` cancels, told apart by `number`.
pub(super) fn batch(number: u64, commands: u32) -> Batch {
    let cancels = (0..commands).map(|account| InboundCommand {
        instrument: InstrumentId(1),
        origin: Origin::default(),
        at: None,
        stamps: Stamps::default(),
        command: Command::Cancel(Cancel {
            account: AccountId(account),
            order: OrderRef::Id(OrderId(number)),
        }),
    });
    Batch {
        number,
        control: vec![],
        commands: cancels.collect(),
    }
}

pub(super) fn wait_until_durable(log: &FileLog, position: u64) {
    while log.durable() < LogPosition(position) {
        std::thread::yield_now();
    }
}

/// Writes batches 1 to `count`, each synced before the next, and closes the log.
fn write(folder: &Path, options: FileLogOptions, count: u64) {
    let mut logs = FileLogs::open(folder, options).unwrap();
    let mut log = LogFactory::open(&mut logs, context()).unwrap();
    let first = logs.last_position().0;
    for number in first + 1..=first + count {
        log.append(&batch(number, 40)).unwrap();
        wait_until_durable(&log, number);
    }
    drop(log);
}

fn read(folder: &Path, options: FileLogOptions) -> Vec<LogEntry> {
    let logs = FileLogs::open(folder, options).unwrap();
    let entries = logs.read_from(LogPosition(1)).unwrap();
    entries.map(|entry| entry.unwrap()).collect()
}

fn assert_holds(folder: &Path, count: u64) {
    let entries = read(folder, SMALL);
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
    for (entry, position) in entries.iter().zip(1..) {
        assert_eq!(entry.position, LogPosition(position));
        assert_eq!(entry.commands, batch(entry.number, 40).commands);
    }
}

fn first_segment(folder: &Path) -> PathBuf {
    folder.join("journal-0000000001.seg")
}

#[test]
fn what_was_written_is_read_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), SMALL, 3);
    write(folder.path(), SMALL, 2);

    assert_holds(folder.path(), 5);
}

#[test]
fn the_log_goes_on_in_further_segments() {
    let folder = tempfile::tempdir().unwrap();

    write(folder.path(), SMALL, 300);

    assert!(folder.path().join("journal-0000000002.seg").exists());
    assert_holds(folder.path(), 300);
}

#[test]
fn a_frame_larger_than_a_segment_gets_one_of_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let mut logs = FileLogs::open(folder.path(), SMALL).unwrap();
    let mut log = LogFactory::open(&mut logs, context()).unwrap();
    log.append(&batch(1, 10_000)).unwrap();
    wait_until_durable(&log, 1);
    drop((log, logs));

    let entries = read(folder.path(), SMALL);

    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].commands.len(), 10_000);
}

#[test]
fn batches_are_yielded_before_they_are_durable() {
    let folder = tempfile::tempdir().unwrap();
    let mut logs = FileLogs::open(folder.path(), SMALL).unwrap();
    let mut log = LogFactory::open(&mut logs, context()).unwrap();
    let mut entries = Vec::new();

    log.append(&batch(1, 1)).unwrap();
    log.poll(&mut entries);

    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].position, LogPosition(1));
    wait_until_durable(&log, 1);
}

#[test]
fn a_folder_is_open_in_one_process_only() {
    let folder = tempfile::tempdir().unwrap();
    let _open = FileLogs::open(folder.path(), SMALL).unwrap();

    let second = FileLogs::open(folder.path(), SMALL);

    assert!(matches!(second, Err(OpenError::InUse { .. })), "{second:?}");
}

#[test]
fn damage_to_what_was_acknowledged_is_refused_bit_by_bit() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), SMALL, 3);
    let path = first_segment(folder.path());
    let whole = fs::read(&path).unwrap();
    // The header and three frames of two blocks.
    let used = (0..512 * 8).chain(512 * 8 * 8..512 * (8 + 3 * 2) * 8);

    for bit in used.step_by(61) {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bytes).unwrap();
        let opened = FileLogs::open(folder.path(), SMALL);
        assert!(
            matches!(
                opened,
                Err(OpenError::Damaged { .. } | OpenError::BadSegment { .. })
            ),
            "bit {bit}: {opened:?}"
        );
        assert_eq!(fs::read(&path).unwrap(), bytes, "a refusal changes nothing");
    }
}

#[test]
fn damage_to_the_watermark_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), SMALL, 3);
    let path = first_segment(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    bytes[512 + 30] ^= 1;
    fs::write(&path, &bytes).unwrap();

    assert_holds(folder.path(), 3);
}

#[test]
fn a_truncated_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), SMALL, 3);
    let path = first_segment(folder.path());
    let whole = fs::read(&path).unwrap();

    for length in [0, 100, 512, 1_000, 512 * 12, 512 * 127] {
        fs::write(&path, &whole[..length]).unwrap();
        let opened = FileLogs::open(folder.path(), SMALL);
        assert!(opened.is_err(), "{length} bytes: {opened:?}");
    }
}

#[test]
fn a_torn_tail_that_was_never_acknowledged_is_cut_and_said() {
    let folder = tempfile::tempdir().unwrap();
    // Never synced: nothing in the file says that anything is durable.
    let unsynced = FileLogOptions {
        durability: Durability::None,
        ..SMALL
    };
    {
        let mut logs = FileLogs::open(folder.path(), unsynced).unwrap();
        let mut log = LogFactory::open(&mut logs, context()).unwrap();
        for number in 1..=3 {
            log.append(&batch(number, 40)).unwrap();
            wait_until_durable(&log, number);
        }
        let path = first_segment(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        // The second block of the third frame never reached the disk.
        bytes[512 * 13..512 * 14].fill(0);
        fs::write(folder.path().join("torn"), &bytes).unwrap();
        drop(log);
        fs::rename(folder.path().join("torn"), path).unwrap();
    }

    let logs = FileLogs::open(folder.path(), SMALL).unwrap();

    let torn = logs.torn_tail().unwrap();
    assert_eq!(torn.position, LogPosition(3));
    assert_eq!(torn.offset, 512 * 12);
    assert_eq!(torn.was_shown, WasShown::Perhaps);
    assert_eq!(logs.last_position(), LogPosition(2));
    drop(logs);
    write(folder.path(), SMALL, 1);
    assert_holds(folder.path(), 3);
}

#[test]
fn a_file_of_another_format_version_is_refused_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), SMALL, 1);
    let path = first_segment(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    bytes[24 + 8] = 9;
    let crc = crc32c::crc32c(&bytes[4..512]);
    bytes[..4].copy_from_slice(&crc.to_le_bytes());
    fs::write(&path, &bytes).unwrap();

    let opened = FileLogs::open(folder.path(), SMALL);

    let Err(error) = opened else {
        panic!("version 9 was read")
    };
    assert!(error.to_string().contains("format version 9"), "{error}");
}

#[test]
fn a_folder_is_made_with_those_above_it() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a").join("b");

    write(&deep, SMALL, 1);

    assert_holds(&deep, 1);
}

#[test]
fn what_the_folder_no_longer_has_is_not_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), SMALL, 300);
    fs::remove_file(first_segment(folder.path())).unwrap();

    let logs = FileLogs::open(folder.path(), SMALL).unwrap();

    let first = logs.recover(LogPlace::default()).unwrap().unwrap().next();
    assert_eq!(first, Some(Err(LogError::NotKept(LogPosition(1)))));
    let mut rest = logs.read_from(LogPosition(200)).unwrap();
    assert_eq!(rest.next().unwrap().unwrap().position, LogPosition(200));
}

#[test]
fn a_log_that_ends_before_what_is_durable_is_said_to_once() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), SMALL, 3);
    let span = Span {
        from: LogPosition(1),
        chain_before: None,
        up_to: LogPosition(9),
    };

    let entries = Entries::new(Arc::new(RealDisk), folder.path(), span, [].into());
    let entries: Vec<_> = LogReader::new(entries.unwrap()).collect();

    assert_eq!(entries.len(), 4, "{entries:?}");
    assert!(entries[..3].iter().all(Result::is_ok), "{entries:?}");
    assert!(
        matches!(&entries[3], Err(LogError::Unreadable(reason)) if reason.contains("before position 4")),
        "{entries:?}"
    );
}

#[test]
fn reading_starts_in_the_segment_that_has_the_position() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), SMALL, 300);
    let logs = FileLogs::open(folder.path(), SMALL).unwrap();
    // Nobody looks into what comes before.
    let mut bytes = fs::read(first_segment(folder.path())).unwrap();
    bytes[512 * 8..512 * 20].fill(7);
    fs::write(first_segment(folder.path()), &bytes).unwrap();

    let from_later = logs.read_from(LogPosition(200)).unwrap();
    let from_start: Vec<_> = logs.read_from(LogPosition(1)).unwrap().collect();

    let positions: Vec<u64> = from_later.map(|entry| entry.unwrap().position.0).collect();
    assert_eq!(positions, (200..=300).collect::<Vec<_>>());
    assert!(
        matches!(
            from_start[..],
            [Err(LogError::Damaged {
                offset: 4096,
                position: LogPosition(1),
                ..
            })]
        ),
        "{from_start:?}"
    );
}

#[test]
fn a_snapshot_that_knows_more_than_the_log_has_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), SMALL, 3);

    let opened = FileLogs::open_on(Storage::real(), folder.path(), SMALL, LogPosition(4));

    assert!(
        matches!(
            opened,
            Err(OpenError::Damaged {
                position: LogPosition(4),
                ..
            })
        ),
        "{opened:?}"
    );
}

#[test]
fn a_clean_restart_keeps_the_epoch_under_every_durability() {
    for durability in [
        Durability::Sync,
        Durability::Async(Duration::from_secs(100)),
        Durability::None,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let options = FileLogOptions {
            durability,
            ..SMALL
        };
        write(folder.path(), options, 3);
        write(folder.path(), options, 3);

        let logs = FileLogs::open(folder.path(), options).unwrap();

        assert_eq!(logs.epoch(), Epoch(1), "{durability:?}");
    }
}

#[test]
fn a_tail_that_was_shown_and_is_lost_begins_a_new_epoch() {
    let unsynced = FileLogOptions {
        durability: Durability::None,
        ..SMALL
    };
    for (options, epoch) in [(unsynced, Epoch(2)), (SMALL, Epoch(1))] {
        let disk = SimulatedDisk::new();
        let open = |disk: &SimulatedDisk| {
            let storage = Storage::with_faults(Arc::new(disk.clone()), Faults::none());
            FileLogs::open_on(storage, Path::new("/log"), options, LogPosition(0)).unwrap()
        };
        // Stopped in order once, gone on with, and cut off.
        for number in [1, 2] {
            let mut logs = open(&disk);
            let mut log = LogFactory::open(&mut logs, context()).unwrap();
            log.append(&batch(number, 1)).unwrap();
            wait_until_durable(&log, number);
            let left = disk.cut_power_losing_everything();
            drop((log, logs));
            if number == 2 {
                let logs = open(&left);
                assert_eq!(logs.epoch(), epoch, "{options:?}");
                assert_eq!(logs.epoch_before(), Epoch(1));
                drop(logs);
                assert_eq!(open(&left).epoch(), epoch, "it stays");
            }
        }
    }
}

/// A disk whose page cache has two frames, and which forgot to sync the second.
fn disk_that_forgot(open: impl Fn(&SimulatedDisk) -> FileLogs) -> SimulatedDisk {
    loop {
        let disk = SimulatedDisk::new();
        let mut logs = open(&disk);
        let context = context();
        let gate = Arc::clone(&context.gate);
        let mut log = LogFactory::open(&mut logs, context).unwrap();
        log.append(&batch(1, 1)).unwrap();
        wait_until_durable(&log, 1);
        // The next segment is synced too, once.
        let prepared = PathBuf::from("/log/journal-0000000002.seg");
        while !disk.list(Path::new("/log")).unwrap().contains(&prepared) {
            std::thread::yield_now();
        }
        disk.lose_sync(1);
        // Refused where the quiet watermark's sync was the one that failed: then it is played again.
        let is_taken = log.append(&batch(2, 1)).is_ok();
        while !gate.is_halted() {
            std::thread::yield_now();
        }
        assert_eq!(log.durable(), LogPosition(1));
        drop((log, logs));
        if is_taken && open(&disk.copy()).last_position() == LogPosition(2) {
            return disk;
        }
    }
}

#[test]
fn what_an_earlier_sync_forgot_is_durable_before_it_is_shown_again() {
    let open = |disk: &SimulatedDisk, faults: &str| {
        let storage = Storage::with_faults(Arc::new(disk.clone()), faults.parse().unwrap());
        FileLogs::open_on(storage, Path::new("/log"), SMALL, LogPosition(0))
    };
    for (faults, is_kept) in [("", true), ("trust_page_cache", false)] {
        let disk = disk_that_forgot(|disk| open(disk, "").unwrap());

        // It reads from the page cache, and is shown.
        let shown = open(&disk, faults).unwrap().last_position();
        let left = disk.cut_power_losing_everything();

        assert_eq!(shown, LogPosition(2));
        let kept = open(&left, "").map(|logs| logs.last_position());
        assert_eq!(matches!(kept, Ok(LogPosition(2))), is_kept, "{kept:?}");
    }
}
