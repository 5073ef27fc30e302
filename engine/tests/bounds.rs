//! Goal: nothing that may be asked of an engine overflows it.
//!
//! Method: instruments at their bounds, and amounts at the end of their type.

use engine::{
    AccountId, ClientIdPolicy, Command, Display, EngineLimits, Event, FundsCheck, Instrument,
    InstrumentError, InstrumentId, MarketBudget, MatchingEngine, NewOrder, Notional, OrderKind,
    OrderSize, PostOnly, Price, Quantity, RejectReason, Rejected, Rules, SelfTradePrevention,
    SequenceNumber, Sequenced, Side, TimeInForce, Timestamp,
};

const LIMITS: EngineLimits = EngineLimits { instruments_max: 1 };

const TERMS: Instrument = Instrument {
    id: InstrumentId(1),
    tick_size: 1,
    lot_size: 1,
    price_min: Price::from_units(1),
    price_max: Price::from_units(1),
    quantity_min: Quantity::from_units(1),
    quantity_max: Quantity::from_units(u64::MAX / 4),
    open_orders_max: 4,
    idempotency_orders_max: 1,
    idempotency_sequences_max: 1,
    market_budget: MarketBudget::Partial,
    market_protection_bips: 500,
    hold_surcharge_ppm: 1_500,
    funds_check: FundsCheck::Enforced,
    rules: Rules::PLAIN,
};

fn market_order(side: Side, amount: i128) -> Command {
    Command::Submit(NewOrder {
        account: AccountId(1),
        client_order_id: None,
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: None,
        side,
        kind: OrderKind::Market,
        size: OrderSize::QuoteAmount(Notional::from_units(amount)),
        time_in_force: TimeInForce::ImmediateOrCancel,
        post_only: PostOnly::No,
        display: Display::Full,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::CancelNewest,
        stp_group: None,
        conditions: None,
        extra: Notional::ZERO,
    })
}

#[test]
fn an_amount_of_money_beyond_all_there_can_be_is_an_invalid_quantity() {
    for side in [Side::Buy, Side::Sell] {
        let mut engine = MatchingEngine::new(LIMITS);
        engine.list(TERMS).expect("the terms make sense");
        let mut events: Vec<Event> = Vec::new();

        let command = Sequenced {
            instrument: TERMS.id,
            sequence: SequenceNumber(1),
            at: Timestamp(1),
            command: market_order(side, i128::MAX),
        };
        engine.apply(&command, &mut events);

        let refused = Event::Rejected(Rejected {
            account: AccountId(1),
            order_id: None,
            client_order_id: None,
            external_id: None,
            reason: RejectReason::InvalidQuantity,
        });
        assert_eq!(events, [refused], "{side:?}");
    }
}

#[test]
fn an_instrument_whose_orders_do_not_fit_in_one_level_is_refused() {
    let larger = Instrument {
        quantity_max: Quantity::from_units(u64::MAX / 4 + 1),
        ..TERMS
    };

    assert_eq!(MatchingEngine::new(LIMITS).list(TERMS), Ok(()));
    assert_eq!(
        MatchingEngine::new(LIMITS).list(larger),
        Err(InstrumentError::BadBounds)
    );
}
