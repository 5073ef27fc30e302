//! Goal: each limit of an account lets in what is exactly at it and refuses what is one beyond, with its own
//! reason; switches keep orders out and let cancels in; a fanned out command is applied once.
//! Method: one instrument with money, orders of two accounts, first answers and whole books as literals. Every
//! rule is tried on a restored engine too.

use engine::{
    AccountId, Admission, Admit, Cancel, CancelReplace, ClientIdPolicy, ClientOrderId, Command,
    Display, EngineLimits, Event, FanOut, FanOutAction, FanOutId, FeeBasis, FeeTier, FundsCheck,
    Instrument, InstrumentId, MarketBudget, MassCancel, MatchingEngine, NewOrder, Notional,
    OnCancelFailure, OrderId, OrderKind, OrderRate, OrderRef, OrderSize, OrderToTrade, PostOnly,
    Price, Quantity, RejectReason, Replace, RiskLimits, Rules, Scope, SelfTradePrevention,
    SequenceNumber, Sequenced, SessionState, SetFeeTier, SetLimits, Side, SideFilter, TimeInForce,
    Timestamp,
};

const COIN: InstrumentId = InstrumentId(1);
const ALICE: AccountId = AccountId(1);
const BOB: AccountId = AccountId(2);
/// Enough for every order here; what is not needed is given back.
const ENOUGH: Notional = Notional::from_units(1_000_000_000);

struct Desk {
    engine: MatchingEngine,
    sequence: u64,
    now: u64,
}

fn empty() -> MatchingEngine {
    MatchingEngine::new(EngineLimits { instruments_max: 1 })
}

impl Desk {
    fn new() -> Self {
        let mut engine = empty();
        let instrument = Instrument {
            id: COIN,
            tick_size: 1,
            lot_size: 1,
            price_min: Price::from_units(1),
            price_max: Price::from_units(100_000),
            quantity_min: Quantity::from_units(1),
            quantity_max: Quantity::from_units(10_000),
            open_orders_max: 100,
            idempotency_orders_max: 10,
            idempotency_sequences_max: 1_000,
            market_budget: MarketBudget::Partial,
            market_protection_bips: 500,
            hold_surcharge_ppm: 0,
            funds_check: FundsCheck::Enforced,
            rules: Rules::PLAIN,
        };
        engine.list(instrument).expect("the terms make sense");
        Self {
            engine,
            sequence: 0,
            now: 0,
        }
    }

    fn ask(&mut self, command: Command) -> Vec<Event> {
        self.sequence += 1;
        let command = Sequenced {
            instrument: COIN,
            sequence: SequenceNumber(self.sequence),
            at: Timestamp(self.now),
            command,
        };
        self.restore();
        let mut events = Vec::new();
        self.engine.apply(&command, &mut events);
        self.engine.assert_invariants();
        events
    }

    /// Goes on with an engine that knows no more than the state says.
    fn restore(&mut self) {
        let mut state = Vec::new();
        self.engine
            .write_state(COIN, &mut state)
            .expect("it is listed");
        let mut restored = empty();
        restored.restore(&state).expect("a state is read back");
        assert_eq!(restored.state_hash(), self.engine.state_hash());
        self.engine = restored;
    }

    fn limit(&mut self, account: AccountId, limits: RiskLimits) {
        let events = self.ask(Command::SetLimits(SetLimits { account, limits }));
        assert_eq!(events, []);
    }

    /// Why an order is refused; `Ok` with its id where it is accepted.
    fn enter(&mut self, order: NewOrder) -> Result<u64, RejectReason> {
        outcome(&self.ask(Command::Submit(order)))
    }

    fn buy(&mut self, quantity: u64, price: i64) -> Result<u64, RejectReason> {
        self.enter(order(ALICE, Side::Buy, quantity, price))
    }

    fn sell(&mut self, quantity: u64, price: i64) -> Result<u64, RejectReason> {
        self.enter(order(ALICE, Side::Sell, quantity, price))
    }

    fn replace(&mut self, id: u64, side: Side, quantity: u64, price: i64) -> Option<RejectReason> {
        let events = self.ask(Command::Replace(Replace {
            account: ALICE,
            order: OrderRef::Id(OrderId(id)),
            side,
            quantity: Some(Quantity::from_units(quantity)),
            price: Some(Price::from_units(price)),
            expiry: None,
            peak: None,
            stop: None,
            extra: ENOUGH,
        }));
        refusal(&events)
    }

    fn cancel(&mut self, id: u64) -> Option<RejectReason> {
        let order = OrderRef::Id(OrderId(id));
        refusal(&self.ask(Command::Cancel(Cancel {
            account: ALICE,
            order,
        })))
    }

    fn admit(&mut self, scope: Scope, admission: Admission) -> Vec<u64> {
        canceled(&self.ask(Command::Admit(Admit { scope, admission })))
    }

    /// Bob stands there to be traded with.
    fn bob(&mut self, side: Side, quantity: u64, price: i64) {
        self.enter(order(BOB, side, quantity, price))
            .expect("bob has no limits");
    }
}

fn order(account: AccountId, side: Side, quantity: u64, price: i64) -> NewOrder {
    NewOrder {
        account,
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
        self_trade_prevention: SelfTradePrevention::CancelNewest,
        stp_group: None,
        extra: ENOUGH,
        conditions: None,
    }
}

fn outcome(events: &[Event]) -> Result<u64, RejectReason> {
    for event in events {
        if let Event::Accepted(accepted) = event {
            return Ok(accepted.order_id.0);
        }
        if let Event::Rejected(rejected) = event {
            return Err(rejected.reason);
        }
    }
    panic!("nothing was decided: {events:?}")
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

fn canceled(events: &[Event]) -> Vec<u64> {
    let ids = events.iter().filter_map(|event| {
        if let Event::Canceled(canceled) = event {
            Some(canceled.order_id.0)
        } else {
            None
        }
    });
    ids.collect()
}

fn none() -> RiskLimits {
    RiskLimits::NONE
}

#[test]
fn the_largest_quantity_is_taken_and_one_more_is_not() {
    let mut desk = Desk::new();
    desk.limit(
        ALICE,
        RiskLimits {
            quantity_max: Some(Quantity::from_units(10)),
            ..none()
        },
    );

    assert_eq!(desk.buy(11, 100), Err(RejectReason::QuantityLimit));
    assert_eq!(desk.buy(10, 100), Ok(1));
    assert_eq!(
        desk.replace(1, Side::Buy, 11, 100),
        Some(RejectReason::QuantityLimit)
    );
    assert_eq!(desk.replace(1, Side::Buy, 9, 100), None);
    desk.bob(Side::Buy, 11, 100);
}

#[test]
fn the_largest_notional_is_taken_and_one_more_is_not() {
    let mut desk = Desk::new();
    desk.limit(
        ALICE,
        RiskLimits {
            notional_max: Some(Notional::from_units(1_000)),
            ..none()
        },
    );

    assert_eq!(desk.buy(1, 1_001), Err(RejectReason::NotionalLimit));
    assert_eq!(desk.buy(7, 143), Err(RejectReason::NotionalLimit));
    assert_eq!(desk.buy(10, 100), Ok(1));
    assert_eq!(
        desk.replace(1, Side::Buy, 10, 101),
        Some(RejectReason::NotionalLimit)
    );
    // A market order is measured by what it would meet first.
    desk.bob(Side::Sell, 50, 250);
    let market = |quantity| NewOrder {
        kind: OrderKind::Market,
        ..order(ALICE, Side::Buy, quantity, 1)
    };
    assert_eq!(desk.enter(market(5)), Err(RejectReason::NotionalLimit));
    assert_eq!(desk.enter(market(4)), Ok(3));
    let by_quote = |amount| NewOrder {
        size: OrderSize::QuoteAmount(Notional::from_units(amount)),
        ..market(1)
    };
    assert_eq!(
        desk.enter(by_quote(1_001)),
        Err(RejectReason::NotionalLimit)
    );
    assert_eq!(desk.enter(by_quote(1_000)), Ok(4));
}

#[test]
fn a_limit_price_goes_through_the_last_price_as_far_as_the_band_and_no_further() {
    let mut desk = Desk::new();
    desk.limit(
        ALICE,
        RiskLimits {
            price_band_bips: Some(250),
            ..none()
        },
    );
    // Nothing to measure by: nothing is refused.
    assert_eq!(desk.buy(1, 90_000), Ok(1));
    desk.ask(Command::SetLastPrice(Price::from_units(1_000)));

    assert_eq!(desk.buy(1, 1_026), Err(RejectReason::PriceLimit));
    assert_eq!(desk.buy(1, 1_025), Ok(2));
    assert_eq!(
        desk.replace(2, Side::Buy, 1, 1_026),
        Some(RejectReason::PriceLimit)
    );
    assert_eq!(desk.cancel(1), None);
    assert_eq!(desk.cancel(2), None);
    assert_eq!(desk.sell(1, 974), Err(RejectReason::PriceLimit));
    assert_eq!(desk.sell(1, 975), Ok(3));
    // On its own side of the market a price may be as far off as it likes.
    assert_eq!(desk.sell(1, 90_000), Ok(4));
    assert_eq!(desk.buy(1, 1), Ok(5));
}

#[test]
fn as_many_orders_are_open_as_may_be_and_an_ended_one_makes_room() {
    let mut desk = Desk::new();
    assert_eq!(desk.buy(1, 10), Ok(1));
    desk.limit(
        ALICE,
        RiskLimits {
            open_orders_max: Some(2),
            ..none()
        },
    );

    assert_eq!(desk.buy(1, 11), Ok(2));
    assert_eq!(desk.sell(1, 20), Err(RejectReason::OpenOrdersLimit));
    assert_eq!(desk.replace(2, Side::Buy, 5, 12), None);
    assert_eq!(desk.cancel(1), None);
    assert_eq!(desk.sell(1, 20), Ok(3));
    // A filled order makes room as well.
    desk.bob(Side::Buy, 1, 20);
    assert_eq!(desk.sell(1, 21), Ok(5));
    assert_eq!(desk.sell(1, 22), Err(RejectReason::OpenOrdersLimit));
    // The order that a cancel-replace ends makes room for the one that it enters.
    let events = desk.ask(Command::CancelReplace(CancelReplace {
        cancel: OrderRef::Id(OrderId(5)),
        new_order: order(ALICE, Side::Sell, 1, 23),
        on_cancel_failure: OnCancelFailure::Stop,
    }));
    assert_eq!((canceled(&events), outcome(&events)), (vec![5], Ok(6)));
}

#[test]
fn a_position_and_what_is_open_come_to_the_cap_and_no_further() {
    let mut desk = Desk::new();
    // Positions count from the first trade on, limited or not: 4 bought.
    desk.bob(Side::Sell, 4, 100);
    assert_eq!(desk.buy(4, 100), Ok(2));
    assert_eq!(desk.engine.position_of(COIN, ALICE), Some(4));
    assert_eq!(desk.engine.position_of(COIN, BOB), Some(-4));
    desk.limit(
        ALICE,
        RiskLimits {
            position_max: Some(Quantity::from_units(10)),
            ..none()
        },
    );

    assert_eq!(desk.buy(7, 90), Err(RejectReason::PositionLimit));
    assert_eq!(desk.buy(6, 90), Ok(3));
    assert_eq!(desk.buy(1, 90), Err(RejectReason::PositionLimit));
    // Sold short as far as bought: 4 to be flat, 10 beyond.
    assert_eq!(desk.sell(15, 110), Err(RejectReason::PositionLimit));
    assert_eq!(desk.sell(14, 110), Ok(4));
    // A change counts by what it adds; less is always taken.
    assert_eq!(
        desk.replace(3, Side::Buy, 7, 90),
        Some(RejectReason::PositionLimit)
    );
    assert_eq!(desk.replace(3, Side::Buy, 5, 91), None);
    assert_eq!(desk.replace(3, Side::Buy, 6, 91), None);
    // A cap below the position refuses more of it, and lets it be sold.
    desk.limit(
        ALICE,
        RiskLimits {
            position_max: Some(Quantity::from_units(1)),
            ..none()
        },
    );
    assert_eq!(desk.cancel(4), None);
    assert_eq!(desk.buy(1, 90), Err(RejectReason::PositionLimit));
    assert_eq!(desk.sell(5, 110), Ok(5));
    assert_eq!(desk.sell(1, 110), Err(RejectReason::PositionLimit));
}

#[test]
fn orders_of_a_window_are_as_many_as_the_rate_and_the_next_window_begins_anew() {
    let mut desk = Desk::new();
    let rate = OrderRate {
        orders_max: 2,
        window: 100,
    };
    desk.limit(
        ALICE,
        RiskLimits {
            order_rate: Some(rate),
            ..none()
        },
    );

    desk.now = 150;
    assert_eq!(desk.buy(1, 10), Ok(1));
    // What is refused does not count, a cancel neither.
    assert_eq!(desk.buy(0, 10), Err(RejectReason::InvalidQuantity));
    assert_eq!(desk.replace(1, Side::Buy, 2, 10), None);
    desk.now = 199;
    assert_eq!(desk.buy(1, 10), Err(RejectReason::OrderRateLimit));
    assert_eq!(
        desk.replace(1, Side::Buy, 3, 10),
        Some(RejectReason::OrderRateLimit)
    );
    assert_eq!(desk.cancel(1), None);
    desk.now = 200;
    assert_eq!(desk.buy(1, 10), Ok(2));
    // The same limit set again goes on counting, another one begins anew.
    desk.limit(
        ALICE,
        RiskLimits {
            order_rate: Some(rate),
            ..none()
        },
    );
    assert_eq!(desk.buy(1, 10), Ok(3));
    assert_eq!(desk.buy(1, 10), Err(RejectReason::OrderRateLimit));
    let lower = OrderRate {
        orders_max: 1,
        ..rate
    };
    desk.limit(
        ALICE,
        RiskLimits {
            order_rate: Some(lower),
            ..none()
        },
    );
    assert_eq!(desk.buy(1, 10), Ok(4));
    assert_eq!(desk.buy(1, 10), Err(RejectReason::OrderRateLimit));
}

#[test]
fn each_trade_is_good_for_more_orders_of_its_window() {
    let mut desk = Desk::new();
    let ratio = OrderToTrade {
        orders_free: 1,
        orders_per_trade: 2,
        window: 100,
    };
    desk.limit(
        ALICE,
        RiskLimits {
            order_to_trade: Some(ratio),
            ..none()
        },
    );

    assert_eq!(desk.buy(10, 50), Ok(1));
    assert_eq!(desk.buy(1, 10), Err(RejectReason::OrderToTradeLimit));
    // As a maker counts as well: two more orders.
    desk.bob(Side::Sell, 1, 50);
    assert_eq!(desk.buy(1, 10), Ok(3));
    assert_eq!(desk.buy(1, 10), Ok(4));
    assert_eq!(desk.buy(1, 10), Err(RejectReason::OrderToTradeLimit));
    desk.now = 100;
    assert_eq!(desk.buy(1, 10), Ok(5));
    assert_eq!(desk.buy(1, 10), Err(RejectReason::OrderToTradeLimit));
}

#[test]
fn a_window_without_a_length_is_refused_and_the_limits_stay() {
    let mut desk = Desk::new();
    let limits = RiskLimits {
        quantity_max: Some(Quantity::from_units(10)),
        ..none()
    };
    desk.limit(ALICE, limits);
    let bad = RiskLimits {
        order_rate: Some(OrderRate {
            orders_max: 1,
            window: 0,
        }),
        ..none()
    };

    let events = desk.ask(Command::SetLimits(SetLimits {
        account: ALICE,
        limits: bad,
    }));

    assert_eq!(refusal(&events), Some(RejectReason::InvalidCombination));
    assert_eq!(desk.engine.limits_of(COIN, ALICE), Some(limits));
}

#[test]
fn of_several_reasons_the_first_one_is_given() {
    let mut desk = Desk::new();
    desk.ask(Command::SetLastPrice(Price::from_units(100)));
    let all = RiskLimits {
        quantity_max: Some(Quantity::from_units(1)),
        notional_max: Some(Notional::from_units(1)),
        price_band_bips: Some(0),
        open_orders_max: Some(0),
        position_max: Some(Quantity::from_units(1)),
        order_rate: Some(OrderRate {
            orders_max: 0,
            window: 1,
        }),
        order_to_trade: Some(OrderToTrade {
            orders_free: 0,
            orders_per_trade: 0,
            window: 1,
        }),
    };
    let mut reasons = Vec::new();
    let mut left = all;
    for step in 0..7 {
        desk.limit(ALICE, left);
        reasons.push(desk.buy(2, 200).unwrap_err());
        match step {
            0 => left.quantity_max = None,
            1 => left.notional_max = None,
            2 => left.price_band_bips = None,
            3 => left.open_orders_max = None,
            4 => left.position_max = None,
            5 => left.order_rate = None,
            _ => left.order_to_trade = None,
        }
    }
    assert_eq!(
        reasons,
        [
            RejectReason::QuantityLimit,
            RejectReason::NotionalLimit,
            RejectReason::PriceLimit,
            RejectReason::OpenOrdersLimit,
            RejectReason::PositionLimit,
            RejectReason::OrderRateLimit,
            RejectReason::OrderToTradeLimit,
        ]
    );

    // All other reasons come first.
    desk.limit(ALICE, all);
    let uncovered = NewOrder {
        extra: Notional::ZERO,
        ..order(ALICE, Side::Buy, 2, 200)
    };
    assert_eq!(desk.enter(uncovered), Err(RejectReason::InsufficientFunds));
    desk.ask(Command::SetState(SessionState::Halted));
    assert_eq!(desk.buy(2, 200), Err(RejectReason::Halted));
    desk.admit(Scope::Account(ALICE), Admission::CancelOnly);
    assert_eq!(desk.buy(2, 200), Err(RejectReason::CancelOnly));
    desk.admit(Scope::Exchange, Admission::Killed);
    assert_eq!(desk.buy(2, 200), Err(RejectReason::MarketKilled));
    desk.admit(Scope::Account(ALICE), Admission::Killed);
    assert_eq!(desk.buy(2, 200), Err(RejectReason::AccountKilled));
    assert_eq!(
        desk.replace(9, Side::Buy, 2, 200),
        Some(RejectReason::UnknownOrder)
    );
}

#[test]
fn ks_1_a_kill_switch_ends_what_is_open_and_lets_in_nothing_but_cancels() {
    let mut desk = Desk::new();
    assert_eq!(desk.sell(5, 110), Ok(1));
    desk.bob(Side::Sell, 5, 111);
    assert_eq!(desk.buy(5, 90), Ok(3));

    assert_eq!(desk.admit(Scope::Account(ALICE), Admission::Killed), [1, 3]);

    assert_eq!(desk.buy(1, 90), Err(RejectReason::AccountKilled));
    assert_eq!(desk.cancel(1), Some(RejectReason::TooLate));
    desk.bob(Side::Buy, 1, 89);
    assert_eq!(desk.admit(Scope::Account(ALICE), Admission::Open), []);
    assert_eq!(desk.buy(1, 90), Ok(5));
}

#[test]
fn ks_1_an_instruments_and_the_exchanges_switch_end_everybodys_orders() {
    for scope in [Scope::Instrument, Scope::Exchange] {
        let mut desk = Desk::new();
        assert_eq!(desk.sell(5, 110), Ok(1));
        desk.bob(Side::Sell, 5, 111);

        assert_eq!(desk.admit(scope, Admission::Killed), [1, 2]);

        assert_eq!(desk.buy(1, 90), Err(RejectReason::MarketKilled));
        assert_eq!(
            desk.enter(order(BOB, Side::Buy, 1, 90)),
            Err(RejectReason::MarketKilled)
        );
        desk.admit(scope, Admission::Open);
        assert_eq!(desk.buy(1, 90), Ok(3));
    }
}

#[test]
fn switches_of_different_scopes_are_independent() {
    let mut desk = Desk::new();
    desk.admit(Scope::Exchange, Admission::Killed);
    desk.admit(Scope::Instrument, Admission::CancelOnly);

    desk.admit(Scope::Account(ALICE), Admission::Open);
    assert_eq!(desk.buy(1, 90), Err(RejectReason::MarketKilled));
    desk.admit(Scope::Exchange, Admission::Open);
    assert_eq!(desk.buy(1, 90), Err(RejectReason::CancelOnly));
    desk.admit(Scope::Instrument, Admission::Open);
    assert_eq!(desk.buy(1, 90), Ok(1));
}

#[test]
fn cancel_only_leaves_what_is_open_and_takes_cancels_alone() {
    let mut desk = Desk::new();
    assert_eq!(desk.sell(5, 110), Ok(1));
    assert_eq!(desk.sell(5, 111), Ok(2));
    assert_eq!(desk.admit(Scope::Account(ALICE), Admission::CancelOnly), []);

    assert_eq!(desk.sell(1, 110), Err(RejectReason::CancelOnly));
    assert_eq!(
        desk.replace(1, Side::Sell, 1, 110),
        Some(RejectReason::CancelOnly)
    );
    // What is open still trades.
    desk.bob(Side::Buy, 1, 110);
    assert_eq!(desk.cancel(1), None);
    let mass_cancel = MassCancel {
        account: ALICE,
        side: SideFilter::Both,
        price_from: Price::MIN,
        price_to: Price::MAX,
        session: engine::SessionFilter::Any,
    };
    assert_eq!(canceled(&desk.ask(Command::MassCancel(mass_cancel))), [2]);
}

#[test]
fn a_fanned_out_command_is_applied_once_and_in_the_order_of_its_ids() {
    let mut desk = Desk::new();
    let part = |id, admission| {
        Command::FanOut(FanOut {
            id: FanOutId(id),
            action: FanOutAction::Admit(Admit {
                scope: Scope::Account(ALICE),
                admission,
            }),
        })
    };
    assert_eq!(desk.sell(5, 110), Ok(1));

    assert_eq!(canceled(&desk.ask(part(4, Admission::Killed))), [1]);
    desk.ask(part(7, Admission::Open));
    assert_eq!(desk.sell(5, 110), Ok(2));
    // Delivered again, and an older one that comes late: nothing.
    for (id, admission) in [
        (4, Admission::Killed),
        (7, Admission::Killed),
        (6, Admission::Killed),
    ] {
        assert_eq!(desk.ask(part(id, admission)), []);
    }
    assert_eq!(desk.engine.fan_out_seen(COIN), Some(FanOutId(7)));
    assert_eq!(canceled(&desk.ask(part(8, Admission::Killed))), [2]);
}

#[test]
fn a_fee_tier_is_carried_into_the_accounts_trades() {
    let mut desk = Desk::new();
    let tier = SetFeeTier {
        account: ALICE,
        fee_tier: FeeTier(3),
    };
    assert_eq!(desk.ask(Command::SetFeeTier(tier)), []);
    desk.bob(Side::Sell, 5, 100);

    let events = desk.ask(Command::Submit(order(ALICE, Side::Buy, 5, 100)));

    let tiers = events.iter().find_map(|event| {
        if let Event::Trade(trade) = event {
            Some((trade.taker.fee, trade.maker.fee))
        } else {
            None
        }
    });
    assert_eq!(
        tiers,
        Some((FeeBasis::Listed(FeeTier(3)), FeeBasis::default()))
    );
    assert_eq!(desk.engine.fee_tier_of(COIN, ALICE), Some(FeeTier(3)));
}

#[test]
fn a_refusal_by_a_limit_is_what_a_retry_gets() {
    let mut desk = Desk::new();
    desk.limit(
        ALICE,
        RiskLimits {
            quantity_max: Some(Quantity::from_units(10)),
            ..none()
        },
    );
    let retried = NewOrder {
        client_order_id: ClientOrderId::new("r-1").ok(),
        client_id_policy: ClientIdPolicy::Idempotent,
        ..order(ALICE, Side::Buy, 11, 100)
    };
    assert_eq!(
        desk.enter(retried.clone()),
        Err(RejectReason::QuantityLimit)
    );
    desk.limit(ALICE, none());

    let events = desk.ask(Command::Submit(retried));

    let original = events.iter().find_map(|event| {
        if let Event::Repeated(repeated) = event {
            Some(repeated.original)
        } else {
            None
        }
    });
    assert_eq!(
        original,
        Some(engine::OriginalOutcome::Rejected(
            RejectReason::QuantityLimit
        ))
    );
    assert_eq!(desk.engine.limits_of(COIN, ALICE), Some(RiskLimits::NONE));
}
