//! Drives one WebSocket session: sends what is due, takes in what is told.
//!
//! ```text
//! trading ──stop or end──► waiting for answers ──all there, or time-out──► ending its orders ──► closed
//! ```
//! A lost connection is opened again: what was to be done meanwhile is left out, the orders of before are ended.

use std::sync::Arc;
use std::time::Duration;

use client::{Receiver, SendError, Sender};
use protocol::{
    Cancel, CancelReplace, Channel, NewOrder, OnCancelFailure, Operation, OrderRef, Submit,
    Subscription,
};
use tokio::sync::watch;

use crate::answers::{Subject, Waiting};
use crate::board::{Board, SessionEnd};
use crate::book_check::BookCheck;
use crate::clock::Clock;
use crate::error::FeedError;
use crate::flow::Flow;
use crate::flow::intent::{Action, IntendedOrder, Intent, OrderNumber};
use crate::instrument_profile::InstrumentProfile;
use crate::order_name::OrderNames;
use crate::schedule::Schedule;
use crate::session::listening::Listening;

mod incoming;
mod listening;
mod step;

pub use step::{Pace, Step};

/// What a session is made of.
#[derive(Debug)]
pub struct SessionParts {
    /// The open connection.
    pub connection: client::Session,
    /// What its seats mean to do.
    pub flow: Flow,
    /// The feed's instruments.
    pub profiles: Arc<[InstrumentProfile]>,
    /// The instruments whose depth it follows.
    pub followed: Vec<usize>,
    /// How its orders are called.
    pub names: OrderNames,
    /// When they are due.
    pub schedule: Schedule,
    /// The feed's clock; in lockstep the session's own.
    pub clock: Clock,
    /// Its part in the lockstep, with that clock.
    pub step: Option<Step>,
    /// Where it adds up what it did.
    pub board: Arc<Board>,
    /// How long answers are waited for at the end.
    pub answer_timeout: Duration,
}

/// One session of a feed.
#[derive(Debug)]
pub struct FeedSession {
    sender: Sender,
    flow: Flow,
    names: OrderNames,
    schedule: Schedule,
    clock: Clock,
    step: Option<Step>,
    board: Arc<Board>,
    answer_timeout_ns: u64,
    listening: Listening,
    phase: Phase,
    has_queued: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Trading,
    WaitingForAnswers {
        until_ns: u64,
    },
    /// `request` ends them; without a connection there is none.
    EndingOrders {
        until_ns: u64,
        request: Option<u64>,
    },
    Closed,
}

impl FeedSession {
    /// Runs until the schedule is over or `stop` turns true, then until its orders are ended.
    ///
    /// # Errors
    /// The connection was lost, or a request that must succeed was refused.
    pub async fn run(
        parts: SessionParts,
        mut stop: watch::Receiver<bool>,
    ) -> Result<SessionEnd, FeedError> {
        let (mut session, mut receiver) = Self::open(parts)?;
        let sender = session.sender.clone();
        let sleep = tokio::time::sleep_until(session.clock.instant_at(0));
        tokio::pin!(sleep);
        while session.phase != Phase::Closed {
            let wake_at = session.clock.instant_at(session.wake_at_ns());
            if sleep.deadline() != wake_at {
                sleep.as_mut().reset(wake_at);
            }
            tokio::select! {
                biased;
                stopped = stop.wait_for(|stop| *stop), if session.phase == Phase::Trading => {
                    // An error means that nobody can say stop any more: then it is time to.
                    drop(stopped);
                    session.stop_trading();
                }
                flushed = sender.flush(), if session.has_queued => {
                    session.has_queued = false;
                    if let Err(error) = flushed {
                        // The receiver hears of it too, and says what becomes of the session.
                        tracing::debug!(%error, "requests were not sent");
                    }
                }
                () = &mut sleep => session.on_time()?,
                incoming = receiver.next() => session.on_incoming(incoming, &mut receiver)?,
            }
        }
        // The exchange may be gone already; the orders are ended, so nothing is lost with it.
        if let Err(error) = sender.close().await {
            tracing::debug!(%error, "the session was not closed in order");
        }
        Ok(session.listening.end())
    }

    fn open(parts: SessionParts) -> Result<(Self, Receiver), FeedError> {
        let sender = parts.connection.sender;
        sender.subscribe(Subscription::of(Channel::Executions, None))?;
        let followed = parts.followed.iter();
        let symbols: Vec<_> = followed
            .map(|place| parts.profiles[*place].symbol)
            .collect();
        if !symbols.is_empty() {
            sender.subscribe(Subscription::of(Channel::Depth, Some(symbols)))?;
        }
        if let Some(step) = &parts.step {
            // Last: time begins when everybody is enrolled.
            sender.queue(step.enroll())?;
        }
        let checks = parts.profiles.iter().enumerate().map(|(place, profile)| {
            let is_followed = parts.followed.contains(&place);
            is_followed.then(|| BookCheck::new(profile.symbol, profile.scale))
        });
        let listening = Listening::new(
            Arc::clone(&parts.profiles),
            checks.collect(),
            parts.clock.speed(),
        );
        let session = Self {
            sender,
            flow: parts.flow,
            names: parts.names,
            schedule: parts.schedule,
            clock: parts.clock,
            step: parts.step,
            board: parts.board,
            answer_timeout_ns: u64::try_from(parts.answer_timeout.as_nanos()).unwrap_or(u64::MAX),
            listening,
            phase: Phase::Trading,
            has_queued: true,
        };
        Ok((session, parts.connection.receiver))
    }

    fn wake_at_ns(&self) -> u64 {
        match self.phase {
            Phase::Trading => {
                let next_ns = self.flow.next_at_ns().unwrap_or(u64::MAX);
                self.schedule.wake_at_ns(next_ns)
            }
            Phase::WaitingForAnswers { until_ns } | Phase::EndingOrders { until_ns, .. } => {
                until_ns
            }
            Phase::Closed => 0,
        }
    }

    fn on_time(&mut self) -> Result<(), FeedError> {
        let now_ns = self.clock.now_ns();
        match self.phase {
            Phase::Trading => {
                self.queue_due(now_ns)?;
                if self.schedule.is_over(now_ns) {
                    self.stop_trading();
                }
                Ok(())
            }
            Phase::WaitingForAnswers { until_ns } if now_ns >= until_ns => self.end_orders(now_ns),
            Phase::EndingOrders { until_ns, .. } if now_ns >= until_ns => {
                tracing::warn!("the exchange did not say that the feed's orders are ended");
                self.phase = Phase::Closed;
                Ok(())
            }
            Phase::WaitingForAnswers { .. } | Phase::EndingOrders { .. } | Phase::Closed => Ok(()),
        }
    }

    fn stop_trading(&mut self) {
        let until_ns = self.clock.now_ns().saturating_add(self.answer_timeout_ns);
        self.phase = Phase::WaitingForAnswers { until_ns };
        if self.listening.answers.count() == 0 {
            // Nothing is waited for: the next wake-up is at once.
            self.phase = Phase::WaitingForAnswers { until_ns: 0 };
        }
    }

    fn end_orders(&mut self, now_ns: u64) -> Result<(), FeedError> {
        self.listening.note_unanswered();
        self.phase = Phase::EndingOrders {
            until_ns: now_ns.saturating_add(self.answer_timeout_ns),
            request: self.cancel_all()?,
        };
        Ok(())
    }

    /// Queues everything that is due, to be sent in one flush.
    fn queue_due(&mut self, now_ns: u64) -> Result<(), FeedError> {
        let Some(due_ns) = self.schedule.due_until_ns(now_ns) else {
            return Ok(());
        };
        while let Some(intent) = self.flow.next_due(due_ns) {
            self.queue(intent)?;
        }
        self.board.add(&mut self.listening.entry);
        Ok(())
    }

    fn queue(&mut self, intent: Intent) -> Result<(), FeedError> {
        let symbol = self.profile(&intent).symbol;
        let at_us = None;
        match intent.action {
            Action::Submit(order) => self.submit(&intent, &order)?,
            Action::Requote { cancel, order } => {
                // Two requests, because one that does both is refused where the first order has just traded.
                self.cancel(&intent, cancel)?;
                self.submit(&intent, &order)?;
            }
            Action::CancelReplace { cancel, order } => {
                let operation = Operation::CancelReplace(CancelReplace {
                    symbol,
                    cancel: OrderRef::Client(self.names.name(intent.seat, cancel)),
                    on_cancel_failure: OnCancelFailure::Stop,
                    order: self.new_order(&intent, &order),
                    at_us,
                });
                self.send(operation, &intent, entry(&intent, &order))?;
            }
            Action::Cancel(number) => self.cancel(&intent, number)?,
        }
        Ok(())
    }

    fn submit(&mut self, intent: &Intent, order: &IntendedOrder) -> Result<(), FeedError> {
        let operation = Operation::Submit(Submit {
            symbol: self.profile(intent).symbol,
            order: self.new_order(intent, order),
            at_us: None,
        });
        self.send(operation, intent, entry(intent, order))
    }

    fn cancel(&mut self, intent: &Intent, number: OrderNumber) -> Result<(), FeedError> {
        let operation = Operation::Cancel(Cancel {
            symbol: self.profile(intent).symbol,
            order: OrderRef::Client(self.names.name(intent.seat, number)),
            at_us: None,
        });
        self.send(operation, intent, Subject::Cancel)
    }

    fn new_order(&self, intent: &Intent, order: &IntendedOrder) -> NewOrder {
        let mut entered = self.profile(intent).new_order(order);
        // What cannot rest is never referred to again, but by a model, which learns what became of it; a
        // nameless order costs the exchange less.
        if order.kind.may_rest() || self.flow.is_model(intent.seat) {
            entered.client_order_id = Some(self.names.name(intent.seat, order.number));
        }
        entered
    }

    fn profile(&self, intent: &Intent) -> &InstrumentProfile {
        &self.listening.profiles[self.flow.instrument_of(intent.seat)]
    }

    fn send(
        &mut self,
        operation: Operation,
        intent: &Intent,
        subject: Subject,
    ) -> Result<(), FeedError> {
        let waiting = Waiting {
            intended_ns: self.schedule.intended_ns(intent.at_ns),
            subject,
        };
        match self.sender.queue(operation) {
            Ok(request) => {
                self.has_queued = true;
                self.listening.note_sent(request, waiting);
            }
            // Until there is a connection again, what was meant is not done.
            Err(SendError::Disconnected) => Listening::note_unsent(&waiting, &mut self.flow),
            Err(error @ SendError::QueueFull { .. }) => return Err(error.into()),
        }
        Ok(())
    }
}

fn entry(intent: &Intent, order: &IntendedOrder) -> Subject {
    Subject::Entry {
        seat: intent.seat,
        number: order.number,
    }
}
