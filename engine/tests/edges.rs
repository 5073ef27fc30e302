//! Goal: each bound of an instrument lets in what is at it and refuses what is one unit beyond, and the largest orders that
//! may be trade to the last unit. (S11)
//!
//! Method: an order at each bound, one unit below and one above; instruments as large as they may be, and one unit larger.

use engine::{
    AccountId, ClientIdPolicy, Command, Display, EngineLimits, Event, FundsCheck, Instrument,
    InstrumentError, InstrumentId, MarketBudget, MatchingEngine, NewOrder, Notional, OrderKind,
    OrderSize, PostOnly, Price, Quantity, RejectReason, Rules, SelfTradePrevention, SequenceNumber,
    Sequenced, Side, TimeInForce, Timestamp,
};

/// A grid of five ticks and ten lots, from 50 to 1,000 and from 20 to 500.
const TERMS: Instrument = Instrument {
    id: InstrumentId(1),
    tick_size: 5,
    lot_size: 10,
    price_min: Price::from_units(50),
    price_max: Price::from_units(1_000),
    quantity_min: Quantity::from_units(20),
    quantity_max: Quantity::from_units(500),
    open_orders_max: 3,
    idempotency_orders_max: 1,
    idempotency_sequences_max: 1,
    market_budget: MarketBudget::Partial,
    market_protection_bips: 500,
    hold_surcharge_ppm: 0,
    funds_check: FundsCheck::Off,
    rules: Rules::PLAIN,
};

struct Market {
    engine: MatchingEngine,
    sequence: u64,
}

impl Market {
    fn of(terms: &Instrument) -> Self {
        let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
        engine.list(*terms).expect("the terms make sense");
        Self {
            engine,
            sequence: 0,
        }
    }

    fn enter(&mut self, account: u32, side: Side, quantity: u64, price: i64) -> Vec<Event> {
        self.sequence += 1;
        let order = NewOrder {
            account: AccountId(account),
            client_order_id: None,
            client_id_policy: ClientIdPolicy::OpenUnique,
            external_id: None,
            side,
            kind: OrderKind::Limit {
                price: Price::from_units(price),
            },
            size: OrderSize::Quantity(Quantity::from_units(quantity)),
            time_in_force: TimeInForce::GoodTillCanceled,
            post_only: PostOnly::No,
            display: Display::Full,
            minimum_quantity: Quantity::ZERO,
            self_trade_prevention: SelfTradePrevention::None,
            stp_group: None,
            conditions: None,
            extra: Notional::ZERO,
        };
        let mut events = Vec::new();
        self.engine.apply(
            &Sequenced {
                instrument: InstrumentId(1),
                sequence: SequenceNumber(self.sequence),
                at: Timestamp(self.sequence),
                command: Command::Submit(order),
            },
            &mut events,
        );
        events
    }
}

fn refusal(events: &[Event]) -> Option<RejectReason> {
    events.iter().find_map(|event| {
        if let Event::Rejected(rejected) = event {
            Some(rejected.reason)
        } else {
            None
        }
    })
}

#[test]
fn each_bound_of_an_instrument_is_where_it_is() {
    use RejectReason::{InvalidPrice, InvalidQuantity};
    for (quantity, price, said) in [
        (100, 45, Some(InvalidPrice)),
        (100, 49, Some(InvalidPrice)),
        (100, 50, None),
        (100, 51, Some(InvalidPrice)),
        (100, 55, None),
        (100, 995, None),
        (100, 999, Some(InvalidPrice)),
        (100, 1_000, None),
        (100, 1_001, Some(InvalidPrice)),
        (100, 1_005, Some(InvalidPrice)),
        (100, 0, Some(InvalidPrice)),
        (100, -5, Some(InvalidPrice)),
        (100, i64::MAX, Some(InvalidPrice)),
        (100, i64::MIN, Some(InvalidPrice)),
        (0, 100, Some(InvalidQuantity)),
        (10, 100, Some(InvalidQuantity)),
        (19, 100, Some(InvalidQuantity)),
        (20, 100, None),
        (21, 100, Some(InvalidQuantity)),
        (499, 100, Some(InvalidQuantity)),
        (500, 100, None),
        (501, 100, Some(InvalidQuantity)),
        (510, 100, Some(InvalidQuantity)),
        (u64::MAX, 100, Some(InvalidQuantity)),
    ] {
        for side in [Side::Buy, Side::Sell] {
            let events = Market::of(&TERMS).enter(1, side, quantity, price);
            assert_eq!(refusal(&events), said, "{side:?} {quantity} @ {price}");
        }
    }
    println!("GOAL S11 bounds=24 sides=2 wrong=0");
}

#[test]
fn as_many_orders_rest_as_a_book_has_room_for_and_not_one_more() {
    let mut market = Market::of(&TERMS);
    for (order, said) in [
        (1, None),
        (2, None),
        (3, None),
        (4, Some(RejectReason::TooManyOpenOrders)),
    ] {
        let events = market.enter(1, Side::Buy, 20, 100);
        assert_eq!(refusal(&events), said, "order {order}");
    }
}

/// As large as holds of 128 bits let it be: the largest price is found by halves, once for this test.
fn largest_price(quantity_max: u64) -> i64 {
    let (mut fits, mut does_not) = (1, i64::MAX);
    while does_not - fits > 1 {
        let middle = fits + (does_not - fits) / 2;
        match large(quantity_max, middle).check() {
            Ok(()) => fits = middle,
            Err(_) => does_not = middle,
        }
    }
    fits
}

const fn large(quantity_max: u64, price_max: i64) -> Instrument {
    Instrument {
        tick_size: 1,
        lot_size: 1,
        price_min: Price::from_units(1),
        price_max: Price::from_units(price_max),
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::from_units(quantity_max),
        open_orders_max: 2,
        funds_check: FundsCheck::Enforced,
        ..TERMS
    }
}

#[test]
fn the_largest_orders_that_may_be_trade_to_the_last_unit() {
    for quantity_max in [1, 1 << 32, u64::MAX / 2] {
        let price_max = largest_price(quantity_max);
        let bad = large(quantity_max, price_max.saturating_add(1)).check();
        // One quantity unit cannot bring any price beyond what fits.
        if price_max < i64::MAX - 1 {
            assert_eq!(bad, Err(InstrumentError::BadBounds), "{quantity_max}");
        }
        let terms = Instrument {
            funds_check: FundsCheck::Off,
            ..large(quantity_max, price_max)
        };
        let mut market = Market::of(&terms);
        assert_eq!(
            refusal(&market.enter(1, Side::Sell, quantity_max, price_max)),
            None
        );
        let events = market.enter(2, Side::Buy, quantity_max, price_max);

        let traded = events.iter().find_map(|event| {
            if let Event::Trade(trade) = event {
                Some((trade.price.units(), trade.quantity.units()))
            } else {
                None
            }
        });
        assert_eq!(traded, Some((price_max, quantity_max)));
        let book = market.engine.book(InstrumentId(1)).expect("it is listed");
        book.assert_invariants();
    }
    println!("GOAL S11 largest=3 wrong=0");
}
