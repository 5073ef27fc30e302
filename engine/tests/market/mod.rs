//! A market of one instrument and random commands for it, for tests that state rules about all of them.

use engine::{
    AccountId, Batch, BatchMode, Cancel, CancelReplace, ClientIdPolicy, ClientOrderId, Command,
    Display, EngineLimits, Event, EventSink, ExternalId, FundsCheck, Instruction, Instrument,
    InstrumentId, LevelChange, MarketBudget, MassCancel, MatchingEngine, NewOrder, Notional,
    OnCancelFailure, OrderChange, OrderId, OrderKind, OrderRef, OrderSize, PostOnly, Price,
    Quantity, Replace, Rules, SelfTradePrevention, SequenceNumber, Sequenced, Side, SideFilter,
    StpGroup, TimeInForce, Timestamp,
};

pub const INSTRUMENT: InstrumentId = InstrumentId(1);

pub fn instrument(market_budget: MarketBudget) -> Instrument {
    Instrument {
        id: INSTRUMENT,
        tick_size: 1,
        lot_size: 1,
        price_min: Price::from_units(1),
        price_max: Price::from_units(1_000_000),
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::from_units(1_000_000),
        open_orders_max: 300,
        idempotency_orders_max: 50,
        idempotency_sequences_max: 400,
        market_budget,
        market_protection_bips: 500,
        hold_surcharge_ppm: 1_500,
        funds_check: FundsCheck::Enforced,
        rules: Rules::PLAIN,
    }
}

pub fn engine_of(instrument: &Instrument) -> MatchingEngine {
    let limits = EngineLimits { instruments_max: 1 };
    let mut engine = MatchingEngine::new(limits).with_external_ids();
    engine.list(*instrument).expect("the terms make sense");
    engine
}

/// Everything that an engine says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Everything {
    pub events: Vec<Event>,
    pub levels: Vec<LevelChange>,
    pub orders: Vec<OrderChange>,
}

impl EventSink for Everything {
    fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    fn level_changed(&mut self, change: LevelChange) {
        self.levels.push(change);
    }

    fn order_changed(&mut self, change: OrderChange) {
        self.orders.push(change);
    }
}

/// Random commands: one seed, one flow. Small numbers, so that everything meets everything.
pub struct Flow {
    state: u64,
    sequence: u64,
    at: u64,
}

impl Flow {
    pub const fn new(seed: u64) -> Self {
        Self {
            state: seed,
            sequence: 0,
            at: 0,
        }
    }

    /// A number below `bound`, by `SplitMix64`.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub fn next_command(&mut self) -> Sequenced<Command> {
        self.sequence += 1;
        self.at += self.below(3);
        let command = match self.below(100) {
            0..50 => Command::Submit(self.new_order()),
            50..70 => Command::Cancel(Cancel {
                account: self.account(),
                order: self.order_ref(),
            }),
            70..88 => Command::Replace(self.replace()),
            88..94 => Command::CancelReplace(CancelReplace {
                cancel: self.order_ref(),
                new_order: self.new_order(),
                on_cancel_failure: if self.below(2) == 0 {
                    OnCancelFailure::Stop
                } else {
                    OnCancelFailure::Continue
                },
            }),
            94..96 => Command::MassCancel(MassCancel {
                account: self.account(),
                side: SideFilter::Only(self.side()),
                price_from: Price::from_units(1),
                price_to: Price::from_units(100),
                session: engine::SessionFilter::Any,
            }),
            96..98 => Command::Batch(self.batch()),
            _ => Command::Tick,
        };
        Sequenced {
            instrument: INSTRUMENT,
            sequence: SequenceNumber(self.sequence),
            at: Timestamp(self.at),
            command,
        }
    }

    /// Up to five instructions; those that are all or none are often such that none of them is refused.
    fn batch(&mut self) -> Batch {
        let account = self.account();
        let mode = if self.below(2) == 0 {
            BatchMode::Sequential
        } else {
            BatchMode::AllOrNone
        };
        let count = 1 + self.below(5);
        let instructions = (0..count)
            .map(|_| self.instruction(account, mode))
            .collect();
        Batch::new(account, mode, instructions).expect("few instructions of one account")
    }

    fn instruction(&mut self, account: AccountId, mode: BatchMode) -> Instruction {
        let is_likely_taken = mode == BatchMode::AllOrNone && self.below(3) > 0;
        let new_order = NewOrder {
            account,
            ..self.new_order()
        };
        match self.below(8) {
            _ if is_likely_taken => Instruction::Submit(NewOrder {
                kind: OrderKind::Limit {
                    price: self.price(),
                },
                size: OrderSize::Quantity(Quantity::from_units(1 + self.below(12))),
                client_order_id: None,
                external_id: None,
                post_only: PostOnly::No,
                minimum_quantity: Quantity::ZERO,
                extra: Notional::from_units(100_000),
                ..new_order
            }),
            0..5 => Instruction::Submit(new_order),
            5 => Instruction::Cancel(self.order_ref()),
            6 => Instruction::Replace(Replace {
                account,
                ..self.replace()
            }),
            _ => Instruction::CancelReplace(CancelReplace {
                cancel: self.order_ref(),
                new_order,
                on_cancel_failure: OnCancelFailure::Continue,
            }),
        }
    }

    fn account(&mut self) -> AccountId {
        AccountId(u32::try_from(1 + self.below(4)).expect("small"))
    }

    fn side(&mut self) -> Side {
        if self.below(2) == 0 {
            Side::Buy
        } else {
            Side::Sell
        }
    }

    fn price(&mut self) -> Price {
        Price::from_units(i64::try_from(95 + self.below(11)).expect("small"))
    }

    fn quantity(&mut self) -> Quantity {
        Quantity::from_units(self.below(12))
    }

    fn expiry(&mut self) -> Timestamp {
        Timestamp(self.at + self.below(40))
    }

    fn client_order_id(&mut self) -> ClientOrderId {
        ClientOrderId::new(&format!("c{}", self.below(60))).expect("a valid id")
    }

    fn extra(&mut self) -> Notional {
        let extra = match self.below(4) {
            0 => self.below(1_300),
            _ => 100_000,
        };
        Notional::from_units(i128::from(extra))
    }

    fn order_ref(&mut self) -> OrderRef {
        match self.below(8) {
            0 => OrderRef::Client(self.client_order_id()),
            1 => OrderRef::External(ExternalId(self.below(40))),
            _ => {
                let back = self.below(60);
                OrderRef::Id(OrderId((self.sequence / 2).saturating_sub(back)))
            }
        }
    }

    fn replace(&mut self) -> Replace {
        Replace {
            account: self.account(),
            order: self.order_ref(),
            side: self.side(),
            quantity: (self.below(2) == 0).then(|| self.quantity()),
            price: (self.below(2) == 0).then(|| self.price()),
            peak: None,
            stop: None,
            expiry: (self.below(8) == 0).then(|| self.expiry()),
            extra: self.extra(),
        }
    }

    fn new_order(&mut self) -> NewOrder {
        let is_market = self.below(6) == 0;
        let by_quote = is_market && self.below(3) == 0;
        let price = self.price();
        NewOrder {
            account: self.account(),
            client_order_id: (self.below(3) == 0).then(|| self.client_order_id()),
            client_id_policy: if self.below(2) == 0 {
                ClientIdPolicy::Idempotent
            } else {
                ClientIdPolicy::OpenUnique
            },
            external_id: (self.below(4) == 0).then(|| ExternalId(self.below(40))),
            side: self.side(),
            kind: if is_market {
                OrderKind::Market
            } else {
                OrderKind::Limit { price }
            },
            size: if by_quote {
                OrderSize::QuoteAmount(Notional::from_units(i128::from(self.below(2_000))))
            } else {
                OrderSize::Quantity(self.quantity())
            },
            time_in_force: match self.below(10) {
                0 => TimeInForce::ImmediateOrCancel,
                1 => TimeInForce::FillOrKill,
                2 => TimeInForce::GoodTillDate(self.expiry()),
                _ => TimeInForce::GoodTillCanceled,
            },
            post_only: match self.below(10) {
                0 => PostOnly::Reject,
                1 => PostOnly::Slide,
                _ => PostOnly::No,
            },
            display: if self.below(8) == 0 {
                Display::Hidden
            } else {
                Display::Full
            },
            minimum_quantity: if self.below(10) == 0 {
                self.quantity()
            } else {
                Quantity::ZERO
            },
            self_trade_prevention: match self.below(5) {
                0 => SelfTradePrevention::None,
                1 => SelfTradePrevention::CancelNewest,
                2 => SelfTradePrevention::CancelOldest,
                3 => SelfTradePrevention::CancelBoth,
                _ => SelfTradePrevention::Decrement,
            },
            stp_group: (self.below(4) == 0).then_some(StpGroup(1)),
            conditions: None,
            extra: self.extra(),
        }
    }
}
