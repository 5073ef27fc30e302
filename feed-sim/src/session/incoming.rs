//! What comes in on a session: messages, and that the connection was lost and is there again.

use client::{ClientError, Disconnected, Incoming, Receiver, Reconnected, SendError};
use protocol::{MassCancel, ServerMessage};

use crate::error::FeedError;
use crate::session::{FeedSession, Phase};

/// Messages that are taken in before the next look at the schedule.
const MESSAGES_PER_WAKE_MAX: usize = 512;

impl FeedSession {
    /// Takes in this message and whatever else is there already.
    pub(super) fn on_incoming(
        &mut self,
        incoming: Result<Incoming, ClientError>,
        receiver: &mut Receiver,
    ) -> Result<(), FeedError> {
        let now_ns = self.clock.now_ns();
        let mut next = Some(incoming?);
        let mut taken_in = 0;
        while let Some(incoming) = next.take() {
            match incoming {
                Incoming::Message(message) => self.on_message(&message, now_ns)?,
                Incoming::Disconnected(lost) => self.on_lost(lost)?,
                Incoming::Reconnected(opened) => self.on_reconnected(&opened)?,
            }
            taken_in += 1;
            if self.phase == Phase::Closed {
                break;
            }
            if taken_in < MESSAGES_PER_WAKE_MAX {
                next = receiver.try_next()?;
            }
        }
        if self.step.is_none() {
            // In lockstep a tick is when one looks: what was heard together by then depends on no thread.
            self.look(now_ns)?;
        }
        Ok(())
    }

    fn on_message(&mut self, message: &ServerMessage, now_ns: u64) -> Result<(), FeedError> {
        match message {
            ServerMessage::Report(report) => {
                self.listening
                    .report(report, now_ns, &self.names, &mut self.flow);
            }
            ServerMessage::Error(error) => {
                return self.listening.error(error, now_ns, &mut self.flow);
            }
            ServerMessage::DepthSnapshot(snapshot) => self.listening.depth_snapshot(snapshot),
            ServerMessage::Depth(change) => self.listening.depth(change),
            ServerMessage::MassCanceled(done) => self.on_mass_canceled(done.request),
            ServerMessage::GoingAway(leaving) => {
                if self.step.is_some() {
                    return Err(FeedError::Refused(leaving.text.to_string()));
                }
                tracing::warn!(reason = %leaving.text, "the exchange is going away");
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
            | ServerMessage::Trade(_)
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

    fn on_lost(&mut self, lost: Disconnected) -> Result<(), FeedError> {
        if self.step.is_some() {
            // Time goes on without it, and a run that is to repeat itself has no lost connections.
            let reason = lost.reason;
            return Err(ClientError::Closed { reason }.into());
        }
        tracing::warn!(reason = lost.reason, "a connection of the feed is lost");
        self.listening.lose(&mut self.flow);
        Ok(())
    }

    /// Begins with an empty book of its own: what it had there may have changed unseen, or be entered still.
    fn on_reconnected(&mut self, opened: &Reconnected) -> Result<(), FeedError> {
        tracing::info!(attempts = opened.attempts, "the feed is connected again");
        self.listening.entry.reconnects += 1;
        self.flow.orders_lost();
        let canceling = self.cancel_all()?;
        if let Phase::EndingOrders { request, .. } = &mut self.phase {
            *request = canceling;
        }
        Ok(())
    }

    fn on_mass_canceled(&mut self, answered: Option<u64>) {
        if let Phase::EndingOrders { request, .. } = self.phase
            && request == answered
        {
            self.phase = Phase::Closed;
        }
    }

    /// Asks for the end of all its orders; `None` where there is no connection.
    pub(super) fn cancel_all(&mut self) -> Result<Option<u64>, FeedError> {
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
