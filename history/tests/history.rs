//! Goal: history is what the events said, wherever the files end. Method: a random flow through a real engine,
//! the same events folded by hand; then every place at which the files may be cut, fed the tail again.

#[path = "../../engine/tests/market/mod.rs"]
mod market;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use engine::{
    AccountId, Bust, Command, Event, MarketBudget, Notional, OrderId, SequenceNumber, Timestamp,
    Trade, TradeId,
};
use history::{
    Block, CandleRange, Fee, FeeAsset, Fees, History, IndexLimits, Interval, MemoryStorage, Of,
    OrderRecord, OrderStatus, Page, Stage, Storage, Storages, Syncing, TradeRecord,
};
use market::{Everything, Flow, INSTRUMENT, engine_of, instrument};

const ALL: Page = Page::oldest(usize::MAX);
const SECOND: u64 = 1_000_000_000;

/// A storage that can be looked at, and taken over by the next history.
#[derive(Debug, Clone, Default)]
struct Shared(Arc<Mutex<MemoryStorage>>);

impl Shared {
    fn with(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(MemoryStorage::with(bytes))))
    }

    fn bytes(&self) -> Vec<u8> {
        let kept = self.0.lock().expect("no test panics with it");
        let mut bytes = vec![0; usize::try_from(kept.end()).expect("it is small")];
        kept.read_at(&mut bytes, 0).expect("it is all there");
        bytes
    }
}

impl Storage for Shared {
    fn start(&self) -> u64 {
        0
    }
    fn end(&self) -> u64 {
        self.0.lock().expect("no test panics with it").end()
    }
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let kept = self.0.lock().expect("no test panics with it");
        kept.read_at(bytes, offset)
    }
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().expect("no test panics with it").append(bytes)
    }
    fn syncing(&mut self) -> Syncing {
        Box::new(|| Ok(()))
    }
    fn cut(&mut self, end: u64) -> io::Result<()> {
        self.0.lock().expect("no test panics with it").cut(end)
    }
}

/// One command's events.
struct Said {
    sequence: SequenceNumber,
    at: Timestamp,
    events: Vec<Event>,
}

/// What a random flow of `commands` made the engine say; three commands a second. Now and then a trade is taken back:
/// one of the newest, or one of long ago.
fn said(seed: u64, commands: u64) -> Vec<Said> {
    let mut engine = engine_of(&instrument(MarketBudget::Partial));
    let mut flow = Flow::new(seed);
    let mut trades: u64 = 0;
    let step = |number| {
        let mut command = flow.next_command();
        command.at = Timestamp((1_000 + number / 3) * SECOND);
        let back = if number % 2 == 0 { 1 } else { number % 97 };
        if number % 23 == 0
            && let Ok(trade) = engine.past_trade(INSTRUMENT, TradeId(trades.saturating_sub(back)))
        {
            let operator = "desk".into();
            command.command = Command::Bust(Box::new(Bust { trade, operator }));
        }
        let mut said = Everything::default();
        engine.apply(&command, &mut said);
        let new = said.events.iter();
        trades += new.filter(|it| matches!(it, Event::Trade(_))).count() as u64;
        Said {
            sequence: command.sequence,
            at: command.at,
            events: said.events,
        }
    };
    (0..commands).map(step).collect()
}

fn fees(trade: &Trade) -> Fees {
    let fee = |units: u64| Fee {
        asset: FeeAsset::Base,
        amount: i128::from(units),
    };
    Fees {
        taker: fee(trade.quantity.units()),
        maker: fee(0),
    }
}

fn open(records: &Shared, seconds: &Shared) -> History {
    let storages = Storages {
        records: Box::new(records.clone()),
        seconds: Box::new(seconds.clone()),
    };
    let (history, _) = History::open(storages, IndexLimits::default()).expect("memory never fails");
    history
}

fn feed<'a>(history: &mut History, said: impl IntoIterator<Item = &'a Said>) {
    for said in said {
        let block = Block {
            instrument: INSTRUMENT,
            sequence: said.sequence,
            at: said.at,
            events: &said.events,
        };
        history.apply(block, fees);
    }
}

/// Everything that may be asked, as text.
#[expect(clippy::format_push_string, reason = "a test reads better so")]
fn everything(history: &History, until: Timestamp) -> String {
    let mut all = String::new();
    for account in (0..8).map(AccountId) {
        let orders = history.orders(account, INSTRUMENT, Stage::All, &ALL);
        let executions = history.executions(account, INSTRUMENT, Of::Account, &ALL);
        let amendments = history.amendments(account, INSTRUMENT, Of::Account, &ALL);
        let prevented = history.prevented_matches(account, INSTRUMENT, Of::Account, &ALL);
        all += &format!("{orders:?}\n{executions:?}\n{amendments:?}\n{prevented:?}\n");
    }
    for interval in Interval::ALL {
        let range = CandleRange::Newest { until, count: 500 };
        all += &format!("{:?}\n", history.candles(INSTRUMENT, interval, range));
    }
    all + &format!(
        "{:?}",
        history.statistics(INSTRUMENT, until, 86_400 * SECOND)
    )
}

#[test]
fn history_is_what_the_events_said() {
    let said = said(7, 20_000);
    let mut history = open(&Shared::default(), &Shared::default());
    feed(&mut history, &said);
    history.sync();

    let mut trades = Vec::new();
    let mut accepted = BTreeMap::new();
    let mut canceled = BTreeMap::new();
    let mut filled = BTreeMap::<OrderId, (u64, i128)>::new();
    for event in said.iter().flat_map(|said| &said.events) {
        match event {
            Event::Accepted(it) => drop(accepted.insert(it.order_id, *it)),
            Event::Canceled(it) => drop(canceled.insert(it.order_id, *it)),
            Event::Trade(it) => {
                trades.push((it.trade_id, it.price, it.quantity));
                for party in [it.taker, it.maker] {
                    let sums = filled.entry(party.order_id).or_default();
                    sums.0 += it.quantity.units();
                    sums.1 += Notional::of(it.price, it.quantity).units();
                }
            }
            Event::Conditioned(_)
            | Event::TradeBusted(_)
            | Event::BustRefused(_)
            | Event::Rejected(_)
            | Event::Repeated(_)
            | Event::Prevented(_)
            | Event::Rested(_)
            | Event::Queued(_)
            | Event::Triggered(_)
            | Event::Refilled(_)
            | Event::Pegged(_)
            | Event::Replaced(_)
            | Event::HoldReleased(_)
            | Event::StatusChanged(_)
            | Event::Indicative(_)
            | Event::TermsChanged(_)
            | Event::Step(_) => {}
        }
    }
    assert!(
        trades.len() > 1_000 && canceled.len() > 1_000,
        "it does much"
    );
    let kept = history.trades(INSTRUMENT, &ALL);
    let kept: Vec<_> = kept
        .iter()
        .map(|it| (it.trade_id, it.price, it.quantity))
        .collect();
    assert_eq!(kept, trades);
    let mut orders: Vec<OrderRecord> = (0..8)
        .flat_map(|account| history.orders(AccountId(account), INSTRUMENT, Stage::All, &ALL))
        .collect();
    orders.sort_by_key(|order| order.order_id);
    assert!(orders.iter().map(|it| &it.order_id).eq(accepted.keys()));
    for order in orders {
        let (quantity, notional) = filled.get(&order.order_id).copied().unwrap_or_default();
        assert_eq!(order.filled_quantity.units(), quantity, "{order:?}");
        assert_eq!(order.filled_notional.units(), notional, "{order:?}");
        let is_canceled = matches!(order.status, OrderStatus::Canceled { .. });
        match canceled.get(&order.order_id) {
            Some(it) => assert_eq!(
                order.status,
                OrderStatus::Canceled {
                    reason: it.reason,
                    quantity: it.canceled_quantity,
                    unspent: it.unspent
                }
            ),
            None => assert!(
                !is_canceled || !order.prevented_quantity.is_zero(),
                "{order:?}"
            ),
        }
    }
}

#[test]
fn candles_sum_up_the_trades_and_have_no_gap() {
    let said = said(11, 20_000);
    let mut history = open(&Shared::default(), &Shared::default());
    feed(&mut history, &said);
    let until = said.last().expect("there are some").at;

    let all = history.trades(INSTRUMENT, &ALL);
    let stands = |it: &TradeRecord| history.bust_of(INSTRUMENT, it.trade_id).is_none();
    let trades: Vec<TradeRecord> = all.iter().copied().filter(stands).collect();
    assert!(trades.len() + 100 < all.len(), "many were taken back");
    for interval in Interval::ALL {
        let range = CandleRange::From {
            from: Timestamp(0),
            until,
            count: usize::MAX,
        };
        let candles = history.candles(INSTRUMENT, interval, range);
        for pair in candles.windows(2) {
            assert_eq!(
                interval.next_after(pair[0].start),
                pair[1].start,
                "{interval:?}"
            );
            if pair[1].is_empty() {
                assert_eq!(pair[1].open, pair[0].close, "{interval:?}");
            }
        }
        for candle in &candles {
            let inside = |it: &&TradeRecord| interval.start_of(it.event.at) == candle.start;
            let inside: Vec<_> = trades.iter().filter(inside).collect();
            let volume: u64 = inside.iter().map(|it| it.quantity.units()).sum();
            assert_eq!(candle.volume, u128::from(volume), "{interval:?}");
            assert_eq!(candle.trades, inside.len() as u64, "{interval:?}");
            if let (Some(first), Some(last)) = (inside.first(), inside.last()) {
                assert_eq!((candle.open, candle.close), (first.price, last.price));
                assert_eq!(Some(candle.high), inside.iter().map(|it| it.price).max());
                assert_eq!(Some(candle.low), inside.iter().map(|it| it.price).min());
            }
        }
        let counted: u64 = candles.iter().map(|it| it.trades).sum();
        assert_eq!(counted, trades.len() as u64, "{interval:?}");
    }
}

#[test]
fn candles_lose_a_trade_that_is_taken_back() {
    let trade = |id: u64, price: i64, units: u64| {
        let party = |account| engine::Party {
            order_id: OrderId(id),
            external_id: None,
            account: AccountId(account),
            fee: engine::FeeBasis::default(),
            leaves_quantity: engine::Quantity::ZERO,
            filled_quantity: engine::Quantity::from_units(units),
            hold_used: Notional::ZERO,
            hold: Notional::ZERO,
        };
        Trade {
            trade_id: TradeId(id),
            price: engine::Price::from_units(price),
            quantity: engine::Quantity::from_units(units),
            phase: engine::TradePhase::Continuous,
            aggressor_side: engine::Side::Buy,
            taker: party(1),
            maker: party(2),
        }
    };
    let prints = [
        (60, trade(1, 100, 1)),
        (60, trade(2, 130, 2)),
        (61, trade(3, 110, 4)),
        (125, trade(4, 120, 8)),
    ];
    let (records, seconds) = (Shared::default(), Shared::default());
    let mut history = open(&records, &seconds);
    let mut said: Vec<Said> = (1..)
        .zip(prints)
        .map(|(sequence, (second, trade))| Said {
            sequence: SequenceNumber(sequence),
            at: Timestamp(second * SECOND),
            events: vec![Event::Trade(trade)],
        })
        .collect();
    for (sequence, place) in [(5, 1), (6, 3)] {
        let (second, trade) = prints[place];
        let trade = engine::PastTrade::of(&trade, Timestamp(second * SECOND));
        said.push(Said {
            sequence: SequenceNumber(sequence),
            at: Timestamp(130 * SECOND),
            events: vec![Event::TradeBusted(engine::TradeBusted { trade })],
        });
    }
    feed(&mut history, &said);
    history.checkpoint();

    for history in [&history, &open(&records, &seconds)] {
        let until = Timestamp(130 * SECOND);
        let range = CandleRange::Newest { until, count: 9 };
        let minutes = history.candles(INSTRUMENT, Interval::Minute1, range);
        let figures: Vec<_> = minutes
            .iter()
            .map(|it| {
                let prices = [it.open, it.high, it.low, it.close].map(engine::Price::units);
                (prices, it.volume, it.trades)
            })
            .collect();
        // Without 130 the first minute is lower; the second has nothing and stays where the first ended.
        let expected = [([100, 110, 100, 110], 5, 2), ([110; 4], 0, 0)];
        assert_eq!(figures, expected);
        let day = 86_400 * SECOND;
        let statistics = history.statistics(INSTRUMENT, until, day).unwrap();
        assert_eq!((statistics.volume, statistics.trades), (5, 2));
        assert_eq!(statistics.high.units(), 110);
        let executions = history.executions(AccountId(1), INSTRUMENT, Of::Account, &ALL);
        let busted: Vec<_> = executions.iter().map(|it| it.busted_at).collect();
        assert_eq!(busted, [None, Some(until), None, Some(until)]);
    }
}

#[test]
fn wherever_the_files_end_the_journals_tail_makes_the_history_whole() {
    let said = said(3, 600);
    let until = said.last().expect("there are some").at;
    let (records, seconds) = (Shared::default(), Shared::default());
    let mut whole = open(&records, &seconds);
    for (number, said) in said.iter().enumerate() {
        feed(&mut whole, [said]);
        if number % 40 == 39 {
            whole.checkpoint();
        }
    }
    let expected = everything(&whole, until);
    let (records, seconds) = (records.bytes(), seconds.bytes());

    for cut in 0..200 {
        // Both files end somewhere, each on its own.
        let of = |bytes: &[u8], part: usize| bytes[..bytes.len() * part / 200].to_vec();
        let records = Shared::with(of(&records, cut));
        let seconds = Shared::with(of(&seconds, (cut * 7) % 200));
        let mut again = open(&records, &seconds);
        feed(&mut again, &said);

        assert_eq!(everything(&again, until), expected, "cut {cut}");
    }
}

#[test]
fn a_flipped_bit_is_never_taken_for_a_record() {
    let said = said(5, 300);
    let until = said.last().expect("there are some").at;
    let (records, seconds) = (Shared::default(), Shared::default());
    let mut whole = open(&records, &seconds);
    feed(&mut whole, &said);
    whole.checkpoint();
    let expected = everything(&whole, until);
    let (records, seconds) = (records.bytes(), seconds.bytes());

    for flip in (0..records.len() * 8).step_by(997) {
        let mut damaged = records.clone();
        damaged[flip / 8] ^= 1 << (flip % 8);
        let mut again = open(&Shared::with(damaged), &Shared::with(seconds.clone()));
        feed(&mut again, &said);

        assert_eq!(everything(&again, until), expected, "bit {flip}");
    }
}

#[test]
fn what_the_journal_lost_does_not_count_in_history_either() {
    let said = said(9, 900);
    let until = said.last().expect("there are some").at;
    for lost_from in [0, 1, 299, 450, 600, 899, 900] {
        let (records, seconds) = (Shared::default(), Shared::default());
        let mut ahead = open(&records, &seconds);
        feed(&mut ahead, &said);
        ahead.checkpoint();
        let mut never = open(&Shared::default(), &Shared::default());
        feed(&mut never, &said[..lost_from]);
        let expected = everything(&never, until);

        for start in ["first", "second"] {
            let mut again = open(&records, &seconds);
            feed(&mut again, &said[..lost_from]);
            again.settle(INSTRUMENT, SequenceNumber(lost_from as u64));
            again.checkpoint();
            assert_eq!(
                everything(&again, until),
                expected,
                "{lost_from}, {start} start"
            );
        }
    }
}

#[test]
fn open_orders_go_on_from_what_a_snapshot_spelled() {
    let said = said(13, 2_000);
    let until = said.last().expect("there are some").at;
    let (records, seconds) = (Shared::default(), Shared::default());
    let mut whole = open(&records, &seconds);
    let mut tracker = history::OrderTracker::default();
    for said in &said[..1_000] {
        tracker.apply(said.sequence, said.at, &said.events, fees, &mut Vec::new());
    }
    feed(&mut whole, &said[..1_500]);
    whole.sync();

    let mut kept = Vec::new();
    tracker.spell(&mut kept);
    let mut again = open(&records, &seconds);
    again
        .restore_open_orders(INSTRUMENT, &mut engine::StateReader::new(&kept))
        .expect("it was spelled just now");
    assert_eq!(again.applied(INSTRUMENT), SequenceNumber(1_000));
    assert_eq!(again.kept(INSTRUMENT), SequenceNumber(1_500));
    feed(&mut again, &said[1_000..]);
    feed(&mut whole, &said[1_500..]);

    assert_eq!(everything(&again, until), everything(&whole, until));
}

#[test]
fn the_oldest_facts_make_room() {
    let said = said(17, 5_000);
    let storages = || Storages {
        records: Box::new(MemoryStorage::default()),
        seconds: Box::new(MemoryStorage::default()),
    };
    let limits = IndexLimits {
        per_account_max: 10,
        trades_max: 20,
    };
    let (mut small, _) = History::open(storages(), limits).expect("memory never fails");
    let (mut large, _) = History::open(storages(), IndexLimits::default()).expect("as before");
    feed(&mut small, &said);
    feed(&mut large, &said);

    let newest = |history: &History| history.trades(INSTRUMENT, &Page::newest(20));
    assert_eq!(small.trades(INSTRUMENT, &ALL).len(), 20);
    assert_eq!(newest(&small), newest(&large));
    for account in (0..8).map(AccountId) {
        let orders = small.orders(account, INSTRUMENT, Stage::Closed, &ALL);
        let executions = small.executions(account, INSTRUMENT, Of::Account, &ALL);
        assert!(orders.len() <= 10 && executions.len() <= 10);
    }
}
