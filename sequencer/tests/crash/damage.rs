//! Goal (R4): damage to a log is detected, or concerns nothing that was ever acknowledged. Nothing panics,
//! and no other state is ever read. No flipped bit passes without a word.
//! Method: a log of one segment of 64 KiB, nearly full and closed in order, so that everything in it was
//! acknowledged. Every bit of it is flipped, then blocks and pages are truncated, zeroed, swapped, doubled and
//! exchanged for older ones. `RIALTO_R4_STEP` flips only one bit in so many.

use std::path::PathBuf;
use std::sync::Arc;

use sequencer::{
    Batch, ClockSource, CommandLog, ControlCommand, EngineClock, JournalView, LogContext, LogEntry,
    LogFactory, LogPosition, OpenError, SimulatedDisk,
};

use crate::chance::{Chance, from_environment, seed};
use crate::images::entries;
use crate::market::{folder, open};

const SEGMENT_BYTES: usize = 64 << 10;
const BLOCK: usize = 512;
const PAGE: usize = 4_096;

/// What became of a damaged log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It was refused.
    Detected,
    /// Everything is there, and what is damaged is named.
    Said,
    /// Everything is there.
    Harmless,
    /// Something is missing or another.
    Silent,
}

/// A log whose every entry was acknowledged.
struct Log {
    bytes: Vec<u8>,
    /// The file as it stood in the middle of its life.
    older: Vec<u8>,
    entries: Vec<LogEntry>,
}

fn path() -> PathBuf {
    folder().join("journal-0000000001.seg")
}

/// Logs batches until one segment is nearly full; `salt` makes two logs differ.
fn log(salt: u64) -> Log {
    let disk = SimulatedDisk::new();
    let mut logs = open(&disk, "").unwrap();
    let clock = EngineClock::start(ClockSource::Replay);
    let mut log = LogFactory::open(&mut logs, LogContext::detached(0, clock)).unwrap();
    let mut older = Vec::new();
    // 120 blocks for frames; a batch takes one or two.
    for number in 1..=76 {
        let deposits = 1 + number % 40;
        let control = (0..deposits).map(|k| ControlCommand::Deposit {
            account: engine::AccountId(u32::try_from(salt + k).unwrap()),
            asset: ledger::AssetId(1),
            amount: ledger::Money::from_units(i128::from(number)),
        });
        let batch = Batch {
            number,
            control: control.collect(),
            commands: Vec::new(),
        };
        log.append(&batch).unwrap();
        while log.durable() < LogPosition(number) {
            std::thread::yield_now();
        }
        if number == 40 {
            older = sequencer::read_file(&disk, &path()).unwrap();
        }
    }
    drop((log, logs));
    Log {
        bytes: sequencer::read_file(&disk, &path()).unwrap(),
        older,
        entries: entries(&disk),
    }
}

impl Log {
    /// A disk that has it alone: no further segment, whose absence would be noticed.
    fn disk(&self) -> SimulatedDisk {
        let disk = SimulatedDisk::new();
        drop(open(&disk, ""));
        disk.damage(&path(), |bytes| bytes.clone_from(&self.bytes))
            .unwrap();
        disk
    }

    /// What reading says about `bytes` in the log's place.
    fn outcome(&self, disk: &SimulatedDisk, bytes: &[u8]) -> Outcome {
        disk.damage(&path(), |stored| {
            stored.clear();
            stored.extend_from_slice(bytes);
        })
        .unwrap();
        match JournalView::open(Arc::new(disk.clone()), folder()) {
            Err(OpenError::Damaged { .. } | OpenError::BadSegment { .. }) => Outcome::Detected,
            Err(error) => panic!("{error}"),
            Ok(view) if self.is_whole(&view) => {
                let is_said = view.torn_tail().is_some() || !view.torn_watermarks().is_empty();
                if is_said {
                    Outcome::Said
                } else {
                    Outcome::Harmless
                }
            }
            Ok(_) => Outcome::Silent,
        }
    }

    fn is_whole(&self, view: &JournalView) -> bool {
        let found: Result<Vec<_>, _> = view.read_from(LogPosition(1)).unwrap().collect();
        found.is_ok_and(|found| found == self.entries)
    }
}

/// Counts of outcomes.
#[derive(Debug, Default)]
struct Counts {
    cases: u64,
    detected: u64,
    said: u64,
    silent: u64,
}

impl Counts {
    fn note(&mut self, outcome: Outcome) {
        self.cases += 1;
        match outcome {
            Outcome::Detected => self.detected += 1,
            Outcome::Said => self.said += 1,
            Outcome::Harmless => {}
            Outcome::Silent => self.silent += 1,
        }
    }

    fn and(self, other: &Self) -> Self {
        Self {
            cases: self.cases + other.cases,
            detected: self.detected + other.detected,
            said: self.said + other.said,
            silent: self.silent + other.silent,
        }
    }
}

/// Flips one bit in `step`, from the `first` on.
fn flip(log: &Log, first: usize, step: usize) -> Counts {
    let disk = log.disk();
    let mut counts = Counts::default();
    let mut bytes = log.bytes.clone();
    for bit in (first..SEGMENT_BYTES * 8).step_by(step) {
        bytes[bit / 8] ^= 1 << (bit % 8);
        counts.note(log.outcome(&disk, &bytes));
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    counts
}

/// One random way in which blocks get wrong, and what it is.
fn mangled(log: &Log, other: &Log, chance: &mut Chance) -> (String, Vec<u8>) {
    let mut bytes = log.bytes.clone();
    let mut place = |unit: usize| {
        let units = u64::try_from(SEGMENT_BYTES / unit).unwrap();
        usize::try_from(chance.below(units)).unwrap() * unit
    };
    let (block, page, block_two) = (place(BLOCK), place(PAGE), place(BLOCK));
    let way = place(1) % 7;
    match way {
        0 => bytes.truncate(block + block_two % 700),
        1 => bytes[page..page + PAGE].fill(0),
        2 => bytes[block..block + BLOCK].fill(0),
        3 => {
            let first = bytes[block..block + BLOCK].to_vec();
            bytes.copy_within(block_two..block_two + BLOCK, block);
            bytes[block_two..block_two + BLOCK].copy_from_slice(&first);
        }
        4 => bytes.copy_within(block..block + BLOCK, block_two),
        5 => bytes[block..block + BLOCK].copy_from_slice(&log.older[block..block + BLOCK]),
        // The right place in another log.
        _ => bytes[block..block + BLOCK].copy_from_slice(&other.bytes[block..block + BLOCK]),
    }
    let (block, page, block_two) = (block / BLOCK, page / PAGE, block_two / BLOCK);
    let said = format!("way {way}, blocks {block} and {block_two}, page {page}");
    (said, bytes)
}

#[test]
fn damage_is_detected_or_concerns_nothing_that_was_acknowledged() {
    let seed = seed();
    println!("RIALTO_SEED={seed}");
    let (log, other) = (log(1), log(1_000));
    assert_eq!(log.bytes.len(), SEGMENT_BYTES);
    assert!(
        log.bytes[SEGMENT_BYTES - 16 * BLOCK..]
            .iter()
            .any(|byte| *byte != 0)
    );
    let step = usize::try_from(from_environment("RIALTO_R4_STEP", 37)).unwrap();

    let flips = std::thread::scope(|threads| {
        let log = &log;
        let second = threads.spawn(move || flip(log, step, 2 * step));
        flip(log, 0, 2 * step).and(&second.join().unwrap())
    });
    let mut chance = Chance::new(seed);
    let mut blocks = Counts::default();
    let disk = log.disk();
    for _ in 0..from_environment("RIALTO_R4_BLOCKS", 2_000) {
        let (said, mangled) = mangled(&log, &other, &mut chance);
        let outcome = log.outcome(&disk, &mangled);
        if outcome == Outcome::Silent {
            println!("silent: {said}");
        }
        blocks.note(outcome);
    }
    let last = flips_of_the_last_record(&log, &disk);

    println!(
        "GOAL R4 log flips={} detected={} said={} silent={} blocks={} detected={} silent={} \
         last_record_flips={} refused={}",
        flips.cases,
        flips.detected,
        flips.said,
        flips.silent,
        blocks.cases,
        blocks.detected,
        blocks.silent,
        last.cases,
        last.detected
    );
    assert_eq!((flips.silent, blocks.silent), (0, 0));
    let told = flips.detected + flips.said;
    assert_eq!(told, flips.cases, "a flipped bit is refused or named");
    assert_eq!(
        last.detected, last.cases,
        "the last acknowledged record is refused"
    );
    assert!(blocks.detected > 0);
}

/// Every bit of the last frame's blocks.
fn flips_of_the_last_record(log: &Log, disk: &SimulatedDisk) -> Counts {
    let used = log
        .bytes
        .chunks(BLOCK)
        .rposition(|block| block != [0; BLOCK]);
    let last = used.unwrap() * BLOCK;
    let mut bytes = log.bytes.clone();
    let mut counts = Counts::default();
    for bit in last * 8..(last + BLOCK) * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        counts.note(log.outcome(disk, &bytes));
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    counts
}

#[test]
fn a_refusal_names_the_block_that_is_damaged_wherever_its_frame_begins() {
    let log = log(1);
    let disk = log.disk();
    for block in 8..SEGMENT_BYTES / BLOCK - 8 {
        let mut bytes = log.bytes.clone();
        bytes[block * BLOCK + 300] ^= 4;
        disk.damage(&path(), |stored| stored.clone_from(&bytes))
            .unwrap();

        let opened = JournalView::open(Arc::new(disk.clone()), folder());

        let Err(OpenError::Damaged { offset, .. }) = opened else {
            panic!("block {block}: {opened:?}");
        };
        assert_eq!(offset, (block * BLOCK) as u64);
    }
}

/// The look itself can fail: without the watermark nothing says that the last record was acknowledged.
#[test]
fn without_its_watermarks_a_log_would_lose_its_last_record_silently() {
    let log = log(1);
    let disk = log.disk();
    let used = log
        .bytes
        .chunks(BLOCK)
        .rposition(|block| block != [0; BLOCK]);
    let last = used.unwrap() * BLOCK;
    let mut bytes = log.bytes.clone();
    bytes[last + 100] ^= 1;
    assert_eq!(log.outcome(&disk, &bytes), Outcome::Detected);

    bytes[BLOCK..3 * BLOCK].fill(0);

    assert_eq!(log.outcome(&disk, &bytes), Outcome::Silent);
}
