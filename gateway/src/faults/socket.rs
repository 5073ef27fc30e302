//! A WebSocket that may be bad on purpose: it stands between a session and the connection.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::{FutureExt, Sink, SinkExt, Stream, StreamExt};
use tokio::io::AsyncWrite;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};

use crate::clock;
use crate::faults::link::{Health, Link, OUTGOING_BYTES_MAX, Outgoing};
use crate::faults::room::Faults;
use crate::faults::words::{Surface, asked};
use crate::listener::Transport;

/// How often a connection with a plan is looked at by the clock.
const LOOK: Duration = Duration::from_millis(20);
/// Frames at a session's beginning that are looked at for the key that it acts with, whether a plan is bound or not.
const GREETING_FRAMES: u32 = 4;

/// A WebSocket with the faults that plans ask for, or with none.
#[derive(Debug)]
pub struct FaultySocket {
    inner: WebSocketStream<Transport>,
    faults: Arc<Faults>,
    surface: Surface,
    session: u64,
    key: Option<String>,
    greeting_left: u32,
    meddling: Option<Box<Meddling>>,
}

#[derive(Debug)]
struct Meddling {
    link: Link,
    timer: Pin<Box<Sleep>>,
}

impl FaultySocket {
    /// A socket as it should be.
    pub const fn new(
        inner: WebSocketStream<Transport>,
        faults: Arc<Faults>,
        surface: Surface,
        key: Option<String>,
    ) -> Self {
        Self {
            inner,
            faults,
            surface,
            session: 0,
            key,
            greeting_left: GREETING_FRAMES,
            meddling: None,
        }
    }

    /// The same, of the session with this number.
    #[must_use]
    pub fn of_session(mut self, session: u64) -> Self {
        self.session = session;
        self
    }

    /// One look where no plan is bound.
    #[inline]
    fn is_plain(&mut self) -> bool {
        if self.meddling.is_none() && !self.faults.are_any() {
            return true;
        }
        self.is_left_alone()
    }

    fn is_left_alone(&mut self) -> bool {
        let meddling = self.meddling.get_or_insert_with(|| {
            let (faults, key) = (Arc::clone(&self.faults), self.key.clone());
            Box::new(Meddling {
                link: Link::new(faults, self.surface, self.session, key),
                timer: Box::pin(sleep_until(Instant::now())),
            })
        });
        let is_over = !self.faults.are_any() && !meddling.link.is_meddled_with();
        if is_over && meddling.link.health == Health::Alive {
            self.meddling = None;
        }
        self.meddling.is_none()
    }

    /// Notes the key that the session acts with: a plan may be bound later.
    fn note_key(&mut self, frame: &Message) {
        self.greeting_left -= 1;
        if let Message::Text(text) = frame
            && let Some(key) = asked(self.surface, text).and_then(|asked| asked.key)
        {
            self.key = Some(key);
        }
    }

    fn poll_meddled(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Message, Error>>> {
        loop {
            if let Err(error) = self.pump(context) {
                return Poll::Ready(Some(Err(error)));
            }
            let meddling = self.meddling.as_mut().expect("it is meddled with");
            meddling.link.look();
            match meddling.link.health {
                Health::Dead => return Poll::Ready(Some(Err(broken()))),
                Health::Mute { .. } => {
                    ready!(self.poll_timer(context));
                    continue;
                }
                Health::Alive => {}
            }
            if let Some(frame) = meddling.link.next_in(clock::wall_us()) {
                return Poll::Ready(Some(Ok(frame)));
            }
            match self.inner.poll_next_unpin(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    if self.greeting_left > 0 {
                        self.note_key(&frame);
                    }
                    let meddling = self.meddling.as_mut().expect("it is meddled with");
                    meddling.link.take_in(frame);
                }
                Poll::Ready(other) => return Poll::Ready(other),
                Poll::Pending => ready!(self.poll_timer(context)),
            }
        }
    }

    /// Ready when something may be due.
    fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let meddling = self.meddling.as_mut().expect("it is meddled with");
        let ahead_us = meddling
            .link
            .due_us()
            .map(|due_us| due_us.saturating_sub(clock::wall_us()));
        let ahead = ahead_us.map_or(LOOK, Duration::from_micros).min(LOOK);
        // Rounded up to the timer's grain, so that it does not spin.
        let ahead = ahead.max(Duration::from_millis(1));
        meddling.timer.as_mut().reset(Instant::now() + ahead);
        meddling.timer.poll_unpin(context)
    }

    /// Writes what is due.
    fn pump(&mut self, context: &mut Context<'_>) -> Result<(), Error> {
        loop {
            match self.inner.poll_ready_unpin(context) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => return Ok(()),
            }
            let meddling = self.meddling.as_mut().expect("it is meddled with");
            let outgoing = meddling.link.next_out(clock::wall_us());
            match outgoing {
                None => break,
                Some(Outgoing::Whole(message)) => self.inner.start_send_unpin(message)?,
                Some(Outgoing::Half(message)) => {
                    let _ = self.inner.poll_flush_unpin(context)?;
                    let bytes = first_half(&message);
                    // A full socket takes nothing of it: it breaks all the same.
                    let _ = Pin::new(self.inner.get_mut()).poll_write(context, &bytes);
                    let meddling = self.meddling.as_mut().expect("it is meddled with");
                    meddling.link.health = Health::Dead;
                    context.waker().wake_by_ref();
                    return Ok(());
                }
            }
        }
        let _ = self.inner.poll_flush_unpin(context)?;
        Ok(())
    }
}

/// How a connection that breaks looks from within.
fn broken() -> Error {
    Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)
}

/// The header of a frame and the first half of what it announces.
fn first_half(message: &Message) -> Vec<u8> {
    let (operation, payload) = match message {
        Message::Binary(bytes) => (0x82, bytes.to_vec()),
        Message::Text(_)
        | Message::Ping(_)
        | Message::Pong(_)
        | Message::Frame(_)
        | Message::Close(_) => (0x81, message.clone().into_data().to_vec()),
    };
    let mut bytes = vec![operation];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length), _) if length < 126 => bytes.push(length),
        (_, Ok(length)) => {
            bytes.push(126);
            bytes.extend(length.to_be_bytes());
        }
        (_, Err(_)) => {
            bytes.push(127);
            let length = u64::try_from(payload.len()).unwrap_or(u64::MAX);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend(&payload[..payload.len() / 2]);
    bytes
}

impl Stream for FaultySocket {
    type Item = Result<Message, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let socket = self.get_mut();
        if !socket.is_plain() {
            return socket.poll_meddled(context);
        }
        let polled = socket.inner.poll_next_unpin(context);
        if socket.greeting_left > 0
            && let Poll::Ready(Some(Ok(frame))) = &polled
        {
            socket.note_key(frame);
        }
        polled
    }
}

impl Sink<Message> for FaultySocket {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let socket = self.get_mut();
        if socket.is_plain() {
            return socket.inner.poll_ready_unpin(context);
        }
        let link = &socket.meddling.as_ref().expect("it is meddled with").link;
        if link.outgoing_bytes < OUTGOING_BYTES_MAX {
            return Poll::Ready(Ok(()));
        }
        socket.pump(context)?;
        // Its timer, which reading polls, wakes the task when something is due.
        Poll::Pending
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        let socket = self.get_mut();
        if socket.is_plain() {
            return socket.inner.start_send_unpin(message);
        }
        let link = &mut socket.meddling.as_mut().expect("it is meddled with").link;
        match link.health {
            Health::Alive => link.send_out(message),
            Health::Mute { .. } | Health::Dead => {}
        }
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let socket = self.get_mut();
        if socket.is_plain() {
            return socket.inner.poll_flush_unpin(context);
        }
        socket.pump(context)?;
        // Reading waits for the timer, and has it look again.
        context.waker().wake_by_ref();
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.get_mut().inner.poll_close_unpin(context)
    }
}
