//! Goal: behind a live shard the follower agrees with its matchers and writes snapshots, and a start from
//! snapshot and tail stands where the stop stood, under any layout of threads.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engine::{ClientIdPolicy, ClientOrderId, Command, Event};
use ledger::{Ledger, LedgerImage};
use sequencer::{
    BookState, ClockSource, Disk, Durability, Epoch, EventBatch, Faults, FileLog, FileLogOptions,
    FileLogs, Followed, LogContext, LogEntry, LogError, LogFactory, LogPlace, LogPosition,
    LogReader, LogTail, ManualClock, MatcherState, Running, SequencerConfig, SimulatedDisk,
    SnapshotCadence, SnapshotOptions, SnapshotStore, Storage, Threads, start,
};

use crate::flow::{Flow, door_reserve, instruments, ledger};

pub const OPTIONS: FileLogOptions = FileLogOptions {
    durability: Durability::None,
    segment_bytes: 64 << 10,
    reserve_bytes: 0,
};
/// Snapshots come after so many commands at the latest.
const COMMANDS_PER_SNAPSHOT: u64 = 400;
/// The order that is sent again after the restart.
const RETRIED: &str = "once-and-never-again";
/// How often something is looked for before the test gives up.
const LOOKS: usize = 120_000;

pub fn snapshots(retention_bytes: u64) -> SnapshotOptions {
    SnapshotOptions {
        cadence: SnapshotCadence {
            replay_time_max: Duration::from_secs(3_600),
            replay_commands_max: COMMANDS_PER_SNAPSHOT,
        },
        retention_bytes,
        ..SnapshotOptions::default()
    }
}

/// A shard on the files of a folder.
pub struct Shard {
    running: Running,
    ledger: Arc<Ledger>,
    batches: Vec<EventBatch>,
    /// Commands that were recovered or taken.
    taken: u64,
}

/// What is the same before and after a restart.
#[derive(Debug, PartialEq)]
struct Standing {
    books: Vec<BookState>,
    ledger: LedgerImage,
}

impl Shard {
    pub fn open(folder: &Path, threads: usize, options: SnapshotOptions) -> Self {
        let storage = Storage::real();
        let logs = FileLogs::open_with_snapshots(storage, folder, OPTIONS, options, Epoch(1));
        Self::on(logs.unwrap(), threads)
    }

    fn on<F: LogFactory>(logs: F, threads: usize) -> Self {
        let config = SequencerConfig {
            threads: Threads::Count(NonZeroUsize::new(threads).unwrap()),
            ..SequencerConfig::for_cores(NonZeroUsize::new(2).unwrap())
        };
        let ledger = ledger();
        let clock = ClockSource::Manual(ManualClock::default());
        let running = start(config, &instruments(), Arc::clone(&ledger), logs, clock);
        let mut shard = Self {
            running: running.unwrap(),
            ledger,
            batches: Vec::new(),
            taken: 0,
        };
        shard.look_until("the log is applied", |shard| {
            shard.running.ports.recovery().is_over()
        });
        shard.taken = shard.running.ports.counters().commands;
        shard
    }

    /// Plays an entry as far as the shard takes it: it may halt.
    fn try_entry(&mut self, flow: &mut Flow) {
        let entry = flow.next_entry(8);
        for control in entry.control {
            if let Ok(receipt) = self.running.ports.control(control) {
                // Who waits while it halts is told nothing.
                let _ = receipt.wait();
            }
        }
        for mut command in entry.commands {
            command.at = Some(entry.at);
            self.reserve(&command);
            // What is refused now is not missed.
            let _ = self.running.ports.try_submit(command);
        }
        self.take_events();
    }

    /// Plays entries of a flow.
    fn play(&mut self, flow: &mut Flow, entries: u64) {
        for _ in 0..entries {
            self.play_entry(flow);
        }
    }

    /// Plays entries of a flow until they had so many commands.
    pub fn play_commands(&mut self, flow: &mut Flow, commands: u64) {
        let mut played = 0;
        while played < commands {
            played += self.play_entry(flow);
        }
    }

    /// Plays so much that a snapshot is due, whatever came before, and waits until one is written. That the follower
    /// agrees is not enough: it writes down what it agreed to afterwards, and on a busy machine much later.
    fn play_until_a_snapshot(&mut self, flow: &mut Flow) {
        let before = self.running.ports.follower().snapshots();
        self.play_commands(flow, COMMANDS_PER_SNAPSHOT);
        self.follow_to_the_end();
        self.look_until("a snapshot is written", |shard| {
            shard.running.ports.follower().snapshots() > before
        });
    }

    /// Plays an entry: its control part first, then its commands one by one. Says how many those were.
    fn play_entry(&mut self, flow: &mut Flow) -> u64 {
        let entry = flow.next_entry(8);
        let count = entry.commands.len() as u64;
        self.taken += count;
        for control in entry.control {
            let receipt = self.running.ports.control(control).unwrap();
            receipt.wait().unwrap();
        }
        for mut command in entry.commands {
            command.at = Some(entry.at);
            self.reserve(&command);
            self.look_until("there is room in the ring", |shard| {
                shard.running.ports.try_submit(command.clone()).is_ok()
            });
        }
        self.take_events();
        count
    }

    fn reserve(&self, inbound: &sequencer::InboundCommand) {
        let Some((account, side, extra)) = door_reserve(&inbound.command) else {
            return;
        };
        self.ledger
            .reserve(account, inbound.instrument, side, extra)
            .unwrap();
    }

    fn take_events(&mut self) {
        for events in &self.running.events {
            self.batches.extend(events.try_iter());
        }
    }

    fn look_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..LOOKS {
            assert!(!self.running.ports.is_halted(), "it halted");
            self.take_events();
            if is_so(self) {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
        let follower = self.running.ports.follower();
        panic!(
            "it never came: {what}; {follower:?}, {:?}",
            self.running.ports.counters()
        );
    }

    /// Waits until the follower has replayed everything and agrees.
    pub fn follow_to_the_end(&mut self) -> LogPosition {
        let commands = self.taken;
        assert!(commands > 0);
        self.look_until("the follower is through", |shard| {
            let follower = shard.running.ports.follower();
            // Counted where their events have come: the matchers count them before those can leave.
            let outcomes = shard
                .batches
                .iter()
                .map(|batch| batch.outcomes.len() as u64);
            outcomes.sum::<u64>() >= commands
                && follower.agreed() == follower.replayed()
                && shard.batches.iter().map(|batch| batch.position).max() <= Some(follower.agreed())
        });
        self.running.ports.follower().agreed()
    }

    fn stop(self) -> (Standing, Vec<EventBatch>) {
        let ledger = Arc::clone(&self.ledger);
        let (states, batches) = self.end();
        (standing(states, &ledger), batches)
    }

    /// Stops it in order; says where its books stand, and all that it said.
    pub fn end(mut self) -> (Vec<MatcherState>, Vec<EventBatch>) {
        self.running.stop.close();
        let ports = Arc::clone(&self.running.ports);
        let states = {
            let events = self.running.events.clone();
            let reader = std::thread::spawn(move || {
                let read =
                    |receiver: flume::Receiver<EventBatch>| receiver.iter().collect::<Vec<_>>();
                events.into_iter().flat_map(read).collect::<Vec<_>>()
            });
            drop(std::mem::take(&mut self.running.events));
            let states = self.running.stop.stop_and_drain();
            self.batches.extend(reader.join().unwrap());
            states
        };
        assert!(!ports.is_halted(), "it halted");
        (states, self.batches)
    }
}

fn standing(states: Vec<MatcherState>, ledger: &Ledger) -> Standing {
    let mut books: Vec<BookState> = states.into_iter().flat_map(|state| state.books).collect();
    books.sort_by_key(|book| book.instrument);
    Standing {
        books,
        ledger: ledger.image().unwrap(),
    }
}

fn positions(folder: &Path) -> Vec<LogPosition> {
    let disk = Arc::clone(Storage::real().disk());
    SnapshotStore::new(disk, folder.to_owned())
        .positions()
        .unwrap()
}

fn segments(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("journal-"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_start_from_snapshot_and_tail_stands_where_the_stop_stood_with_any_layout_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut flow = Flow::new(11);
    let mut has_stood = false;
    for threads in [1, 3, 2, 1] {
        let mut shard = Shard::open(folder.path(), threads, snapshots(u64::MAX));
        if std::mem::replace(&mut has_stood, true) {
            let base = shard.running.ports.follower().snapshot();
            let newest = positions(folder.path()).last().copied();
            assert_eq!(Some(base), newest, "it went on from the newest");
        }
        for _ in 0..3 {
            shard.play_until_a_snapshot(&mut flow);
        }
        let (stood, _) = shard.stop();

        let again = Shard::open(folder.path(), 4 - threads, snapshots(u64::MAX));
        let recovered = again.running.ports.recovery().commands();
        let (stands, _) = again.stop();

        assert!(
            stands == stood,
            "{threads} threads: {:?} {:?}",
            stands.books,
            stood.books
        );
        assert!(
            recovered <= 2 * COMMANDS_PER_SNAPSHOT,
            "only the tail is replayed: {recovered} commands"
        );
    }
}

#[test]
fn old_segments_go_when_no_snapshot_that_is_kept_needs_them_and_the_log_still_starts() {
    let folder = tempfile::tempdir().unwrap();
    let mut shard = Shard::open(folder.path(), 2, snapshots(0));
    let mut flow = Flow::new(12);
    for _ in 0..16 {
        shard.play_until_a_snapshot(&mut flow);
    }
    let (stood, _) = shard.stop();
    let left = segments(folder.path());
    assert!(*left[0] > *"journal-0000000003.seg", "{left:?}");

    let (stands, _) = Shard::open(folder.path(), 1, snapshots(0)).stop();

    assert!(stands == stood);
}

#[test]
fn everything_that_a_floor_keeps_stays() {
    let folder = tempfile::tempdir().unwrap();
    let options = snapshots(0);
    options.floor.keep_after(LogPosition(1));
    let mut shard = Shard::open(folder.path(), 2, options);
    shard.play(&mut Flow::new(13), 1_500);
    shard.follow_to_the_end();
    shard.stop();

    let left = segments(folder.path());
    assert_eq!(left[0], "journal-0000000001.seg");
    assert!(left.len() > 3, "{left:?}");
}

#[test]
fn an_idempotent_order_is_known_across_snapshot_and_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut flow = Flow::new(14);
    let mut shard = Shard::open(folder.path(), 2, snapshots(u64::MAX));
    shard.play(&mut flow, 200);
    let entry = flow.next_entry(1);
    let mut retry = entry.commands[0].clone();
    while !matches!(&retry.command, Command::Submit(order)
        if order.client_id_policy == ClientIdPolicy::Idempotent)
    {
        retry = flow.next_command();
    }
    if let Command::Submit(order) = &mut retry.command {
        order.client_order_id = ClientOrderId::new(RETRIED).ok();
    }
    shard.reserve(&retry);
    shard.running.ports.try_submit(retry.clone()).unwrap();
    shard.look_until("it is decided", |shard| decisions(&shard.batches) == (1, 0));
    let decided = shard.batches.iter().map(|batch| batch.position).max();
    // Few enough that idempotence still remembers, enough for a snapshot.
    shard.play_commands(&mut flow, COMMANDS_PER_SNAPSHOT);
    shard.follow_to_the_end();
    shard.look_until("a snapshot has it", |shard| {
        Some(shard.running.ports.follower().snapshot()) >= decided
    });
    let (_, first) = shard.stop();

    let shard = Shard::open(folder.path(), 1, snapshots(u64::MAX));
    shard.reserve(&retry);
    shard.running.ports.try_submit(retry.clone()).unwrap();
    let (_, second) = shard.stop();

    assert_eq!(decisions(&first), (1, 0), "it was decided once");
    assert_eq!(decisions(&second), (0, 1), "and repeated once");
}

/// How often the order was decided, and how often its outcome was repeated.
fn decisions(batches: &[EventBatch]) -> (usize, usize) {
    let id = ClientOrderId::new(RETRIED).ok();
    let events = || batches.iter().flat_map(|batch| &batch.events);
    let decided = events().filter(|event| {
        matches!(event, Event::Accepted(accepted) if accepted.client_order_id == id)
            || matches!(event, Event::Rejected(rejected) if rejected.client_order_id == id)
    });
    let repeated = events().filter(
        |event| matches!(event, Event::Repeated(repeated) if Some(repeated.client_order_id) == id),
    );
    (decided.count(), repeated.count())
}

/// A log whose follower reads another command in one place: a replay that is not what live was.
struct Lying {
    logs: FileLogs,
    /// Where the first lie was told; 0 before.
    first: Arc<AtomicU64>,
}

struct LyingTail {
    tail: Box<dyn LogTail>,
    first: Arc<AtomicU64>,
}

/// The first position whose commands are not what they were.
const LIE_FROM: LogPosition = LogPosition(60);

impl LogFactory for Lying {
    type Log = FileLog;

    fn open(&mut self, context: LogContext) -> Result<FileLog, LogError> {
        self.logs.open(context)
    }

    fn recover(&self, base: LogPlace) -> Result<Option<LogReader>, LogError> {
        self.logs.recover(base)
    }

    fn follow(&self, base: LogPlace) -> Result<Option<Followed>, LogError> {
        let followed = self.logs.follow(base)?;
        Ok(followed.map(|mut followed| {
            followed.tail = Box::new(LyingTail {
                tail: followed.tail,
                first: Arc::clone(&self.first),
            });
            followed
        }))
    }
}

impl LogTail for LyingTail {
    fn next(&mut self) -> Result<Option<LogEntry>, LogError> {
        let mut entry = self.tail.next()?;
        if let Some(entry) = entry.as_mut()
            && entry.position >= LIE_FROM
        {
            for command in &mut entry.commands {
                if let Command::Submit(order) = &mut command.command {
                    order.side = order.side.opposite();
                    // Which positions have new orders depends on how the matchers batch.
                    let (none, here) = (0, entry.position.0);
                    let order = Ordering::SeqCst;
                    let _ = self.first.compare_exchange(none, here, order, order);
                }
            }
        }
        Ok(entry)
    }

    fn sync(&mut self) -> std::io::Result<()> {
        self.tail.sync()
    }

    fn chain(&self) -> u64 {
        self.tail.chain()
    }
}

#[test]
fn a_follower_that_disagrees_halts_the_shard_and_writes_no_snapshot_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (storage, options) = (Storage::real(), snapshots(u64::MAX));
    let logs = FileLogs::open_with_snapshots(storage, folder.path(), OPTIONS, options, Epoch(1));
    let first = Arc::new(AtomicU64::new(0));
    let lying = Lying {
        logs: logs.unwrap(),
        first: Arc::clone(&first),
    };
    let mut shard = Shard::on(lying, 2);
    let mut flow = Flow::new(15);

    let halted = (0..LOOKS).any(|_| {
        shard.try_entry(&mut flow);
        shard.running.ports.is_halted()
    });

    assert!(halted, "the shard halts");
    let agreed = shard.running.ports.follower().agreed();
    let lied = LogPosition(first.load(Ordering::SeqCst));
    assert!(agreed < lied, "{agreed:?}, and the first lie was {lied:?}");
    let written = positions(folder.path());
    assert!(
        written.iter().all(|position| *position <= agreed),
        "{written:?}"
    );
}

#[test]
fn a_command_that_names_a_place_in_memory_is_not_logged() {
    let folder = tempfile::tempdir().unwrap();
    let mut shard = Shard::open(folder.path(), 1, snapshots(u64::MAX));
    shard.play(&mut Flow::new(16), 10);
    let handle = engine::OrderHandle {
        slot: 1,
        generation: 1,
    };
    let mut by_handle = Flow::new(16).next_command();
    by_handle.command = Command::Cancel(engine::Cancel {
        account: engine::AccountId(1),
        order: engine::OrderRef::Handle(handle),
    });

    let refused = shard.running.ports.try_submit(by_handle);

    assert_eq!(refused, Err(sequencer::Refused::NamesHandle));
    shard.stop();
}

#[test]
fn a_snapshot_is_never_of_what_the_log_can_lose() {
    let disk = SimulatedDisk::new();
    let folder = Path::new("/exchange");
    let open = |disk: &SimulatedDisk| {
        let disk: Arc<dyn Disk> = Arc::new(disk.clone());
        let storage = Storage::with_faults(disk, Faults::none());
        FileLogs::open_with_snapshots(storage, folder, OPTIONS, snapshots(u64::MAX), Epoch(1))
    };
    let mut shard = Shard::on(open(&disk).unwrap(), 2);
    let mut flow = Flow::new(17);
    for _ in 0..3 {
        shard.play_until_a_snapshot(&mut flow);
    }

    for left in [
        disk.cut_power_losing_everything(),
        disk.cut_power(1),
        disk.cut_power(2),
    ] {
        let shard = Shard::on(open(&left).unwrap(), 1);
        assert!(shard.running.ports.follower().snapshot() > LogPosition(0));
        shard.stop();
    }
    shard.stop();
}
