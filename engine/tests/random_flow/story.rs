//! A failing run as a scenario file, expected by the naive book.

use std::collections::BTreeMap;

use engine::{
    AccountId, CancelReason, Command, Display, Event, InstrumentId, NewOrder, OrderKind, OrderSize,
    PostOnly, Price, Replace, SelfTradePrevention, SequenceNumber, Sequenced, Side, SideFilter,
    TimeInForce, Timestamp,
};
use scenario::{
    InstrumentOptions, Lifetime, Limit, MarketLine, MassCancellation, Name, Narrator, Numbered,
    OrderEntry, OrderOptions, PostOnlyWord, Replacement, Scenario, SelfTradeWord, SideWord, Size,
};

use super::entered::Entered;
use super::run::{RunKind, instrument};
use super::step::{LOT, Step, TICK, Target};
use crate::naive::NaiveBook;

/// The steps as a scenario. What the grammar cannot say (a repeated idempotent submit, a command for
/// another account's order) is told as near as it goes: run it before committing it.
pub fn story(title: &str, steps: &[Step]) -> Scenario {
    let mut teller = Teller::new();
    for step in steps {
        teller.tell(step);
    }
    let numbered = |item| Numbered { line: 0, item };
    let instrument = InstrumentOptions {
        tick: Some(TICK),
        lot: Some(LOT),
        ..InstrumentOptions::default()
    };
    Scenario {
        title: title.to_owned(),
        line: 0,
        instrument: Numbered {
            line: 0,
            item: instrument,
        },
        commands: teller.commands.into_iter().map(numbered).collect(),
        expected: teller
            .said
            .into_iter()
            .map(|item| Numbered { line: 0, item })
            .collect(),
    }
}

struct Teller {
    naive: NaiveBook,
    narrator: Narrator,
    sequence: u64,
    now: Timestamp,
    entered: Entered,
    names: BTreeMap<usize, Name>,
    commands: Vec<scenario::Command>,
    said: Vec<MarketLine>,
}

impl Teller {
    fn new() -> Self {
        Self {
            naive: NaiveBook::new(&instrument(RunKind::Thorough)),
            narrator: Narrator::new(),
            sequence: 0,
            now: Timestamp(0),
            entered: Entered::default(),
            names: BTreeMap::new(),
            commands: Vec::new(),
            said: Vec::new(),
        }
    }

    fn tell(&mut self, step: &Step) {
        if step.at > self.now {
            self.now = step.at;
            self.commands.push(scenario::Command::Time(step.at.0));
        }
        self.sequence += 1;
        let command = Sequenced {
            instrument: InstrumentId(1),
            sequence: SequenceNumber(self.sequence),
            at: step.at,
            command: self.entered.command_without_handle(step),
        };
        let mut events = Vec::new();
        self.naive.apply(&command, &mut events);
        self.entered.remember(step, &events);
        self.tell_command(step, &events);
    }

    fn tell_command(&mut self, step: &Step, events: &[Event]) {
        let target = self.target_name(step);
        match &step.command {
            Command::Submit(order) => {
                let name = self.enter(step.number, order);
                self.narrator.begin(Some(name));
                self.tell_events(events);
            }
            Command::Cancel(_) => {
                self.commands
                    .push(scenario::Command::Cancel(target.clone()));
                self.narrator.begin(Some(target));
                self.tell_events(events);
            }
            Command::Replace(replace) => {
                self.commands.push(replacement(&target, replace));
                self.narrator.begin_replace(target, replace.price);
                self.tell_events(events);
            }
            Command::CancelReplace(both) => {
                self.commands
                    .push(scenario::Command::Cancel(target.clone()));
                self.narrator.begin(Some(target));
                let answered = events
                    .iter()
                    .position(is_answer_to_cancel)
                    .expect("an answer");
                self.tell_events(&events[..=answered]);
                if events.len() > answered + 1 {
                    let name = self.enter(step.number, &both.new_order);
                    self.narrator.begin(Some(name));
                    self.tell_events(&events[answered + 1..]);
                }
            }
            Command::MassCancel(filter) => {
                self.commands.push(mass_cancellation(filter));
                self.narrator.begin(None);
                self.tell_events(events);
            }
            Command::Tick => {
                self.narrator.begin(None);
                self.tell_events(events);
            }
            Command::SetState(_)
            | Command::Uncross(_)
            | Command::SetLastPrice(_)
            | Command::Admit(_)
            | Command::SetLimits(_)
            | Command::SetFeeTier(_)
            | Command::FanOut(_)
            | Command::Quote(_)
            | Command::MmpReset(_)
            | Command::Disconnect(_)
            | Command::CancelAfter(_)
            | Command::Operate(_)
            | Command::Batch(_)
            | Command::Bust(_) => {
                unreachable!("the random flow trades continuously")
            }
        }
    }

    fn tell_events(&mut self, events: &[Event]) {
        for event in events {
            self.said.extend(self.narrator.tell(event));
        }
    }

    fn target_name(&self, step: &Step) -> Name {
        let number = step.target.and_then(Target::step);
        let known = number.and_then(|number| self.names.get(&number)).cloned();
        known.unwrap_or_else(|| name("nobody"))
    }

    /// Writes the order line; orders with one client id have one name.
    fn enter(&mut self, number: usize, order: &NewOrder) -> Name {
        let AccountId(account) = order.account;
        let text = match order.client_order_id {
            Some(client) => format!("U{account}_{}", client.as_str().replace('-', "_")),
            None => format!("U{account}_order_{number}"),
        };
        let name = name(&text);
        self.names.insert(number, name.clone());
        self.commands
            .push(scenario::Command::Submit(Box::new(entry(&name, order))));
        name
    }
}

fn is_answer_to_cancel(event: &Event) -> bool {
    match event {
        Event::Canceled(canceled) => canceled.reason == CancelReason::Requested,
        Event::Rejected(_) => true,
        Event::Accepted(_)
        | Event::Repeated(_)
        | Event::Trade(_)
        | Event::Prevented(_)
        | Event::Rested(_)
        | Event::Replaced(_)
        | Event::HoldReleased(_)
        | Event::StatusChanged(_)
        | Event::Conditioned(_)
        | Event::Queued(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Pegged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::Step(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => false,
    }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("letters, digits and underscores")
}

fn side_word(side: Side) -> SideWord {
    match side {
        Side::Buy => SideWord::Buy,
        Side::Sell => SideWord::Sell,
    }
}

fn entry(order_name: &Name, order: &NewOrder) -> OrderEntry {
    let lifetime = match order.time_in_force {
        TimeInForce::GoodTillCanceled => None,
        TimeInForce::ImmediateOrCancel => Some(Lifetime::ImmediateOrCancel),
        TimeInForce::FillOrKill => Some(Lifetime::FillOrKill),
        TimeInForce::GoodTillDate(Timestamp(expiry)) => Some(Lifetime::GoodTillDate(expiry)),
        TimeInForce::Day => Some(Lifetime::Day),
        TimeInForce::AtOpen => Some(Lifetime::AtOpen),
        TimeInForce::AtClose => Some(Lifetime::AtClose),
        TimeInForce::GoodForAuction => Some(Lifetime::GoodForAuction),
        TimeInForce::GoodForContinuous => Some(Lifetime::GoodForContinuous),
    };
    let options = OrderOptions {
        lifetimes: lifetime.into_iter().collect(),
        post_only: match order.post_only {
            PostOnly::No => None,
            PostOnly::Reject => Some(PostOnlyWord::Reject),
            PostOnly::Slide => Some(PostOnlyWord::Slide),
        },
        hidden: order.display == Display::Hidden,
        minimum: (!order.minimum_quantity.is_zero()).then(|| order.minimum_quantity.units()),
        account: Some(name(&format!("U{}", order.account.0))),
        self_trade: Some(match order.self_trade_prevention {
            SelfTradePrevention::None => SelfTradeWord::None,
            SelfTradePrevention::CancelNewest => SelfTradeWord::Newest,
            SelfTradePrevention::CancelOldest => SelfTradeWord::Oldest,
            SelfTradePrevention::CancelBoth => SelfTradeWord::Both,
            SelfTradePrevention::Decrement => SelfTradeWord::Decrement,
        }),
        group: order.stp_group.map(|group| name(&format!("G{}", group.0))),
        ..OrderOptions::default()
    };
    OrderEntry {
        name: order_name.clone(),
        side: side_word(order.side),
        size: match order.size {
            OrderSize::Quantity(quantity) => Size::Quantity(quantity.units()),
            OrderSize::QuoteAmount(amount) => {
                Size::Quote(u64::try_from(amount.units()).expect("test amounts are small"))
            }
        },
        limit: match order.kind {
            OrderKind::Limit { price } => Limit::Price(price.units()),
            OrderKind::Market => Limit::Market,
            OrderKind::MarketWithProtection { .. }
            | OrderKind::MarketToLimit
            | OrderKind::Pegged { .. } => {
                unreachable!("this flow has limit and market orders only")
            }
        },
        options,
    }
}

fn replacement(target: &Name, replace: &Replace) -> scenario::Command {
    scenario::Command::Replace(Replacement {
        name: target.clone(),
        quantity: replace.quantity.map(engine::Quantity::units),
        price: replace.price.map(Price::units),
        peak: None,
        stop: None,
        expiry: replace.expiry.map(|Timestamp(expiry)| expiry),
    })
}

fn mass_cancellation(filter: &engine::MassCancel) -> scenario::Command {
    let bound = |price: Price, none: Price| (price != none).then(|| price.units());
    scenario::Command::MassCancel(MassCancellation {
        account: name(&format!("U{}", filter.account.0)),
        side: match filter.side {
            SideFilter::Both => None,
            SideFilter::Only(side) => Some(side_word(side)),
        },
        from: bound(filter.price_from, Price::MIN),
        to: bound(filter.price_to, Price::MAX),
    })
}
