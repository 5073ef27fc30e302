//! Goal: after a stop, and after a kill that leaves files as they are, a shard stands where it stood.
//! Method: trade on real files, start again from them with another layout of threads, compare the state of
//! every book, every balance and every event that leaves.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use engine::{
    AccountId, Bust, Cancel, ClientIdPolicy, ClientOrderId, Command, Display, Event, FundsCheck,
    Instrument, InstrumentId, MarketBudget, NewOrder, Notional, OrderId, OrderKind, OrderRef,
    OrderSize, PostOnly, Price, Quantity, Rules, SelfTradePrevention, Side, TimeInForce, TradeId,
};
use ledger::{
    Asset, AssetId, Balance, FeeAsset, FeeRates, FeeSchedule, InstrumentTerms, Ledger,
    LedgerConfig, Money,
};
use sequencer::{
    ClockSource, ControlCommand, Durability, EventBatch, FileLogOptions, FileLogs, InboundCommand,
    ManualClock, MatcherState, Origin, Running, SequencerConfig, Stamps, Threads, start,
};

const INSTRUMENTS: u32 = 3;
const ACCOUNTS: [AccountId; 2] = [AccountId(1), AccountId(2)];
const OPTIONS: FileLogOptions = FileLogOptions {
    durability: Durability::Sync,
    segment_bytes: 256 << 10,
    reserve_bytes: 0,
};

fn instruments() -> Vec<Instrument> {
    (1..=INSTRUMENTS)
        .map(|id| Instrument {
            id: InstrumentId(id),
            tick_size: 1,
            lot_size: 1,
            price_min: Price::from_units(1),
            price_max: Price::from_units(1_000_000),
            quantity_min: Quantity::from_units(1),
            quantity_max: Quantity::from_units(1_000_000),
            open_orders_max: 10_000,
            idempotency_orders_max: 100,
            idempotency_sequences_max: 1_000,
            market_budget: MarketBudget::Partial,
            market_protection_bips: 500,
            hold_surcharge_ppm: 0,
            funds_check: FundsCheck::Enforced,
            rules: Rules::PLAIN,
        })
        .collect()
}

fn ledger() -> Arc<Ledger> {
    let asset = |id, name: &str| Asset {
        id: AssetId(id),
        name: name.to_owned(),
        decimals: 8,
    };
    let terms = (1..=INSTRUMENTS).map(|id| InstrumentTerms {
        instrument: InstrumentId(id),
        base: AssetId(1),
        quote: AssetId(0),
        base_units_per_quantity_unit: 10,
        quote_units_per_notional_unit: 10,
        fees: FeeSchedule::flat(FeeRates {
            maker_ppm: 1_000,
            taker_ppm: 2_000,
        }),
        fee_asset: FeeAsset::Received,
    });
    let config = LedgerConfig { accounts_max: 10 };
    let assets = vec![asset(0, "USDT"), asset(1, "BTC")];
    Arc::new(Ledger::new(config, assets, terms.collect()).unwrap())
}

/// A shard on the files of `folder`, with everything that was logged applied.
struct Exchange {
    running: Running,
    ledger: Arc<Ledger>,
    batches: Vec<EventBatch>,
}

/// What is the same before and after a restart.
#[derive(Debug, PartialEq)]
struct Standing {
    books: Vec<(InstrumentId, u64, u64)>,
    balances: Vec<Vec<Balance>>,
    events: Vec<Vec<Event>>,
}

impl Exchange {
    fn open(folder: &Path, threads: usize) -> Self {
        let config = SequencerConfig {
            threads: Threads::Count(NonZeroUsize::new(threads).unwrap()),
            ..SequencerConfig::for_cores(NonZeroUsize::new(2).unwrap())
        };
        let ledger = ledger();
        let logs = FileLogs::open(folder, OPTIONS).unwrap();
        let running = start(
            config,
            &instruments(),
            Arc::clone(&ledger),
            logs,
            // The time of the last command is part of the state.
            ClockSource::Manual(ManualClock::default()),
        )
        .unwrap();
        let mut exchange = Self {
            running,
            ledger,
            batches: Vec::new(),
        };
        while !exchange.running.ports.recovery().is_over() {
            assert!(!exchange.running.ports.is_halted());
            exchange.take_events();
        }
        exchange
    }

    fn take_events(&mut self) {
        for events in &self.running.events {
            self.batches.extend(events.try_iter());
        }
    }

    fn fund(&self) {
        for account in ACCOUNTS {
            let deposits = Box::default();
            self.control(ControlCommand::CreateAccount { account, deposits });
            for asset in [AssetId(0), AssetId(1)] {
                self.control(ControlCommand::Deposit {
                    account,
                    asset,
                    amount: Money::from_units(1_000_000_000),
                });
            }
        }
    }

    fn control(&self, command: ControlCommand) {
        let receipt = self.running.ports.control(command).unwrap();
        receipt.wait().unwrap();
    }

    fn submit(&self, instrument: u32, order: NewOrder) {
        let instrument = InstrumentId(instrument);
        self.ledger
            .reserve(order.account, instrument, order.side, order.extra)
            .unwrap();
        self.send(instrument, Command::Submit(order));
    }

    fn send(&self, instrument: InstrumentId, command: Command) {
        self.running
            .ports
            .try_submit(InboundCommand {
                instrument,
                origin: Origin::default(),
                at: None,
                stamps: Stamps::default(),
                command,
            })
            .unwrap();
    }

    /// Orders that rest, trade in part, are canceled and come twice, on every instrument; some trades are taken back.
    fn trade(&self, round: u64) {
        for instrument in 1..=INSTRUMENTS {
            for k in 0..20_u64 {
                let price = 100 + i64::try_from(k % 5).unwrap();
                self.submit(
                    instrument,
                    order(ACCOUNTS[0], Side::Sell, price, 10, round, k),
                );
                self.submit(
                    instrument,
                    order(ACCOUNTS[1], Side::Buy, price, 7, round, k),
                );
            }
            let cancel = Cancel {
                account: ACCOUNTS[0],
                order: OrderRef::Id(OrderId(3)),
            };
            self.send(InstrumentId(instrument), Command::Cancel(cancel));
            self.submit(instrument, order(ACCOUNTS[1], Side::Buy, 104, 7, round, 19));
            for k in [2, 5] {
                self.bust(InstrumentId(instrument), TradeId(round * 10 + k));
            }
        }
    }

    /// Takes a trade back once it is made and what it gave can be spent.
    fn bust(&self, instrument: InstrumentId, trade_id: TradeId) {
        loop {
            let asked = self.running.ports.past_trade(instrument, trade_id);
            let answer = asked.unwrap().recv().unwrap();
            if let Ok(trade) = answer
                && self.ledger.reserve_bust(instrument, &trade).is_ok()
            {
                let operator = "desk".into();
                let bust = Bust { trade, operator };
                return self.send(instrument, Command::Bust(Box::new(bust)));
            }
            std::thread::yield_now();
        }
    }

    fn stop(mut self) -> Standing {
        let events = self.running.events.clone();
        let states = {
            let stop = self.running.stop;
            let waiting = std::thread::spawn(move || stop.stop_and_drain());
            for receiver in &events {
                self.batches.extend(receiver.iter());
            }
            waiting.join().unwrap()
        };
        standing(&self.ledger, &states, &self.batches)
    }
}

fn standing(ledger: &Ledger, states: &[MatcherState], batches: &[EventBatch]) -> Standing {
    let mut books: Vec<_> = states
        .iter()
        .flat_map(|state| &state.books)
        .map(|book| (book.instrument, book.sequence.0, book.state_hash))
        .collect();
    books.sort_unstable();
    let mut outcomes: Vec<_> = batches
        .iter()
        .flat_map(|batch| {
            let outcomes = batch.outcomes.iter();
            outcomes.map(|outcome| {
                let key = (outcome.instrument, outcome.sequence);
                (key, batch.events_of(outcome).to_vec())
            })
        })
        .collect();
    outcomes.sort_by_key(|(key, _)| *key);
    Standing {
        books,
        balances: ACCOUNTS.map(|account| ledger.balances(account)).to_vec(),
        events: outcomes.into_iter().map(|(_, events)| events).collect(),
    }
}

fn order(
    account: AccountId,
    side: Side,
    price: i64,
    quantity: u64,
    round: u64,
    k: u64,
) -> NewOrder {
    let (price, quantity) = (Price::from_units(price), Quantity::from_units(quantity));
    let extra = match side {
        Side::Buy => Notional::of(price, quantity),
        Side::Sell => Notional::from_units(i128::from(quantity.units())),
    };
    NewOrder {
        account,
        client_order_id: Some(ClientOrderId::new(&format!("{round}-{k}")).unwrap()),
        client_id_policy: ClientIdPolicy::Idempotent,
        external_id: None,
        side,
        kind: OrderKind::Limit { price },
        size: OrderSize::Quantity(quantity),
        time_in_force: TimeInForce::GoodTillCanceled,
        post_only: PostOnly::No,
        display: Display::Full,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::CancelNewest,
        stp_group: None,
        conditions: None,
        extra,
    }
}

#[test]
fn a_restart_stands_where_the_stop_stood_with_any_layout_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = Exchange::open(folder.path(), 3);
    exchange.fund();
    exchange.trade(1);
    let stopped = exchange.stop();
    assert!(stopped.events.iter().flatten().count() > 100);

    for threads in [1, 2, 3] {
        let restarted = Exchange::open(folder.path(), threads).stop();

        assert_eq!(restarted, stopped, "{threads} threads");
    }
}

#[test]
fn trading_goes_on_after_a_restart_as_if_there_had_been_none() {
    let (with, without) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = Exchange::open(with.path(), 2);
    first.fund();
    first.trade(1);
    first.stop();
    let second = Exchange::open(with.path(), 2);
    second.trade(2);
    let restarted = second.stop();

    let only = Exchange::open(without.path(), 2);
    only.fund();
    only.trade(1);
    only.trade(2);
    let straight = only.stop();

    assert_eq!(restarted.books, straight.books);
    assert_eq!(restarted.balances, straight.balances);
}

#[test]
fn what_was_copied_from_under_a_running_shard_has_all_that_left_it() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut exchange = Exchange::open(folder.path(), 2);
    exchange.fund();
    exchange.trade(1);
    // As a kill would leave it: whatever has left the gate by now must be in the files.
    exchange.take_events();
    let left = standing(&exchange.ledger, &[], &exchange.batches);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "seg") {
            std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    drop(exchange.stop());

    let recovered = Exchange::open(copy.path(), 2).stop();

    for events in left.events {
        assert!(recovered.events.contains(&events), "{events:?} is lost");
    }
}
