//! Goal: a journal and a snapshot of each format that there ever was are read for ever, to the same content.
//! Method: small files of each version lie in `tests/golden`, beside what is in them in words. A copy is opened as
//! a start opens it, applied, and told in the same words. A snapshot of an earlier spelling is refused by its number
//! and the journal is applied instead. After a new version of a format, or of the spelling of states:
//! `cargo test -p sequencer --test snapshots -- --ignored record_the_golden_files`.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{
    AccountId, Admission, Admit, Command, Event, FanOut, FanOutAction, FanOutId, FeeTier,
    InstrumentId, MassCancel, Notional, OrderRate, OrderToTrade, Price, Quantity, RiskLimits,
    STATE_VERSION, Scope, SetFeeTier, SetLimits, Side, SideFilter,
};
use ledger::{ApiKey, AssetId, KeyId, KeyMaterial, KeyState, Money, Permissions};
use sequencer::{
    Batch, ClockSource, CommandLog, ControlCommand, Durability, EngineClock, Epoch, FileLogOptions,
    FileLogs, InboundCommand, LogContext, LogFactory, LogPlace, LogPosition, ManualClock, Origin,
    RealDisk, Replica, SnapshotOptions, SnapshotStore, Stamps, Storage, Targets,
};

use crate::flow::{ACCOUNTS, Flow, INSTRUMENTS, instruments, ledger};

const ENTRIES: u64 = 80;
/// Where the snapshot stands.
const SNAPSHOT_AT: LogPosition = LogPosition(60);
const OPTIONS: FileLogOptions = FileLogOptions {
    durability: Durability::Sync,
    segment_bytes: 64 << 10,
    reserve_bytes: 0,
};
const CONTENT: &str = "content.txt";
const HASHES: &str = "hashes.txt";

fn golden(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/golden").join(name)
}

/// The folders of this kind, one for each version: `journal-2`, `snapshot-1-state-3` and so on; the version is the last
/// number.
fn versions(kind: &str) -> Vec<(u32, PathBuf)> {
    let entries = std::fs::read_dir(golden("")).unwrap();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?;
            let version = name.starts_with(kind).then(|| name.rsplit('-').next())??;
            let version = version.parse().ok()?;
            Some((version, path))
        })
        .collect();
    versions.sort();
    versions
}

/// Copies the files with this ending.
fn copy(from: &Path, to: &Path, ending: &str) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|found| found == ending) {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn open(folder: &Path) -> FileLogs {
    let (storage, snapshots) = (Storage::real(), SnapshotOptions::default());
    FileLogs::open_with_snapshots(storage, folder, OPTIONS, snapshots, Epoch(1)).unwrap()
}

/// What entries say and do, in words that no change of a type changes.
fn tell_entries(logs: &FileLogs, replica: &mut Replica) -> String {
    let mut told = String::new();
    let next = LogPosition(replica.position().0 + 1);
    for entry in logs.read_from(next).unwrap() {
        let entry = entry.unwrap();
        let (control, commands) = (entry.control.len(), entry.commands.len());
        let (position, at, number) = (entry.position.0, entry.at.0, entry.number);
        let batch = replica.apply(&entry);
        let count = |is_meant: fn(&Event) -> bool| {
            batch.events.iter().filter(|event| is_meant(event)).count()
        };
        let refused = batch.controls.iter().filter(|one| one.result.is_err());
        let _ = writeln!(
            told,
            "entry {position} at {at} number {number}: {control} control ({} refused), {commands} commands, \
             {} accepted, {} rejected, {} trades, {} canceled",
            refused.count(),
            count(|event| matches!(event, Event::Accepted(_))),
            count(|event| matches!(event, Event::Rejected(_))),
            count(|event| matches!(event, Event::Trade(_))),
            count(|event| matches!(event, Event::Canceled(_))),
        );
    }
    told
}

/// Where everything stands, in words.
fn tell_state(replica: &Replica) -> String {
    let mut told = String::new();
    for instrument in (1..=INSTRUMENTS).map(InstrumentId) {
        let book = replica.engine().book(instrument).unwrap();
        let state = replica.state();
        let mut states = state.books.iter();
        let state = states.find(|state| state.instrument == instrument);
        let sequence = state.unwrap().sequence.0;
        let _ = writeln!(told, "instrument {} sequence {sequence}", instrument.0);
        for (word, side) in [("bid", Side::Buy), ("ask", Side::Sell)] {
            for order in book.orders(side) {
                let _ = writeln!(
                    told,
                    "  {word} {} order {} of {} leaves {} filled {}",
                    order.price.units(),
                    order.order_id.0,
                    order.account.0,
                    order.leaves_quantity.units(),
                    order.filled_quantity.units()
                );
            }
        }
    }
    let ledger = replica.ledger();
    for account in (0..=ACCOUNTS).map(AccountId) {
        for balance in ledger.balances(account) {
            let _ = writeln!(
                told,
                "account {} asset {} total {} available {} hold {}",
                account.0,
                balance.asset.0,
                balance.total.units(),
                balance.available.units(),
                balance.hold.units()
            );
        }
        for position in ledger.positions(account) {
            let _ = writeln!(
                told,
                "  position {} base {} cost {} realized {} fees {}",
                position.instrument.0,
                position.base,
                position.cost.units(),
                position.realized.units(),
                position.fees_quote.units()
            );
        }
    }
    for (key, state) in ledger.all_keys() {
        let is_enabled = matches!(state, KeyState::Enabled);
        let _ = writeln!(
            told,
            "key {} of {} enabled {is_enabled}",
            key.id, key.account.0
        );
    }
    told
}

fn tell_hashes(replica: &Replica) -> String {
    let books = replica.state().books;
    let lines = books.iter().map(|book| {
        let (instrument, hash) = (book.instrument.0, book.state_hash);
        format!("instrument {instrument} {hash:016x}\n")
    });
    lines.collect()
}

#[test]
fn the_journal_of_each_format_comes_to_the_same_content() {
    let journals = versions("journal-");
    let numbers: Vec<u32> = journals.iter().map(|(version, _)| *version).collect();
    assert_eq!(numbers, [2], "format 1 was in no release");
    for (version, files) in journals {
        let folder = tempfile::tempdir().unwrap();
        copy(&files, folder.path(), "seg");
        let logs = open(folder.path());
        assert_eq!(logs.torn_tail(), None, "version {version}");
        assert_eq!(
            (logs.epoch(), logs.last_position().0),
            (Epoch(1), ENTRIES + 1)
        );
        let mut replica = Replica::new(&instruments(), ledger()).unwrap();

        let told = tell_entries(&logs, &mut replica) + &tell_state(&replica);

        let expected = std::fs::read_to_string(files.join(CONTENT)).unwrap();
        assert_eq!(told, expected, "version {version}");
    }
}

#[test]
fn a_snapshot_of_each_spelling_is_gone_on_from_or_refused_by_its_number() {
    let spelled = versions("snapshot-");
    let newest = spelled.last().map(|(version, _)| *version);
    assert_eq!(
        newest,
        Some(STATE_VERSION),
        "record the golden files of this version"
    );
    let journal = golden("journal-2");
    let content = std::fs::read_to_string(journal.join(CONTENT)).unwrap();
    for (version, files) in spelled {
        let folder = tempfile::tempdir().unwrap();
        copy(&journal, folder.path(), "seg");
        copy(&files, folder.path(), "snap");
        let mut logs = open(folder.path());
        let base = logs.take_base();
        assert_eq!(
            base.is_some(),
            version == STATE_VERSION,
            "version {version}"
        );
        let mut replica = match &base {
            Some(base) => Replica::restored(base, &instruments(), ledger()).unwrap(),
            None => Replica::new(&instruments(), ledger()).unwrap(),
        };
        let position = base.as_ref().map_or(LogPosition(0), |base| base.position);
        assert!(base.is_none() || position == SNAPSHOT_AT);

        tell_entries(&logs, &mut replica);

        assert!(
            content.ends_with(&tell_state(&replica)),
            "version {version}"
        );
        if version == STATE_VERSION {
            let hashes = std::fs::read_to_string(files.join(HASHES)).unwrap();
            assert_eq!(
                tell_hashes(&replica),
                hashes,
                "states are spelled otherwise than version {version} says: raise STATE_VERSION of the engine, and \
                 record the golden files of the new one"
            );
        }
    }
}

#[test]
fn a_snapshot_of_another_spelling_is_refused_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    copy(&golden("journal-2"), folder.path(), "seg");
    let mut replica = Replica::new(&instruments(), ledger()).unwrap();
    tell_entries(&open(folder.path()), &mut replica);
    let mut snapshot = replica.snapshot(Epoch(1), 0, Vec::new()).unwrap();
    snapshot.books[0].state[0] = 99;
    let store = SnapshotStore::new(Arc::new(RealDisk), folder.path().to_owned());
    store.write(&snapshot, LogPosition(0)).unwrap();

    let (newest, refused) = store.newest().unwrap();

    assert_eq!((newest, refused.len()), (None, 1));
    let said = refused[0].error.to_string();
    assert!(said.contains("version 99"), "{said}");
    assert_eq!(open(folder.path()).take_base(), None);
}

/// Everything that the flow does not have: keys, a withdrawal, commands to several instruments and their parts.
fn special() -> Batch {
    let account = AccountId(2);
    let key = |id: &str, material| ApiKey {
        id: KeyId::new(id).unwrap(),
        account,
        material,
        permissions: Permissions::READ,
    };
    let limits = RiskLimits {
        quantity_max: Some(Quantity::from_units(500)),
        notional_max: Some(Notional::from_units(60_000)),
        price_band_bips: Some(2_500),
        open_orders_max: Some(400),
        position_max: Some(Quantity::from_units(9_000)),
        order_rate: Some(OrderRate {
            orders_max: 60,
            window: 1_000_000,
        }),
        order_to_trade: Some(OrderToTrade {
            orders_free: 80,
            orders_per_trade: 9,
            window: 1_000_000,
        }),
    };
    let admit = |account, admission| {
        FanOutAction::Admit(Admit {
            scope: Scope::Account(account),
            admission,
        })
    };
    let actions = [
        admit(AccountId(5), Admission::CancelOnly),
        admit(AccountId(6), Admission::Killed),
        FanOutAction::SetLimits(SetLimits { account, limits }),
        FanOutAction::SetFeeTier(SetFeeTier {
            account,
            fee_tier: FeeTier(1),
        }),
        FanOutAction::MassCancel(MassCancel {
            account: AccountId(4),
            side: SideFilter::Both,
            price_from: Price::MIN,
            price_to: Price::MAX,
            session: engine::SessionFilter::Any,
        }),
    ];
    let withdraw = ControlCommand::Withdraw {
        account,
        asset: AssetId(1),
        amount: Money::from_units(7),
    };
    let hmac = KeyMaterial::HmacSecret(vec![7; 32].into());
    let mut batch = Batch {
        number: ENTRIES + 1,
        control: vec![
            withdraw,
            ControlCommand::AddKey(Box::new(key("desk", hmac.clone()))),
            ControlCommand::AddKey(Box::new(key("old", hmac))),
            ControlCommand::RevokeKey {
                id: KeyId::new("old").unwrap(),
            },
        ],
        commands: Vec::new(),
    };
    for (id, action) in (1_000..).zip(actions) {
        batch.control.push(ControlCommand::FanOut {
            targets: Targets::All,
            action: Box::new(action),
        });
        for instrument in (1..=INSTRUMENTS).map(InstrumentId) {
            batch.commands.push(InboundCommand {
                instrument,
                origin: Origin::default(),
                at: None,
                stamps: Stamps::default(),
                command: Command::FanOut(FanOut {
                    id: FanOutId(id),
                    action,
                }),
            });
        }
    }
    batch
}

/// Writes the journal that the golden one is a copy of.
fn write_journal(folder: &Path) {
    let mut logs = FileLogs::open(folder, OPTIONS).unwrap();
    let clock = ManualClock::default();
    let engine_clock = EngineClock::start(ClockSource::Manual(clock.clone()));
    let mut log = LogFactory::open(&mut logs, LogContext::detached(0, engine_clock)).unwrap();
    let mut flow = Flow::new(20_261_123);
    for _ in 0..ENTRIES {
        let entry = flow.next_entry(4);
        clock.set(entry.at);
        let batch = Batch {
            number: entry.number,
            control: entry.control,
            commands: entry.commands,
        };
        log.append(&batch).unwrap();
        log.poll(&mut Vec::new());
    }
    log.append(&special()).unwrap();
}

#[test]
#[ignore = "writes into the project: for a new version of a format alone"]
fn record_the_golden_files() {
    let folder = tempfile::tempdir().unwrap();
    let journal = golden("journal-2");
    if journal.is_dir() {
        copy(&journal, folder.path(), "seg");
    } else {
        std::fs::create_dir_all(&journal).unwrap();
        write_journal(folder.path());
        let first = "journal-0000000001.seg";
        std::fs::copy(folder.path().join(first), journal.join(first)).unwrap();
    }
    let logs = open(folder.path());
    let mut replica = Replica::new(&instruments(), ledger()).unwrap();
    let told = tell_entries(&logs, &mut replica) + &tell_state(&replica);
    std::fs::write(journal.join(CONTENT), told).unwrap();

    let spelled = golden(&format!("snapshot-2-state-{STATE_VERSION}"));
    std::fs::create_dir_all(&spelled).unwrap();
    std::fs::write(spelled.join(HASHES), tell_hashes(&replica)).unwrap();
    let mut tail = logs.follow(LogPlace::default()).unwrap().unwrap().tail;
    let mut replica = Replica::new(&instruments(), ledger()).unwrap();
    while replica.position() < SNAPSHOT_AT {
        replica.apply(&tail.next().unwrap().unwrap());
    }
    let snapshot = replica.snapshot(Epoch(1), tail.chain(), b"kept".to_vec());
    let store = SnapshotStore::new(Arc::new(RealDisk), folder.path().to_owned());
    store.write(&snapshot.unwrap(), LogPosition(0)).unwrap();
    copy(folder.path(), &spelled, "snap");
}
