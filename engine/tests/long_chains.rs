//! Goal: what follows from one command may be long, and is never deep, quadratic or without bound.
//!
//! Method: chains, sweeps and books of the size that a bad day has, on a thread whose stack is too small for
//! recursion over them. Work is counted in events. The chains that are ten times as long as they need to be take no
//! time when each link costs the same, and hours when each link looks at all others.

use engine::{
    AccountId, ClientIdPolicy, Command, Conditions, Display, EngineLimits, Event, FundsCheck,
    Instrument, InstrumentId, MarketBudget, MassCancel, MatchingEngine, NewOrder, Notional,
    OrderKind, OrderSize, PostOnly, Price, Quantity, Rules, SelfTradePrevention, SequenceNumber,
    Sequenced, Side, SideFilter, TimeInForce, Timestamp, Trigger, TriggerKind, TriggerSource,
};

/// Enough for every command, and for no recursion over thousands of orders.
const STACK_BYTES: usize = 128 * 1024;
const LOWEST: i64 = 1_000;

/// One instrument, and the number of the next command.
struct Bench {
    engine: MatchingEngine,
    sequence: u64,
    events: Vec<Event>,
}

impl Bench {
    fn for_orders(open_orders_max: u32) -> Self {
        let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
        let instrument = Instrument {
            id: InstrumentId(1),
            tick_size: 1,
            lot_size: 1,
            price_min: Price::from_units(1),
            price_max: Price::from_units(10_000_000),
            quantity_min: Quantity::from_units(1),
            quantity_max: Quantity::from_units(10_000_000),
            open_orders_max,
            idempotency_orders_max: 0,
            idempotency_sequences_max: 0,
            market_budget: MarketBudget::Partial,
            market_protection_bips: 0,
            hold_surcharge_ppm: 0,
            funds_check: FundsCheck::Off,
            rules: Rules::PLAIN,
        };
        engine.list(instrument).expect("the instrument is sound");
        Self {
            engine,
            sequence: 0,
            events: Vec::new(),
        }
    }

    fn ask(&mut self, command: Command) -> &[Event] {
        self.sequence += 1;
        let command = Sequenced {
            instrument: InstrumentId(1),
            sequence: SequenceNumber(self.sequence),
            at: Timestamp(1),
            command,
        };
        self.events.clear();
        self.engine.apply(&command, &mut self.events);
        &self.events
    }

    fn open_orders(&self) -> usize {
        let book = self.engine.book(InstrumentId(1)).expect("it was listed");
        book.orders(Side::Buy).count() + book.orders(Side::Sell).count()
    }
}

fn order(account: u32, side: Side, kind: OrderKind, quantity: u64) -> NewOrder {
    NewOrder {
        account: AccountId(account),
        client_order_id: None,
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: None,
        side,
        kind,
        size: OrderSize::Quantity(Quantity::from_units(quantity)),
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

fn limit(account: u32, side: Side, quantity: u64, price: i64) -> Command {
    let price = Price::from_units(price);
    Command::Submit(order(account, side, OrderKind::Limit { price }, quantity))
}

fn stop_to_buy(price: i64) -> Command {
    let trigger = Trigger {
        kind: TriggerKind::Stop {
            price: Price::from_units(price),
        },
        source: TriggerSource::Last,
    };
    Command::Submit(NewOrder {
        conditions: Some(Box::new(Conditions {
            trigger: Some(trigger),
            ..Conditions::NONE
        })),
        ..order(2, Side::Buy, OrderKind::Market, 1)
    })
}

fn count(events: &[Event], is_meant: impl Fn(&Event) -> bool) -> usize {
    events.iter().filter(|event| is_meant(event)).count()
}

/// Runs on a stack that no recursion over many orders fits in.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    let running = thread.spawn(test).expect("a thread can be started");
    running.join().expect("the test holds on a small stack");
}

/// Each stop buys at the next price, whose print fires the next stop.
fn fires_a_chain_of(stops: u32) {
    on_a_small_stack(move || {
        let mut bench = Bench::for_orders(2 * stops + 2);
        for link in 0..=i64::from(stops) {
            bench.ask(limit(1, Side::Sell, 1, LOWEST + link));
        }
        for link in 0..i64::from(stops) {
            bench.ask(stop_to_buy(LOWEST + link));
        }

        let events = bench.ask(limit(3, Side::Buy, 1, LOWEST));

        let stops = usize::try_from(stops).expect("few");
        let is_trigger = |event: &Event| matches!(event, Event::Triggered(_));
        let is_trade = |event: &Event| matches!(event, Event::Trade(_));
        assert_eq!(count(events, is_trigger), stops);
        assert_eq!(count(events, is_trade), stops + 1);
        assert!(
            events.len() <= 3 * (stops + 1),
            "a link is told once: {}",
            events.len()
        );
        assert_eq!(bench.open_orders(), 0);
        bench.engine.assert_invariants();
    });
}

#[test]
fn st_6_ten_thousand_chained_stops_fire_in_one_block() {
    fires_a_chain_of(10_000);
}

#[test]
fn st_6_a_link_of_a_long_chain_costs_what_a_link_of_a_short_one_does() {
    fires_a_chain_of(100_000);
}

#[test]
fn a_sweep_over_many_makers_tells_each_once() {
    for makers in [5_000, 200_000] {
        on_a_small_stack(move || {
            let mut bench = Bench::for_orders(makers + 1);
            for maker in 0..i64::from(makers) {
                bench.ask(limit(1, Side::Sell, 1, LOWEST + maker % 50));
            }

            let events = bench.ask(limit(2, Side::Buy, u64::from(makers), LOWEST + 50));

            let makers = usize::try_from(makers).expect("few");
            let is_trade = |event: &Event| matches!(event, Event::Trade(_));
            assert_eq!(count(events, is_trade), makers);
            assert!(
                events.len() <= makers + 2,
                "nothing else is told: {}",
                events.len()
            );
            assert_eq!(bench.open_orders(), 0);
        });
    }
}

#[test]
fn a_million_orders_rest_and_go_in_one_block() {
    const ORDERS: u32 = 1_000_000;
    on_a_small_stack(|| {
        let mut bench = Bench::for_orders(ORDERS);
        for number in 0..i64::from(ORDERS) {
            let away = 1 + number % 500;
            let (side, price) = if number % 2 == 0 {
                (Side::Buy, 1_000_000 - away)
            } else {
                (Side::Sell, 1_000_000 + away)
            };
            bench.ask(limit(1, side, 1, price));
        }
        assert_eq!(bench.open_orders(), 1_000_000);
        bench.engine.assert_invariants();
        let refused = bench.ask(limit(1, Side::Buy, 1, 10));
        assert!(matches!(refused, [Event::Rejected(_)]), "the bound holds");

        let events = bench.ask(Command::MassCancel(MassCancel {
            account: AccountId(1),
            side: SideFilter::Both,
            price_from: Price::MIN,
            price_to: Price::MAX,
            session: engine::SessionFilter::Any,
        }));

        let is_end = |event: &Event| matches!(event, Event::Canceled(_));
        assert_eq!(count(events, is_end), 1_000_000);
        assert_eq!(bench.open_orders(), 0);
    });
}
