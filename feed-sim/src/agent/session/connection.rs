//! What an agent asks while there is a connection, and what it makes of one that is lost and opened again.

use client::{ClientError, Disconnected, Reconnected, SendError};
use protocol::{MassCancel, Operation};

use crate::agent::session::{AgentSession, Phase};
use crate::error::FeedError;
use crate::flow::intent::OrderNumber;

impl AgentSession {
    /// Queues a request, which may enter an order; says whether there is a connection for it.
    pub(super) fn ask(
        &mut self,
        operation: Operation,
        entered: Option<OrderNumber>,
    ) -> Result<bool, FeedError> {
        match self.sender.queue(operation) {
            Ok(request) => {
                self.has_queued = true;
                self.waiting.insert(request, entered);
                Ok(true)
            }
            Err(SendError::Disconnected) => Ok(false),
            Err(error @ SendError::QueueFull { .. }) => Err(error.into()),
        }
    }

    /// Trades no more, and ends its orders.
    pub(super) fn end_orders(&mut self) -> Result<(), FeedError> {
        self.phase = Phase::Ending {
            until_ns: self.clock.now_ns().saturating_add(self.times.timeout_ns),
            request: self.cancel_all()?,
            is_told: false,
        };
        Ok(())
    }

    pub(super) fn on_mass_canceled(&mut self, answered: Option<u64>) {
        if let Phase::Ending {
            request, is_told, ..
        } = &mut self.phase
            && *request == answered
        {
            *is_told = true;
        }
    }

    pub(super) fn on_lost(&mut self, lost: Disconnected) -> Result<(), FeedError> {
        if self.step.is_some() {
            let reason = lost.reason;
            return Err(ClientError::Closed { reason }.into());
        }
        tracing::warn!(reason = lost.reason, "an agent's connection is lost");
        let waiting = std::mem::take(&mut self.waiting);
        for entered in waiting.into_values() {
            self.forget(entered);
        }
        self.book.begin_anew();
        Ok(())
    }

    /// Goes on with what it has, and without orders: executions that it missed are told.
    pub(super) fn on_reconnected(&mut self, opened: &Reconnected) -> Result<(), FeedError> {
        tracing::info!(attempts = opened.attempts, "an agent is connected again");
        self.account.orders_lost();
        self.canceling.clear();
        let canceling = self.cancel_all()?;
        if let Phase::Ending { request, .. } = &mut self.phase {
            *request = canceling;
        }
        Ok(())
    }

    /// Asks for the end of all its orders; `None` where there is no connection.
    fn cancel_all(&mut self) -> Result<Option<u64>, FeedError> {
        let canceling = self.sender.mass_cancel(MassCancel::of(None));
        match canceling {
            Ok(request) => {
                self.has_queued = true;
                Ok(Some(request))
            }
            Err(SendError::Disconnected) => Ok(None),
            Err(error @ SendError::QueueFull { .. }) => Err(error.into()),
        }
    }
}
