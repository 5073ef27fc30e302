//! Goal: what time does to a session: calls end by themselves, the schedule goes on, a restart changes nothing.
//! Method: a tick at every deadline that the engine names, and the states it tells.

use engine::{
    AccountId, CallEnd, CallLength, ClientIdPolicy, Command, Conditions, Corridors, Display,
    EngineLimits, Event, FundsCheck, Instrument, InstrumentId, MarketBudget, MatchingEngine,
    NewOrder, Notional, OrderKind, OrderSize, PostOnly, Price, Quantity, Rules, Schedule,
    ScheduleStep, SelfTradePrevention, SequenceNumber, Sequenced, SessionState, Side, StopLogic,
    TimeInForce, Timestamp, Trigger, TriggerKind, TriggerSource,
};

/// An engine whose time goes on by itself.
struct Day {
    engine: MatchingEngine,
    sequence: u64,
    now: u64,
}

impl Day {
    fn of(rules: &Rules) -> Self {
        let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
        let instrument = Instrument {
            id: InstrumentId(1),
            tick_size: 1,
            lot_size: 1,
            price_min: Price::from_units(1),
            price_max: Price::from_units(1_000_000),
            quantity_min: Quantity::from_units(1),
            quantity_max: Quantity::from_units(1_000_000),
            open_orders_max: 1_000,
            idempotency_orders_max: 0,
            idempotency_sequences_max: 0,
            market_budget: MarketBudget::Partial,
            market_protection_bips: 0,
            hold_surcharge_ppm: 0,
            funds_check: FundsCheck::Off,
            rules: *rules,
        };
        engine.list(instrument).expect("the rules are sound");
        Self {
            engine,
            sequence: 0,
            now: 0,
        }
    }

    /// Applies a command now; gives its events.
    fn ask(&mut self, command: Command) -> Vec<Event> {
        self.sequence += 1;
        let command = Sequenced {
            instrument: InstrumentId(1),
            sequence: SequenceNumber(self.sequence),
            at: Timestamp(self.now),
            command,
        };
        let mut events = Vec::new();
        self.engine.apply(&command, &mut events);
        self.engine.assert_invariants();
        events
    }

    /// Ticks at each deadline up to a time; gives the states that were told, with their times.
    fn pass(&mut self, until: u64) -> Vec<(u64, SessionState)> {
        let mut told = Vec::new();
        while let Some(deadline) = self.deadline()
            && deadline <= until
        {
            self.now = self.now.max(deadline);
            for event in self.ask(Command::Tick) {
                told.extend(state(&event).map(|state| (self.now, state)));
            }
            let next = self.deadline();
            assert!(next.is_none_or(|next| next > deadline), "time stands still");
        }
        self.now = until;
        told
    }

    fn deadline(&self) -> Option<u64> {
        self.engine.next_deadline().map(|at| at.0)
    }

    fn order(&mut self, side: Side, quantity: u64, price: i64) -> Vec<Event> {
        let kind = OrderKind::Limit {
            price: Price::from_units(price),
        };
        self.enter(side, quantity, kind, None)
    }

    /// A stop at the market.
    fn stop(&mut self, side: Side, quantity: u64, price: i64) -> Vec<Event> {
        let kind = TriggerKind::Stop {
            price: Price::from_units(price),
        };
        let trigger = Trigger {
            kind,
            source: TriggerSource::Last,
        };
        let conditions = Conditions {
            trigger: Some(trigger),
            ..Conditions::NONE
        };
        self.enter(side, quantity, OrderKind::Market, Some(conditions))
    }

    fn enter(
        &mut self,
        side: Side,
        quantity: u64,
        kind: OrderKind,
        conditions: Option<Conditions>,
    ) -> Vec<Event> {
        self.ask(Command::Submit(NewOrder {
            account: AccountId(1),
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
            self_trade_prevention: SelfTradePrevention::None,
            stp_group: None,
            conditions: conditions.map(Box::new),
            extra: Notional::ZERO,
        }))
    }
}

fn state(event: &Event) -> Option<SessionState> {
    if let Event::StatusChanged(changed) = event {
        Some(changed.state)
    } else {
        None
    }
}

fn step(at: u64, state: SessionState) -> ScheduleStep {
    ScheduleStep {
        at,
        random_max: 0,
        state,
    }
}

fn scheduled() -> Rules {
    let steps = [
        step(10, SessionState::OpeningAuction),
        step(20, SessionState::Continuous),
        step(70, SessionState::ClosingAuction),
        step(80, SessionState::Closed),
    ];
    Rules {
        schedule: Some(Schedule::of_day(100, &steps)),
        ..Rules::PLAIN
    }
}

#[test]
fn a_schedule_moves_the_instrument_through_its_day() {
    let mut day = Day::of(&scheduled());

    assert_eq!(
        day.pass(115),
        [
            (0, SessionState::Closed),
            (10, SessionState::OpeningAuction),
            (20, SessionState::Continuous),
            (70, SessionState::ClosingAuction),
            (80, SessionState::Continuous),
            (80, SessionState::Closed),
            (110, SessionState::OpeningAuction),
        ]
    );
}

#[test]
fn the_end_of_a_scheduled_call_uncrosses_it() {
    let mut day = Day::of(&scheduled());
    day.pass(15);
    day.order(Side::Buy, 5, 101);
    day.order(Side::Sell, 5, 100);
    day.pass(19);

    day.now = 20;
    let events = day.ask(Command::Tick);

    assert!(matches!(events[0], Event::Trade(_)), "{events:?}");
    assert_eq!(
        events.last().and_then(state),
        Some(SessionState::Continuous)
    );
}

#[test]
fn a_halt_holds_against_the_schedule_until_the_close() {
    let mut day = Day::of(&scheduled());
    day.pass(30);
    day.ask(Command::SetState(SessionState::Halted));

    assert_eq!(
        day.pass(115),
        [
            (80, SessionState::Closed),
            (110, SessionState::OpeningAuction)
        ]
    );
}

#[test]
fn after_a_stop_the_steps_that_were_missed_are_taken() {
    let mut day = Day::of(&scheduled());
    day.pass(30);
    day.now = 450;

    let told: Vec<_> = day.ask(Command::Tick).iter().filter_map(state).collect();

    assert_eq!(
        told,
        [
            SessionState::ClosingAuction,
            SessionState::Continuous,
            SessionState::Closed,
            SessionState::OpeningAuction,
            SessionState::Continuous,
        ]
    );
    assert_eq!(day.deadline(), Some(470));
}

fn drawn(seed: u64) -> Rules {
    let call = CallLength {
        length: 10,
        random_max: 5,
        extension: 10,
    };
    Rules {
        corridors: Corridors {
            dynamic_bips: Some(200),
            static_bips: None,
            call: CallEnd::After(call),
        },
        reference: Some(Price::from_units(1_000)),
        random_seed: seed,
        ..Rules::PLAIN
    }
}

/// When the call ends that a buyer far outside the corridor begins.
fn end_of_call(seed: u64) -> u64 {
    let mut day = Day::of(&drawn(seed));
    day.order(Side::Sell, 1, 1_100);
    day.order(Side::Buy, 1, 1_100);
    let told = day.pass(1_000);
    assert_eq!(told.len(), 1, "one call ends once");
    told[0].0
}

#[test]
fn the_end_of_a_call_is_drawn_between_its_bounds_and_is_the_same_in_every_replay() {
    let ends: Vec<u64> = (0..100).map(end_of_call).collect();
    let again: Vec<u64> = (0..100).map(end_of_call).collect();

    assert_eq!(ends, again);
    assert_eq!(ends.iter().min(), Some(&10));
    assert_eq!(ends.iter().max(), Some(&15));
}

#[test]
fn a_restart_in_a_call_ends_it_at_the_same_time() {
    let mut day = Day::of(&drawn(3));
    day.order(Side::Sell, 1, 1_100);
    day.order(Side::Buy, 1, 1_100);
    let mut state = Vec::new();
    day.engine
        .write_state(InstrumentId(1), &mut state)
        .expect("it is listed");
    let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
    engine.restore(&state).expect("it was just written");
    let mut twin = Day { engine, ..day };
    let mut day = Day::of(&drawn(3));
    day.order(Side::Sell, 1, 1_100);
    day.order(Side::Buy, 1, 1_100);

    assert_eq!(twin.pass(1_000), day.pass(1_000));
    assert_eq!(twin.engine.state_hash(), day.engine.state_hash());
}

#[test]
fn a_cascade_that_would_carry_the_price_too_far_reserves_the_market() {
    let reserved = CallEnd::After(CallLength::fixed(5));
    let mut day = Day::of(&Rules {
        stop_logic: Some(StopLogic {
            distance: 10,
            reserved,
        }),
        reference: Some(Price::from_units(100)),
        ..Rules::PLAIN
    });
    for price in [99, 95, 88] {
        day.order(Side::Buy, 1, price);
    }
    day.stop(Side::Sell, 2, 99);

    // 95 is 4 away from where the cascade began, 88 is 11 away.
    let events = day.order(Side::Sell, 1, 99);

    let trades = events
        .iter()
        .filter(|event| matches!(event, Event::Trade(_)));
    assert_eq!(trades.count(), 2);
    assert_eq!(events.last().and_then(state), Some(SessionState::Reserved));
    assert_eq!(day.pass(100), [(5, SessionState::Continuous)]);
    assert_eq!(
        day.engine.last_price(InstrumentId(1)),
        Some(Price::from_units(88))
    );
}

#[test]
fn an_order_that_nobody_triggered_may_carry_the_price_as_far_as_it_likes() {
    let mut day = Day::of(&Rules {
        stop_logic: Some(StopLogic {
            distance: 10,
            reserved: CallEnd::Operator,
        }),
        reference: Some(Price::from_units(100)),
        ..Rules::PLAIN
    });
    day.order(Side::Buy, 1, 50);

    let events = day.order(Side::Sell, 1, 50);

    assert!(events.iter().all(|event| state(event).is_none()));
}
