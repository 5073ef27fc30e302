//! Wakes sessions: for private reports at the end of a batch, for market data a few hundred times a second.
//!
//! A wake-up ends in a `send`, the dearest thing the edge does; gathering market data for two
//! milliseconds turns one `send` per command into one per flush, however many commands there are.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use protocol::Frames;
use tokio::sync::Notify;

use crate::lock::lock;
use crate::session::outbound::{Audience, FlowKey, Offered, Outbound};
use crate::session::traces::UnwrittenTrace;
use tokio_tungstenite::tungstenite::Message;

/// Sessions that market data waits for. Shared by all publishers.
#[derive(Debug, Default)]
pub struct Flusher {
    waiting: Mutex<Vec<Arc<Outbound>>>,
    first: Notify,
    fallen_behind: AtomicU64,
}

impl Flusher {
    /// Sees to it that `sessions` are woken with the next flush; leaves the list empty.
    fn add(&self, sessions: &mut Vec<Arc<Outbound>>) {
        let mut waiting = lock(&self.waiting);
        let is_first = waiting.is_empty();
        waiting.append(sessions);
        drop(waiting);
        if is_first {
            self.first.notify_one();
        }
    }

    /// How often a session had no room for a public message, and fell behind with its channel or was cut off.
    pub fn fallen_behind(&self) -> u64 {
        self.fallen_behind.load(Ordering::Relaxed)
    }

    /// Wakes everybody whom market data waits for.
    pub fn flush(&self) {
        let due = std::mem::take(&mut *lock(&self.waiting));
        for session in due {
            session.wake();
        }
    }

    /// Flushes at once when it was quiet, then at most once per `interval`. Runs until it is dropped.
    pub async fn run(&self, interval: Duration) {
        let mut due = Vec::new();
        loop {
            self.first.notified().await;
            std::mem::swap(&mut due, &mut *lock(&self.waiting));
            for session in due.drain(..) {
                session.wake();
            }
            tokio::time::sleep(interval).await;
        }
    }
}

/// Sessions that one publisher has pushed to since it last woke anyone.
#[derive(Debug, Default)]
pub struct WakeList {
    at_once: Vec<Arc<Outbound>>,
    next_flush: Vec<Arc<Outbound>>,
    fallen_behind: u64,
}

impl WakeList {
    /// Offers a message of a public flow to a session, and remembers to wake it.
    pub fn offer(
        &mut self,
        session: &Arc<Outbound>,
        message: Message,
        flow: FlowKey,
        first: u64,
    ) -> Offered {
        let (offered, is_news) = session.offer(message, flow, first);
        if matches!(offered, Offered::NoRoom { .. }) {
            self.fallen_behind += 1;
        }
        if is_news {
            self.next_flush.push(Arc::clone(session));
        }
        offered
    }

    /// Lets a session fetch what is so of a flow when it is ready, and remembers to wake it.
    pub fn note_due(&mut self, session: &Arc<Outbound>, flow: FlowKey) {
        if session.note_due(flow) {
            self.next_flush.push(Arc::clone(session));
        }
    }

    /// Ends a session that does not read.
    pub fn cut_off(&mut self, session: &Arc<Outbound>) {
        session.cut_off_now();
        self.at_once.push(Arc::clone(session));
    }

    /// Pushes an answer whose trace is told when it has been written, and remembers to wake its session.
    pub fn push_traced(
        &mut self,
        session: &Arc<Outbound>,
        message: Message,
        trace: Option<Box<UnwrittenTrace>>,
    ) {
        if session.push_traced(message, Audience::Private, trace) {
            self.at_once.push(Arc::clone(session));
        }
    }

    /// Pushes a copy of a private message to a session, and remembers to wake it.
    pub fn push_copy(&mut self, session: &Arc<Outbound>, frames: Frames, payload: &[u8]) {
        if session.push_copy(frames, payload) {
            self.at_once.push(Arc::clone(session));
        }
    }

    /// Pushes to a session, and remembers to wake it.
    pub fn push(&mut self, session: &Arc<Outbound>, message: Message, audience: Audience) {
        if session.push(message, audience) {
            match audience {
                Audience::Private => self.at_once.push(Arc::clone(session)),
                Audience::Public => self.next_flush.push(Arc::clone(session)),
            }
        }
    }

    /// Wakes those with private messages, and hands the others to the flusher.
    pub fn wake(&mut self, flusher: &Flusher) {
        for session in self.at_once.drain(..) {
            session.wake();
        }
        if self.fallen_behind > 0 {
            let fallen = std::mem::take(&mut self.fallen_behind);
            flusher.fallen_behind.fetch_add(fallen, Ordering::Relaxed);
        }
        if !self.next_flush.is_empty() {
            flusher.add(&mut self.next_flush);
        }
    }
}
