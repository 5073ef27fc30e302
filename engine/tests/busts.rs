//! Goal: what the engine remembers of trades, so that each can be taken back once. Method: an engine that keeps money,
//! with commands that carry what the door would have reserved; the worked cases are in `scenarios/busts.scenario`.

use engine::{
    AccountId, BUST_WINDOW_TRADES, Bust, ClientIdPolicy, Command, Display, EngineLimits, Event,
    FundsCheck, Instrument, InstrumentId, MarketBudget, MatchingEngine, NewOrder, Notional,
    OrderKind, OrderSize, PastTrade, PostOnly, Price, Quantity, RejectReason, Rules,
    SelfTradePrevention, SequenceNumber, Sequenced, Side, TimeInForce, Timestamp, TradeId,
};

const ONLY: InstrumentId = InstrumentId(1);

struct Venue {
    engine: MatchingEngine,
    sequence: u64,
}

impl Venue {
    fn open() -> Self {
        let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
        let instrument = Instrument {
            id: ONLY,
            tick_size: 1,
            lot_size: 1,
            price_min: Price::from_units(1),
            price_max: Price::from_units(1_000),
            quantity_min: Quantity::from_units(1),
            quantity_max: Quantity::from_units(1_000),
            open_orders_max: 100,
            idempotency_orders_max: 1,
            idempotency_sequences_max: 1,
            market_budget: MarketBudget::Partial,
            market_protection_bips: 0,
            hold_surcharge_ppm: 0,
            funds_check: FundsCheck::Enforced,
            rules: Rules::PLAIN,
        };
        engine
            .list(instrument)
            .expect("the test instrument is sound");
        Self {
            engine,
            sequence: 0,
        }
    }

    fn ask(&mut self, command: Command) -> Vec<Event> {
        self.sequence += 1;
        let command = Sequenced {
            instrument: ONLY,
            sequence: SequenceNumber(self.sequence),
            at: Timestamp(self.sequence),
            command,
        };
        let mut events = Vec::new();
        self.engine.apply(&command, &mut events);
        events
    }

    /// Account 2 buys of account 1.
    fn trade(&mut self, quantity: u64) {
        let order = |account, side| NewOrder {
            account: AccountId(account),
            client_order_id: None,
            client_id_policy: ClientIdPolicy::OpenUnique,
            external_id: None,
            side,
            kind: OrderKind::Limit {
                price: Price::from_units(100),
            },
            size: OrderSize::Quantity(Quantity::from_units(quantity)),
            time_in_force: TimeInForce::GoodTillCanceled,
            post_only: PostOnly::No,
            display: Display::Full,
            minimum_quantity: Quantity::ZERO,
            self_trade_prevention: SelfTradePrevention::CancelNewest,
            stp_group: None,
            conditions: None,
            extra: Notional::from_units(1_000_000),
        };
        self.ask(Command::Submit(order(1, Side::Sell)));
        self.ask(Command::Submit(order(2, Side::Buy)));
    }

    fn bust(&mut self, trade: PastTrade) -> Vec<Event> {
        let operator = "desk".into();
        self.ask(Command::Bust(Box::new(Bust { trade, operator })))
    }

    fn past(&self, trade_id: u64) -> Result<PastTrade, RejectReason> {
        self.engine.past_trade(ONLY, TradeId(trade_id))
    }

    fn positions(&self) -> [Option<i128>; 2] {
        [1, 2].map(|account| self.engine.position_of(ONLY, AccountId(account)))
    }
}

fn refusal(events: &[Event]) -> Option<RejectReason> {
    let [Event::BustRefused(refused)] = events else {
        return None;
    };
    Some(refused.reason)
}

#[test]
fn a_bust_takes_the_trade_out_of_both_positions() {
    let mut venue = Venue::open();
    venue.trade(7);
    venue.trade(5);
    assert_eq!(venue.positions(), [Some(-12), Some(12)]);

    let trade = venue.past(1).expect("it was made");
    let events = venue.bust(trade);

    assert!(matches!(events[..], [Event::TradeBusted(busted)] if busted.trade == trade));
    assert_eq!(venue.positions(), [Some(-5), Some(5)]);
    assert_eq!(trade.quantity, Quantity::from_units(7));
    assert_eq!(
        (trade.buyer().account, trade.seller().account),
        (AccountId(2), AccountId(1))
    );
}

#[test]
fn a_trade_that_is_not_as_it_is_said_to_be_stands() {
    let mut venue = Venue::open();
    venue.trade(7);
    let trade = venue.past(1).expect("it was made");

    let other = PastTrade {
        quantity: Quantity::from_units(8),
        ..trade
    };

    assert_eq!(
        refusal(&venue.bust(other)),
        Some(RejectReason::UnknownTrade)
    );
    assert_eq!(refusal(&venue.bust(trade)), None);
    assert_eq!(refusal(&venue.bust(trade)), Some(RejectReason::TradeBusted));
    assert_eq!(venue.positions(), [Some(0), Some(0)]);
}

#[test]
fn the_window_forgets_the_oldest_trade_and_says_so() {
    let mut venue = Venue::open();
    venue.trade(1);
    let first = venue.past(1).expect("it was made");
    for _ in 1..BUST_WINDOW_TRADES {
        venue.trade(1);
    }
    assert_eq!(venue.past(1), Ok(first));

    venue.trade(1);

    assert_eq!(venue.past(1), Err(RejectReason::TradeTooOld));
    assert_eq!(refusal(&venue.bust(first)), Some(RejectReason::TradeTooOld));
    assert!(venue.past(2).is_ok() && venue.past(10_001).is_ok());
    assert_eq!(venue.past(10_002), Err(RejectReason::UnknownTrade));
}

#[test]
fn a_restored_engine_knows_what_was_taken_back() {
    let mut venue = Venue::open();
    for quantity in 1..=3 {
        venue.trade(quantity);
    }
    let second = venue.past(2).expect("it was made");
    venue.bust(second);
    let mut state = Vec::new();
    venue.engine.write_state(ONLY, &mut state).expect("listed");

    let mut restored = MatchingEngine::new(EngineLimits { instruments_max: 1 });
    restored.restore(&state).expect("it was spelled just now");

    assert_eq!(restored.state_hash(), venue.engine.state_hash());
    venue.engine = restored;
    assert_eq!(venue.past(2), Err(RejectReason::TradeBusted));
    let third = venue.past(3).expect("it stands");
    assert_eq!(refusal(&venue.bust(third)), None);
    // What was taken back is part of the state: a state that has forgotten it is another one.
    let mut other = Venue::open();
    for quantity in 1..=3 {
        other.trade(quantity);
    }
    other.ask(Command::Tick);
    assert_ne!(other.engine.state_hash(), restored_hash(&state));
}

fn restored_hash(state: &[u8]) -> u64 {
    let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
    engine.restore(state).expect("it was spelled just now");
    engine.state_hash()
}
