//! The socket of a native session: one task reads, writes and keeps the time.
//!
//! Reading, writing and the heartbeat are polled by one task, so that answers that were queued while reading
//! leave with one flush, and so that no second task has to be woken for them.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use protocol::{GoingAway, GoingAwayReason};
use sequencer::SessionId;
use tokio::io::{AsyncReadExt, ReadHalf, WriteHalf};
use tokio_tungstenite::tungstenite::Message;
use tracing::debug;

use crate::counters::Counters;
use crate::edge::Edge;
use crate::faults;
use crate::listener::{Peer, Transport};
use crate::lock::lock;
use crate::native::session::Session;
use crate::session::{Outbound, SessionEnd, SessionEntry, Taken, UnwrittenTrace, Waiting};
use crate::websocket::{
    Broken, Incoming, Reader, Writer, give_back_read, give_back_written, lend_for_reading,
};
use crate::wire;

/// Room in a queue that an idle session keeps, in messages; what a burst needed goes.
const QUEUE_KEPT_MAX: usize = 64;
/// Frames that are read before the answers to them are written: who sends without a pause is answered all the same.
const FRAMES_PER_TURN: usize = 64;

type FrameReader = Reader<ReadHalf<Transport>>;
type FrameWriter = Writer<WriteHalf<Transport>>;

/// Serves a session until it ends, on a connection of which some bytes were read already.
pub async fn serve(edge: Arc<Edge>, (transport, read): (Transport, Vec<u8>), peer: Peer) {
    let outbound = Arc::new(edge.new_outbound());
    let id = edge.next_session();
    let entry = Arc::new(SessionEntry::new(id, peer.address, Arc::clone(&outbound)));
    let (transport, read) = faults::under_plans(&edge, (transport, read), id).await;
    let (read_half, write_half) = tokio::io::split(transport);
    let mut reader = Reader::new(read_half, &read, edge.limits.transport_bytes_max());
    drop(read);
    let mut writer = Writer::new(write_half, edge.limits.write_buffer_bytes);
    let end = {
        let mut session = Session::open(Arc::clone(&edge), entry);
        let signs = SignsOfLife::default();
        // In this order: what reading has queued is written in the same turn.
        tokio::select! {
            biased;
            end = read_frames(&mut session, &mut reader, &signs) => end,
            end = keep_alive(&edge, &outbound, &signs) => End::Session(end),
            () = outbound.cut_off() => End::Session(SessionEnd::SlowConsumer),
            end = write_queued(&edge, id, &outbound, &mut writer) => End::Session(end),
        }
    };
    let why = match &end {
        End::Session(end) => *end,
        End::Closed(_) => SessionEnd::Gone,
    };
    count_end(&edge.counters, why);
    debug!(session = id.0, end = ?why, "session ended");
    close(reader, writer, &end, edge.limits.close_timeout).await;
    drop(peer);
}

/// How reading ends.
#[derive(Debug)]
enum End {
    /// For a reason of the session.
    Session(SessionEnd),
    /// The other end closed; this is what it is answered.
    Closed(Vec<u8>),
}

async fn read_frames(session: &mut Session, reader: &mut FrameReader, signs: &SignsOfLife) -> End {
    let mut frames: usize = 0;
    let edge = Arc::clone(&session.edge);
    let outbound = Arc::clone(&session.entry.outbound);
    let stage_clock = edge.ports.stage_clock();
    loop {
        if !reader.has_frame() {
            session.wait_begins();
        }
        let mut looked_at_ns = None;
        let mut next = pin!(reader.next());
        let incoming = poll_fn(|context| {
            // Anew whenever the socket wakes it: to wait for a frame is not to read it.
            looked_at_ns = stage_clock.now_ns();
            next.as_mut().poll(context)
        })
        .await;
        session.looked_at_ns = looked_at_ns;
        let incoming = match incoming {
            Ok(incoming) => incoming,
            Err(broken) => return End::Session(end_of(broken)),
        };
        signs.has_spoken.store(true, Ordering::Relaxed);
        match incoming {
            Incoming::Text(text) => {
                session.take_text(text);
                signs
                    .has_greeted
                    .store(session.has_greeted(), Ordering::Relaxed);
            }
            Incoming::Binary(bytes) => session.take_binary(bytes),
            Incoming::Ping(bytes) => {
                outbound.push_own(Message::Pong(Bytes::copy_from_slice(bytes)));
            }
            Incoming::Pong => {}
            Incoming::Close(reply) => return End::Closed(reply.to_vec()),
            Incoming::End => return End::Session(SessionEnd::Gone),
        }
        session.keep_step().await;
        session.keep_order().await;
        if let Some(end) = session.must_end() {
            return End::Session(end);
        }
        frames = frames.wrapping_add(1);
        if frames.is_multiple_of(FRAMES_PER_TURN) || edge.is_to_let_matchers_run() {
            tokio::task::yield_now().await;
        }
    }
}

async fn write_queued(
    edge: &Edge,
    session: SessionId,
    outbound: &Outbound,
    writer: &mut FrameWriter,
) -> SessionEnd {
    let (mut messages, mut due) = (VecDeque::new(), Vec::new());
    let mut traces = Vec::new();
    loop {
        let taken = outbound.take(&mut messages, &mut due).await;
        let count = messages.iter().map(Waiting::count).sum();
        Counters::add(&edge.counters.messages_out, count);
        let written = write_all(&mut messages, &mut traces, writer).await;
        if written.is_err() {
            return SessionEnd::Gone;
        }
        if messages.capacity() > QUEUE_KEPT_MAX {
            messages = VecDeque::new();
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

/// Gathers all of it and writes it at once.
async fn write_all(
    messages: &mut VecDeque<Waiting>,
    traces: &mut Vec<UnwrittenTrace>,
    writer: &mut FrameWriter,
) -> io::Result<()> {
    for waiting in messages.drain(..) {
        match waiting {
            Waiting::Message { message, trace, .. } => {
                traces.extend(trace.map(|trace| *trace));
                writer.feed(&message).await?;
            }
            Waiting::Frames { bytes, .. } => {
                writer.feed_frames(&bytes).await?;
                give_back_written(bytes);
            }
        }
    }
    writer.flush().await
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
    let (mut open, mut since_ping, mut silence) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    loop {
        let until_ping = limits.ping_interval.saturating_sub(since_ping);
        let until_hello = limits.handshake_timeout.saturating_sub(open);
        let pause = if until_hello.is_zero() {
            until_ping
        } else {
            until_ping.min(until_hello)
        };
        tokio::time::sleep(pause).await;
        open = open.saturating_add(pause);
        since_ping = since_ping.saturating_add(pause);
        if open >= limits.handshake_timeout && !signs.has_greeted.load(Ordering::Relaxed) {
            return SessionEnd::Idle;
        }
        if since_ping < limits.ping_interval {
            continue;
        }
        since_ping = Duration::ZERO;
        silence = if signs.has_spoken.swap(false, Ordering::Relaxed) {
            Duration::ZERO
        } else {
            silence.saturating_add(limits.ping_interval)
        };
        if silence >= limits.idle_timeout {
            return SessionEnd::Idle;
        }
        outbound.push_ping(Bytes::new());
    }
}

/// Says why, closes, and takes in what the other end still sends, so that it can read the reason.
async fn close(reader: FrameReader, mut writer: FrameWriter, end: &End, timeout: Duration) {
    let farewell = async {
        match end {
            End::Closed(reply) => writer.feed_close_bytes(reply).await?,
            End::Session(end) => {
                let Some(frame) = end.close_frame() else {
                    return Ok(Farewell::Nobody);
                };
                if let Some(message) = going_away(*end) {
                    writer.feed(&message).await?;
                }
                writer.feed(&Message::Close(Some(frame))).await?;
            }
        }
        writer.flush().await?;
        Ok::<_, io::Error>(Farewell::Said)
    };
    match tokio::time::timeout(timeout, farewell).await {
        Ok(Ok(Farewell::Said)) => {}
        Ok(Ok(Farewell::Nobody)) | Err(_) => return,
        Ok(Err(error)) => return debug!(%error, "the other end was gone"),
    }
    if matches!(end, End::Closed(_)) {
        return;
    }
    let mut socket = reader.into_source().unsplit(writer.into_sink());
    let drained = tokio::time::timeout(timeout, drain(&mut socket)).await;
    debug!(in_time = drained.is_ok(), "socket drained");
}

/// Whether a session was told why it ends.
enum Farewell {
    Said,
    Nobody,
}

/// Closing a socket with unread bytes resets it, and the close frame would be lost.
async fn drain(socket: &mut Transport) {
    // Lent, not kept in the task: every session would carry it all its life.
    let mut scrap = lend_for_reading();
    while let Ok(read) = socket.read(&mut scrap).await {
        if read == 0 {
            break;
        }
    }
    give_back_read(scrap);
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
const fn end_of(broken: Broken) -> SessionEnd {
    match broken {
        Broken::TooLarge => SessionEnd::TooLarge,
        Broken::NotUtf8 => SessionEnd::NotUtf8,
        Broken::Protocol => SessionEnd::BadFrame,
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
