//! Goal: what the door reserves is, at each step, exactly what trades used up, what was given back and
//! what is still held; and market data tells the book.
//! Method: random flows of every command (proptest shrinks the seed and the length); the books kept here
//! know only events.

mod market;

use std::collections::BTreeMap;

use engine::{
    AccountId, Command, Event, LevelCount, MarketBudget, MassCancel, MatchingEngine, Notional,
    OrderChangeKind, OrderId, Price, Quantity, SequenceNumber, Sequenced, Side, SideFilter,
    Timestamp,
};
use market::{Everything, Flow, INSTRUMENT, engine_of, instrument};
use proptest::prelude::{ProptestConfig, any, proptest};

const SIDES: [Side; 2] = [Side::Buy, Side::Sell];

/// What went in and what came out, per side: buys in quote units, sells in base units.
#[derive(Default)]
struct Reserves {
    extra: [i128; 2],
    used: [i128; 2],
    released: [i128; 2],
}

impl Reserves {
    fn count_command(&mut self, command: &Command) {
        for (_, side, extra) in command.door_reserves() {
            self.extra[side as usize] += extra.units();
        }
    }

    fn count_events(&mut self, events: &[Event]) {
        for event in events {
            match event {
                Event::Trade(trade) => {
                    let taker = trade.aggressor_side;
                    self.used[taker as usize] += trade.taker.hold_used.units();
                    self.used[taker.opposite() as usize] += trade.maker.hold_used.units();
                }
                Event::HoldReleased(released) => {
                    assert!(released.released > Notional::ZERO, "{released:?}");
                    self.released[released.side as usize] += released.released.units();
                }
                Event::Accepted(_)
                | Event::Rejected(_)
                | Event::Repeated(_)
                | Event::Prevented(_)
                | Event::Rested(_)
                | Event::Replaced(_)
                | Event::Canceled(_)
                | Event::StatusChanged(_)
                | Event::Conditioned(_)
                | Event::Queued(_)
                | Event::Triggered(_)
                | Event::Refilled(_)
                | Event::Pegged(_)
                | Event::Indicative(_)
                | Event::TermsChanged(_)
                | Event::Step(_)
                | Event::TradeBusted(_)
                | Event::BustRefused(_) => {}
            }
        }
    }

    fn assert_balanced(&self, engine: &MatchingEngine) {
        let book = engine.book(INSTRUMENT).expect("listed");
        for side in SIDES {
            let held: i128 = book.orders(side).map(|order| order.hold.units()).sum();
            assert_eq!(
                self.extra[side as usize],
                self.used[side as usize] + self.released[side as usize] + held,
                "{side:?}"
            );
        }
    }
}

/// A trade's hold covers its cost, the surcharge included.
fn assert_covered(events: &[Event]) {
    for event in events {
        if let Event::Trade(trade) = event {
            let buyer = match trade.aggressor_side {
                Side::Buy => trade.taker,
                Side::Sell => trade.maker,
            };
            let cost = trade.price.units() * i64::try_from(trade.quantity.units()).expect("small");
            let fee = cost * 1_500 / 1_000_000;
            assert!(
                buyer.hold_used.units() >= i128::from(cost + fee),
                "{trade:?}"
            );
        }
    }
}

fn cancel_all(engine: &mut MatchingEngine, sequence: u64, at: u64) -> Vec<Event> {
    let mut events = Vec::new();
    for account in 1..=4 {
        let command = Sequenced {
            instrument: INSTRUMENT,
            sequence: SequenceNumber(sequence + u64::from(account)),
            at: Timestamp(at),
            command: Command::MassCancel(MassCancel {
                account: AccountId(account),
                side: SideFilter::Both,
                price_from: Price::MIN,
                price_to: Price::MAX,
                session: engine::SessionFilter::Any,
            }),
        };
        engine.apply(&command, &mut events);
    }
    events
}

fn run(seed: u64, length: u32, budget: MarketBudget) {
    let mut engine = engine_of(&instrument(budget));
    let mut flow = Flow::new(seed);
    let mut reserves = Reserves::default();
    let (mut sequence, mut at) = (0, 0);
    for _ in 0..length {
        let command = flow.next_command();
        (sequence, at) = (command.sequence.0, command.at.0);
        let mut events = Vec::new();
        engine.apply(&command, &mut events);
        reserves.count_command(&command.command);
        reserves.count_events(&events);
        assert_covered(&events);
        reserves.assert_balanced(&engine);
    }
    let events = cancel_all(&mut engine, sequence, at);
    reserves.count_events(&events);
    reserves.assert_balanced(&engine);
    for side in SIDES {
        let place = side as usize;
        assert_eq!(
            reserves.extra[place],
            reserves.used[place] + reserves.released[place]
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_reserved_is_used_given_back_or_held(seed in any::<u64>(), length in 1..1_500_u32) {
        run(seed, length, MarketBudget::Reject);
        run(seed, length, MarketBudget::Partial);
    }

    #[test]
    fn market_data_tells_the_book(seed in any::<u64>(), length in 1..1_500_u32) {
        let mut engine = engine_of(&instrument(MarketBudget::Partial));
        let mut flow = Flow::new(seed);
        let mut levels: BTreeMap<(bool, Price), (Quantity, u32)> = BTreeMap::new();
        let mut queues: BTreeMap<(bool, Price), Vec<(OrderId, Quantity)>> = BTreeMap::new();
        for _ in 0..length {
            let mut said = Everything::default();
            engine.apply(&flow.next_command(), &mut said);
            for change in said.levels {
                let key = (change.side == Side::Buy, change.price);
                if change.displayed_quantity.is_zero() {
                    levels.remove(&key);
                } else {
                    levels.insert(key, (change.displayed_quantity, change.order_count));
                }
            }
            for change in said.orders {
                let queue = queues.entry((change.side == Side::Buy, change.price)).or_default();
                let place = queue.iter().position(|(id, _)| *id == change.order_id);
                match (change.kind, place) {
                    (OrderChangeKind::Added(quantity), None) => queue.push((change.order_id, quantity)),
                    (OrderChangeKind::Reduced(left) | OrderChangeKind::Executed(left), Some(place))
                        if !left.is_zero() => queue[place].1 = left,
                    (OrderChangeKind::Refilled(shown), Some(place)) => queue[place].1 = shown,
                    (OrderChangeKind::Executed(_) | OrderChangeKind::Removed, Some(place)) => {
                        queue.remove(place);
                    }
                    (kind, place) => panic!("{kind:?} of {:?} at {place:?}", change.order_id),
                }
            }
            queues.retain(|_, queue| !queue.is_empty());
        }
        let book = engine.book(INSTRUMENT).expect("listed");
        let depth = book.depth(LevelCount(usize::MAX));
        let shown = depth.bids.iter().map(|level| (true, level))
            .chain(depth.asks.iter().map(|level| (false, level)))
            .map(|(is_bid, level)| ((is_bid, level.price), (level.displayed_quantity, level.order_count)))
            .collect();
        assert_eq!(levels, shown);
        let mut expected: BTreeMap<(bool, Price), Vec<(OrderId, Quantity)>> = BTreeMap::new();
        for side in SIDES {
            for order in book.orders(side).filter(|order| !order.displayed_quantity.is_zero()) {
                expected.entry((side == Side::Buy, order.price)).or_default()
                    .push((order.order_id, order.displayed_quantity));
            }
        }
        assert_eq!(queues, expected);
    }
}
