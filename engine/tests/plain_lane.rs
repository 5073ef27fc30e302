//! Goal: the plain lane says what the full path says, event by event and change by change. Method: the same
//! seeded commands on two engines, one of which is kept off the lane by a limit of an account that never trades.
//! `RIALTO_SEED` and `RIALTO_LANE_COMMANDS` choose seed and length.

use engine::{
    AccountId, Cancel, ClientIdPolicy, ClientOrderId, Command, Display, EngineLimits, Event,
    EventSink, ExternalId, FundsCheck, Instrument, InstrumentId, LevelChange, LimitOrder,
    MarketBudget, MatchingEngine, NewOrder, Notional, OrderChange, OrderHandle, OrderId, OrderKind,
    OrderRef, OrderSize, PostOnly, Price, Quantity, RejectReason, Remainder, Replace, RiskLimits,
    Rules, SelfTradePrevention, SequenceNumber, Sequenced, SetLimits, Side, TimeInForce, Timestamp,
};

const SEED: u64 = 20_261_123;
const COMMANDS: u64 = 60_000;
const INSTRUMENT: InstrumentId = InstrumentId(1);
const STRANGER: AccountId = AccountId(9);
/// The whole state is compared after every so many commands.
const COMPARED_EVERY: u64 = 500;

fn number_from_environment(key: &str, otherwise: u64) -> u64 {
    std::env::var(key).map_or(otherwise, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{key}={text} is no number"))
    })
}

fn instrument() -> Instrument {
    Instrument {
        id: INSTRUMENT,
        tick_size: 1,
        lot_size: 1,
        price_min: Price::from_units(1),
        price_max: Price::from_units(1_000_000),
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::from_units(1_000),
        open_orders_max: 300,
        idempotency_orders_max: 100,
        idempotency_sequences_max: 1_000,
        market_budget: MarketBudget::Partial,
        market_protection_bips: 500,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Off,
        rules: Rules::PLAIN,
    }
}

/// Everything that is said, in order.
#[derive(Debug, PartialEq)]
enum Said {
    Event(Event),
    Level(LevelChange),
    Order(OrderChange),
}

#[derive(Debug, Default)]
struct Heard(Vec<Said>);

impl EventSink for Heard {
    fn event(&mut self, event: Event) {
        self.0.push(Said::Event(event));
    }

    fn level_changed(&mut self, change: LevelChange) {
        self.0.push(Said::Level(change));
    }

    fn order_changed(&mut self, change: OrderChange) {
        self.0.push(Said::Order(change));
    }
}

struct Desk {
    engine: MatchingEngine,
    sequence: u64,
}

impl Desk {
    fn listed() -> Self {
        let mut engine =
            MatchingEngine::new(EngineLimits { instruments_max: 1 }).with_external_ids();
        engine.list(instrument()).expect("the instrument is sound");
        Self {
            engine,
            sequence: 0,
        }
    }

    fn open(first: Command) -> Self {
        let mut desk = Self::listed();
        desk.apply(first);
        desk
    }

    fn apply(&mut self, command: Command) -> Vec<Said> {
        let mut heard = Heard::default();
        let command = self.next(command);
        self.engine.apply(&command, &mut heard);
        heard.0
    }

    fn next<C>(&mut self, command: C) -> Sequenced<C> {
        self.sequence += 1;
        Sequenced {
            instrument: INSTRUMENT,
            sequence: SequenceNumber(self.sequence),
            at: Timestamp(self.sequence),
            command,
        }
    }

    fn ask(&mut self, verb: Verb) -> Vec<Said> {
        let mut heard = Heard::default();
        match verb {
            Verb::Submit(order) => {
                let order = self.next(order);
                self.engine.submit_limit(&order, &mut heard);
            }
            Verb::Cancel(cancel) => {
                let cancel = self.next(cancel);
                self.engine.cancel(&cancel, &mut heard);
            }
            Verb::Replace(replace) => {
                let replace = self.next(replace);
                self.engine.replace(&replace, &mut heard);
            }
        }
        heard.0
    }
}

/// What an embedder asks without a command around it.
#[derive(Debug, Clone, Copy)]
enum Verb {
    Submit(LimitOrder),
    Cancel(Cancel),
    Replace(Replace),
}

impl Verb {
    /// The verb of a command that the maker makes, its order without further wishes.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the maker makes these three; another one fails the test"
    )]
    fn of(command: &Command) -> Self {
        match command {
            Command::Submit(order) => {
                let (OrderKind::Limit { price }, OrderSize::Quantity(quantity)) =
                    (order.kind, order.size)
                else {
                    panic!("every order is a limit by quantity");
                };
                Self::Submit(LimitOrder {
                    account: order.account,
                    external_id: order.external_id,
                    side: order.side,
                    price,
                    quantity,
                    remainder: if order.time_in_force == TimeInForce::GoodTillCanceled {
                        Remainder::Rests
                    } else {
                        Remainder::IsCanceled
                    },
                })
            }
            Command::Cancel(cancel) => Self::Cancel(*cancel),
            Command::Replace(replace) => Self::Replace(*replace),
            other => panic!("no such command is made here: {other:?}"),
        }
    }

    fn command(self) -> Command {
        match self {
            Self::Submit(order) => order.into(),
            Self::Cancel(cancel) => cancel.into(),
            Self::Replace(replace) => replace.into(),
        }
    }
}

/// Deterministic chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    fn account(&mut self) -> AccountId {
        AccountId(u32::try_from(1 + self.below(2)).expect("two accounts"))
    }

    fn side(&mut self) -> Side {
        if self.one_in(2) {
            Side::Buy
        } else {
            Side::Sell
        }
    }

    fn price(&mut self) -> Price {
        let price = if self.one_in(50) {
            0
        } else {
            100 + self.below(40)
        };
        Price::from_units(i64::try_from(price).expect("prices are small"))
    }

    fn quantity(&mut self) -> Quantity {
        Quantity::from_units(self.below(20))
    }
}

/// Commands of which most are plain, and what was accepted, so that it can be named.
struct Maker {
    chance: Chance,
    accepted: Vec<(OrderId, OrderHandle)>,
}

impl Maker {
    fn next(&mut self) -> Command {
        match self.chance.below(10) {
            0..=4 => Command::Submit(self.order()),
            5..=7 => Command::Cancel(Cancel {
                account: self.chance.account(),
                order: self.named(),
            }),
            _ => Command::Replace(self.replace()),
        }
    }

    fn named(&mut self) -> OrderRef {
        let recent = self.accepted.len().min(60) as u64;
        if recent == 0 || self.chance.one_in(2) {
            return OrderRef::External(ExternalId(self.chance.below(400)));
        }
        let back = usize::try_from(self.chance.below(recent)).expect("it is small");
        let (id, handle) = self.accepted[self.accepted.len() - 1 - back];
        if self.chance.one_in(2) {
            OrderRef::Id(id)
        } else {
            OrderRef::Handle(handle)
        }
    }

    fn order(&mut self) -> NewOrder {
        let chance = &mut self.chance;
        let name = |number: u64| ClientOrderId::new(&format!("c{number}")).expect("a good name");
        NewOrder {
            account: chance.account(),
            client_order_id: chance.one_in(40).then(|| name(chance.below(30))),
            client_id_policy: ClientIdPolicy::OpenUnique,
            external_id: (!chance.one_in(4)).then(|| ExternalId(chance.below(400))),
            side: chance.side(),
            kind: OrderKind::Limit {
                price: chance.price(),
            },
            size: OrderSize::Quantity(chance.quantity()),
            time_in_force: match chance.below(12) {
                0 | 1 => TimeInForce::ImmediateOrCancel,
                2 => TimeInForce::FillOrKill,
                _ => TimeInForce::GoodTillCanceled,
            },
            post_only: if chance.one_in(30) {
                PostOnly::Slide
            } else {
                PostOnly::No
            },
            display: match chance.below(60) {
                0 => Display::Hidden,
                1 => Display::Iceberg {
                    peak: Quantity::from_units(2),
                },
                _ => Display::Full,
            },
            minimum_quantity: Quantity::ZERO,
            self_trade_prevention: if chance.one_in(30) {
                SelfTradePrevention::CancelOldest
            } else {
                SelfTradePrevention::None
            },
            stp_group: None,
            conditions: None,
            extra: Notional::ZERO,
        }
    }

    fn replace(&mut self) -> Replace {
        let order = self.named();
        let chance = &mut self.chance;
        Replace {
            account: chance.account(),
            order,
            side: chance.side(),
            quantity: (!chance.one_in(3)).then(|| chance.quantity()),
            price: (!chance.one_in(3)).then(|| chance.price()),
            peak: None,
            stop: None,
            expiry: None,
            extra: Notional::ZERO,
        }
    }

    fn note(&mut self, said: &[Said]) {
        for said in said {
            if let Said::Event(Event::Accepted(accepted)) = said {
                self.accepted.push((accepted.order_id, accepted.handle));
            }
        }
    }
}

#[test]
fn the_plain_lane_says_what_the_full_path_says() {
    let seed = number_from_environment("RIALTO_SEED", SEED);
    let commands = number_from_environment("RIALTO_LANE_COMMANDS", COMMANDS);
    println!("RIALTO_SEED={seed} RIALTO_LANE_COMMANDS={commands}");
    let limits = RiskLimits {
        quantity_max: Some(Quantity::from_units(1)),
        ..RiskLimits::NONE
    };
    let mut by_lane = Desk::open(Command::Tick);
    let mut in_full = Desk::open(Command::SetLimits(SetLimits {
        account: STRANGER,
        limits,
    }));
    let mut maker = Maker {
        chance: Chance(seed),
        accepted: Vec::new(),
    };
    let mut trades = 0;

    for number in 0..commands {
        let command = maker.next();
        let said = by_lane.apply(command.clone());

        let expected = in_full.apply(command.clone());

        assert_eq!(said, expected, "seed {seed}, command {number}: {command:?}");
        maker.note(&said);
        trades += said
            .iter()
            .filter(|said| matches!(said, Said::Event(Event::Trade(_))))
            .count();
        if number % COMPARED_EVERY == 0 {
            compare(&by_lane.engine, &in_full.engine, seed, number);
        }
    }

    assert!(trades > 1_000, "{trades} trades");
}

#[test]
fn the_verbs_say_what_the_same_commands_say() {
    let seed = number_from_environment("RIALTO_SEED", SEED);
    let commands = number_from_environment("RIALTO_LANE_COMMANDS", COMMANDS);
    println!("RIALTO_SEED={seed} RIALTO_LANE_COMMANDS={commands}");
    let (mut by_verb, mut by_command) = (Desk::listed(), Desk::listed());
    let mut maker = Maker {
        chance: Chance(seed),
        accepted: Vec::new(),
    };
    let mut trades = 0;

    for number in 0..commands {
        let verb = Verb::of(&maker.next());
        // Half of the way no order was ever asked for by a command, then one in a hundred is.
        let said = if number > commands / 2 && number % 100 == 0 {
            by_verb.apply(verb.command())
        } else {
            by_verb.ask(verb)
        };

        let expected = by_command.apply(verb.command());

        assert_eq!(said, expected, "seed {seed}, command {number}: {verb:?}");
        maker.note(&said);
        trades += said
            .iter()
            .filter(|said| matches!(said, Said::Event(Event::Trade(_))))
            .count();
        if number % COMPARED_EVERY == 0 {
            compare(&by_verb.engine, &by_command.engine, seed, number);
        }
    }

    assert!(trades > 1_000, "{trades} trades");
}

#[test]
fn a_verb_for_an_instrument_that_is_not_listed_is_refused() {
    let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
    let cancel = Sequenced {
        instrument: INSTRUMENT,
        sequence: SequenceNumber(1),
        at: Timestamp(1),
        command: Cancel {
            account: AccountId(7),
            order: OrderRef::Id(OrderId(1)),
        },
    };
    let mut heard = Heard::default();

    engine.cancel(&cancel, &mut heard);

    let [Said::Event(Event::Rejected(rejected))] = heard.0.as_slice() else {
        panic!("{heard:?}");
    };
    assert_eq!(rejected.account, AccountId(7));
    assert_eq!(rejected.reason, RejectReason::UnknownInstrument);
}

fn compare(by_lane: &MatchingEngine, in_full: &MatchingEngine, seed: u64, number: u64) {
    by_lane.assert_invariants();
    let orders = |engine: &MatchingEngine| {
        let book = engine.book(INSTRUMENT).expect("it is listed");
        [Side::Buy, Side::Sell].map(|side| book.orders(side).collect::<Vec<_>>())
    };
    assert_eq!(
        orders(by_lane),
        orders(in_full),
        "seed {seed}, command {number}"
    );
    assert_eq!(
        by_lane.last_price(INSTRUMENT),
        in_full.last_price(INSTRUMENT)
    );
}
