//! Goal: a start applies a million commands a second, and 10 million of them with a million resting orders in at
//! most 10 s on one core (R5).
//! Method: a log is written with money and all, and a shard started on it until everything is applied; then a
//! shard on a snapshot of the same place. `RIALTO_RECOVERY_COMMANDS` says how many; `RIALTO_TIME_BARS` makes the
//! bar one that fails. Run in release, under `taskset -c 0` for one core.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::{
    AccountId, Cancel, ClientIdPolicy, Command, Display, Instrument, InstrumentId, NewOrder,
    Notional, OrderId, OrderKind, OrderRef, OrderSize, PostOnly, Price, Quantity,
    SelfTradePrevention, Side, TimeInForce,
};
use ledger::{AssetId, Ledger, LedgerConfig, Money};
use sequencer::{
    Batch, ClockSource, CommandLog, ControlCommand, Durability, EngineClock, Epoch, FileLogOptions,
    FileLogs, InboundCommand, LogContext, LogFactory, LogPosition, Origin, Replica,
    SequencerConfig, SnapshotOptions, Stamps, Storage, Threads, start,
};

use crate::flow::{Flow, instruments, ledger, surcharged};

const ACCOUNTS: u32 = 1_000;
const BATCH_COMMANDS: u64 = 256;
const OPTIONS: FileLogOptions = FileLogOptions {
    durability: Durability::None,
    segment_bytes: 64 << 20,
    reserve_bytes: 0,
};

/// One instrument with room for every order.
fn terms() -> Vec<Instrument> {
    let mut instrument = instruments()[0];
    instrument.open_orders_max = 2_000_000;
    vec![instrument]
}

fn many_accounts() -> Arc<Ledger> {
    let few = ledger();
    let config = LedgerConfig {
        accounts_max: ACCOUNTS + 1,
    };
    let terms = *few.terms(InstrumentId(1)).unwrap();
    Arc::new(Ledger::new(config, few.assets().to_vec(), vec![terms]).unwrap())
}

/// Commands that keep about `resting` orders open: they rest, are canceled, and now and then traded with.
struct Market {
    chance: Flow,
    resting: u64,
    open: Vec<OrderId>,
    entered: u64,
}

impl Market {
    fn next(&mut self) -> Command {
        let is_full = self.open.len() as u64 >= self.resting;
        if !is_full {
            return self.enter();
        }
        if self.chance.below(20) != 0 {
            return self.cancel();
        }
        self.entered += 1;
        Command::Submit(self.order(TimeInForce::ImmediateOrCancel))
    }

    fn enter(&mut self) -> Command {
        self.entered += 1;
        self.open.push(OrderId(self.entered));
        Command::Submit(self.order(TimeInForce::GoodTillCanceled))
    }

    fn cancel(&mut self) -> Command {
        let place = self.chance.below(self.open.len() as u64);
        let order_id = self.open.swap_remove(usize::try_from(place).unwrap());
        Command::Cancel(Cancel {
            account: account_of(order_id.0),
            order: OrderRef::Id(order_id),
        })
    }

    fn order(&mut self, time_in_force: TimeInForce) -> NewOrder {
        let side = if self.entered.is_multiple_of(2) {
            Side::Buy
        } else {
            Side::Sell
        };
        let away = i64::try_from(self.chance.below(5_000)).unwrap();
        let rests = time_in_force == TimeInForce::GoodTillCanceled;
        let price = Price::from_units(match (side, rests) {
            (Side::Buy, true) => 100_000 - away,
            (Side::Sell, true) => 100_001 + away,
            (Side::Buy, false) => 100_010,
            (Side::Sell, false) => 99_990,
        });
        let quantity = Quantity::from_units(if rests { 1_000 } else { 3 });
        NewOrder {
            account: account_of(self.entered),
            client_order_id: None,
            client_id_policy: ClientIdPolicy::OpenUnique,
            external_id: None,
            side,
            kind: OrderKind::Limit { price },
            size: OrderSize::Quantity(quantity),
            time_in_force,
            post_only: PostOnly::No,
            display: Display::Full,
            minimum_quantity: Quantity::ZERO,
            self_trade_prevention: SelfTradePrevention::None,
            stp_group: None,
            conditions: None,
            extra: match side {
                Side::Buy => {
                    Notional::from_units(surcharged(Notional::of(price, quantity).units()))
                }
                Side::Sell => Notional::from_units(i128::from(quantity.units())),
            },
        }
    }
}

fn account_of(entered: u64) -> AccountId {
    AccountId(1 + u32::try_from(entered % u64::from(ACCOUNTS)).unwrap())
}

fn write_log(folder: &Path, commands: u64, resting: u64) {
    let mut logs = FileLogs::open(folder, OPTIONS).unwrap();
    let clock = EngineClock::start(ClockSource::Realtime);
    let mut log = logs.open(LogContext::detached(0, clock)).unwrap();
    let mut market = Market {
        chance: Flow::new(3),
        resting,
        open: Vec::new(),
        entered: 0,
    };
    let all = Money::from_units(10_i128.pow(22));
    let opening = |account| ControlCommand::CreateAccount {
        account: AccountId(account),
        deposits: vec![(AssetId(0), all), (AssetId(1), all)].into(),
    };
    let mut batch = Batch {
        number: 1,
        control: (1..=ACCOUNTS).map(opening).collect(),
        commands: Vec::new(),
    };
    let mut entries = Vec::new();
    let mut written = 0;
    loop {
        log.append(&batch).unwrap();
        log.poll(&mut entries);
        if written >= commands {
            return;
        }
        batch.number += 1;
        batch.control.clear();
        batch.commands.clear();
        for _ in 0..BATCH_COMMANDS.min(commands - written) {
            batch.commands.push(InboundCommand {
                instrument: InstrumentId(1),
                origin: Origin::default(),
                at: None,
                stamps: Stamps::default(),
                command: market.next(),
            });
        }
        written += batch.commands.len() as u64;
    }
}

/// A start on a folder, when everything was applied.
struct Recovered {
    took: Duration,
    replayed: u64,
    hash: u64,
    /// What a walk over the whole state costs its matcher.
    hash_walk: Duration,
}

/// Starts a shard on the folder and waits until it is through.
fn recover(folder: &Path) -> Recovered {
    let started = now();
    let snapshots = SnapshotOptions::default();
    let storage = Storage::real();
    let logs =
        FileLogs::open_with_snapshots(storage, folder, OPTIONS, snapshots, Epoch(1)).unwrap();
    let config = SequencerConfig {
        threads: Threads::Count(NonZeroUsize::MIN),
        ..SequencerConfig::for_cores(NonZeroUsize::new(2).unwrap())
    };
    let mut running = start(
        config,
        &terms(),
        many_accounts(),
        logs,
        ClockSource::Realtime,
    )
    .unwrap();
    // Nobody reads the events: the gateway's own work is not measured here.
    running.events.clear();
    while !running.ports.recovery().is_over() {
        assert!(!running.ports.is_halted(), "it halted");
        std::thread::park_timeout(Duration::from_millis(1));
    }
    let took = started.elapsed();
    let replayed = running.ports.recovery().commands();
    let asked = now();
    let answers = running.ports.inspect().unwrap();
    let hash = answers.recv().unwrap().state_hash;
    let hash_walk = asked.elapsed();
    running.stop.stop_and_drain();
    Recovered {
        took,
        replayed,
        hash,
        hash_walk,
    }
}

#[expect(clippy::disallowed_methods, reason = "this test measures a time")]
fn now() -> Instant {
    Instant::now()
}

/// Replays the whole log and leaves a snapshot of its end.
fn leave_snapshot(folder: &Path) {
    let logs = FileLogs::open(folder, OPTIONS).unwrap();
    let mut replica = Replica::new(&terms(), many_accounts()).unwrap();
    for entry in logs.read_from(LogPosition(1)).unwrap() {
        replica.apply(&entry.unwrap());
    }
    let chain = logs.chain_hash();
    let snapshot = replica.snapshot(logs.epoch(), chain, Vec::new()).unwrap();
    let disk = Arc::clone(Storage::real().disk());
    let store = sequencer::SnapshotStore::new(disk, folder.to_owned());
    store.write(&snapshot, LogPosition(0)).unwrap();
}

#[test]
fn a_start_applies_a_million_commands_a_second() {
    let commands = std::env::var("RIALTO_RECOVERY_COMMANDS");
    let commands = commands.map_or(100_000, |text| text.parse().expect("a count"));
    let resting = commands / 10;
    let folder = tempfile::tempdir().unwrap();
    write_log(folder.path(), commands, resting);

    let from_log = recover(folder.path());
    leave_snapshot(folder.path());
    let from_snapshot = recover(folder.path());

    assert_eq!((from_log.replayed, from_snapshot.replayed), (commands, 0));
    assert_eq!(from_log.hash, from_snapshot.hash, "both are one state");
    let took = from_log.took;
    let rate = commands * 1_000 / u64::try_from(took.as_millis()).unwrap().max(1);
    println!(
        "GOAL R5 recovered_commands={commands} resting={resting} recovery_s={:.2} \
         commands_per_s={rate} from_snapshot_s={:.2} hash_walk_ms={}",
        took.as_secs_f64(),
        from_snapshot.took.as_secs_f64(),
        from_log.hash_walk.as_millis()
    );
    if std::env::var_os("RIALTO_TIME_BARS").is_some() {
        assert!(rate >= 1_000_000, "a million commands a second");
        assert!(took <= Duration::from_secs(10), "ten seconds");
    }
}
