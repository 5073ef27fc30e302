//! The half of a session that asks: queues requests and flushes them together.

mod questions;
mod requests;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use futures_util::SinkExt;
use protocol::{
    Channel, Frames, HelloAnswer, InstrumentTable, Layout, Operation, Request, ServerMessage,
    Subscription, Symbol,
};
use tokio_tungstenite::tungstenite::Message;

use crate::connection::FrameSink;
use crate::error::SendError;
use crate::execution_place::{ExecutionPlace, Next};
use crate::subscriptions::Subscriptions;

/// Asks the exchange. Clones share one connection and one count of request ids.
///
/// Requests are queued without waiting and go out together at the next [`Sender::flush`], in the order in
/// which they were queued. A flush waits while the exchange does not read; whoever flushes must not be
/// the only one who reads, or both ends can wait for each other.
#[derive(Debug, Clone)]
pub struct Sender {
    pub(crate) shared: Arc<Shared>,
}

/// What the clones of a sender and its receiver share.
#[derive(Debug)]
pub(crate) struct Shared {
    outbox: Mutex<Outbox>,
    /// Held across waiting by whoever flushes; frames pass from the outbox to it in order.
    writer: tokio::sync::Mutex<Writer>,
    queued_requests_max: usize,
}

#[derive(Debug)]
struct Outbox {
    queued: Vec<Message>,
    /// Requests that were never sent when the connection broke are not sent on the next one.
    is_connected: bool,
    /// The user said good-bye: no new connection is wanted.
    is_closed_by_us: bool,
    /// Counts connections, so that a late failure on an old one leaves the new one alone.
    connection: u64,
    next_request: u64,
    subscriptions: Subscriptions,
    /// Where it stands in its account's executions.
    executions: ExecutionPlace,
    listed: Vec<Symbol>,
    /// How binary frames name what is listed.
    names: Arc<InstrumentTable>,
    frames: Frames,
    /// Reused for every binary frame.
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Writer {
    frames_out: FrameSink,
    /// What a flush has taken but not yet fed, should it be dropped half way.
    taken: VecDeque<Message>,
    is_flushed: bool,
    connection: u64,
}

impl Shared {
    pub(crate) fn new(
        frames_out: FrameSink,
        hello: &HelloAnswer,
        queued_requests_max: usize,
    ) -> Self {
        Self {
            outbox: Mutex::new(Outbox {
                queued: Vec::new(),
                is_connected: true,
                is_closed_by_us: false,
                connection: 1,
                next_request: 1,
                subscriptions: Subscriptions::default(),
                executions: ExecutionPlace::default(),
                listed: listed_symbols(hello),
                names: Arc::new(InstrumentTable::of_terms(&hello.instruments)),
                frames: hello.frames,
                buffer: Vec::new(),
            }),
            writer: tokio::sync::Mutex::new(Writer {
                frames_out,
                taken: VecDeque::new(),
                is_flushed: true,
                connection: 1,
            }),
            queued_requests_max,
        }
    }

    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox
            .lock()
            .expect("nothing panics while it holds the outbox")
    }

    /// How binary frames name what is listed.
    pub(crate) fn names(&self) -> Arc<InstrumentTable> {
        Arc::clone(&self.outbox().names)
    }

    /// Whether the user said good-bye.
    pub(crate) fn is_closed_by_us(&self) -> bool {
        self.outbox().is_closed_by_us
    }

    /// Takes in what a message says of where the session stands. True: something is to be flushed.
    pub(crate) fn note(&self, message: &ServerMessage) -> bool {
        let (ServerMessage::Report(_) | ServerMessage::Subscribed(_) | ServerMessage::Error(_)) =
            message
        else {
            return false;
        };
        let mut outbox = self.outbox();
        match outbox.executions.take(message) {
            Next::Nothing => false,
            Next::BeginAnew(channel) => {
                outbox.push(Operation::Subscribe(Subscription::of(channel, None)));
                true
            }
        }
    }

    /// Notes that the connection is lost; returns how many queued requests are dropped with it.
    pub(crate) fn disconnect(&self) -> usize {
        let mut outbox = self.outbox();
        outbox.is_connected = false;
        std::mem::take(&mut outbox.queued).len()
    }

    /// Puts a new connection in place and asks on it for all that was subscribed to.
    pub(crate) async fn reconnect(
        &self,
        frames_out: FrameSink,
        hello: &HelloAnswer,
    ) -> Result<(), SendError> {
        let mut writer = self.writer.lock().await;
        {
            let mut outbox = self.outbox();
            outbox.connection = outbox.connection.saturating_add(1);
            outbox.is_connected = true;
            outbox.listed = listed_symbols(hello);
            outbox.names = Arc::new(InstrumentTable::of_terms(&hello.instruments));
            outbox.frames = hello.frames;
            outbox.queued.clear();
            outbox.executions.forget_requests();
            for subscription in outbox.subscriptions.wanted().to_vec() {
                outbox.follow_again(subscription);
            }
            *writer = Writer {
                frames_out,
                taken: VecDeque::new(),
                is_flushed: true,
                connection: outbox.connection,
            };
        }
        drop(writer);
        self.flush().await
    }

    pub(crate) async fn flush(&self) -> Result<(), SendError> {
        let mut writer = self.writer.lock().await;
        {
            let mut outbox = self.outbox();
            if !outbox.is_connected || outbox.connection != writer.connection {
                return Err(SendError::Disconnected);
            }
            writer.taken.extend(outbox.queued.drain(..));
        }
        if writer.write().await.is_err() {
            let mut outbox = self.outbox();
            if outbox.connection == writer.connection {
                outbox.is_connected = false;
            }
            return Err(SendError::Disconnected);
        }
        Ok(())
    }
}

impl Outbox {
    fn frame(&mut self, request: &Request) -> Message {
        self.buffer.clear();
        match self.frames {
            Frames::Binary
                if request.encode_binary(&self.names, &mut self.buffer) == Layout::Fixed =>
            {
                Message::binary(self.buffer.clone())
            }
            Frames::Binary | Frames::Text => Message::text(request.to_json()),
        }
    }

    /// Asks on a new connection for what was followed; executions go on where they were.
    fn follow_again(&mut self, subscription: Subscription) {
        match self.executions.resume(subscription.channel) {
            Some(resume) if is_of_executions(subscription.channel) => {
                self.push(Operation::ResumeExecutions(resume));
            }
            Some(_) | None => {
                self.push(Operation::Subscribe(subscription));
            }
        }
    }

    fn push(&mut self, operation: Operation) -> u64 {
        let id = self.next_request;
        self.next_request = id.saturating_add(1);
        if let Operation::ResumeExecutions(resume) = &operation {
            self.executions.note_resume(id, resume);
        }
        let request = Request {
            id: Some(id),
            operation,
        };
        let frame = self.frame(&request);
        self.queued.push(frame);
        id
    }
}

/// Whether a channel tells reports of the own account.
fn is_of_executions(channel: Channel) -> bool {
    channel == Channel::Executions || channel == Channel::DropCopy
}

/// The symbols that a subscription to all instruments stands for.
fn listed_symbols(hello: &HelloAnswer) -> Vec<Symbol> {
    hello
        .instruments
        .iter()
        .map(|instrument| instrument.symbol)
        .collect()
}

impl Writer {
    /// Feeds all that is taken, then flushes once. May be dropped at any point and called again.
    async fn write(&mut self) -> Result<(), tokio_tungstenite::tungstenite::Error> {
        while !self.taken.is_empty() {
            std::future::poll_fn(|context| self.frames_out.poll_ready_unpin(context)).await?;
            if let Some(frame) = self.taken.pop_front() {
                self.is_flushed = false;
                self.frames_out.start_send_unpin(frame)?;
            }
        }
        if !self.is_flushed {
            self.frames_out.flush().await?;
            self.is_flushed = true;
        }
        Ok(())
    }
}

impl Sender {
    pub(crate) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Queues any request; returns its id, which every answer to it repeats.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn queue(&self, operation: Operation) -> Result<u64, SendError> {
        let mut outbox = self.shared.outbox();
        if !outbox.is_connected {
            return Err(SendError::Disconnected);
        }
        if outbox.queued.len() >= self.shared.queued_requests_max {
            return Err(SendError::QueueFull {
                queued_requests_max: self.shared.queued_requests_max,
            });
        }
        let outbox = &mut *outbox;
        if let Operation::Subscribe(subscription) = &operation {
            outbox.subscriptions.add(subscription);
        }
        if let Operation::ResumeExecutions(resume) = &operation {
            let followed = Subscription::of(resume.channel, None);
            outbox.subscriptions.add(&followed);
        }
        if let Operation::Unsubscribe(subscription) = &operation {
            outbox.subscriptions.remove(subscription, &outbox.listed);
            if is_of_executions(subscription.channel) {
                outbox.executions = ExecutionPlace::default();
            }
        }
        Ok(outbox.push(operation))
    }

    /// Sends all that is queued, by whichever clone.
    ///
    /// # Errors
    /// There is no connection.
    pub async fn flush(&self) -> Result<(), SendError> {
        self.shared.flush().await
    }

    /// Queues a request and flushes.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub async fn send(&self, operation: Operation) -> Result<u64, SendError> {
        let id = self.queue(operation)?;
        self.flush().await?;
        Ok(id)
    }

    /// How many requests wait for a flush.
    pub fn queued_requests(&self) -> usize {
        self.shared.outbox().queued.len()
    }

    /// Says good-bye: flushes and closes the WebSocket. The receiver then ends; nothing is reconnected.
    ///
    /// # Errors
    /// There is no connection.
    pub async fn close(&self) -> Result<(), SendError> {
        self.shared.outbox().is_closed_by_us = true;
        self.flush().await?;
        let mut writer = self.shared.writer.lock().await;
        writer
            .frames_out
            .close()
            .await
            .map_err(|_| SendError::Disconnected)
    }
}
