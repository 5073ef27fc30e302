//! Carries one agent's wishes out, over a WebSocket session and an account of its own.
//!
//! ```text
//! looking ──stop or end──► its orders are canceled ──all answered, or time-out──► closed
//! ```

use std::collections::{BTreeMap, BTreeSet};

use client::{Incoming, Receiver, Sender};
use protocol::{
    Cancel, Channel, Operation, OrderRef, Report, ReportKind, ServerMessage, Side, Submit,
    Subscription,
};
use tokio::sync::watch;

use crate::agent::account::OpenOrder;
use crate::agent::{Account, Agent, AgentKind, View, Wish};
use crate::board::SessionEnd;
use crate::book_check::BookCheck;
use crate::clock::Clock;
use crate::error::FeedError;
use crate::flow::intent::{IntendedKind, IntendedOrder, OrderNumber};
use crate::instrument_profile::InstrumentProfile;
use crate::order_name::OrderNames;
use crate::report::AgentLine;
use crate::session::Step;

mod connection;
mod timing;

use timing::Times;

/// An agent's only seat.
const SEAT: usize = 0;

/// What an agent's session is made of.
#[derive(Debug)]
pub struct AgentParts {
    /// The open connection, logged on with the agent's own key.
    pub connection: client::Session,
    /// Its head.
    pub agent: Agent,
    /// What it is called.
    pub name: String,
    /// What it trades by.
    pub kind: AgentKind,
    /// What it trades.
    pub profile: InstrumentProfile,
    /// How its orders are called.
    pub names: OrderNames,
    /// The feed's clock; in lockstep the session's own.
    pub clock: Clock,
    /// Its part in the lockstep, with that clock.
    pub step: Option<Step>,
    /// When it first looks.
    pub start_ns: u64,
    /// When it stops.
    pub end_ns: u64,
    /// From one look to the next.
    pub look_interval_ns: u64,
    /// How long answers are waited for at the end.
    pub answer_timeout_ns: u64,
}

/// An agent's session.
#[derive(Debug)]
pub struct AgentSession {
    sender: Sender,
    agent: Agent,
    account: Account,
    profile: InstrumentProfile,
    names: OrderNames,
    clock: Clock,
    book: BookCheck,
    /// Requests without an answer, and which order each enters, if any.
    waiting: BTreeMap<u64, Option<OrderNumber>>,
    /// Orders that it has asked to be taken back.
    canceling: BTreeSet<OrderNumber>,
    next_number: u64,
    traded_lots: u64,
    own_lots: u64,
    /// The middle of the market when the agent looked last: at the end all leave, and there may be none.
    middle_doubled: Option<i64>,
    phase: Phase,
    has_queued: bool,
    line: AgentLine,
    step: Option<Step>,
    times: Times,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Looking {
        next_ns: u64,
    },
    /// `request` ends its orders; without a connection there is none.
    Ending {
        until_ns: u64,
        request: Option<u64>,
        is_told: bool,
    },
    Over,
}

impl AgentSession {
    /// Runs until `end_ns` or until `stop` turns true, then until its orders are ended.
    ///
    /// # Errors
    /// The connection was lost.
    pub async fn run(
        parts: AgentParts,
        mut stop: watch::Receiver<bool>,
    ) -> Result<(SessionEnd, AgentLine), FeedError> {
        let (mut session, mut receiver) = Self::open(parts)?;
        let sender = session.sender.clone();
        sender.flush().await?;
        session.has_queued = false;
        while let Some(wake_ns) = session.wake_ns() {
            let is_looking = matches!(session.phase, Phase::Looking { .. });
            tokio::select! {
                biased;
                stopped = stop.wait_for(|stop| *stop), if is_looking => {
                    // An error means that nobody can say stop any more: then it is time to.
                    drop(stopped);
                    session.end_orders()?;
                }
                () = tokio::time::sleep_until(session.clock.instant_at(wake_ns)) => {
                    // A clock that stands wakes who waits, so that it looks again.
                    if session.clock.now_ns() >= wake_ns {
                        session.on_time(wake_ns)?;
                    }
                }
                incoming = receiver.next() => session.take_in(incoming?)?,
            }
            // What is queued by now goes out, before it is waited again.
            if session.has_queued {
                session.has_queued = false;
                if let Err(error) = sender.flush().await {
                    // The receiver hears of it too, and says what becomes of the session.
                    tracing::debug!(%error, "requests were not sent");
                }
            }
        }
        if let Err(error) = sender.close().await {
            tracing::debug!(%error, "the session was not closed in order");
        }
        Ok(session.ended())
    }

    fn open(parts: AgentParts) -> Result<(Self, Receiver), FeedError> {
        let sender = parts.connection.sender;
        let symbol = parts.profile.symbol;
        sender.subscribe(Subscription::of(Channel::Executions, None))?;
        for channel in [Channel::Depth, Channel::Trades] {
            sender.subscribe(Subscription::of(channel, Some(vec![symbol])))?;
        }
        if let Some(step) = &parts.step {
            // Last: time begins when everybody is enrolled.
            sender.queue(step.enroll())?;
        }
        let line = AgentLine::new(parts.name, parts.kind, symbol, parts.connection.account);
        let session = Self {
            book: BookCheck::new(symbol, parts.profile.scale),
            sender,
            agent: parts.agent,
            account: Account::default(),
            profile: parts.profile,
            names: parts.names,
            clock: parts.clock,
            waiting: BTreeMap::new(),
            canceling: BTreeSet::new(),
            next_number: 0,
            traded_lots: 0,
            own_lots: 0,
            middle_doubled: None,
            phase: Phase::Looking {
                next_ns: parts.start_ns,
            },
            has_queued: true,
            line,
            step: parts.step,
            times: Times {
                end_ns: parts.end_ns,
                interval_ns: parts.look_interval_ns,
                timeout_ns: parts.answer_timeout_ns,
            },
        };
        Ok((session, parts.connection.receiver))
    }

    /// Shows the agent what there is, and does what it wants. Without two sides there is nothing to look at.
    fn look(&mut self) -> Result<(), FeedError> {
        let Some((bid, ask)) = self.profile.best_ticks(&self.book) else {
            return Ok(());
        };
        self.middle_doubled = Some(bid + ask);
        let traded_lots = std::mem::take(&mut self.traded_lots);
        let own_lots = std::mem::take(&mut self.own_lots);
        let view = View {
            bid,
            ask,
            traded_lots: traded_lots.saturating_sub(own_lots),
            account: &self.account,
        };
        for wish in self.agent.look(view) {
            match wish {
                Wish::Enter { side, kind, lots } => self.enter(side, kind, lots)?,
                Wish::Cancel(number) => self.cancel(number)?,
            }
        }
        Ok(())
    }

    fn enter(&mut self, side: Side, kind: IntendedKind, lots: u64) -> Result<(), FeedError> {
        let number = OrderNumber(self.next_number);
        self.next_number += 1;
        let intended = IntendedOrder {
            number,
            side,
            kind,
            lots,
        };
        let mut order = self.profile.new_order(&intended);
        order.client_order_id = Some(self.names.name(SEAT, number));
        let submit = Operation::Submit(Submit {
            symbol: self.profile.symbol,
            order,
            at_us: None,
        });
        if !self.ask(submit, Some(number))? {
            return Ok(());
        }
        self.line.orders += 1;
        let (IntendedKind::Quote { ticks }
        | IntendedKind::Hidden { ticks }
        | IntendedKind::Limit { ticks }
        | IntendedKind::ImmediateOrCancel { ticks }) = kind
        else {
            return Ok(());
        };
        let open = OpenOrder {
            side,
            ticks,
            leaves_lots: lots,
        };
        self.account.sent(number, open);
        Ok(())
    }

    fn cancel(&mut self, number: OrderNumber) -> Result<(), FeedError> {
        if !self.canceling.insert(number) {
            return Ok(());
        }
        let cancel = Operation::Cancel(Cancel {
            symbol: self.profile.symbol,
            order: OrderRef::Client(self.names.name(SEAT, number)),
            at_us: None,
        });
        self.ask(cancel, None).map(|_was_sent| ())
    }

    fn take_in(&mut self, incoming: Incoming) -> Result<(), FeedError> {
        let message = match incoming {
            Incoming::Message(message) => message,
            Incoming::Disconnected(lost) => return self.on_lost(lost),
            Incoming::Reconnected(opened) => return self.on_reconnected(&opened),
        };
        match &message {
            ServerMessage::Report(report) => self.report(report),
            ServerMessage::Error(error) => {
                if let Some(entered) = error
                    .request
                    .and_then(|request| self.waiting.remove(&request))
                {
                    self.line.rejects += 1;
                    self.forget(entered);
                }
            }
            ServerMessage::DepthSnapshot(snapshot) => self.book.snapshot(snapshot),
            ServerMessage::Depth(change) => self.book.change(change),
            ServerMessage::Trade(trade) => {
                self.traded_lots += self.profile.lots(trade.quantity);
            }
            ServerMessage::MassCanceled(done) => self.on_mass_canceled(done.request),
            ServerMessage::GoingAway(leaving) => {
                if self.step.is_some() {
                    return Err(FeedError::Refused(leaving.text.to_string()));
                }
            }
            ServerMessage::Enrolled(enrolled) => {
                if let Some(step) = &mut self.step {
                    step.begin(enrolled);
                }
            }
            ServerMessage::Tick(tick) => self.on_tick(*tick)?,
            ServerMessage::Hello(_)
            | ServerMessage::LoggedOn(_)
            | ServerMessage::Trace(_)
            | ServerMessage::OpenOrders(_)
            | ServerMessage::Balances(_)
            | ServerMessage::Positions(_)
            | ServerMessage::Past(_)
            | ServerMessage::Candles(_)
            | ServerMessage::Candle(_)
            | ServerMessage::Statistics(_)
            | ServerMessage::Quoted(_)
            | ServerMessage::Batched(_)
            | ServerMessage::Done(_)
            | ServerMessage::Subscribed(_)
            | ServerMessage::Unsubscribed(_)
            | ServerMessage::TradeBusted(_)
            | ServerMessage::Top(_)
            | ServerMessage::OrdersSnapshot(_)
            | ServerMessage::Orders(_)
            | ServerMessage::Status(_)
            | ServerMessage::Instrument(_)
            | ServerMessage::Heartbeat(_)
            | ServerMessage::Queue(_)
            | ServerMessage::Lagged(_)
            | ServerMessage::Pong(_) => {}
        }
        Ok(())
    }

    fn report(&mut self, report: &Report) {
        let answered = report
            .request
            .and_then(|request| self.waiting.remove(&request));
        let named = report.client_order_id.as_ref();
        let named = named.and_then(|name| self.names.read(name));
        let number = named.map(|(_, number)| number);
        match report.kind {
            ReportKind::Rejected => {
                self.line.rejects += 1;
                self.forget(answered.flatten());
            }
            ReportKind::Trade => self.trade(report, number),
            ReportKind::Canceled => self.forget(number),
            ReportKind::Rested => {
                if let (Some(number), Some(price)) = (number, report.price) {
                    self.account.rested(number, self.profile.ticks(price));
                }
            }
            ReportKind::Accepted
            | ReportKind::Repeated
            | ReportKind::Replaced
            | ReportKind::Prevented
            | ReportKind::Triggered
            | ReportKind::Refilled
            | ReportKind::Pegged
            | ReportKind::Parked
            | ReportKind::Busted => {}
        }
    }

    fn trade(&mut self, report: &Report, number: Option<OrderNumber>) {
        let (Some(number), Some(side), Some(price), Some(quantity)) =
            (number, report.side, report.last_price, report.last_quantity)
        else {
            return;
        };
        let (ticks, lots) = (self.profile.ticks(price), self.profile.lots(quantity));
        self.own_lots += lots;
        self.account.traded(number, side, ticks, lots);
    }

    fn forget(&mut self, number: Option<OrderNumber>) {
        if let Some(number) = number {
            self.account.ended(number);
            self.canceling.remove(&number);
        }
    }

    fn ended(mut self) -> (SessionEnd, AgentLine) {
        let end = SessionEnd {
            unanswered: u64::try_from(self.waiting.len()).unwrap_or(u64::MAX),
            faults: self.book.faults(),
        };
        self.line.trades = self.account.trades();
        self.line.position = self.profile.position(self.account.position_lots());
        self.line.profit = self
            .middle_doubled
            .map(|middle| self.profile.money(self.account.profit_doubled(middle)));
        (end, self.line)
    }
}
