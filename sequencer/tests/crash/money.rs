//! Goal: nothing durable rests on money whose origin can be lost.
//! Method: at moments of a recorded run, the log is cut as it may be where each matcher has a log of its
//! own: everything durable, and of what comes after only the entries of one matcher. A ledger is built from
//! what is left: what accounts have available is never below zero, unless what batches give is spendable
//! before they are durable. One log for all matchers, as it is now, would hide that.

use std::sync::Arc;

use engine::AccountId;
use sequencer::{
    AppendRefused, Batch, CommandLog, JournalView, LogContext, LogEntry, LogError, LogFactory,
    LogPlace, LogPosition, LogReader, LogState, MemLog, MemLogs, RecordedCall, Retention,
    SimulatedDisk,
};

use crate::chance::Chance;
use crate::images::entries;
use crate::market::{ACCOUNTS, Ended, Market, Seen, appended, folder};

/// A log that has these entries, and goes on in memory.
struct Given {
    entries: Vec<LogEntry>,
    memory: MemLogs,
}

/// A log in memory that counts as durable what was given, too.
struct GivenLog(MemLog);

impl LogFactory for Given {
    type Log = GivenLog;

    fn open(&mut self, context: LogContext) -> Result<GivenLog, LogError> {
        self.memory.open(context).map(GivenLog)
    }

    fn recover(&self, _base: LogPlace) -> Result<Option<LogReader>, LogError> {
        Ok(Some(LogReader::new(
            self.entries.clone().into_iter().map(Ok),
        )))
    }
}

impl CommandLog for GivenLog {
    fn append(&mut self, batch: &Batch) -> Result<(), AppendRefused> {
        self.0.append(batch)
    }

    fn poll(&mut self, entries: &mut Vec<LogEntry>) -> LogState {
        self.0.poll(entries)
    }

    fn durable(&self) -> LogPosition {
        LogPosition(u64::MAX)
    }

    fn read_from(&self, position: LogPosition) -> Result<LogReader, LogError> {
        self.0.read_from(position)
    }
}

/// The last position that certainly survives a power cut now.
fn durable(disk: &SimulatedDisk) -> u64 {
    let left = disk.cut_power_losing_everything();
    let view = JournalView::open(Arc::new(left), folder());
    view.map_or(0, |view| view.last_position().0)
}

/// How many of `moments` moments of a run leave an account with less than nothing.
pub fn overdrawn(
    calls: &[RecordedCall],
    logged: &[LogEntry],
    moments: u64,
    chance: &mut Chance,
) -> u64 {
    let mut found = 0;
    for _ in 0..moments {
        let until = usize::try_from(chance.below(calls.len() as u64)).unwrap();
        found += overdrawn_at(calls, logged, until);
    }
    found
}

/// In how many ways the moment of the `until`-th call leaves an account with less than nothing.
fn overdrawn_at(calls: &[RecordedCall], logged: &[LogEntry], until: usize) -> u64 {
    let durable = durable(&SimulatedDisk::after(
        &SimulatedDisk::new(),
        &calls[..until],
    ));
    let appended = appended(&calls[until]);
    let mut found = 0;
    for matcher in 0..2 {
        let left = logged.iter().filter(|entry| {
            let position = entry.position.0;
            position <= durable || position <= appended && is_of(entry, matcher)
        });
        found += u64::from(leaves_less_than_nothing(left.cloned().collect()));
    }
    found
}

/// Instruments go to matchers in turn.
fn is_of(entry: &LogEntry, matcher: u32) -> bool {
    entry.commands.first().map_or(matcher == 0, |command| {
        (command.instrument.0 - 1) % 2 == matcher
    })
}

fn leaves_less_than_nothing(entries: Vec<LogEntry>) -> bool {
    let given = Given {
        entries,
        memory: MemLogs::new(Retention::Nothing),
    };
    let market = Market::on(given, Arc::new(Seen::default()));
    let ledger = Arc::clone(&market.ledger);
    market.stop();
    let accounts = (1..=ACCOUNTS).map(AccountId);
    let mut balances = accounts.flat_map(|account| ledger.balances(account));
    balances.any(|balance| balance.available.units() < 0)
}

/// How many moments of a run leave less than nothing in which an account spends what a trade gives it.
fn spent_early(faults: &str) -> u64 {
    let disk = SimulatedDisk::new();
    let market = Market::start(&disk, faults).unwrap();
    assert_eq!(market.fund(), Ended::WithItsOrders);
    market.spend_proceeds();
    market.stop();
    let (calls, logged) = (disk.recorded(), entries(&disk));
    let moments = 0..calls.len();
    moments.map(|k| overdrawn_at(&calls, &logged, k)).sum()
}

/// Whether credits that are spendable before they are durable are seen as a negative balance.
pub fn is_spent_early() -> bool {
    // A slow disk leaves time to spend in.
    let found = spent_early("gives_before_durable,stall_sync_ms=5");
    println!("control gives_before_durable: overdrawn={found}");
    found > 0
}

#[test]
fn a_slow_disk_lets_nobody_spend_what_is_not_durable() {
    assert_eq!(spent_early("stall_sync_ms=5"), 0);
    assert!(is_spent_early());
}

#[test]
fn positions_are_read_as_they_were_given_out() {
    let disk = SimulatedDisk::new();
    let market = Market::start(&disk, "").unwrap();
    market.fund();
    market.stop();

    assert_eq!(
        disk.recorded().last().map(appended),
        Some(u64::from(ACCOUNTS))
    );
    assert_eq!(
        entries(&disk).last().map(|entry| entry.position),
        Some(LogPosition(4))
    );
}
