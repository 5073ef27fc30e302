//! Puts the engine's events into the words of a scenario.

use std::collections::{BTreeMap, BTreeSet};

use engine::{
    Accepted, CancelReason, Canceled, Event, OrderId, OrderKind, OrderSize, Prevented, Price,
    RejectReason, Rested, SessionState, Trade,
};

use crate::market_line::{
    BookPrice, CancelWord, MarketLine, Meeting, RejectWord, Shown, StatusWord,
};
use crate::name::Name;

/// Knows which order has which name, and tells what happened to it.
#[derive(Debug, Default)]
pub struct Narrator {
    names: BTreeMap<OrderId, Name>,
    by_quote_amount: BTreeSet<OrderId>,
    resting: BTreeSet<OrderId>,
    /// Whom the command is about.
    subject: Option<Name>,
    /// Where the order that the command is about would like to rest.
    asked_price: Option<Price>,
    /// Orders that took in this command.
    takers: BTreeSet<OrderId>,
}

impl Narrator {
    /// A narrator who has heard nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A command begins: about whom it is, and the price it asks for where it changes one.
    pub fn begin(&mut self, subject: Option<Name>, asked_price: Option<Price>) {
        self.subject = subject;
        self.asked_price = asked_price;
        self.takers.clear();
    }

    /// Whether the order rests in the book.
    pub fn is_resting(&self, order: OrderId) -> bool {
        self.resting.contains(&order)
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
            Event::Replaced(replaced) => {
                self.asked_price = self.asked_price.or(Some(replaced.price));
                Some(MarketLine::Replaced(self.name(replaced.order_id).clone()))
            }
            Event::Canceled(canceled) => Some(self.tell_canceled(canceled)),
            Event::StatusChanged(changed) => Some(MarketLine::Status(status_word(changed.state))),
            Event::Repeated(_) | Event::HoldReleased(_) => None,
        }
    }

    fn hear_accepted(&mut self, accepted: &Accepted) {
        let name = self.subject.clone().expect("an accepted order has a name");
        self.names.insert(accepted.order_id, name);
        self.asked_price = match accepted.kind {
            OrderKind::Limit { price } => Some(price),
            OrderKind::Market => None,
        };
        if matches!(accepted.size, OrderSize::QuoteAmount(_)) {
            self.by_quote_amount.insert(accepted.order_id);
        }
    }

    fn tell_trade(&mut self, trade: &Trade) -> MarketLine {
        self.takers.insert(trade.taker.order_id);
        for party in [&trade.taker, &trade.maker] {
            if party.leaves_quantity.is_zero() {
                self.resting.remove(&party.order_id);
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
                self.resting.remove(&order);
            }
        }
        MarketLine::Prevent(Meeting {
            taker: self.name(prevented.taker).clone(),
            maker: self.name(prevented.maker).clone(),
            quantity: prevented.quantity.units(),
            price: prevented.price.units(),
        })
    }

    /// Told of an order that traded on entry or rests elsewhere than it asked.
    fn tell_rested(&mut self, rested: &Rested) -> Option<MarketLine> {
        self.resting.insert(rested.order_id);
        let traded = self.takers.contains(&rested.order_id);
        let moved = self.asked_price.is_some_and(|asked| asked != rested.price);
        let (displayed, hidden) = (
            rested.displayed_quantity.units(),
            rested.hidden_quantity.units(),
        );
        let shown = match (displayed, hidden) {
            (0, hidden) => Shown {
                displayed: hidden,
                hidden: None,
            },
            (displayed, 0) => Shown {
                displayed,
                hidden: None,
            },
            (displayed, hidden) => Shown {
                displayed,
                hidden: Some(hidden),
            },
        };
        (traded || moved).then(|| MarketLine::Rest {
            name: self.name(rested.order_id).clone(),
            shown,
            price: BookPrice::At(rested.price.units()),
        })
    }

    fn tell_canceled(&mut self, canceled: &Canceled) -> MarketLine {
        self.resting.remove(&canceled.order_id);
        let quantity = if self.by_quote_amount.contains(&canceled.order_id) {
            u64::try_from(canceled.unspent.units()).expect("a scenario's money fits in 64 bits")
        } else {
            canceled.canceled_quantity.units()
        };
        MarketLine::Cancel {
            name: self.name(canceled.order_id).clone(),
            quantity,
            reason: cancel_word(canceled.reason),
        }
    }
}

const fn cancel_word(reason: CancelReason) -> CancelWord {
    match reason {
        CancelReason::Requested => CancelWord::Requested,
        CancelReason::MassCancel => CancelWord::Mass,
        CancelReason::ImmediateOrCancel => CancelWord::ImmediateOrCancel,
        CancelReason::FillOrKill => CancelWord::FillOrKill,
        CancelReason::Expired => CancelWord::Expired,
        CancelReason::SelfTradePrevention => CancelWord::SelfTrade,
        CancelReason::NoLiquidity => CancelWord::NoLiquidity,
        CancelReason::BudgetSpent => CancelWord::BudgetSpent,
    }
}

const fn status_word(state: SessionState) -> StatusWord {
    match state {
        SessionState::Continuous => StatusWord::Continuous,
        SessionState::PreOpen => StatusWord::PreOpen,
        SessionState::OpeningAuction => StatusWord::OpeningAuction,
        SessionState::Auction => StatusWord::Auction,
        SessionState::ClosingAuction => StatusWord::ClosingAuction,
        SessionState::Halted => StatusWord::Halted,
        SessionState::Closed => StatusWord::Closed,
    }
}

const fn reject_word(reason: RejectReason) -> RejectWord {
    match reason {
        RejectReason::DuplicateClientOrderId | RejectReason::DuplicateExternalId => {
            RejectWord::DuplicateId
        }
        RejectReason::UnknownOrder => RejectWord::UnknownOrder,
        RejectReason::TooLate => RejectWord::TooLate,
        RejectReason::Halted => RejectWord::Halted,
        RejectReason::Closed => RejectWord::Closed,
        RejectReason::NotInAuction => RejectWord::NotInAuction,
        RejectReason::InvalidQuantity => RejectWord::InvalidQuantity,
        RejectReason::InvalidPrice => RejectWord::InvalidPrice,
        RejectReason::InvalidCombination => RejectWord::InvalidCombination,
        RejectReason::Expired => RejectWord::Expired,
        RejectReason::PostOnlyWouldCross => RejectWord::PostOnly,
        RejectReason::NoReference => RejectWord::NoReference,
        RejectReason::InsufficientFunds => RejectWord::InsufficientFunds,
        RejectReason::TooManyOpenOrders => RejectWord::TooManyOpenOrders,
        RejectReason::UnknownInstrument => RejectWord::UnknownInstrument,
        RejectReason::ExternalIdsOff => RejectWord::ExternalIdsOff,
    }
}
