//! One account: what it asks at random, and how the door reserves for it.

use engine::{
    AccountId, Batch, BatchMode, Cancel, CancelReplace, ClientIdPolicy, ClientOrderId, Command,
    Display, Instruction, MassCancel, NewOrder, Notional, OnCancelFailure, OrderKind, OrderRef,
    OrderSize, PostOnly, Price, Quantity, Replace, SelfTradePrevention, Side, SideFilter,
    TimeInForce, TradeId,
};
use engine::{Conditions, Trigger, TriggerKind, TriggerSource};

use crate::chance::Chance;
use crate::venue::{ACCOUNTS, INSTRUMENTS, PRICES, QUANTITY_MAX, SESSIONS, Venue, need};

/// Orders that an account remembers to cancel and amend: many of them are gone by then.
const REMEMBERED: usize = 48;

pub struct Participant {
    account: AccountId,
    chance: Chance,
    entered: u64,
    recent: Vec<Entered>,
}

/// An order as it was entered. What became of it nobody here looks after: the amends race.
#[derive(Debug, Clone, Copy)]
struct Entered {
    id: ClientOrderId,
    instrument: u32,
    side: Side,
    hold: Notional,
}

impl Participant {
    /// The accounts of one session.
    pub fn of_session(session: u64, seed: u64) -> Vec<Self> {
        (1..=ACCOUNTS)
            .filter(|account| u64::from(*account) % SESSIONS == session)
            .map(|account| Self {
                account: AccountId(account),
                chance: Chance::new(seed ^ (u64::from(account) << 40)),
                entered: 0,
                recent: Vec::new(),
            })
            .collect()
    }

    /// Asks one thing.
    pub fn act(&mut self, venue: &Venue) {
        match self.chance.below(100) {
            0..38 => self.enter(venue),
            38..42 => self.batch(venue),
            42..54 => self.enter_market(venue),
            54..74 => self.cancel(venue),
            74..89 => self.amend(venue),
            89..92 => self.replace_all_in(venue),
            92 => self.have_busted(venue),
            _ => self.cancel_many(venue),
        }
    }

    /// An operator takes back one of an instrument's first trades, or one of those that race just now.
    fn have_busted(&mut self, venue: &Venue) {
        let instrument = self.instrument();
        let newest = venue.trades_of(instrument);
        let back = self.chance.below(200);
        venue.bust(instrument, TradeId(newest.saturating_sub(back)));
    }

    fn enter(&mut self, venue: &Venue) {
        let instrument = self.instrument();
        let (side, price, quantity) = self.terms();
        let hold = need(instrument, side, price, quantity);
        if venue
            .ledger
            .reserve(self.account, engine::InstrumentId(instrument), side, hold)
            .is_err()
        {
            // Too poor for it: what is open goes instead.
            return self.cancel(venue);
        }
        let mut order = self.order(side, price, quantity);
        order.extra = hold;
        self.remember(&order, instrument, hold);
        venue.hand_in(instrument, Command::Submit(order));
    }

    /// Several orders, and an end or a change of one from before, as one command: each reserves what there is, and one
    /// that has too little is refused, with all the others where it is all or none.
    fn batch(&mut self, venue: &Venue) {
        let elder = self.pick();
        let instrument = elder.map_or_else(|| self.instrument(), |entered| entered.instrument);
        let mode = if self.chance.one_in(2) {
            BatchMode::Sequential
        } else {
            BatchMode::AllOrNone
        };
        let mut instructions = Vec::new();
        for _ in 0..=self.chance.below(4) {
            let (side, price, quantity) = self.terms();
            let hold = need(instrument, side, price, quantity);
            let mut order = self.order(side, price, quantity);
            order.extra = self.reserve_up_to(venue, instrument, side, hold);
            self.remember(&order, instrument, hold);
            instructions.push(Instruction::Submit(order));
        }
        if let Some(entered) = elder {
            instructions.push(self.instruction_about(venue, entered));
        }
        venue.note_batch();
        let batch = Batch::new(self.account, mode, instructions).unwrap();
        venue.hand_in(instrument, Command::Batch(batch));
    }

    fn instruction_about(&mut self, venue: &Venue, entered: Entered) -> Instruction {
        let order = OrderRef::Client(entered.id);
        if self.chance.one_in(2) {
            return Instruction::Cancel(order);
        }
        let (_, price, quantity) = self.terms();
        Instruction::Replace(self.replace_of(venue, entered, (price, quantity)))
    }

    /// A market order reserves what there is, up to a worst case; sometimes it is for an amount of money.
    fn enter_market(&mut self, venue: &Venue) {
        let instrument = self.instrument();
        let (side, _, quantity) = self.terms();
        let wanted = need(instrument, side, PRICES.1 + 5, quantity);
        let extra = self.reserve_up_to(venue, instrument, side, wanted);
        let mut order = self.order(side, 1, quantity);
        order.kind = OrderKind::Market;
        order.time_in_force = TimeInForce::ImmediateOrCancel;
        order.post_only = PostOnly::No;
        order.display = Display::Full;
        order.conditions = None;
        if self.chance.one_in(3) {
            let amount = i128::from(quantity) * i128::from(PRICES.0);
            order.size = OrderSize::QuoteAmount(Notional::from_units(amount));
        }
        order.extra = extra;
        venue.hand_in(instrument, Command::Submit(order));
    }

    fn cancel(&mut self, venue: &Venue) {
        let Some(entered) = self.pick() else {
            return;
        };
        let cancel = Cancel {
            account: self.account,
            order: OrderRef::Client(entered.id),
        };
        venue.hand_in(entered.instrument, Command::Cancel(cancel));
    }

    /// Amends an order as it was entered, while it may be traded, or gone.
    fn amend(&mut self, venue: &Venue) {
        let Some(entered) = self.pick() else {
            return;
        };
        let (_, price, quantity) = self.terms();
        let replace = self.replace_of(venue, entered, (price, quantity));
        venue.note_amend();
        venue.hand_in(entered.instrument, Command::Replace(replace));
    }

    fn replace_of(
        &mut self,
        venue: &Venue,
        entered: Entered,
        (price, quantity): (i64, u64),
    ) -> Replace {
        let missing = need(entered.instrument, entered.side, price, quantity)
            .checked_sub(entered.hold)
            .unwrap();
        let extra = self.reserve_up_to(venue, entered.instrument, entered.side, missing);
        Replace {
            account: self.account,
            order: OrderRef::Client(entered.id),
            side: entered.side,
            quantity: Some(Quantity::from_units(quantity)),
            price: self.chance.one_in(2).then_some(Price::from_units(price)),
            peak: None,
            stop: None,
            expiry: None,
            extra,
        }
    }

    /// Ends an order and enters one that needs all the money there is and what the first gives back.
    fn replace_all_in(&mut self, venue: &Venue) {
        let Some(entered) = self.pick() else {
            return self.enter(venue);
        };
        let (_, price, _) = self.terms();
        let all = Notional::from_units(1 << 60); // more than there is
        let extra = self.reserve_up_to(venue, entered.instrument, entered.side, all);
        let units = (extra.units() + entered.hold.units()).max(1);
        // As much as that pays for at the price, with room for the fee bound; sometimes one unit too much.
        let affordable = match entered.side {
            Side::Sell => units,
            Side::Buy => units * 100 / (i128::from(price) * 101),
        };
        let quantity = u64::try_from(affordable).unwrap() + self.chance.below(2);
        let mut order = self.order(entered.side, price, quantity.max(1));
        order.time_in_force = TimeInForce::GoodTillCanceled;
        order.extra = extra;
        let hold = need(entered.instrument, entered.side, price, quantity.max(1));
        self.remember(&order, entered.instrument, hold);
        venue.note_all_in();
        let on_cancel_failure = if self.chance.one_in(2) {
            OnCancelFailure::Stop
        } else {
            OnCancelFailure::Continue
        };
        let command = CancelReplace {
            cancel: OrderRef::Client(entered.id),
            new_order: order,
            on_cancel_failure,
        };
        venue.hand_in(entered.instrument, Command::CancelReplace(command));
    }

    fn cancel_many(&mut self, venue: &Venue) {
        let instrument = self.instrument();
        let (side, price, _) = self.terms();
        let mass_cancel = MassCancel {
            account: self.account,
            side: SideFilter::Only(side),
            price_from: Price::MIN,
            price_to: Price::from_units(price),
            session: engine::SessionFilter::Any,
        };
        venue.hand_in(instrument, Command::MassCancel(mass_cancel));
    }

    fn reserve_up_to(
        &self,
        venue: &Venue,
        instrument: u32,
        side: Side,
        wanted: Notional,
    ) -> Notional {
        if wanted <= Notional::ZERO {
            return Notional::ZERO;
        }
        let instrument = engine::InstrumentId(instrument);
        venue
            .ledger
            .reserve_up_to(self.account, instrument, side, wanted)
    }

    fn instrument(&mut self) -> u32 {
        1 + u32::try_from(self.chance.below(INSTRUMENTS.into())).unwrap()
    }

    fn terms(&mut self) -> (Side, i64, u64) {
        let side = if self.chance.one_in(2) {
            Side::Buy
        } else {
            Side::Sell
        };
        let price = self.chance.between(PRICES.0, PRICES.1);
        (side, price, 1 + self.chance.below(QUANTITY_MAX))
    }

    fn order(&mut self, side: Side, price: i64, quantity: u64) -> NewOrder {
        self.entered += 1;
        let id = format!("{}-{}", self.account.0, self.entered);
        NewOrder {
            account: self.account,
            client_order_id: Some(ClientOrderId::new(&id).unwrap()),
            client_id_policy: ClientIdPolicy::OpenUnique,
            external_id: None,
            side,
            kind: OrderKind::Limit {
                price: Price::from_units(price),
            },
            size: OrderSize::Quantity(Quantity::from_units(quantity)),
            time_in_force: self.time_in_force(),
            post_only: if self.chance.one_in(12) {
                PostOnly::Slide
            } else {
                PostOnly::No
            },
            display: self.display(),
            minimum_quantity: Quantity::ZERO,
            self_trade_prevention: self.self_trade_prevention(),
            stp_group: None,
            conditions: self.conditions(),
            extra: Notional::ZERO,
        }
    }

    fn time_in_force(&mut self) -> TimeInForce {
        match self.chance.below(12) {
            0 => TimeInForce::ImmediateOrCancel,
            1 => TimeInForce::FillOrKill,
            _ => TimeInForce::GoodTillCanceled,
        }
    }

    fn display(&mut self) -> Display {
        match self.chance.below(16) {
            0 => Display::Hidden,
            1 => Display::Iceberg {
                peak: Quantity::from_units(1 + self.chance.below(50)),
            },
            _ => Display::Full,
        }
    }

    fn self_trade_prevention(&mut self) -> SelfTradePrevention {
        match self.chance.below(8) {
            0 => SelfTradePrevention::None,
            1 => SelfTradePrevention::CancelOldest,
            2 => SelfTradePrevention::CancelBoth,
            3 => SelfTradePrevention::Decrement,
            _ => SelfTradePrevention::CancelNewest,
        }
    }

    /// Now and then a stop-limit or a take-profit.
    fn conditions(&mut self) -> Option<Box<Conditions>> {
        if !self.chance.one_in(20) {
            return None;
        }
        let price = Price::from_units(self.chance.between(PRICES.0, PRICES.1));
        let kind = if self.chance.one_in(2) {
            TriggerKind::Stop { price }
        } else {
            TriggerKind::TakeProfit { price }
        };
        Some(Box::new(Conditions {
            trigger: Some(Trigger {
                kind,
                source: TriggerSource::Last,
            }),
            ..Conditions::NONE
        }))
    }

    fn remember(&mut self, order: &NewOrder, instrument: u32, hold: Notional) {
        let entered = Entered {
            id: order.client_order_id.unwrap(),
            instrument,
            side: order.side,
            hold,
        };
        if self.recent.len() < REMEMBERED {
            self.recent.push(entered);
        } else {
            let place = self.pick_place();
            self.recent[place] = entered;
        }
    }

    fn pick(&mut self) -> Option<Entered> {
        if self.recent.is_empty() {
            return None;
        }
        let place = self.pick_place();
        Some(self.recent[place])
    }

    fn pick_place(&mut self) -> usize {
        let count = u64::try_from(self.recent.len()).unwrap();
        usize::try_from(self.chance.below(count)).unwrap()
    }
}
