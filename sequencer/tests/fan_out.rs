//! Goal: a command to several instruments is applied once by each of them, whenever the process ends.
//! Method: a kill switch, and a mass cancel, on three instruments, on real files. The files are cut at every block and
//! gone on from: where the entry of the control sequence is left, every instrument has it exactly once in the end.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::{
    AccountId, Admission, Admit, ClientIdPolicy, Command, Display, Event, FanOutAction, FanOutId,
    FundsCheck, Instrument, InstrumentId, MarketBudget, MassCancel, NewOrder, Notional, OrderKind,
    OrderSize, PostOnly, Price, Quantity, RejectReason, Rules, Scope, SelfTradePrevention,
    SessionFilter, SessionNumber, Side, TimeInForce,
};
use ledger::{Ledger, LedgerConfig};
use sequencer::{
    ClockSource, ControlCommand, ControlError, Durability, EnteredBy, EventBatch, FileLogOptions,
    FileLogs, InboundCommand, Origin, Refused, Running, SequencerConfig, SessionId, Stamps,
    Targets, Threads, start,
};

const ALICE: AccountId = AccountId(1);
const INSTRUMENTS: u32 = 3;
const ORDERS: usize = 5;
const BLOCK_BYTES: usize = 512;
const PATIENCE: Duration = Duration::from_secs(20);
const OPTIONS: FileLogOptions = FileLogOptions {
    durability: Durability::None,
    segment_bytes: 64 << 10,
    reserve_bytes: 0,
};

struct Exchange {
    running: Running,
    batches: Vec<EventBatch>,
}

impl Exchange {
    /// `None` where the files are refused.
    fn open(folder: &Path, instruments: u32, threads: usize) -> Option<Self> {
        let config = SequencerConfig {
            threads: Threads::Count(NonZeroUsize::new(threads).unwrap()),
            ..SequencerConfig::for_cores(NonZeroUsize::new(2).unwrap())
        };
        let accounts = LedgerConfig { accounts_max: 10 };
        // No instrument keeps money here: kill switches do not look at it.
        let ledger = Arc::new(Ledger::new(accounts, Vec::new(), Vec::new()).unwrap());
        let logs = FileLogs::open(folder, OPTIONS).ok()?;
        let listed: Vec<_> = (1..=instruments).map(instrument).collect();
        let running = start(config, &listed, ledger, logs, ClockSource::Realtime).unwrap();
        let mut exchange = Self {
            running,
            batches: Vec::new(),
        };
        while !exchange.running.ports.recovery().is_over() {
            assert!(!exchange.running.ports.is_halted());
            exchange.take_events();
        }
        Some(exchange)
    }

    fn take_events(&mut self) {
        for events in &self.running.events {
            self.batches.extend(events.try_iter());
        }
    }

    /// Puts in the control sequence, and says where that is.
    fn control(&self, command: ControlCommand) -> u64 {
        let receipt = self.running.ports.control(command).unwrap();
        receipt.wait().unwrap().sequence.0
    }

    fn open_account(&self, account: AccountId) -> u64 {
        self.control(ControlCommand::CreateAccount {
            account,
            deposits: Box::default(),
        })
    }

    fn enter_orders(&self) {
        for instrument in 1..=INSTRUMENTS {
            for _ in 0..ORDERS {
                self.submit(instrument);
            }
        }
    }

    fn submit(&self, instrument: u32) {
        self.submit_by(instrument, EnteredBy::default());
    }

    fn submit_by(&self, instrument: u32, entered_by: EnteredBy) {
        let command = InboundCommand {
            instrument: InstrumentId(instrument),
            origin: Origin {
                entered_by,
                ..Origin::default()
            },
            at: None,
            stamps: Stamps::default(),
            command: Command::Submit(order()),
        };
        self.running.ports.try_submit(command).unwrap();
    }

    fn kill(&self) -> u64 {
        self.control(ControlCommand::FanOut {
            targets: Targets::All,
            action: Box::new(kill_alice()),
        })
    }

    /// Waits until every instrument has applied the command, and reads everything that left.
    fn wait_until_seen(&mut self, id: u64) {
        let deadline = Deadline::new();
        while !self.running.ports.have_seen(Targets::All, FanOutId(id)) {
            deadline.check();
            self.take_events();
            std::thread::yield_now();
        }
    }

    /// Until a command to several is told of every instrument: then it is durable.
    fn wait_until_told(&mut self) {
        let deadline = Deadline::new();
        let is_told = |batches: &[_], instrument| counts(batches, InstrumentId(instrument))[0] == 1;
        while !(1..=INSTRUMENTS).all(|instrument| is_told(&self.batches, instrument)) {
            deadline.check();
            self.take_events();
            std::thread::yield_now();
        }
    }

    /// By instrument: commands to several that were applied, orders that they canceled, orders that were
    /// refused for the kill switch.
    fn stop(self) -> Vec<[usize; 3]> {
        let batches = self.stop_and_read();
        (1..=INSTRUMENTS)
            .map(|instrument| counts(&batches, InstrumentId(instrument)))
            .collect()
    }

    /// Everything that left.
    fn stop_and_read(mut self) -> Vec<EventBatch> {
        let events = self.running.events.clone();
        let stop = self.running.stop;
        let waiting = std::thread::spawn(move || stop.stop_and_drain());
        for receiver in &events {
            self.batches.extend(receiver.iter());
        }
        waiting.join().unwrap();
        self.batches
    }

    /// How many batches the files had.
    fn recovered(&self) -> u64 {
        self.running.ports.recovery().entries()
    }
}

/// Gives up after a while, so that what never comes fails the test.
struct Deadline(flume::Receiver<()>);

impl Deadline {
    fn new() -> Self {
        let (sender, receiver) = flume::bounded(1);
        std::thread::spawn(move || {
            std::thread::park_timeout(PATIENCE);
            let _ = sender.send(());
        });
        Self(receiver)
    }

    fn check(&self) {
        assert!(self.0.try_recv().is_err(), "it did not come in time");
    }
}

fn counts(batches: &[EventBatch], instrument: InstrumentId) -> [usize; 3] {
    let mut counts = [0; 3];
    for batch in batches {
        for outcome in &batch.outcomes {
            if outcome.instrument != instrument {
                continue;
            }
            if matches!(outcome.command, Command::FanOut(_)) {
                counts[0] += 1;
            }
            for event in batch.events_of(outcome) {
                if matches!(event, Event::Canceled(_)) {
                    counts[1] += 1;
                }
                if let Event::Rejected(rejected) = event
                    && rejected.reason == RejectReason::AccountKilled
                {
                    counts[2] += 1;
                }
            }
        }
    }
    counts
}

fn kill_alice() -> FanOutAction {
    FanOutAction::Admit(Admit {
        scope: Scope::Account(ALICE),
        admission: Admission::Killed,
    })
}

/// The account's opening is the first entry of the control sequence.
const MASS_CANCEL: u64 = 2;
const ORIGIN: Origin = Origin {
    session: SessionId(7),
    request: 11,
    entered_by: EnteredBy(SessionNumber::NONE),
};

fn mass_cancel_alice() -> FanOutAction {
    FanOutAction::MassCancel(MassCancel::all_of(ALICE))
}

fn instrument(id: u32) -> Instrument {
    Instrument {
        id: InstrumentId(id),
        tick_size: 1,
        lot_size: 1,
        price_min: Price::from_units(1),
        price_max: Price::from_units(1_000),
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::from_units(1_000),
        open_orders_max: 1_000,
        idempotency_orders_max: 1,
        idempotency_sequences_max: 1,
        market_budget: MarketBudget::Partial,
        market_protection_bips: 0,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Off,
        rules: Rules::PLAIN,
    }
}

fn order() -> NewOrder {
    NewOrder {
        account: ALICE,
        client_order_id: None,
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: None,
        side: Side::Buy,
        kind: OrderKind::Limit {
            price: Price::from_units(100),
        },
        size: OrderSize::Quantity(Quantity::from_units(1)),
        time_in_force: TimeInForce::GoodTillCanceled,
        post_only: PostOnly::No,
        display: Display::Full,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::CancelNewest,
        stp_group: None,
        conditions: None,
        extra: Notional::ZERO,
    }
}

#[test]
fn a_kill_switch_reaches_every_instrument_once_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut exchange = Exchange::open(folder.path(), INSTRUMENTS, 3).unwrap();
    assert_eq!(exchange.open_account(ALICE), 1);
    exchange.enter_orders();

    let id = exchange.kill();
    exchange.wait_until_seen(id);
    exchange.enter_orders();

    let killed = vec![[1, ORDERS, ORDERS]; 3];
    assert_eq!(exchange.stop(), killed);
    for threads in [1, 2] {
        let restarted = Exchange::open(folder.path(), INSTRUMENTS, threads).unwrap();
        assert!(
            restarted
                .running
                .ports
                .have_seen(Targets::All, FanOutId(id))
        );
        assert_eq!(restarted.stop(), killed, "{threads} threads");
    }
}

#[test]
fn an_instrument_that_has_not_seen_a_command_gets_it_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut exchange = Exchange::open(folder.path(), 1, 1).unwrap();
    exchange.open_account(ALICE);
    let id = exchange.kill();
    exchange.wait_until_seen(id);
    exchange.stop();

    // Two more are listed now.
    let mut exchange = Exchange::open(folder.path(), INSTRUMENTS, 2).unwrap();
    exchange.wait_until_seen(id);
    exchange.enter_orders();

    assert_eq!(exchange.stop(), vec![[1, 0, ORDERS]; 3]);
}

#[test]
fn wherever_the_files_end_each_instrument_has_the_command_once_or_nobody_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut exchange = Exchange::open(folder.path(), INSTRUMENTS, 3).unwrap();
    exchange.open_account(ALICE);
    exchange.enter_orders();
    let id = exchange.kill();
    exchange.wait_until_told();
    // As a kill of the process would leave them.
    let name = first_segment(folder.path());
    let whole = std::fs::read(folder.path().join(&name)).unwrap();
    exchange.stop();
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
    let (mut with_all, mut with_some, mut without) = (0, 0, 0);

    for end in 3..=used / BLOCK_BYTES + 1 {
        let cut = tempfile::tempdir().unwrap();
        let mut bytes = whole.clone();
        bytes[end * BLOCK_BYTES..].fill(0);
        std::fs::write(cut.path().join(&name), &bytes).unwrap();
        let Some(mut exchange) = Exchange::open(cut.path(), INSTRUMENTS, 2) else {
            continue; // it was known to be durable, so it is missed
        };
        let recovered = exchange.recovered();
        // The next place in the control sequence says whether the kill switch is in it.
        if exchange.open_account(AccountId(2)) <= id {
            without += 1;
            assert_eq!(parts(&exchange.stop_and_read()), 0);
            continue;
        }
        exchange.wait_until_seen(id);
        exchange.enter_orders();
        let batches = exchange.stop_and_read();
        for instrument in 1..=INSTRUMENTS {
            let [parts, _, refused] = counts(&batches, InstrumentId(instrument));
            assert_eq!((parts, refused), (1, ORDERS), "cut at block {end}");
        }
        match parts_of_files(&batches, recovered) {
            3 => with_all += 1,
            0..3 => with_some += 1,
            more => panic!("applied {more} times"),
        }
    }

    assert!(
        with_all > 0 && with_some > 0 && without > 0,
        "{with_all} cuts had all of it, {with_some} some, {without} none"
    );
}

fn first_segment(folder: &Path) -> String {
    let names = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "seg"))
        .min()
        .unwrap()
}

#[test]
fn wherever_the_files_end_a_mass_cancel_ends_what_was_there_and_nothing_that_came_later() {
    let folder = tempfile::tempdir().unwrap();
    let mut exchange = Exchange::open(folder.path(), INSTRUMENTS, 3).unwrap();
    exchange.open_account(ALICE);
    exchange.enter_orders();
    let delivery = exchange
        .running
        .ports
        .fan_out(Targets::All, mass_cancel_alice(), ORIGIN)
        .unwrap();
    delivery.wait();
    // Behind every part, though nobody waited until one was applied.
    exchange.enter_orders();
    exchange.wait_until_told();
    let name = first_segment(folder.path());
    let whole = std::fs::read(folder.path().join(&name)).unwrap();
    assert_eq!(origins_of_parts(&exchange.batches), [ORIGIN; 3]);
    let told = exchange.stop();
    assert_eq!(told, vec![[1, ORDERS, 0]; 3]);
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
    let (mut with_all, mut with_some) = (0, 0);

    for end in 3..=used / BLOCK_BYTES + 1 {
        let cut = tempfile::tempdir().unwrap();
        let mut bytes = whole.clone();
        bytes[end * BLOCK_BYTES..].fill(0);
        std::fs::write(cut.path().join(&name), &bytes).unwrap();
        let Some(mut exchange) = Exchange::open(cut.path(), INSTRUMENTS, 2) else {
            continue;
        };
        let recovered = exchange.recovered();
        // The next place in the control sequence says whether the mass cancel is in it.
        let is_in_it = exchange.open_account(AccountId(2)) > MASS_CANCEL;
        if is_in_it {
            exchange.wait_until_seen(MASS_CANCEL);
        }
        exchange.enter_orders();
        let batches = exchange.stop_and_read();
        for instrument in 1..=INSTRUMENTS {
            let [parts, canceled, _] = counts(&batches, InstrumentId(instrument));
            assert_eq!(parts, usize::from(is_in_it), "cut at block {end}");
            let limit = if is_in_it { ORDERS } else { 0 };
            assert!(canceled <= limit, "{canceled} went, cut at block {end}");
        }
        match parts_of_files(&batches, recovered) {
            3 => with_all += 1,
            0 => {}
            1..3 => with_some += 1,
            more => panic!("applied {more} times"),
        }
    }

    assert!(
        with_all > 0 && with_some > 0,
        "{with_all} cuts had all of it, {with_some} some"
    );
}

/// How many parts were applied.
fn parts(batches: &[EventBatch]) -> usize {
    (1..=INSTRUMENTS)
        .map(|instrument| counts(batches, InstrumentId(instrument))[0])
        .sum()
}

/// How many of them the files had, which had so many batches.
fn parts_of_files(batches: &[EventBatch], recovered: u64) -> usize {
    let of_files = batches.iter().filter(|batch| batch.position.0 <= recovered);
    parts(&of_files.cloned().collect::<Vec<_>>())
}

fn origins_of_parts(batches: &[EventBatch]) -> Vec<Origin> {
    let outcomes = batches.iter().flat_map(|batch| &batch.outcomes);
    let parts = outcomes.filter(|outcome| matches!(outcome.command, Command::FanOut(_)));
    parts.map(|outcome| outcome.origin).collect()
}

#[test]
fn a_restart_knows_by_which_connection_orders_came() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = Exchange::open(folder.path(), INSTRUMENTS, 3).unwrap();
    exchange.open_account(ALICE);
    exchange.enter_orders();
    let ninth = SessionNumber(9);
    exchange.submit_by(2, EnteredBy(ninth));
    exchange.stop();

    let mut exchange = Exchange::open(folder.path(), INSTRUMENTS, 2).unwrap();
    assert_eq!(exchange.running.ports.highest_session(), ninth);
    let of_ninth = FanOutAction::MassCancel(MassCancel {
        session: SessionFilter::Only(ninth),
        ..MassCancel::all_of(ALICE)
    });
    let delivery = exchange
        .running
        .ports
        .fan_out(Targets::All, of_ninth, ORIGIN);
    delivery.unwrap().wait();
    exchange.wait_until_told();

    assert_eq!(exchange.stop(), [[1, 0, 0], [1, 1, 0], [1, 0, 0]]);
}

#[test]
fn a_command_to_nobody_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = Exchange::open(folder.path(), INSTRUMENTS, 1).unwrap();
    let refused = |targets| {
        let command = ControlCommand::FanOut {
            targets,
            action: Box::new(kill_alice()),
        };
        let outcome = exchange.running.ports.control(command);
        outcome.and_then(|receipt| receipt.wait()).unwrap_err()
    };

    let unlisted = Targets::One(InstrumentId(4));
    assert_eq!(
        refused(unlisted),
        ControlError::NotTaken(Refused::UnknownInstrument)
    );
    assert_eq!(
        refused(Targets::All),
        ControlError::Refused(ledger::ControlRefusal::UnknownAccount)
    );
    assert_eq!(exchange.stop(), vec![[0; 3]; 3]);
}
