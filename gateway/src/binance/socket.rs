//! A socket of this persona: one task reads, answers, writes and keeps the time.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Mutex;
use std::task::Poll;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use sequencer::SessionId;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tracing::debug;

use crate::binance::pings::Pings;
use crate::binance::sockets::OpenSocket;
use crate::edge::Edge;
use crate::faults::FaultySocket;
use crate::lock::lock;
use crate::session::{Outbound, SessionEnd, Taken, Waiting};

/// A WebSocket of this persona.
pub type Socket = FaultySocket;

/// An answer that comes later.
pub type Later = Pin<Box<dyn Future<Output = Message> + Send>>;

/// How often the venue pings.
const PING_INTERVAL: Duration = Duration::from_secs(20);
/// How long a connection lives.
const LIFE: Duration = Duration::from_secs(24 * 3_600);
/// Frames that are read before the answers to them are written.
const FRAMES_PER_TURN: usize = 64;
/// Answers that a socket waits for at once; more frames are read when some of them have come.
const ANSWERS_MAX: usize = 1_024;

/// What is said on a socket.
pub trait Conversation: Send {
    /// Deals with a text frame. Answers at once go into the socket's queue; one that comes later is returned.
    ///
    /// # Errors
    /// The client broke a rule that ends the connection.
    fn take_text(&mut self, text: &str) -> Result<Option<Later>, SessionEnd>;

    /// A ping or pong came, which counts as a frame.
    ///
    /// # Errors
    /// There were too many.
    fn take_control(&mut self) -> Result<(), SessionEnd>;
}

/// Serves a socket until it ends.
pub async fn converse(
    edge: &Edge,
    socket: Socket,
    open: OpenSocket,
    mut conversation: impl Conversation,
) {
    let outbound = std::sync::Arc::clone(&open.entry.outbound);
    let id = open.entry.id.0;
    edge.binance.sockets.join(open);
    let (mut sink, mut stream) = socket.of_session(id).split();
    let pings = Mutex::new(Pings::default());
    let end = tokio::select! {
        biased;
        end = read_frames(&mut conversation, &mut stream, (&outbound, &pings)) => end,
        end = keep_alive(edge, &outbound, &pings) => end,
        () = outbound.cut_off() => SessionEnd::SlowConsumer,
        end = write_queued(edge, id, &outbound, &mut sink) => end,
    };
    drop(conversation);
    edge.binance.sockets.leave(id);
    debug!(socket = id, ?end, "socket ended");
    if let Some(frame) = close_frame(end) {
        let farewell = sink.send(Message::Close(Some(frame)));
        let sent = tokio::time::timeout(edge.limits.close_timeout, farewell).await;
        debug!(in_time = sent.is_ok(), "close frame sent");
    }
}

async fn read_frames(
    conversation: &mut impl Conversation,
    stream: &mut SplitStream<Socket>,
    (outbound, pings): (&Outbound, &Mutex<Pings>),
) -> SessionEnd {
    let mut answers: FuturesUnordered<Later> = FuturesUnordered::new();
    let mut frames: usize = 0;
    loop {
        let is_free = answers.len() < ANSWERS_MAX;
        let frame = tokio::select! {
            biased;
            Some(answer) = answers.next() => {
                outbound.push_own(answer);
                continue;
            }
            frame = stream.next(), if is_free => frame,
        };
        let taken = match frame {
            Some(Ok(Message::Text(text))) => conversation.take_text(&text),
            Some(Ok(Message::Ping(_))) => conversation.take_control().map(|()| None),
            Some(Ok(Message::Pong(payload))) => {
                lock(pings).note_pong(&payload);
                conversation.take_control().map(|()| None)
            }
            // The venue does not read binary frames; closes are returned by the WebSocket layer.
            Some(Ok(Message::Binary(_) | Message::Frame(_) | Message::Close(_))) => Ok(None),
            Some(Err(error)) => return end_of(&error),
            None => return SessionEnd::Gone,
        };
        match taken {
            Ok(Some(mut later)) => match poll_once(&mut later).await {
                Poll::Ready(answer) => outbound.push_own(answer),
                Poll::Pending => answers.push(later),
            },
            Ok(None) => {}
            Err(end) => return end,
        }
        frames = frames.wrapping_add(1);
        if frames.is_multiple_of(FRAMES_PER_TURN) {
            tokio::task::yield_now().await;
        }
    }
}

/// Whether an answer is there at once. It is asked before the next frame is read, so that what frames ask for
/// keeps its order.
async fn poll_once(later: &mut Later) -> Poll<Message> {
    poll_fn(|context| Poll::Ready(later.as_mut().poll(context))).await
}

async fn write_queued(
    edge: &Edge,
    socket: u64,
    outbound: &Outbound,
    sink: &mut SplitSink<Socket, Message>,
) -> SessionEnd {
    let (mut messages, mut due) = (VecDeque::new(), Vec::new());
    loop {
        let taken = outbound.take(&mut messages, &mut due).await;
        for waiting in messages.drain(..) {
            let Waiting::Message { message, .. } = waiting else {
                unreachable!("reports of the native persona are pushed to its own sessions");
            };
            if sink.feed(message).await.is_err() {
                return SessionEnd::Gone;
            }
        }
        if sink.flush().await.is_err() {
            return SessionEnd::Gone;
        }
        for flow in due.drain(..) {
            if let Some(state) = edge.by_id(flow.instrument) {
                lock(&state.market).catch_up(flow.group, SessionId(socket));
            }
        }
        match taken {
            Taken::Messages => {}
            Taken::Last(end) => return end,
        }
    }
}

/// Pings, and ends a socket that does not answer its pings, or has lived a day.
async fn keep_alive(edge: &Edge, outbound: &Outbound, pings: &Mutex<Pings>) -> SessionEnd {
    let mut lived = Duration::ZERO;
    while lived < LIFE {
        tokio::time::sleep(PING_INTERVAL).await;
        lived = lived.saturating_add(PING_INTERVAL);
        let payload = Bytes::from((edge.at_us() / 1_000).to_string());
        let Some(ping) = lock(pings).next(payload) else {
            return SessionEnd::Idle;
        };
        outbound.push_ping(ping);
    }
    SessionEnd::GoingAway
}

/// The close frame of an end, with the words of the venue where it has its own.
fn close_frame(end: SessionEnd) -> Option<CloseFrame> {
    let frame = end.close_frame()?;
    let reason = match end {
        SessionEnd::Idle => "Pong timeout".into(),
        SessionEnd::RateLimit => "Too many requests".into(),
        SessionEnd::Gone
        | SessionEnd::SlowConsumer
        | SessionEnd::KeyRevoked
        | SessionEnd::TooLarge
        | SessionEnd::NotUtf8
        | SessionEnd::BadFrame
        | SessionEnd::GoingAway
        | SessionEnd::Reset => frame.reason,
    };
    Some(CloseFrame { reason, ..frame })
}

/// What a broken frame means for the socket.
fn end_of(error: &Error) -> SessionEnd {
    match error {
        Error::Capacity(_) => SessionEnd::TooLarge,
        Error::Utf8(_) => SessionEnd::NotUtf8,
        Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        )
        | Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Io(_)
        | Error::Tls(_)
        | Error::WriteBufferFull(_)
        | Error::AttackAttempt
        | Error::Url(_)
        | Error::Http(_)
        | Error::HttpFormat(_) => SessionEnd::Gone,
        Error::Protocol(_) => SessionEnd::BadFrame,
    }
}
