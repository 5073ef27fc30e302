//! The socket of a native session: one task reads, writes and keeps the time.
//!
//! Reading, writing and the heartbeat are polled by one task, so that answers that were queued while reading
//! leave with one flush, and so that no second task has to be woken for them.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use protocol::{GoingAway, GoingAwayReason};
use sequencer::SessionId;
use tokio::io::AsyncReadExt;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error, ProtocolError};
use tracing::debug;

use crate::counters::Counters;
use crate::edge::Edge;
use crate::listener::{Peer, Transport};
use crate::lock::lock;
use crate::native::session::Session;
use crate::session::{Outbound, SessionEnd, SessionEntry, Taken, UnwrittenTrace, Waiting};
use crate::wire;

/// Frames that are read before the answers to them are written: who sends without a pause is answered all the same.
const FRAMES_PER_TURN: usize = 64;

type Socket = WebSocketStream<Transport>;

/// Serves a session until it ends.
pub async fn serve(edge: Arc<Edge>, socket: Socket, peer: Peer) {
    let outbound = Arc::new(Outbound::new(&edge.limits));
    let id = edge.next_session();
    let entry = Arc::new(SessionEntry::new(id, peer.address, Arc::clone(&outbound)));
    let (mut sink, mut stream) = socket.split();
    let end = {
        let mut session = Session::open(Arc::clone(&edge), entry);
        let signs = SignsOfLife::default();
        // In this order: what reading has queued is written in the same turn.
        tokio::select! {
            biased;
            end = read_frames(&mut session, &mut stream, &signs) => end,
            end = keep_alive(&edge, &outbound, &signs) => end,
            () = outbound.cut_off() => SessionEnd::SlowConsumer,
            end = write_queued(&edge, id, &outbound, &mut sink) => end,
        }
    };
    count_end(&edge.counters, end);
    debug!(session = id.0, ?end, "session ended");
    close(sink, stream, end, edge.limits.close_timeout).await;
    drop(peer);
}

async fn read_frames(
    session: &mut Session,
    stream: &mut SplitStream<Socket>,
    signs: &SignsOfLife,
) -> SessionEnd {
    let mut frames: usize = 0;
    let edge = Arc::clone(&session.edge);
    let stage_clock = edge.ports.stage_clock();
    let mut looked_at_ns = None;
    while let Some(frame) = poll_fn(|context| {
        looked_at_ns = stage_clock.now_ns();
        stream.poll_next_unpin(context)
    })
    .await
    {
        session.looked_at_ns = looked_at_ns;
        signs.has_spoken.store(true, Ordering::Relaxed);
        match frame {
            Ok(Message::Text(text)) => {
                session.take_text(text.as_bytes());
                signs
                    .has_greeted
                    .store(session.has_greeted(), Ordering::Relaxed);
            }
            Ok(Message::Binary(bytes)) => session.take_binary(&bytes),
            // Pings are answered and closes returned by the WebSocket layer.
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_) | Message::Close(_)) => {}
            Err(error) => return end_of(&error),
        }
        if let Some(end) = session.must_end() {
            return end;
        }
        frames = frames.wrapping_add(1);
        if frames.is_multiple_of(FRAMES_PER_TURN) || edge.is_to_let_matchers_run() {
            tokio::task::yield_now().await;
        }
    }
    SessionEnd::Gone
}

async fn write_queued(
    edge: &Edge,
    session: SessionId,
    outbound: &Outbound,
    sink: &mut SplitSink<Socket, Message>,
) -> SessionEnd {
    let (mut messages, mut due) = (VecDeque::new(), Vec::new());
    let mut traces = Vec::new();
    loop {
        let taken = outbound.take(&mut messages, &mut due).await;
        Counters::add(
            &edge.counters.messages_out,
            u64::try_from(messages.len()).unwrap_or(u64::MAX),
        );
        if write_all(&mut messages, &mut traces, sink).await.is_err() {
            return SessionEnd::Gone;
        }
        for unwritten in traces.drain(..) {
            let trace = unwritten.written(edge.ports.stage_clock().now_ns());
            let message = wire::encode(&mut Vec::new(), |buffer| trace.encode(buffer));
            outbound.push_own(message);
        }
        // After what waited is written: whoever is slow gets what is so when it reads, not when it fell behind.
        for flow in due.drain(..) {
            if let Some(state) = edge.by_id(flow.instrument) {
                lock(&state.market).catch_up(flow.group, session);
            }
        }
        match taken {
            Taken::Messages => {}
            Taken::Last(end) => return end,
        }
    }
}

/// Feeds all of it and flushes once.
async fn write_all(
    messages: &mut VecDeque<Waiting>,
    traces: &mut Vec<UnwrittenTrace>,
    sink: &mut SplitSink<Socket, Message>,
) -> Result<(), Error> {
    for waiting in messages.drain(..) {
        traces.extend(waiting.trace.map(|trace| *trace));
        sink.feed(waiting.message).await?;
    }
    sink.flush().await
}

/// What the reader notes and the heartbeat looks at.
#[derive(Debug, Default)]
struct SignsOfLife {
    /// Anything came since the last ping.
    has_spoken: AtomicBool,
    /// The session has said hello.
    has_greeted: AtomicBool,
}

/// Pings, and ends the session when nothing was heard for too long, or no hello in time.
async fn keep_alive(edge: &Edge, outbound: &Outbound, signs: &SignsOfLife) -> SessionEnd {
    let limits = &edge.limits;
    tokio::time::sleep(limits.handshake_timeout).await;
    if !signs.has_greeted.load(Ordering::Relaxed) {
        return SessionEnd::Idle;
    }
    let mut silence = Duration::ZERO;
    loop {
        tokio::time::sleep(limits.ping_interval).await;
        silence = if signs.has_spoken.swap(false, Ordering::Relaxed) {
            Duration::ZERO
        } else {
            silence.saturating_add(limits.ping_interval)
        };
        if silence >= limits.idle_timeout {
            return SessionEnd::Idle;
        }
        outbound.push_ping();
    }
}

/// Says why, closes, and takes in what the other end still sends, so that it can read the reason.
async fn close(
    mut sink: SplitSink<Socket, Message>,
    stream: SplitStream<Socket>,
    end: SessionEnd,
    timeout: Duration,
) {
    let Some(frame) = end.close_frame() else {
        return;
    };
    let farewell = async {
        if let Some(message) = going_away(end) {
            sink.feed(message).await?;
        }
        sink.send(Message::Close(Some(frame))).await?;
        Ok::<_, Error>(())
    };
    match tokio::time::timeout(timeout, farewell).await {
        Ok(Ok(()) | Err(Error::ConnectionClosed)) => {}
        Ok(Err(error)) => return debug!(%error, "the other end was gone"),
        Err(_elapsed) => return,
    }
    let Ok(mut socket) = stream.reunite(sink) else {
        return;
    };
    let drained = tokio::time::timeout(timeout, drain(socket.get_mut())).await;
    debug!(in_time = drained.is_ok(), "socket drained");
}

/// Closing a socket with unread bytes resets it, and the close frame would be lost.
async fn drain(socket: &mut Transport) {
    let mut scrap = [0; 1_024];
    while let Ok(read) = socket.read(&mut scrap).await {
        if read == 0 {
            return;
        }
    }
}

/// What a session is told before it is closed; an orderly stop has told it before.
fn going_away(end: SessionEnd) -> Option<Message> {
    let (reason, text) = match end {
        SessionEnd::Gone | SessionEnd::GoingAway | SessionEnd::Reset => return None,
        SessionEnd::SlowConsumer => (
            GoingAwayReason::SlowConsumer,
            "too many messages wait to be read",
        ),
        SessionEnd::Idle => (
            GoingAwayReason::IdleTimeout,
            "the session said nothing for too long",
        ),
        SessionEnd::RateLimit => (
            GoingAwayReason::RateLimit,
            "the session went on asking more than is taken",
        ),
        SessionEnd::KeyRevoked => (
            GoingAwayReason::KeyRevoked,
            "the key that the session logged on with was revoked",
        ),
        SessionEnd::TooLarge => (
            GoingAwayReason::FrameTooLarge,
            "a frame is more than four times frame_bytes_max",
        ),
        SessionEnd::NotUtf8 => (GoingAwayReason::ProtocolError, "a text frame is not UTF-8"),
        SessionEnd::BadFrame => (
            GoingAwayReason::ProtocolError,
            "a frame breaks the WebSocket protocol",
        ),
    };
    let message = GoingAway {
        reason,
        text: Cow::Borrowed(text),
    };
    Some(wire::encode(&mut Vec::new(), |buffer| {
        message.encode(buffer);
    }))
}

/// What a broken frame means for the session.
fn end_of(error: &Error) -> SessionEnd {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => SessionEnd::TooLarge,
        Error::Utf8(_) => SessionEnd::NotUtf8,
        // The other end left, with a closing handshake or without one.
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)
        | Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Io(_)
        | Error::Tls(_)
        | Error::WriteBufferFull(_)
        | Error::AttackAttempt
        | Error::Url(_)
        | Error::Http(_)
        | Error::HttpFormat(_) => SessionEnd::Gone,
        Error::Protocol(_) | Error::Capacity(CapacityError::TooManyHeaders) => SessionEnd::BadFrame,
    }
}

fn count_end(counters: &Counters, end: SessionEnd) {
    match end {
        SessionEnd::SlowConsumer => Counters::count(&counters.slow_consumers),
        SessionEnd::Idle => Counters::count(&counters.idle_sessions),
        SessionEnd::RateLimit => Counters::count(&counters.rate_limited_sessions),
        SessionEnd::Gone
        | SessionEnd::KeyRevoked
        | SessionEnd::TooLarge
        | SessionEnd::NotUtf8
        | SessionEnd::BadFrame
        | SessionEnd::GoingAway
        | SessionEnd::Reset => {}
    }
}
