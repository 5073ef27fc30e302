//! What waits to be written to one session: bounded, never waited for.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use bytes::Bytes;
use engine::InstrumentId;
use futures_util::task::AtomicWaker;
use protocol::Frames;
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Message;

use crate::limits::Limits;
use crate::lock::lock;
use crate::session::end::SessionEnd;
use crate::session::traces::UnwrittenTrace;
use crate::session::waiting::Waiting;
use crate::websocket::{lend_for_writing, put_frame};

/// Who a message is for, which decides how soon it must leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The participant alone: leaves at once.
    Private,
    /// Everyone: leaves with the next flush.
    Public,
}

/// One flow of public messages to one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowKey {
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Which of the instrument's groups.
    pub group: u32,
}

/// What became of a public message that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// It waits.
    Taken,
    /// The session ends; nothing more is sent to it.
    Ended,
    /// There is no room. What waited of the same flow is dropped too.
    NoRoom {
        /// The first number of the flow that the session does not get.
        first: u64,
    },
}

/// What the writer of a session finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Messages to write; more may follow.
    Messages,
    /// Messages to write, the last ones.
    Last(SessionEnd),
}

/// When the session was told that something waits. Ordered by urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Nothing,
    NextFlush,
    AtOnce,
}

/// The bounded queue of one session. Anyone pushes, the session's own task takes.
#[derive(Debug)]
pub struct Outbound {
    queue: Mutex<Queue>,
    waker: AtomicWaker,
    /// Rung when everything is written; nobody listens but with the lockstep clock.
    drained: Option<Arc<Notify>>,
    messages_max: usize,
    bytes_max: usize,
    public_bytes_max: usize,
}

#[derive(Debug)]
struct Queue {
    messages: VecDeque<Waiting>,
    /// How many messages that is.
    count: usize,
    bytes: usize,
    public_bytes: usize,
    /// Flows that the session is to fetch what is so of.
    due: Vec<FlowKey>,
    told: Told,
    /// How often something was queued.
    news: u64,
    /// The writer has written everything and waits.
    is_writer_waiting: bool,
    end: Option<SessionEnd>,
}

impl Outbound {
    /// An empty queue.
    pub fn new(limits: &Limits) -> Self {
        Self {
            queue: Mutex::new(Queue {
                messages: VecDeque::new(),
                count: 0,
                bytes: 0,
                public_bytes: 0,
                due: Vec::new(),
                told: Told::Nothing,
                news: 0,
                is_writer_waiting: false,
                end: None,
            }),
            waker: AtomicWaker::new(),
            drained: None,
            messages_max: limits.outbound_messages_max,
            bytes_max: limits.outbound_bytes_max,
            public_bytes_max: limits.outbound_public_bytes_max,
        }
    }

    /// The same, which rings when everything that waited is written.
    #[must_use]
    pub fn ringing(self, drained: Arc<Notify>) -> Self {
        Self {
            drained: Some(drained),
            ..self
        }
    }

    /// Whether everything that was queued is written, or nothing will be.
    pub fn is_drained(&self) -> bool {
        let queue = lock(&self.queue);
        let is_empty = queue.messages.is_empty() && queue.due.is_empty();
        queue.end.is_some() || (is_empty && queue.is_writer_waiting)
    }

    /// How often something was queued so far: whoever has seen the same number before was told nothing since.
    pub fn news(&self) -> u64 {
        lock(&self.queue).news
    }

    /// Queues a message that must not be lost. True: the caller must see to it that [`Self::wake`] is called, as
    /// soon as `audience` demands.
    ///
    /// No room means that the session does not read: it is cut off, and what waited is dropped.
    #[must_use]
    pub fn push(&self, message: Message, audience: Audience) -> bool {
        self.push_traced(message, audience, None)
    }

    /// The same with a message whose trace is told when it has been written.
    #[must_use]
    pub fn push_traced(
        &self,
        message: Message,
        audience: Audience,
        trace: Option<Box<UnwrittenTrace>>,
    ) -> bool {
        let mut queue = lock(&self.queue);
        if queue.end.is_some() {
            return false;
        }
        if !self.takes(&mut queue, message.len()) {
            return true;
        }
        queue.messages.push_back(Waiting::Message {
            message,
            trace,
            part: None,
        });
        queue.tell(audience)
    }

    /// The same with a private message that is copied behind those that wait: it costs no allocation of its own.
    #[must_use]
    pub fn push_copy(&self, frames: Frames, payload: &[u8]) -> bool {
        let mut queue = lock(&self.queue);
        if queue.end.is_some() {
            return false;
        }
        if !self.takes(&mut queue, payload.len()) {
            return true;
        }
        if let Some(Waiting::Frames { bytes, count }) = queue.messages.back_mut() {
            put_frame(bytes, frames, payload);
            *count += 1;
        } else {
            let mut bytes = lend_for_writing();
            put_frame(&mut bytes, frames, payload);
            queue
                .messages
                .push_back(Waiting::Frames { bytes, count: 1 });
        }
        queue.tell(Audience::Private)
    }

    /// Counts a message that must not be lost; without room for it the session is cut off.
    fn takes(&self, queue: &mut Queue, length: usize) -> bool {
        let bytes = queue.bytes.saturating_add(length);
        if queue.count >= self.messages_max || bytes > self.bytes_max {
            queue.cut_off();
            return false;
        }
        queue.bytes = bytes;
        queue.count += 1;
        true
    }

    /// Offers a message of a public flow whose first number is `first`. The second value: as with [`Self::push`].
    pub fn offer(&self, message: Message, flow: FlowKey, first: u64) -> (Offered, bool) {
        let length = message.len();
        let mut queue = lock(&self.queue);
        if queue.end.is_some() {
            return (Offered::Ended, false);
        }
        let bytes = queue.bytes.saturating_add(length);
        let public_bytes = queue.public_bytes.saturating_add(length);
        let is_full = queue.count >= self.messages_max
            || bytes > self.bytes_max
            || public_bytes > self.public_bytes_max;
        if is_full {
            let first = queue.drop_flow(flow).unwrap_or(first);
            return (Offered::NoRoom { first }, false);
        }
        queue.bytes = bytes;
        queue.public_bytes = public_bytes;
        queue.count += 1;
        queue.messages.push_back(Waiting::Message {
            message,
            trace: None,
            part: Some((flow, first)),
        });
        (Offered::Taken, queue.tell(Audience::Public))
    }

    /// Notes that the session is to fetch what is so of a flow, when it has written what waits. True: as with
    /// [`Self::push`].
    #[must_use]
    pub fn note_due(&self, flow: FlowKey) -> bool {
        let mut queue = lock(&self.queue);
        if queue.end.is_some() {
            return false;
        }
        queue.due.push(flow);
        queue.tell(Audience::Public)
    }

    /// Ends the session as one that does not read; what waited is dropped.
    pub fn cut_off_now(&self) {
        lock(&self.queue).cut_off();
    }

    /// Queues a message of the session's own task, which looks at its queue before it waits again.
    pub fn push_own(&self, message: Message) {
        let _is_awake = self.push(message, Audience::Private);
    }

    /// Queues a WebSocket ping of the session's own task, with what is to come back.
    pub fn push_ping(&self, payload: Bytes) {
        let mut queue = lock(&self.queue);
        if queue.end.is_none() {
            queue.count += 1;
            let ping = Message::Ping(payload);
            queue.messages.push_back(Waiting::message(ping));
        }
    }

    /// Lets the session end once what waits is written.
    pub fn end(&self, end: SessionEnd) {
        let mut queue = lock(&self.queue);
        if queue.end.is_none() {
            queue.end = Some(end);
        }
        drop(queue);
        self.wake();
    }

    /// Wakes the session's task.
    pub fn wake(&self) {
        self.waker.wake();
    }

    /// Moves all that waits into `messages`, and what is to be fetched into `due`; waits until there is something.
    /// One task alone may wait.
    pub async fn take(&self, messages: &mut VecDeque<Waiting>, due: &mut Vec<FlowKey>) -> Taken {
        poll_fn(|context| {
            // Register first: a push between the look and the registration must not be lost.
            self.waker.register(context.waker());
            let mut queue = lock(&self.queue);
            queue.told = Told::Nothing;
            if queue.messages.is_empty() && queue.due.is_empty() && queue.end.is_none() {
                if !std::mem::replace(&mut queue.is_writer_waiting, true)
                    && let Some(drained) = &self.drained
                {
                    drained.notify_one();
                }
                return Poll::Pending;
            }
            queue.is_writer_waiting = false;
            queue.count = 0;
            queue.bytes = 0;
            queue.public_bytes = 0;
            std::mem::swap(messages, &mut queue.messages);
            due.append(&mut queue.due);
            Poll::Ready(queue.end.map_or(Taken::Messages, Taken::Last))
        })
        .await
    }

    /// Resolves when the session has been cut off while its writer could not write.
    pub async fn cut_off(&self) {
        poll_fn(|context| {
            self.waker.register(context.waker());
            match lock(&self.queue).end {
                Some(SessionEnd::SlowConsumer) => Poll::Ready(()),
                Some(_) | None => Poll::Pending,
            }
        })
        .await;
    }
}

impl Queue {
    fn tell(&mut self, audience: Audience) -> bool {
        self.news = self.news.wrapping_add(1);
        let due = match audience {
            Audience::Private => Told::AtOnce,
            Audience::Public => Told::NextFlush,
        };
        let is_news = due > self.told;
        if is_news {
            self.told = due;
        }
        is_news
    }

    /// Drops what waits of a flow; returns its first number.
    fn drop_flow(&mut self, flow: FlowKey) -> Option<u64> {
        let mut first = None;
        let mut dropped_bytes = 0;
        let count_before = self.messages.len();
        self.messages.retain(|waiting| match waiting {
            Waiting::Message {
                message,
                part: Some((of, number)),
                ..
            } if *of == flow => {
                first = first.or(Some(*number));
                dropped_bytes += message.len();
                false
            }
            Waiting::Message { .. } | Waiting::Frames { .. } => true,
        });
        self.count -= count_before - self.messages.len();
        self.bytes -= dropped_bytes;
        self.public_bytes -= dropped_bytes;
        first
    }

    fn cut_off(&mut self) {
        self.messages = VecDeque::new();
        self.count = 0;
        self.due = Vec::new();
        self.bytes = 0;
        self.public_bytes = 0;
        self.end = Some(SessionEnd::SlowConsumer);
    }
}

#[cfg(test)]
mod tests;
