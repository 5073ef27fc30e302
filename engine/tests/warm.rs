//! Goal: warming decides nothing. Method: two engines with a book large enough to be warmed take the same
//! commands, one of them warmed before each batch; what they say and where they stand is the same.

use engine::{
    AccountId, Cancel, ClientIdPolicy, Command, Display, EngineLimits, Event, ExternalId,
    FundsCheck, Instrument, InstrumentId, MarketBudget, MatchingEngine, NewOrder, Notional,
    OrderHandle, OrderId, OrderKind, OrderRef, OrderSize, PostOnly, Price, Quantity, Replace,
    Rules, SelfTradePrevention, SequenceNumber, Sequenced, Side, TimeInForce, Timestamp,
    WARM_COMMANDS_MAX,
};

const INSTRUMENT: InstrumentId = InstrumentId(1);
const ACCOUNT: AccountId = AccountId(1);
const RESTING_ORDERS: u64 = 70_000;

fn listed_engine() -> MatchingEngine {
    let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 }).with_external_ids();
    let instrument = Instrument {
        id: INSTRUMENT,
        tick_size: 1,
        lot_size: 1,
        price_min: Price::MIN,
        price_max: Price::MAX,
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::MAX,
        open_orders_max: 100_000,
        idempotency_orders_max: 0,
        idempotency_sequences_max: 0,
        market_budget: MarketBudget::Partial,
        market_protection_bips: 500,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Off,
        rules: Rules::PLAIN,
    };
    engine.list(instrument).expect("the instrument is sound");
    engine
}

fn limit(number: u64, side: Side, price: i64) -> Command {
    Command::Submit(NewOrder {
        account: ACCOUNT,
        client_order_id: None,
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: Some(ExternalId(number)),
        side,
        kind: OrderKind::Limit {
            price: Price::from_units(price),
        },
        size: OrderSize::Quantity(Quantity::from_units(3)),
        time_in_force: TimeInForce::GoodTillCanceled,
        post_only: PostOnly::No,
        display: Display::Full,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::None,
        stp_group: None,
        conditions: None,
        extra: Notional::ZERO,
    })
}

fn commands() -> Vec<Command> {
    let mut commands = Vec::new();
    for number in 1..=RESTING_ORDERS {
        let behind = i64::try_from(number % 500).expect("below 500");
        let (side, price) = match number % 2 {
            0 => (Side::Buy, 9_999 - behind),
            _ => (Side::Sell, 10_001 + behind),
        };
        commands.push(limit(number, side, price));
    }
    for number in (1..RESTING_ORDERS + 100).step_by(7) {
        let slot = u32::try_from(number).expect("numbers are small");
        let references = [
            OrderRef::Id(OrderId(number)),
            OrderRef::External(ExternalId(number + 1)),
            OrderRef::Handle(OrderHandle {
                slot,
                generation: 0,
            }),
            OrderRef::Handle(OrderHandle {
                slot: u32::MAX,
                generation: 0,
            }),
        ];
        for order in references {
            commands.push(Command::Cancel(Cancel {
                account: ACCOUNT,
                order,
            }));
        }
        commands.push(Command::Replace(Replace {
            account: ACCOUNT,
            order: OrderRef::Id(OrderId(number + 3)),
            side: Side::Buy,
            quantity: None,
            price: Some(Price::from_units(9_000)),
            peak: None,
            stop: None,
            expiry: None,
            extra: Notional::ZERO,
        }));
        commands.push(limit(RESTING_ORDERS + number, Side::Buy, 10_600));
        commands.push(Command::Tick);
    }
    commands
}

#[test]
fn a_warmed_engine_says_the_same_and_stands_at_the_same() {
    let commands = commands();
    let (mut plain, mut warmed) = (listed_engine(), listed_engine());
    let (mut plain_events, mut warmed_events) = (Vec::<Event>::new(), Vec::<Event>::new());

    let mut sequence = 0;
    for batch in commands.chunks(WARM_COMMANDS_MAX) {
        warmed.warm(batch.iter().map(|command| (INSTRUMENT, command)));
        for command in batch {
            sequence += 1;
            let command = Sequenced {
                instrument: INSTRUMENT,
                sequence: SequenceNumber(sequence),
                at: Timestamp(sequence),
                command: command.clone(),
            };
            plain.apply(&command, &mut plain_events);
            warmed.apply(&command, &mut warmed_events);
        }
    }

    assert_eq!(plain_events, warmed_events);
    assert_eq!(plain.state_hash(), warmed.state_hash());
    let trades = plain_events
        .iter()
        .filter(|event| matches!(event, Event::Trade(_)));
    assert!(trades.count() > 1_000);
}
