//! Random commands of several accounts on several instruments, with the money that they need: one seed, one
//! flow. Prices and quantities are small, so that everything meets everything.

use std::sync::Arc;

use engine::{
    AccountId, Cancel, CancelReplace, ClientIdPolicy, ClientOrderId, Command, Display, FundsCheck,
    Instrument, InstrumentId, MarketBudget, MassCancel, NewOrder, Notional, OnCancelFailure,
    OrderId, OrderKind, OrderRef, OrderSize, PostOnly, Price, Quantity, Replace, Rules,
    SelfTradePrevention, SessionState, Side, SideFilter, TimeInForce, Timestamp,
};
use ledger::{
    Asset, AssetId, FeeAsset, FeeRates, FeeSchedule, InstrumentTerms, Ledger, LedgerConfig, Money,
};
use sequencer::{
    ControlCommand, InboundCommand, LogEntry, LogPosition, Origin, RejectedPart, Stamps,
};

pub const INSTRUMENTS: u32 = 3;
pub const ACCOUNTS: u32 = 6;

pub fn instruments() -> Vec<Instrument> {
    (1..=INSTRUMENTS)
        .map(|id| Instrument {
            id: InstrumentId(id),
            tick_size: 1,
            lot_size: 1,
            price_min: Price::from_units(1),
            price_max: Price::from_units(1_000_000),
            quantity_min: Quantity::from_units(1),
            quantity_max: Quantity::from_units(1_000_000),
            open_orders_max: 2_000,
            idempotency_orders_max: 60,
            idempotency_sequences_max: 500,
            market_budget: MarketBudget::Partial,
            market_protection_bips: 500,
            hold_surcharge_ppm: 2_000,
            funds_check: FundsCheck::Enforced,
            rules: Rules::PLAIN,
        })
        .collect()
}

pub fn ledger() -> Arc<Ledger> {
    let asset = |id, name: &str| Asset {
        id: AssetId(id),
        name: name.to_owned(),
        decimals: 8,
    };
    let terms = (1..=INSTRUMENTS).map(|id| InstrumentTerms {
        instrument: InstrumentId(id),
        base: AssetId(1),
        quote: AssetId(0),
        base_units_per_quantity_unit: 10,
        quote_units_per_notional_unit: 10,
        fees: FeeSchedule::flat(FeeRates {
            maker_ppm: 1_000,
            taker_ppm: 2_000,
        }),
        fee_asset: FeeAsset::Quote,
    });
    let config = LedgerConfig { accounts_max: 10 };
    let assets = vec![asset(0, "USDT"), asset(1, "BTC")];
    Arc::new(Ledger::new(config, assets, terms.collect()).expect("the terms make sense"))
}

/// Random entries of a log: the first opens and funds the accounts.
pub struct Flow {
    state: u64,
    position: u64,
    at: u64,
    /// Orders that were entered, by instrument, as far as their ids can be guessed.
    entered: [u64; INSTRUMENTS as usize + 1],
}

impl Flow {
    pub const fn new(seed: u64) -> Self {
        Self {
            state: seed,
            position: 0,
            at: 1_000,
            entered: [0; INSTRUMENTS as usize + 1],
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

    /// The next entry, with up to `commands_max` commands.
    pub fn next_entry(&mut self, commands_max: u64) -> LogEntry {
        self.position += 1;
        self.at += self.below(50);
        let control = if self.position == 1 {
            (1..=ACCOUNTS).map(opening).collect()
        } else if self.below(40) == 0 {
            vec![self.deposit()]
        } else {
            Vec::new()
        };
        let count = match self.position {
            1 => 0,
            _ => 1 + self.below(commands_max),
        };
        LogEntry {
            position: LogPosition(self.position),
            at: Timestamp(self.at),
            number: self.position,
            rejected: RejectedPart::Nothing,
            control,
            commands: (0..count).map(|_| self.next_command()).collect(),
        }
    }

    fn deposit(&mut self) -> ControlCommand {
        ControlCommand::Deposit {
            account: self.account(),
            asset: AssetId(u16::try_from(self.below(2)).expect("one of two")),
            amount: Money::from_units(1 + i128::from(self.below(1_000))),
        }
    }

    pub fn next_command(&mut self) -> InboundCommand {
        let instrument = 1 + u32::try_from(self.below(u64::from(INSTRUMENTS))).expect("few");
        InboundCommand {
            instrument: InstrumentId(instrument),
            origin: Origin::default(),
            at: None,
            stamps: Stamps::default(),
            command: self.command(instrument as usize),
        }
    }

    fn command(&mut self, place: usize) -> Command {
        match self.below(200) {
            0..110 => {
                self.entered[place] += 1;
                Command::Submit(self.new_order())
            }
            110..150 => Command::Cancel(Cancel {
                account: self.account(),
                order: self.order_ref(place),
            }),
            150..175 => Command::Replace(self.replace(place)),
            175..190 => {
                self.entered[place] += 1;
                Command::CancelReplace(CancelReplace {
                    cancel: self.order_ref(place),
                    new_order: self.new_order(),
                    on_cancel_failure: OnCancelFailure::Continue,
                })
            }
            190..193 => Command::MassCancel(MassCancel {
                account: self.account(),
                side: SideFilter::Only(self.side()),
                price_from: Price::from_units(1),
                price_to: Price::from_units(100),
                session: engine::SessionFilter::Any,
            }),
            193 => Command::SetState(SessionState::Auction),
            194..197 => Command::SetState(SessionState::Continuous),
            197 => Command::SetLastPrice(self.price()),
            _ => Command::Tick,
        }
    }

    fn new_order(&mut self) -> NewOrder {
        let (side, price) = (self.side(), self.price());
        let quantity = Quantity::from_units(1 + self.below(20));
        let is_market = self.below(12) == 0;
        let time_in_force = match self.below(10) {
            0 => TimeInForce::ImmediateOrCancel,
            1 => TimeInForce::FillOrKill,
            2 => TimeInForce::GoodTillDate(Timestamp(self.at + 1 + self.below(3_000))),
            _ => TimeInForce::GoodTillCanceled,
        };
        let extra = match side {
            Side::Buy => surcharged(2 * Notional::of(price, quantity).units()),
            Side::Sell => i128::from(quantity.units()),
        };
        NewOrder {
            account: self.account(),
            client_order_id: (self.below(3) == 0).then(|| self.client_order_id()),
            client_id_policy: match self.below(3) {
                0 => ClientIdPolicy::OpenUnique,
                _ => ClientIdPolicy::Idempotent,
            },
            external_id: None,
            side,
            kind: if is_market {
                OrderKind::Market
            } else {
                OrderKind::Limit { price }
            },
            size: OrderSize::Quantity(quantity),
            time_in_force: if is_market {
                TimeInForce::ImmediateOrCancel
            } else {
                time_in_force
            },
            post_only: match self.below(16) {
                0 => PostOnly::Reject,
                1 => PostOnly::Slide,
                _ => PostOnly::No,
            },
            display: match self.below(8) {
                0 => Display::Hidden,
                _ => Display::Full,
            },
            minimum_quantity: Quantity::ZERO,
            self_trade_prevention: match self.below(5) {
                0 => SelfTradePrevention::None,
                1 => SelfTradePrevention::CancelNewest,
                2 => SelfTradePrevention::CancelOldest,
                3 => SelfTradePrevention::CancelBoth,
                _ => SelfTradePrevention::Decrement,
            },
            stp_group: None,
            conditions: None,
            extra: Notional::from_units(extra),
        }
    }

    fn replace(&mut self, place: usize) -> Replace {
        let side = self.side();
        Replace {
            account: self.account(),
            order: self.order_ref(place),
            side,
            quantity: (self.below(2) == 0).then(|| Quantity::from_units(1 + self.below(20))),
            price: (self.below(2) == 0).then(|| self.price()),
            peak: None,
            stop: None,
            expiry: (self.below(8) == 0).then(|| Timestamp(self.at + 1 + self.below(3_000))),
            extra: Notional::from_units(match side {
                Side::Buy => surcharged(3_000),
                Side::Sell => 20,
            }),
        }
    }

    fn order_ref(&mut self, place: usize) -> OrderRef {
        if self.below(6) == 0 {
            return OrderRef::Client(self.client_order_id());
        }
        // Mostly young ones: the ids follow each other.
        let newest = self.entered[place].max(1);
        let back = self.below(60).min(newest - 1);
        OrderRef::Id(OrderId(newest - back))
    }

    fn client_order_id(&mut self) -> ClientOrderId {
        let number = self.below(400);
        ClientOrderId::new(&format!("order-{number}")).expect("a plain word")
    }

    fn account(&mut self) -> AccountId {
        AccountId(1 + u32::try_from(self.below(u64::from(ACCOUNTS))).expect("few"))
    }

    const fn side(&mut self) -> Side {
        if self.below(2) == 0 {
            Side::Buy
        } else {
            Side::Sell
        }
    }

    fn price(&mut self) -> Price {
        Price::from_units(90 + i64::try_from(self.below(21)).expect("few"))
    }
}

/// What the door reserves for a command: whose, of which side, how much.
pub fn door_reserve(command: &Command) -> Option<(AccountId, Side, Notional)> {
    let entered = |order: &NewOrder| (order.account, order.side, order.extra);
    if let Command::Submit(order) = command {
        return Some(entered(order));
    }
    if let Command::CancelReplace(both) = command {
        return Some(entered(&both.new_order));
    }
    if let Command::Replace(replace) = command {
        return Some((replace.account, replace.side, replace.extra));
    }
    None
}

/// A buy holds 2,000 millionths on top, rounded up.
pub const fn surcharged(cost: i128) -> i128 {
    cost + (cost * 2_000 + 999_999) / 1_000_000
}

fn opening(account: u32) -> ControlCommand {
    let all = Money::from_units(1_000_000_000_000);
    ControlCommand::CreateAccount {
        account: AccountId(account),
        deposits: vec![(AssetId(0), all), (AssetId(1), all)].into(),
    }
}
