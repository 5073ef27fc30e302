//! Random commands over few prices and few accounts, so that everything meets everything.

use engine::{
    AccountId, Cancel, CancelReplace, ClientIdPolicy, ClientOrderId, Command, Display, MassCancel,
    NewOrder, Notional, OnCancelFailure, OrderId, OrderKind, OrderRef, OrderSize, PostOnly, Price,
    Quantity, Replace, SelfTradePrevention, SessionFilter, SessionNumber, Side, SideFilter,
    StpGroup, TimeInForce, Timestamp,
};

use super::chance::Chance;

/// One command of a random run. Orders are named by the step that entered them, so that steps can
/// be left out when a failure is made smaller.
#[derive(Debug, Clone)]
pub struct Step {
    /// Which step it was when the run was made.
    pub number: usize,
    /// Engine time.
    pub at: Timestamp,
    /// What is asked; the order it is about is filled in when it is run.
    pub command: Command,
    /// The order it is about.
    pub target: Option<Target>,
}

/// Which order a step is about.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// The order that this step entered, by the exchange's id.
    EnteredBy(usize),
    /// The open order with the participant's id that this step used.
    ClientIdOf(usize),
    /// The order that this step entered, by its place in memory.
    HandleOf(usize),
    /// An id that was never issued.
    Nobody,
}

impl Target {
    /// The step that entered it.
    pub fn step(self) -> Option<usize> {
        match self {
            Self::EnteredBy(number) | Self::ClientIdOf(number) | Self::HandleOf(number) => {
                Some(number)
            }
            Self::Nobody => None,
        }
    }
}

pub const TICK: i64 = 5;
pub const LOT: u64 = 2;
const LOWEST: i64 = 100;
const LEVELS: u64 = 8;
const ACCOUNTS: u32 = 4;
pub const UNISSUED: OrderId = OrderId(1 << 50);

/// Makes steps; knows only what it made itself.
pub struct StepMaker {
    chance: Chance,
    now: u64,
    made: usize,
    /// Steps that entered an order, with its account and side.
    entries: Vec<(usize, AccountId, Side)>,
    submits: Vec<NewOrder>,
    exchanges: Vec<(Command, Option<Target>)>,
}

impl StepMaker {
    pub fn new(seed: u64) -> Self {
        let chance = Chance::new(seed);
        Self {
            chance,
            now: 1,
            made: 0,
            entries: Vec::new(),
            submits: Vec::new(),
            exchanges: Vec::new(),
        }
    }

    pub fn next(&mut self) -> Step {
        let number = self.made;
        self.made += 1;
        if self.chance.chance(1, 8) {
            self.now += self.chance.below(4);
        }
        let (command, target) = match self.chance.below(100) {
            0..=52 => (Command::Submit(self.submit(number)), None),
            53..=74 => self.cancel(),
            75..=89 => self.replace(),
            90..=93 => self.cancel_replace(number),
            94..=95 => (Command::MassCancel(self.mass_cancel()), None),
            _ => (Command::Tick, None),
        };
        Step {
            number,
            at: Timestamp(self.now),
            command,
            target,
        }
    }

    fn submit(&mut self, number: usize) -> NewOrder {
        let repeats = self.chance.chance(1, 30) && !self.submits.is_empty();
        let order = if repeats {
            let recent = self.submits.len().min(40);
            let back = self
                .chance
                .below(u64::try_from(recent).expect("at most 40"));
            let mut order = self.submits[self.submits.len() - 1 - index(back)].clone();
            if self.chance.chance(1, 3) {
                order.size = OrderSize::Quantity(self.quantity());
            }
            order
        } else {
            self.fresh_order(number)
        };
        self.entries.push((number, order.account, order.side));
        self.submits.push(order.clone());
        order
    }

    fn fresh_order(&mut self, number: usize) -> NewOrder {
        let account = AccountId(1 + u32::try_from(self.chance.below(ACCOUNTS.into())).expect("4"));
        let side = self.side();
        let kind = if self.chance.chance(1, 12) {
            OrderKind::Market
        } else {
            OrderKind::Limit {
                price: self.price(side),
            }
        };
        let by_amount = match kind {
            OrderKind::Market => self.chance.chance(1, 2),
            OrderKind::Limit { .. } => self.chance.chance(1, 300),
            OrderKind::MarketWithProtection { .. }
            | OrderKind::MarketToLimit
            | OrderKind::Pegged { .. } => {
                unreachable!("this flow has limit and market orders only")
            }
        };
        NewOrder {
            account,
            client_order_id: self.client_order_id(number),
            client_id_policy: policy(account),
            external_id: None,
            side,
            kind,
            size: if by_amount {
                OrderSize::QuoteAmount(self.amount())
            } else {
                OrderSize::Quantity(self.quantity())
            },
            time_in_force: self.time_in_force(),
            post_only: self.post_only(),
            display: if self.chance.chance(1, 8) {
                Display::Hidden
            } else {
                Display::Full
            },
            minimum_quantity: self.minimum_quantity(),
            self_trade_prevention: self.chance.pick(&[
                SelfTradePrevention::None,
                SelfTradePrevention::CancelNewest,
                SelfTradePrevention::CancelOldest,
                SelfTradePrevention::CancelBoth,
                SelfTradePrevention::Decrement,
            ]),
            stp_group: self.chance.chance(1, 10).then_some(StpGroup(1)),
            conditions: None,
            extra: Notional::ZERO,
        }
    }

    fn side(&mut self) -> Side {
        self.chance.pick(&[Side::Buy, Side::Sell])
    }

    /// Buys lean low and sells lean high, so that the book has depth; one in sixty is off the grid or out of bounds.
    fn price(&mut self, side: Side) -> Price {
        if self.chance.chance(1, 60) {
            return Price::from_units(self.chance.pick(&[101, 0, -5, 1_000_005, i64::MAX]));
        }
        let one = self.chance.below(LEVELS);
        let other = self.chance.below(LEVELS);
        let level = match side {
            Side::Buy => one.min(other),
            Side::Sell => one.max(other),
        };
        Price::from_units(LOWEST + TICK * i64::try_from(level).expect("few levels"))
    }

    fn quantity(&mut self) -> Quantity {
        let units = if self.chance.chance(1, 60) {
            self.chance.pick(&[0, 1, 3, 1_000_002])
        } else {
            LOT * (1 + self.chance.below(10))
        };
        Quantity::from_units(units)
    }

    /// Often one that some price divides, so that an amount comes out even.
    fn amount(&mut self) -> Notional {
        let units = if self.chance.chance(1, 2) {
            self.price(Side::Buy).units().unsigned_abs() % 200 * (1 + self.chance.below(40))
        } else {
            self.chance.below(6000)
        };
        Notional::from_units(units.into())
    }

    fn minimum_quantity(&mut self) -> Quantity {
        let asks = self.chance.chance(1, 20);
        if asks {
            self.quantity()
        } else {
            Quantity::ZERO
        }
    }

    fn time_in_force(&mut self) -> TimeInForce {
        match self.chance.below(20) {
            0..=1 => TimeInForce::ImmediateOrCancel,
            2..=3 => TimeInForce::FillOrKill,
            4..=6 => {
                TimeInForce::GoodTillDate(Timestamp((self.now + self.chance.below(30)).max(1) - 1))
            }
            _ => TimeInForce::GoodTillCanceled,
        }
    }

    fn post_only(&mut self) -> PostOnly {
        match self.chance.below(20) {
            0 => PostOnly::Reject,
            1 => PostOnly::Slide,
            _ => PostOnly::No,
        }
    }

    /// Mostly fresh, sometimes one of a few that are used again and again, sometimes none.
    fn client_order_id(&mut self, number: usize) -> Option<ClientOrderId> {
        let text = match self.chance.below(10) {
            0 => return None,
            1 => format!("again-{}", self.chance.below(6)),
            _ => format!("step-{number}"),
        };
        Some(ClientOrderId::new(&text).expect("letters, digits and a dash"))
    }

    /// An order entered lately, mostly with its own account.
    fn target(&mut self) -> (AccountId, Side, Target) {
        if self.entries.is_empty() || self.chance.chance(1, 100) {
            return (AccountId(1), Side::Buy, Target::Nobody);
        }
        let recent = u64::try_from(self.entries.len().min(30)).expect("at most 30");
        let back = index(self.chance.below(recent));
        let (step, account, side) = self.entries[self.entries.len() - 1 - back];
        let account = if self.chance.chance(1, 50) {
            AccountId(2)
        } else {
            account
        };
        let target = match self.chance.below(10) {
            0..=1 => Target::ClientIdOf(step),
            2 => Target::HandleOf(step),
            _ => Target::EnteredBy(step),
        };
        (account, side, target)
    }

    fn cancel(&mut self) -> (Command, Option<Target>) {
        let (account, _, target) = self.target();
        (
            Command::Cancel(Cancel {
                account,
                order: OrderRef::Id(UNISSUED),
            }),
            Some(target),
        )
    }

    fn replace(&mut self) -> (Command, Option<Target>) {
        let (account, side, target) = self.target();
        let replace = Replace {
            account,
            order: OrderRef::Id(UNISSUED),
            side,
            quantity: self.chance.chance(1, 2).then(|| self.quantity()),
            price: self.chance.chance(1, 2).then(|| self.price(side)),
            peak: None,
            stop: None,
            expiry: self
                .chance
                .chance(1, 6)
                .then(|| Timestamp(self.now + self.chance.below(30))),
            extra: Notional::ZERO,
        };
        (Command::Replace(replace), Some(target))
    }

    fn cancel_replace(&mut self, number: usize) -> (Command, Option<Target>) {
        if self.chance.chance(1, 10) && !self.exchanges.is_empty() {
            let recent = u64::try_from(self.exchanges.len().min(10)).expect("at most 10");
            let back = index(self.chance.below(recent));
            return self.exchanges[self.exchanges.len() - 1 - back].clone();
        }
        let exchange = self.fresh_exchange(number);
        self.exchanges.push(exchange.clone());
        exchange
    }

    fn fresh_exchange(&mut self, number: usize) -> (Command, Option<Target>) {
        let (account, side, target) = self.target();
        let mut new_order = self.fresh_order(number);
        new_order.account = account;
        new_order.side = side;
        new_order.client_id_policy = policy(account);
        self.entries.push((number, account, side));
        let on_cancel_failure = self
            .chance
            .pick(&[OnCancelFailure::Stop, OnCancelFailure::Continue]);
        let cancel = OrderRef::Id(UNISSUED);
        let both = CancelReplace {
            cancel,
            new_order,
            on_cancel_failure,
        };
        (Command::CancelReplace(both), Some(target))
    }

    fn mass_cancel(&mut self) -> MassCancel {
        let account = AccountId(1 + u32::try_from(self.chance.below(ACCOUNTS.into())).expect("4"));
        let side = self.chance.pick(&[
            SideFilter::Both,
            SideFilter::Only(Side::Buy),
            SideFilter::Only(Side::Sell),
        ]);
        let (one, other) = (self.price(Side::Buy), self.price(Side::Sell));
        let (price_from, price_to) = if self.chance.chance(1, 2) {
            (Price::MIN, Price::MAX)
        } else {
            (one, other)
        };
        MassCancel {
            account,
            side,
            price_from,
            price_to,
            session: self.chance.pick(&[
                SessionFilter::Any,
                SessionFilter::Any,
                SessionFilter::Only(SessionNumber(1)),
                SessionFilter::Only(SessionNumber(2)),
            ]),
        }
    }
}

/// Half of the accounts repeat themselves safely, half use ids again when they are free.
fn policy(account: AccountId) -> ClientIdPolicy {
    if account.0.is_multiple_of(2) {
        ClientIdPolicy::Idempotent
    } else {
        ClientIdPolicy::OpenUnique
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).expect("a short list")
}
