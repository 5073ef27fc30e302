//! The suite: `open` makes a fresh, empty log of the kind that is checked.

use std::time::Duration;

use engine::{AccountId, Cancel, Command, InstrumentId, OrderId, OrderRef, Timestamp};
use ledger::{AssetId, Money};
use sequencer::{
    Batch, ClockSource, CommandLog, ControlCommand, EngineClock, InboundCommand, LogContext,
    LogEntry, LogFactory, LogPosition, LogState, ManualClock, Origin, SessionId, Stamps,
};

/// How often an outcome or durability is asked for before it counts as lost.
const ASKED_MAX: u32 = 1_000_000;

/// Everything that a log promises.
pub fn conforms<F: LogFactory>(open: impl Fn() -> F) {
    orders(&open);
    what_was_appended_can_be_read_again(&open);
}

/// What a log promises that keeps nothing.
pub fn orders<F: LogFactory>(open: impl Fn() -> F) {
    batches_come_back_whole_and_in_order(&open);
    spent_entries_do_not_come_again(&open);
    entries_carry_the_clocks_time(&open);
    a_handle_yields_only_its_own_and_positions_have_no_gap(&open);
    durability_reaches_every_position_and_never_goes_back(&open);
}

fn batches_come_back_whole_and_in_order<F: LogFactory>(open: impl Fn() -> F) {
    let mut log = open().open(context(0)).unwrap();

    let mut entries = Vec::new();
    for number in 1..=20 {
        log.append(&batch(number)).unwrap();
        if number % 3 == 0 {
            entries.extend(all_outcomes(&mut log));
        }
    }
    entries.extend(all_outcomes(&mut log));

    assert_eq!(entries.len(), 20);
    for (entry, number) in entries.iter().zip(1..) {
        let Batch {
            control, commands, ..
        } = batch(number);
        assert_eq!(entry.number, number);
        assert_eq!(entry.position, LogPosition(number));
        assert_eq!((&entry.control, &entry.commands), (&control, &commands));
    }
}

fn spent_entries_do_not_come_again<F: LogFactory>(open: impl Fn() -> F) {
    let mut log = open().open(context(0)).unwrap();
    log.append(&batch(1)).unwrap();
    let mut entries = all_outcomes(&mut log);
    assert_eq!(entries.len(), 1);

    assert_eq!(log.poll(&mut entries), LogState::Idle);

    assert_eq!(entries, []);
}

fn entries_carry_the_clocks_time<F: LogFactory>(open: impl Fn() -> F) {
    let clock = ManualClock::at(Timestamp(500));
    let context = LogContext::detached(0, EngineClock::start(ClockSource::Manual(clock.clone())));
    let mut log = open().open(context).unwrap();

    log.append(&batch(1)).unwrap();
    let first = all_outcomes(&mut log);
    clock.set(Timestamp(900));
    log.append(&batch(2)).unwrap();
    let second = all_outcomes(&mut log);

    assert_eq!(
        [first[0].at, second[0].at],
        [Timestamp(500), Timestamp(900)]
    );
}

fn a_handle_yields_only_its_own_and_positions_have_no_gap<F: LogFactory>(open: impl Fn() -> F) {
    const BATCHES: u64 = 300;
    let mut logs = open();
    let handles: Vec<F::Log> = (0..3)
        .map(|matcher| logs.open(context(matcher)).unwrap())
        .collect();

    let threads: Vec<_> = handles
        .into_iter()
        .zip(0..)
        .map(|(mut log, matcher): (F::Log, u64)| {
            std::thread::spawn(move || {
                let mut own = Vec::new();
                for number in 1..=BATCHES {
                    let mut batch = batch(number);
                    batch.commands[0].origin.session = SessionId(matcher);
                    log.append(&batch).unwrap();
                    own.extend(all_outcomes(&mut log));
                }
                assert!(
                    own.iter()
                        .all(|entry| entry.commands[0].origin.session.0 == matcher)
                );
                assert!(own.is_sorted_by_key(|entry| entry.position));
                assert!(own.iter().map(|entry| entry.number).eq(1..=BATCHES));
                own
            })
        })
        .collect();
    let entries = threads
        .into_iter()
        .flat_map(|thread| thread.join().unwrap());

    let mut positions: Vec<u64> = entries.map(|entry| entry.position.0).collect();
    positions.sort_unstable();
    assert!(positions.into_iter().eq(1..=3 * BATCHES));
}

fn durability_reaches_every_position_and_never_goes_back<F: LogFactory>(open: impl Fn() -> F) {
    let mut log = open().open(context(0)).unwrap();
    assert_eq!(log.durable(), LogPosition(0), "nothing was appended");

    let mut last = LogPosition(0);
    for number in 1..=50 {
        log.append(&batch(number)).unwrap();
        all_outcomes(&mut log);
        let durable = log.durable();
        assert!(
            durable >= last && durable <= LogPosition(number),
            "{last:?}, {durable:?}"
        );
        last = durable;
    }

    wait_until(|| log.durable() == LogPosition(50));
}

fn what_was_appended_can_be_read_again<F: LogFactory>(open: impl Fn() -> F) {
    let mut log = open().open(context(0)).unwrap();
    for number in 1..=10 {
        log.append(&batch(number)).unwrap();
    }
    let yielded = all_outcomes(&mut log);
    wait_until(|| log.durable() == LogPosition(10));

    for from in [1, 4, 10] {
        let read = log.read_from(LogPosition(from)).unwrap();
        let read: Vec<LogEntry> = read.collect::<Result<_, _>>().unwrap();

        let expected: Vec<LogEntry> = yielded
            .iter()
            .filter(|entry| entry.position.0 >= from)
            .map(without_origins)
            .collect();
        let read: Vec<LogEntry> = read.iter().map(without_origins).collect();
        assert_eq!(read, expected, "from {from}");
    }
    assert_eq!(log.read_from(LogPosition(11)).unwrap().count(), 0);
}

/// Where a command came from decides nothing, and need not be kept.
fn without_origins(entry: &LogEntry) -> LogEntry {
    let mut entry = entry.clone();
    for command in &mut entry.commands {
        command.origin = Origin::default();
        command.stamps = Stamps::default();
    }
    entry
}

/// Polls until no outcome is in flight.
fn all_outcomes(log: &mut impl CommandLog) -> Vec<LogEntry> {
    let mut all = Vec::new();
    let mut entries = Vec::new();
    wait_until(|| {
        let state = log.poll(&mut entries);
        all.extend(entries.iter().cloned());
        match state {
            LogState::Idle => true,
            LogState::InFlight => false,
            LogState::Failed => panic!("a log that nobody broke has failed"),
        }
    });
    all
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..ASKED_MAX {
        if is_so() {
            return;
        }
        std::thread::park_timeout(Duration::from_micros(20));
    }
    panic!("it never came");
}

fn context(matcher: usize) -> LogContext {
    LogContext::detached(matcher, EngineClock::start(ClockSource::Realtime))
}

/// A batch that differs from every other one.
fn batch(number: u64) -> Batch {
    let commands = (0..=number % 3).map(|place| InboundCommand {
        instrument: InstrumentId(1),
        origin: Origin {
            session: SessionId(0),
            request: number * 10 + place,
            ..Origin::default()
        },
        at: place.is_multiple_of(2).then_some(Timestamp(number)),
        stamps: Stamps::default(),
        command: Command::Cancel(Cancel {
            account: AccountId(1),
            order: OrderRef::Id(OrderId(number)),
        }),
    });
    let control = (0..number % 2).map(|_| ControlCommand::Deposit {
        account: AccountId(1),
        asset: AssetId(0),
        amount: Money::from_units(number.into()),
    });
    Batch {
        number,
        control: control.collect(),
        commands: commands.collect(),
    }
}
