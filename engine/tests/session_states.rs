//! Goal: what a session state forbids, it forbids for the plainest order as well.
//! Method: one plain order in each state, its first event.

use engine::{
    AccountId, ClientIdPolicy, Command, Display, EngineLimits, Event, FundsCheck, Instrument,
    InstrumentId, MarketBudget, MatchingEngine, NewOrder, Notional, OrderKind, OrderSize, PostOnly,
    Price, Quantity, RejectReason, Rules, SelfTradePrevention, SequenceNumber, Sequenced,
    SessionState, Side, TimeInForce, Timestamp,
};

const INSTRUMENT: Instrument = Instrument {
    id: InstrumentId(1),
    tick_size: 1,
    lot_size: 1,
    price_min: Price::from_units(1),
    price_max: Price::from_units(1_000),
    quantity_min: Quantity::from_units(1),
    quantity_max: Quantity::from_units(1_000),
    open_orders_max: 10,
    idempotency_orders_max: 0,
    idempotency_sequences_max: 0,
    market_budget: MarketBudget::Reject,
    market_protection_bips: 500,
    hold_surcharge_ppm: 0,
    funds_check: FundsCheck::Enforced,
    rules: Rules::PLAIN,
};

fn first_event_in(state: SessionState) -> Event {
    let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
    engine.list(INSTRUMENT).expect("the terms make sense");
    let order = NewOrder {
        account: AccountId(1),
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
        self_trade_prevention: SelfTradePrevention::None,
        stp_group: None,
        conditions: None,
        extra: Notional::from_units(1_000),
    };
    let commands = [Command::SetState(state), Command::Submit(order)];
    let mut events = Vec::new();
    for (command, sequence) in commands.into_iter().zip(1..) {
        events.clear();
        let command = Sequenced {
            instrument: INSTRUMENT.id,
            sequence: SequenceNumber(sequence),
            at: Timestamp(0),
            command,
        };
        engine.apply(&command, &mut events);
    }
    events[0]
}

#[test]
fn a_plain_order_is_accepted_where_orders_match_or_are_collected() {
    for state in [SessionState::Continuous, SessionState::Auction] {
        let first = first_event_in(state);

        assert!(matches!(first, Event::Accepted(_)), "{state:?}: {first:?}");
    }
}

#[test]
fn a_plain_order_is_refused_where_nothing_but_cancels_is_taken() {
    let cases = [
        (SessionState::Halted, RejectReason::Halted),
        (SessionState::Closed, RejectReason::Closed),
    ];
    for (state, expected) in cases {
        let first = first_event_in(state);

        let Event::Rejected(rejected) = first else {
            panic!("{state:?}: {first:?}");
        };
        assert_eq!(rejected.reason, expected);
    }
}
