//! What waits to be written to one session: bounded, never waited for.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Mutex;
use std::task::Poll;

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::limits::Limits;
use crate::lock::lock;
use crate::session::end::SessionEnd;

/// Who a message is for, which decides how soon it must leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The participant alone: leaves at once.
    Private,
    /// Everyone: leaves with the next flush.
    Public,
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
    messages_max: usize,
    bytes_max: usize,
    public_bytes_max: usize,
}

#[derive(Debug)]
struct Queue {
    messages: VecDeque<Message>,
    bytes: usize,
    public_bytes: usize,
    told: Told,
    end: Option<SessionEnd>,
}

impl Outbound {
    /// An empty queue.
    pub fn new(limits: &Limits) -> Self {
        Self {
            queue: Mutex::new(Queue {
                messages: VecDeque::new(),
                bytes: 0,
                public_bytes: 0,
                told: Told::Nothing,
                end: None,
            }),
            waker: AtomicWaker::new(),
            messages_max: limits.outbound_messages_max,
            bytes_max: limits.outbound_bytes_max,
            public_bytes_max: limits.outbound_public_bytes_max,
        }
    }

    /// Queues a message. True: the caller must see to it that [`Self::wake`] is called, as soon as `audience` demands.
    ///
    /// No room means that the session does not read: it is cut off, and what waited is dropped.
    #[must_use]
    pub fn push(&self, message: Utf8Bytes, audience: Audience) -> bool {
        let length = message.len();
        let mut queue = lock(&self.queue);
        if queue.end.is_some() {
            return false;
        }
        let bytes = queue.bytes.saturating_add(length);
        let public_bytes = match audience {
            Audience::Private => queue.public_bytes,
            Audience::Public => queue.public_bytes.saturating_add(length),
        };
        let is_full = queue.messages.len() >= self.messages_max
            || bytes > self.bytes_max
            || public_bytes > self.public_bytes_max;
        if is_full {
            queue.cut_off();
            return true;
        }
        queue.bytes = bytes;
        queue.public_bytes = public_bytes;
        queue.messages.push_back(Message::Text(message));
        queue.tell(audience)
    }

    /// Queues a message of the session's own task, which looks at its queue before it waits again.
    pub fn push_own(&self, message: Utf8Bytes) {
        let _is_awake = self.push(message, Audience::Private);
    }

    /// Queues a WebSocket ping of the session's own task.
    pub fn push_ping(&self) {
        let mut queue = lock(&self.queue);
        if queue.end.is_none() {
            queue.messages.push_back(Message::Ping(Bytes::new()));
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

    /// Moves all that waits into `messages`; waits until there is something. One task alone may wait.
    pub async fn take(&self, messages: &mut VecDeque<Message>) -> Taken {
        poll_fn(|context| {
            // Register first: a push between the look and the registration must not be lost.
            self.waker.register(context.waker());
            let mut queue = lock(&self.queue);
            queue.told = Told::Nothing;
            if queue.messages.is_empty() && queue.end.is_none() {
                return Poll::Pending;
            }
            queue.bytes = 0;
            queue.public_bytes = 0;
            std::mem::swap(messages, &mut queue.messages);
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

    fn cut_off(&mut self) {
        self.messages = VecDeque::new();
        self.bytes = 0;
        self.public_bytes = 0;
        self.end = Some(SessionEnd::SlowConsumer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            outbound_messages_max: 3,
            outbound_bytes_max: 100,
            outbound_public_bytes_max: 10,
            ..Limits::laptop()
        }
    }

    fn text(length: usize) -> Utf8Bytes {
        "x".repeat(length).into()
    }

    async fn taken(outbound: &Outbound) -> (Taken, usize) {
        let mut messages = VecDeque::new();
        let taken = outbound.take(&mut messages).await;
        (taken, messages.len())
    }

    #[tokio::test]
    async fn what_was_pushed_is_taken_at_once() {
        let outbound = Outbound::new(&limits());
        let _ = outbound.push(text(1), Audience::Private);
        let _ = outbound.push(text(1), Audience::Public);

        assert_eq!(taken(&outbound).await, (Taken::Messages, 2));
    }

    #[tokio::test]
    async fn one_message_too_many_cuts_off() {
        let outbound = Outbound::new(&limits());
        for _ in 0..4 {
            let _ = outbound.push(text(1), Audience::Private);
        }

        assert_eq!(
            taken(&outbound).await,
            (Taken::Last(SessionEnd::SlowConsumer), 0)
        );
    }

    #[tokio::test]
    async fn market_data_has_a_smaller_bound_than_reports() {
        let outbound = Outbound::new(&limits());
        let _ = outbound.push(text(50), Audience::Private);
        let _ = outbound.push(text(10), Audience::Public);
        assert_eq!(taken(&outbound).await, (Taken::Messages, 2));

        let _ = outbound.push(text(11), Audience::Public);

        assert_eq!(
            taken(&outbound).await,
            (Taken::Last(SessionEnd::SlowConsumer), 0)
        );
    }

    #[test]
    fn a_report_behind_market_data_still_asks_for_a_wake_at_once() {
        let outbound = Outbound::new(&limits());

        assert!(outbound.push(text(1), Audience::Public));
        assert!(!outbound.push(text(1), Audience::Public));
        assert!(outbound.push(text(1), Audience::Private));
    }

    #[tokio::test]
    async fn an_ending_session_writes_what_waited() {
        let outbound = Outbound::new(&limits());
        let _ = outbound.push(text(1), Audience::Private);
        outbound.end(SessionEnd::GoingAway);
        let _ = outbound.push(text(1), Audience::Private);

        assert_eq!(
            taken(&outbound).await,
            (Taken::Last(SessionEnd::GoingAway), 1)
        );
    }
}
