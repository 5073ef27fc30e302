//! One instrument that keeps money, and what was reserved on it, followed through the events.

use engine::{
    AccountId, Cancel, ChildStart, ClientIdPolicy, Command, Conditions, Display, EngineLimits,
    Event, FundsCheck, Instrument, InstrumentId, MarketBudget, MassCancel, MatchingEngine,
    NewOrder, Notional, Oco, OcoMode, OnDisconnect, OrderId, OrderKind, OrderRef, OrderSize,
    Parent, PostOnly, Price, Quantity, RejectReason, Replace, Rules, SelfTradePrevention,
    SequenceNumber, Sequenced, SessionState, Side, SideFilter, TimeInForce, Timestamp, Trigger,
    TriggerKind, TriggerSource,
};

pub const OWNER: AccountId = AccountId(1);
pub const OTHER: AccountId = AccountId(2);
pub const ACCOUNTS: [AccountId; 3] = [OWNER, OTHER, AccountId(3)];
const INSTRUMENT: InstrumentId = InstrumentId(1);
const AMPLE: i128 = 1_000_000;

pub struct PairDesk {
    engine: MatchingEngine,
    sequence: u64,
    surcharge_ppm: u32,
    /// Bids, then asks.
    reserved: [i128; 2],
    orders: u64,
}

impl PairDesk {
    pub fn new(surcharge_ppm: u32) -> Self {
        let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
        let instrument = Instrument {
            id: INSTRUMENT,
            tick_size: 1,
            lot_size: 1,
            price_min: Price::from_units(1),
            price_max: Price::from_units(10_000),
            quantity_min: Quantity::from_units(1),
            quantity_max: Quantity::from_units(1_000),
            open_orders_max: 1_000,
            idempotency_orders_max: 0,
            idempotency_sequences_max: 0,
            market_budget: MarketBudget::Partial,
            market_protection_bips: 500,
            hold_surcharge_ppm: surcharge_ppm,
            funds_check: FundsCheck::Enforced,
            rules: Rules {
                reference: Some(Price::from_units(100)),
                ..Rules::PLAIN
            },
        };
        engine.list(instrument).expect("the instrument is sound");
        Self {
            engine,
            sequence: 0,
            surcharge_ppm,
            reserved: [0; 2],
            orders: 0,
        }
    }

    pub fn reserved(&self, side: Side) -> i128 {
        self.reserved[side as usize]
    }

    pub fn ask(&mut self, command: Command) -> Vec<Event> {
        self.ask_within(command, "a named case")
    }

    /// Another account's order, amply reserved for.
    pub fn ask_other(&mut self, side: Side, quantity: u64, price: i64) {
        let mut order = limit(side, quantity, price, AMPLE);
        order.account = OTHER;
        let before = self.reserved[side as usize];
        self.ask(Command::Submit(order));
        assert_eq!(self.reserved[side as usize], before, "it is filled");
    }

    /// Applies a command and follows what was reserved.
    pub fn ask_within(&mut self, command: Command, story: &str) -> Vec<Event> {
        self.sequence += 1;
        for (_, side, extra) in command.door_reserves() {
            self.reserved[side as usize] += extra.units();
        }
        let said = format!("{story}, command {}: {command:?}", self.sequence);
        let command = Sequenced {
            instrument: INSTRUMENT,
            sequence: SequenceNumber(self.sequence),
            at: Timestamp(self.sequence),
            command,
        };
        let mut events = Vec::new();
        self.engine.apply(&command, &mut events);
        self.engine.assert_invariants();
        for event in &events {
            self.hear(event);
        }
        self.assert_told(&said);
        events
    }

    fn hear(&mut self, event: &Event) {
        if let Event::Accepted(accepted) = event {
            self.orders = accepted.order_id.0;
        }
        if let Event::HoldReleased(released) = event {
            assert!(released.released > Notional::ZERO);
            self.reserved[released.side as usize] -= released.released.units();
        }
        let Event::Trade(trade) = event else { return };
        let sides = [trade.aggressor_side, trade.aggressor_side.opposite()];
        for (party, side) in [trade.taker, trade.maker].iter().zip(sides) {
            self.reserved[side as usize] -= party.hold_used.units();
            let cost = Notional::of(trade.price, trade.quantity).units();
            let fee = cost * i128::from(self.surcharge_ppm) / 1_000_000;
            let paid = match side {
                Side::Buy => cost + fee,
                Side::Sell => i128::from(trade.quantity.units()),
            };
            assert!(party.hold_used.units() >= paid, "it is paid for: {trade:?}");
        }
    }

    /// What open orders tell is what is reserved.
    fn assert_told(&self, said: &str) {
        let book = self.engine.book(INSTRUMENT).expect("it was listed");
        for side in [Side::Buy, Side::Sell] {
            let resting: Vec<i128> = book.orders(side).map(|order| order.hold.units()).collect();
            let waiting = book.waiting_orders().filter(|order| order.side == side);
            let waiting: Vec<i128> = waiting.map(|order| order.hold.units()).collect();
            let told: i128 = resting.iter().chain(&waiting).sum();
            assert!(
                resting.iter().chain(&waiting).all(|hold| *hold >= 0),
                "{said}"
            );
            assert_eq!(self.reserved[side as usize], told, "{side:?} after {said}");
        }
    }

    /// Something that happens to orders that are tied, over few prices.
    pub fn any_command(&self, chance: &mut Chance) -> Command {
        let account = chance.pick(&ACCOUNTS);
        let side = chance.side();
        let named = OrderRef::Id(OrderId(1 + chance.below(self.orders.max(1))));
        let recent = OrderRef::Id(OrderId(self.orders.saturating_sub(chance.below(6)).max(1)));
        let extra = Notional::from_units(chance.pick(&[0, 30, AMPLE, AMPLE, AMPLE]));
        match chance.below(20) {
            0..=10 => {
                let mut order = any_order(chance, side);
                order.account = account;
                order.extra = extra;
                tie(&mut order, recent, chance);
                Command::Submit(order)
            }
            11..=14 => Command::Replace(Replace {
                account,
                order: if chance.below(2) == 0 { named } else { recent },
                side,
                quantity: (chance.below(2) == 0).then(|| chance.quantity()),
                price: (chance.below(2) == 0).then(|| chance.price()),
                peak: None,
                stop: (chance.below(5) == 0).then(|| chance.price()),
                expiry: None,
                extra,
            }),
            15 | 16 => Command::Cancel(Cancel {
                account,
                order: recent,
            }),
            17 => Command::SetState(match chance.below(4) {
                0 => SessionState::Auction,
                1 => SessionState::OpeningAuction,
                _ => SessionState::Continuous,
            }),
            18 => Command::SetState(SessionState::Continuous),
            _ if chance.below(6) == 0 => Command::MassCancel(MassCancel {
                account,
                side: SideFilter::Only(side),
                price_from: Price::MIN,
                price_to: Price::MAX,
                session: engine::SessionFilter::Any,
            }),
            _ => Command::Tick,
        }
    }
}

fn any_order(chance: &mut Chance, side: Side) -> NewOrder {
    let mut order = limit(side, chance.quantity().units(), chance.price().units(), 0);
    order.self_trade_prevention = chance.pick(&[
        SelfTradePrevention::CancelNewest,
        SelfTradePrevention::CancelOldest,
        SelfTradePrevention::Decrement,
        SelfTradePrevention::CancelBoth,
        SelfTradePrevention::None,
    ]);
    match chance.below(12) {
        0 => order.kind = OrderKind::Market,
        1 => {
            order.kind = OrderKind::Pegged {
                reference: engine::PegReference::Primary,
                offset: 0,
            };
        }
        2 => {
            order.display = Display::Iceberg {
                peak: Quantity::from_units(2),
            }
        }
        3 => order.time_in_force = TimeInForce::AtOpen,
        4 => order.post_only = PostOnly::Slide,
        5 => order.time_in_force = TimeInForce::ImmediateOrCancel,
        _ => {}
    }
    order
}

fn tie(order: &mut NewOrder, named: OrderRef, chance: &mut Chance) {
    let mut conditions = Conditions::NONE;
    if chance.below(3) == 0 {
        conditions.trigger = Some(Trigger {
            kind: TriggerKind::Stop {
                price: chance.price(),
            },
            source: TriggerSource::Last,
        });
    }
    if chance.below(2) == 0 {
        let mode = if chance.below(2) == 0 {
            OcoMode::Cancel
        } else {
            OcoMode::Reduce
        };
        conditions.oco = Some(Oco {
            partner: named,
            mode,
        });
    }
    if chance.below(4) == 0 {
        let start = if chance.below(2) == 0 {
            ChildStart::OnFullFill
        } else {
            ChildStart::OnEachFill
        };
        let order = match named {
            OrderRef::Id(id) => OrderRef::Id(OrderId(id.0.saturating_sub(1).max(1))),
            OrderRef::Handle(_) | OrderRef::Client(_) | OrderRef::External(_) => named,
        };
        conditions.parent = Some(Parent { order, start });
    }
    if !conditions.are_none() {
        order.conditions = Some(Box::new(conditions));
    }
}

/// A stream of chance from a seed.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let length = u64::try_from(choices.len()).expect("a short list");
        choices[usize::try_from(self.below(length)).expect("a short list")]
    }

    fn side(&mut self) -> Side {
        if self.below(2) == 0 {
            Side::Buy
        } else {
            Side::Sell
        }
    }

    fn price(&mut self) -> Price {
        Price::from_units(97 + i64::try_from(self.below(8)).expect("small"))
    }

    fn quantity(&mut self) -> Quantity {
        Quantity::from_units(1 + self.below(9))
    }
}

/// A limit order of [`OWNER`] with so much reserved for it.
pub fn limit(side: Side, quantity: u64, price: i64, extra: i128) -> NewOrder {
    NewOrder {
        account: OWNER,
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
        conditions: None,
        extra: Notional::from_units(extra),
    }
}

/// A stop at the market.
pub fn stop(side: Side, quantity: u64, price: i64, extra: i128) -> NewOrder {
    let mut order = limit(side, quantity, price, extra);
    order.kind = OrderKind::Market;
    order.conditions = Some(Box::new(Conditions {
        trigger: Some(Trigger {
            kind: TriggerKind::Stop {
                price: Price::from_units(price),
            },
            source: TriggerSource::Last,
        }),
        on_disconnect: OnDisconnect::Keep,
        ..Conditions::NONE
    }));
    order
}

/// The order as the other leg of an open one.
pub fn leg(mut order: NewOrder, partner: u64, mode: OcoMode) -> NewOrder {
    let partner = OrderRef::Id(OrderId(partner));
    let mut conditions = order
        .conditions
        .take()
        .map_or(Conditions::NONE, |conditions| *conditions);
    conditions.oco = Some(Oco { partner, mode });
    order.conditions = Some(Box::new(conditions));
    order
}

/// The order as a child of an open one.
pub fn child(mut order: NewOrder, parent: u64, start: ChildStart) -> NewOrder {
    let mut conditions = order
        .conditions
        .take()
        .map_or(Conditions::NONE, |conditions| *conditions);
    conditions.parent = Some(Parent {
        order: OrderRef::Id(OrderId(parent)),
        start,
    });
    order.conditions = Some(Box::new(conditions));
    order
}

/// Why a command was refused, if it was.
pub fn reason(events: &[Event]) -> Option<RejectReason> {
    events.iter().find_map(|event| {
        if let Event::Rejected(rejected) = event {
            Some(rejected.reason)
        } else {
            None
        }
    })
}
