//! Tells accounts what happened to their orders: each event once per session that wants it.

mod batch;
mod several;
mod traced;

use engine::{AccountId, Command, Event, OrderId, OrderSize, PastTrade, Prevented, Trade};
use protocol::{Frames, Liquidity, Report};
use sequencer::{CommandOutcome, SessionId, StageClock};
use std::sync::Arc;

use crate::counters::Counters;
use crate::egress::answer::place_of_answer;
use crate::egress::kept_reports::{KeptReports, ReportPlace};
use crate::egress::open_order::OpenOrder;
use crate::egress::open_orders::OpenOrders;
use crate::egress::report::{BustedLeg, EventPlace, IsEntry, Leg, ReportBuilder};
use crate::egress::reporter::batch::forget_under_way;
use crate::listing::{ListedInstrument, Listing};
use crate::measure::Rejects;
use crate::native::request_number;
use crate::native::translate::reject_reason;
use crate::session::{Routing, SessionEntry, WakeList};
use crate::wire;

/// Who is told, and how they are woken.
#[derive(Debug)]
pub struct Recipients<'a> {
    /// All sessions.
    pub routing: &'a Routing,
    /// Whom to wake after the batch.
    pub wakes: &'a mut WakeList,
    /// Reused for every message.
    pub buffer: &'a mut Vec<u8>,
    /// The counter of stage stamps.
    pub stage_clock: &'a StageClock,
    /// Those who come back find there what they missed.
    pub kept: &'a mut KeptReports,
}

/// Tells of one command's events.
#[derive(Debug)]
pub struct Reporter<'a> {
    builder: ReportBuilder<'a>,
    listed: &'a ListedInstrument,
    outcome: &'a CommandOutcome,
    events: &'a [Event],
    requester: Option<&'a Arc<SessionEntry>>,
    answer: Option<usize>,
    recipients: Recipients<'a>,
}

impl<'a> Reporter<'a> {
    /// Tells of `outcome`, whose own events are `events`.
    pub fn new(
        listing: &'a Listing,
        listed: &'a ListedInstrument,
        outcome: &'a CommandOutcome,
        events: &'a [Event],
        recipients: Recipients<'a>,
    ) -> Self {
        let session = outcome.origin.session;
        let requester = if session == SessionId(0) {
            None
        } else {
            recipients.routing.session(session)
        };
        Self {
            builder: ReportBuilder::new(listing, listed),
            listed,
            outcome,
            events,
            requester,
            answer: place_of_answer(&outcome.command, events),
            recipients,
        }
    }

    /// Applies the events to the read model and tells of each of them.
    pub fn tell(&mut self, orders: &mut OpenOrders, counters: &Counters, rejects: &Rejects) {
        forget_under_way(&self.outcome.command, orders);
        for (place, event) in self.events.iter().enumerate() {
            orders.apply(event, self.outcome.at);
            count(event, counters, rejects);
            self.tell_event(place, event, orders);
        }
        orders.end_block();
        self.tell_mass_cancel();
        self.tell_maker();
    }

    fn tell_event(&mut self, place: usize, event: &Event, orders: &OpenOrders) {
        let at = EventPlace {
            sequence: self.outcome.sequence,
            k: u32::try_from(place).expect("a command has fewer than 2^32 events"),
            at: self.outcome.at,
        };
        let builder = self.builder;
        match event {
            Event::Accepted(accepted) => self.send(place, accepted.account, || {
                builder.accepted(at, accepted, orders.get(accepted.order_id))
            }),
            Event::Rejected(rejected) => {
                let is_entry = self.is_entry(place);
                self.send(place, rejected.account, || {
                    builder.rejected(at, rejected, is_entry)
                });
            }
            Event::Repeated(repeated) => self.send(place, repeated.account, || {
                let original = original_order(orders, repeated);
                builder.repeated(at, repeated, original)
            }),
            Event::Rested(rested) => self.send(place, rested.account, || {
                builder.rested(at, rested, orders.get(rested.order_id))
            }),
            Event::Replaced(replaced) => self.send(place, replaced.account, || {
                builder.replaced(at, replaced, orders.get(replaced.order_id))
            }),
            Event::Canceled(canceled) => self.send(place, canceled.account, || {
                builder.canceled(at, canceled, orders.get(canceled.order_id))
            }),
            Event::Trade(trade) => self.tell_trade(place, at, trade, orders),
            Event::TradeBusted(busted) => self.tell_busted(place, at, &busted.trade),
            Event::Prevented(prevented) => self.tell_prevented(place, at, prevented, orders),
            Event::Triggered(triggered) => self.send(place, triggered.account, || {
                builder.triggered(at, triggered, orders.get(triggered.order_id))
            }),
            Event::Refilled(refilled) => self.send(place, refilled.account, || {
                builder.refilled(at, refilled, orders.get(refilled.order_id))
            }),
            Event::Pegged(pegged) => self.send(place, pegged.account, || {
                builder.pegged(at, pegged, orders.get(pegged.order_id))
            }),
            // What it gives back is seen in the balances; what an order waits for its owner has said; a
            // status is the market's, not an order's.
            Event::HoldReleased(_)
            | Event::Conditioned(_)
            | Event::Queued(_)
            | Event::StatusChanged(_)
            | Event::Indicative(_)
            | Event::TermsChanged(_)
            | Event::Step(_)
            | Event::BustRefused(_) => {}
        }
    }

    /// Whether the event decides a new order, and not one that was to be ended or changed.
    fn is_entry(&self, place: usize) -> IsEntry {
        match &self.outcome.command {
            Command::Batch(batch) => self.is_entry_in(batch, place),
            Command::Submit(_) | Command::CancelReplace(_) if self.answer == Some(place) => {
                IsEntry::Yes
            }
            Command::Submit(_)
            | Command::CancelReplace(_)
            | Command::Cancel(_)
            | Command::Replace(_)
            | Command::MassCancel(_)
            | Command::Tick
            | Command::SetState(_)
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
            | Command::Bust(_) => IsEntry::No,
        }
    }

    fn tell_trade(&mut self, place: usize, at: EventPlace, trade: &Trade, orders: &OpenOrders) {
        let fees = self.listed.terms.fees(trade);
        let legs = [
            (trade.taker, Liquidity::Taker, fees.taker),
            (trade.maker, Liquidity::Maker, fees.maker),
        ];
        let builder = self.builder;
        for (party, liquidity, fee) in legs {
            let order = orders.get(party.order_id);
            let is_filled = self.is_filled_after(place, order, party.leaves_quantity.is_zero());
            let leg = Leg {
                party,
                liquidity,
                fee,
                is_filled,
            };
            self.send(place, party.account, || {
                builder.trade(at, trade, &leg, order)
            });
        }
    }

    /// Both parties are told, whoever asked: the orders may be long gone.
    fn tell_busted(&mut self, place: usize, at: EventPlace, trade: &PastTrade) {
        let fees = self.listed.terms.fees_of_past(trade);
        let taker_side = trade.aggressor_side;
        let legs = [
            (trade.taker, taker_side, Liquidity::Taker, fees.taker),
            (
                trade.maker,
                taker_side.opposite(),
                Liquidity::Maker,
                fees.maker,
            ),
        ];
        let builder = self.builder;
        for (party, side, liquidity, fee) in legs {
            let leg = BustedLeg {
                party,
                side,
                liquidity,
                fee,
            };
            self.send(place, party.account, || builder.busted(at, trade, &leg));
        }
    }

    /// An order by quote amount has no leaves: it is filled where nothing more is said of it.
    fn is_filled_after(
        &self,
        place: usize,
        order: Option<&OpenOrder>,
        has_no_leaves: bool,
    ) -> bool {
        match order.map(|order| (order.order_id, order.size)) {
            Some((order_id, OrderSize::QuoteAmount(_))) => !self
                .events
                .iter()
                .skip(place.saturating_add(1))
                .any(|event| concerns(event, order_id)),
            Some((_, OrderSize::Quantity(_))) | None => has_no_leaves,
        }
    }

    fn tell_prevented(
        &mut self,
        place: usize,
        at: EventPlace,
        prevented: &Prevented,
        orders: &OpenOrders,
    ) {
        let builder = self.builder;
        let legs = [
            (prevented.taker, prevented.taker_account, Liquidity::Taker),
            (prevented.maker, prevented.maker_account, Liquidity::Maker),
        ];
        for (order_id, account, liquidity) in legs {
            let order = orders.get(order_id);
            self.send(place, account, || {
                builder.prevented(at, prevented, liquidity, order)
            });
        }
    }

    /// A cancel-replace does two things. Who asked is told of the first one too: the second may be refused.
    fn ends_the_replaced_order(&self, place: usize) -> bool {
        let is_before_answer = self.answer.is_some_and(|answer| place < answer);
        matches!(self.outcome.command, Command::CancelReplace(_))
            && is_before_answer
            && matches!(self.events.get(place), Some(Event::Canceled(_)))
    }

    /// Sends a report to the account's subscribers, and to who asked if this event is the answer.
    fn send(&mut self, place: usize, account: AccountId, report: impl FnOnce() -> Report) {
        let is_answer = self.answer == Some(place);
        let requester = self
            .requester
            .filter(|_| is_answer || self.ends_the_replaced_order(place));
        let subscribers = self.recipients.routing.executions_of(account);
        let copies = self.recipients.routing.drop_copies_of(account);
        let place = ReportPlace {
            sequence: self.outcome.sequence.0,
            k: u32::try_from(place).expect("a command has fewer than 2^32 events"),
        };
        let is_keeping = self.recipients.kept.is_keeping();
        if !is_keeping {
            self.recipients.kept.note(account, place);
            if requester.is_none() && subscribers.is_empty() && copies.is_empty() {
                return;
            }
        }
        let mut report = report();
        let recipients = &mut self.recipients;
        let asked = requester.map(|session| session.id);
        let others = subscribers
            .iter()
            .filter(|session| Some(session.id) != asked)
            .chain(copies);
        let instrument = self.listed.binary();
        if is_keeping {
            let buffer = &mut *recipients.buffer;
            let written = wire::write_report(buffer, Frames::Binary, &instrument, &report);
            recipients.kept.keep(account, place, (written, buffer));
        }
        // Once for all who want the same frames, unless they take turns.
        let mut written = None;
        for session in others {
            let wished = session.frames();
            let frames = match written {
                Some((for_wish, frames)) if for_wish == wished => frames,
                Some(_) | None => {
                    wire::write_report(recipients.buffer, wished, &instrument, &report)
                }
            };
            written = Some((wished, frames));
            recipients
                .wakes
                .push_copy(&session.outbound, frames, recipients.buffer);
        }
        if let Some(session) = requester {
            let trace = if is_answer {
                report.request = request_number::on_wire(self.outcome.origin.request);
                traced::trace_of(session, self.outcome, &report, recipients.stage_clock)
            } else {
                None
            };
            let wished = session.frames();
            if trace.is_some() {
                let message = wire::report(recipients.buffer, wished, &instrument, &report);
                recipients
                    .wakes
                    .push_traced(&session.outbound, message, trace);
            } else {
                let frames = wire::write_report(recipients.buffer, wished, &instrument, &report);
                recipients
                    .wakes
                    .push_copy(&session.outbound, frames, recipients.buffer);
            }
        }
    }
}

fn original_order<'a>(
    orders: &'a OpenOrders,
    repeated: &engine::Repeated,
) -> Option<&'a OpenOrder> {
    match repeated.original {
        engine::OriginalOutcome::Accepted(order_id) => orders.get(order_id),
        engine::OriginalOutcome::Rejected(_) => None,
    }
}

fn concerns(event: &Event, order_id: OrderId) -> bool {
    match event {
        Event::Trade(trade) => trade.taker.order_id == order_id || trade.maker.order_id == order_id,
        Event::Canceled(canceled) => canceled.order_id == order_id,
        Event::Accepted(_)
        | Event::Rejected(_)
        | Event::Repeated(_)
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

fn count(event: &Event, counters: &Counters, rejects: &Rejects) {
    match event {
        Event::Accepted(_) => Counters::count(&counters.accepted),
        Event::Rejected(rejected) => {
            Counters::count(&counters.rejected);
            rejects.count(reject_reason(rejected.reason));
        }
        Event::Trade(_) => Counters::count(&counters.trades),
        Event::Repeated(_)
        | Event::Prevented(_)
        | Event::Rested(_)
        | Event::Replaced(_)
        | Event::Canceled(_)
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
        | Event::BustRefused(_) => {}
    }
}
