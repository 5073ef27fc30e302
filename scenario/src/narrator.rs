//! Puts the engine's events into the words of a scenario.

use std::collections::{BTreeMap, BTreeSet};

use engine::{
    Accepted, CancelReason, Canceled, Display, Event, OrderId, OrderKind, OrderSize, Prevented,
    Price, Queued, Rested, Side, Step, Trade, Triggered,
};

use crate::command::BatchWord;
use crate::market_line::{BookPrice, MarketLine, Meeting, Shown};
use crate::name::Name;
use crate::reason_words::{cancel_word, refusal_word, reject_word, status_word};

/// Knows which order has which name, and tells what happened to it.
#[derive(Debug)]
pub struct Narrator {
    names: BTreeMap<OrderId, Name>,
    by_quote_amount: BTreeSet<OrderId>,
    icebergs: BTreeSet<OrderId>,
    /// Orders in the book, and those that wait outside it.
    open: BTreeSet<OrderId>,
    /// Whom the command is about.
    subject: Option<Name>,
    /// Whom the command replaces, until that is told.
    replaced: Option<Name>,
    /// What the command enters.
    entered: Entered,
    /// The instructions of a batch: whom each is about, and the price that a change asks for.
    steps: Vec<BatchStep>,
    mode: BatchWord,
    /// Orders that start when their parents trade: they always rest later than they came.
    children: BTreeSet<OrderId>,
    /// The price that a replace asks for.
    asked_price: Option<Price>,
    /// Where orders that this command enters or changes would like to rest.
    asked: BTreeMap<OrderId, Price>,
    /// Orders that entered in this command, later than they came.
    late: BTreeSet<OrderId>,
    /// Orders that came in this command without a price, and may rest at one.
    unpriced: BTreeSet<OrderId>,
    /// Orders that took in this command.
    takers: BTreeSet<OrderId>,
}

/// What a command enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entered {
    /// An order of the subject's name.
    Order,
    /// The sides of the subject's quote.
    Quote,
}

/// One instruction of a batch.
#[derive(Debug, Clone)]
pub(crate) struct BatchStep {
    pub(crate) name: Name,
    pub(crate) kind: StepKind,
}

/// What an instruction of a batch asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StepKind {
    /// A new order, or the end of one.
    EnterOrEnd,
    /// A change, to this price where it changes that.
    Change(Option<Price>),
}

impl Default for Narrator {
    fn default() -> Self {
        Self::new()
    }
}

impl Narrator {
    /// A narrator who has heard nothing yet.
    pub fn new() -> Self {
        Self {
            names: BTreeMap::new(),
            by_quote_amount: BTreeSet::new(),
            icebergs: BTreeSet::new(),
            open: BTreeSet::new(),
            subject: None,
            replaced: None,
            entered: Entered::Order,
            steps: Vec::new(),
            mode: BatchWord::Sequential,
            children: BTreeSet::new(),
            asked_price: None,
            asked: BTreeMap::new(),
            late: BTreeSet::new(),
            unpriced: BTreeSet::new(),
            takers: BTreeSet::new(),
        }
    }

    /// A replace begins: of whom, and the price it asks for where it changes that.
    pub fn begin_replace(&mut self, replaced: Name, asked_price: Option<Price>) {
        self.begin(Some(replaced.clone()));
        self.replaced = Some(replaced);
        self.asked_price = asked_price;
    }

    /// A command begins: about whom it is.
    pub fn begin(&mut self, subject: Option<Name>) {
        self.entered = Entered::Order;
        self.subject = subject;
        self.replaced = None;
        self.asked_price = None;
        self.asked.clear();
        self.late.clear();
        self.unpriced.clear();
        self.takers.clear();
    }

    /// A batch begins.
    pub(crate) fn begin_batch(&mut self, mode: BatchWord, steps: Vec<BatchStep>) {
        self.begin(None);
        self.mode = mode;
        self.steps = steps;
    }

    /// The next instruction of a batch. In sequence each is told as if it had come alone.
    fn tell_step(&mut self, step: Step) -> MarketLine {
        let at = usize::try_from(step.index).expect("a batch is short");
        let BatchStep { name, kind } = self.steps[at].clone();
        if self.mode == BatchWord::Sequential {
            self.begin(Some(name.clone()));
        }
        self.subject = Some(name.clone());
        match kind {
            StepKind::EnterOrEnd => self.replaced = None,
            StepKind::Change(asked_price) => {
                self.replaced = Some(name);
                self.asked_price = asked_price;
            }
        }
        MarketLine::Step(step.index + 1)
    }

    /// A quote arrives, whose sides are named after its group.
    pub fn begin_quote(&mut self, group: Name) {
        self.begin(Some(group));
        self.entered = Entered::Quote;
    }

    /// Whether the order rests in the book, or waits outside it.
    pub fn is_open(&self, order: OrderId) -> bool {
        self.open.contains(&order)
    }

    /// How the scenario calls an order.
    pub fn name(&self, order: OrderId) -> &Name {
        self.names
            .get(&order)
            .expect("the engine names only orders that it accepted")
    }

    /// The line for an event; `None` for what scenarios do not write.
    pub fn tell(&mut self, event: &Event) -> Option<MarketLine> {
        match event {
            Event::Accepted(accepted) => {
                self.hear_accepted(accepted);
                None
            }
            Event::Rejected(rejected) => Some(MarketLine::Reject {
                name: self
                    .subject
                    .clone()
                    .expect("a refused command is about an order"),
                reason: reject_word(rejected.reason),
            }),
            Event::Trade(trade) => Some(self.tell_trade(trade)),
            Event::Prevented(prevented) => Some(self.tell_prevented(prevented)),
            Event::Rested(rested) => self.tell_rested(rested),
            // What is replaced because of another order, or by a quote, is not written.
            Event::Replaced(replaced)
                if self.replaced.as_ref() != Some(self.name(replaced.order_id)) =>
            {
                None
            }
            Event::Replaced(replaced) => {
                self.replaced = None;
                let asked = self.asked_price.unwrap_or(replaced.price);
                self.asked.insert(replaced.order_id, asked);
                Some(MarketLine::Replaced(self.name(replaced.order_id).clone()))
            }
            Event::Canceled(canceled) if canceled.reason == CancelReason::QuoteReplaced => {
                self.open.remove(&canceled.order_id);
                None
            }
            Event::Canceled(canceled) => Some(self.tell_canceled(canceled)),
            Event::StatusChanged(changed) => Some(MarketLine::Status(status_word(changed.state))),
            Event::Conditioned(conditioned) => {
                if conditioned.conditions.make_it_wait() {
                    self.open.insert(conditioned.order_id);
                }
                if conditioned.conditions.parent.is_some() {
                    self.children.insert(conditioned.order_id);
                }
                None
            }
            Event::Queued(queued) => self.tell_queued(queued),
            Event::Triggered(triggered) => Some(self.tell_triggered(triggered)),
            Event::Refilled(refilled) => Some(MarketLine::Refill {
                name: self.name(refilled.order_id).clone(),
                shown: Shown {
                    displayed: refilled.displayed_quantity.units(),
                    hidden: Some(refilled.hidden_quantity.units()),
                },
            }),
            Event::Pegged(pegged) => {
                self.open.insert(pegged.order_id);
                Some(MarketLine::Peg {
                    name: self.name(pegged.order_id).clone(),
                    price: pegged.price.map(Price::units),
                })
            }
            Event::Indicative(indicative) => Some(MarketLine::Indicative {
                price: indicative.price.map(Price::units),
                volume: u64::try_from(indicative.volume).expect("scenarios are small"),
                surplus: i64::try_from(indicative.surplus).expect("scenarios are small"),
            }),
            Event::Step(step) => Some(self.tell_step(*step)),
            Event::TradeBusted(busted) => Some(MarketLine::Busted(Meeting {
                taker: self.name(busted.trade.taker.order_id).clone(),
                maker: self.name(busted.trade.maker.order_id).clone(),
                quantity: busted.trade.quantity.units(),
                price: busted.trade.price.units(),
            })),
            Event::BustRefused(refused) => Some(MarketLine::Reject {
                name: self
                    .subject
                    .clone()
                    .expect("a refused bust is about a trade"),
                reason: reject_word(refused.reason),
            }),
            Event::Repeated(_) | Event::HoldReleased(_) | Event::TermsChanged(_) => None,
        }
    }

    fn hear_accepted(&mut self, accepted: &Accepted) {
        let subject = self.subject.clone().expect("an accepted order has a name");
        let name = match (self.entered, accepted.side) {
            (Entered::Order, _) => subject,
            (Entered::Quote, Side::Buy) => subject.of_side("bid"),
            (Entered::Quote, Side::Sell) => subject.of_side("ask"),
        };
        self.names.insert(accepted.order_id, name);
        match accepted.kind {
            OrderKind::Limit { price } => {
                self.asked.insert(accepted.order_id, price);
            }
            OrderKind::MarketWithProtection { .. } | OrderKind::MarketToLimit => {
                self.unpriced.insert(accepted.order_id);
            }
            OrderKind::Market | OrderKind::Pegged { .. } => {}
        }
        if accepted.time_in_force.is_for_a_call() {
            // It may wait for its auction without a word.
            self.open.insert(accepted.order_id);
        }
        if matches!(accepted.display, Display::Iceberg { .. }) {
            self.icebergs.insert(accepted.order_id);
        }
        if matches!(accepted.size, OrderSize::QuoteAmount(_)) {
            self.by_quote_amount.insert(accepted.order_id);
        }
    }

    fn tell_triggered(&mut self, triggered: &Triggered) -> MarketLine {
        self.open.remove(&triggered.order_id);
        self.late.insert(triggered.order_id);
        MarketLine::Trigger(self.name(triggered.order_id).clone())
    }

    fn tell_trade(&mut self, trade: &Trade) -> MarketLine {
        self.takers.insert(trade.taker.order_id);
        for party in [&trade.taker, &trade.maker] {
            if party.leaves_quantity.is_zero() {
                self.open.remove(&party.order_id);
            }
        }
        MarketLine::Trade(Meeting {
            taker: self.name(trade.taker.order_id).clone(),
            maker: self.name(trade.maker.order_id).clone(),
            quantity: trade.quantity.units(),
            price: trade.price.units(),
        })
    }

    fn tell_prevented(&mut self, prevented: &Prevented) -> MarketLine {
        let leaves = [
            (prevented.taker, prevented.taker_leaves_quantity),
            (prevented.maker, prevented.maker_leaves_quantity),
        ];
        for (order, leaves_quantity) in leaves {
            if leaves_quantity.is_zero() {
                self.open.remove(&order);
            }
        }
        MarketLine::Prevent(Meeting {
            taker: self.name(prevented.taker).clone(),
            maker: self.name(prevented.maker).clone(),
            quantity: prevented.quantity.units(),
            price: prevented.price.units(),
        })
    }

    /// Told of a market order that traded on entry, or waits later than it came.
    fn tell_queued(&mut self, queued: &Queued) -> Option<MarketLine> {
        let order_id = queued.order_id;
        self.open.insert(order_id);
        let is_told = self.takers.contains(&order_id)
            || self.late.contains(&order_id)
            || self.children.contains(&order_id);
        is_told.then(|| MarketLine::Rest {
            name: self.name(order_id).clone(),
            shown: Shown {
                displayed: queued.leaves_quantity.units(),
                hidden: None,
            },
            price: BookPrice::Market,
        })
    }

    /// Told of an order that traded on entry, or rests elsewhere than it asked or later than it came.
    fn tell_rested(&mut self, rested: &Rested) -> Option<MarketLine> {
        let order_id = rested.order_id;
        self.open.insert(order_id);
        let traded = self.takers.contains(&order_id);
        let asked = self.asked.get(&order_id);
        let moved = asked.is_some_and(|asked| *asked != rested.price);
        let is_late = self.late.contains(&order_id)
            || self.unpriced.contains(&order_id)
            || self.children.contains(&order_id);
        let (displayed, hidden) = (
            rested.displayed_quantity.units(),
            rested.hidden_quantity.units(),
        );
        let shown = if self.icebergs.contains(&order_id) {
            Shown {
                displayed,
                hidden: Some(hidden),
            }
        } else {
            Shown {
                displayed: displayed + hidden,
                hidden: None,
            }
        };
        (traded || moved || is_late).then(|| MarketLine::Rest {
            name: self.name(rested.order_id).clone(),
            shown,
            price: BookPrice::At(rested.price.units()),
        })
    }

    fn tell_canceled(&mut self, canceled: &Canceled) -> MarketLine {
        self.open.remove(&canceled.order_id);
        let name = self.name(canceled.order_id).clone();
        if let Some(reason) = refusal_word(canceled.reason) {
            return MarketLine::Reject { name, reason };
        }
        let quantity = if self.by_quote_amount.contains(&canceled.order_id) {
            u64::try_from(canceled.unspent.units()).expect("a scenario's money fits in 64 bits")
        } else {
            canceled.canceled_quantity.units()
        };
        MarketLine::Cancel {
            name,
            quantity,
            reason: cancel_word(canceled.reason),
        }
    }
}
