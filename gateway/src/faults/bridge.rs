//! The way of a native session under plans: its connection ends here, and it speaks to this as to a client.
//!
//! Without a plan a native session reads and writes bytes itself, and nothing is in between. A plan that is the first one of the
//! process strikes those that connect after it was bound.

use std::sync::Arc;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use sequencer::SessionId;
use tokio::io::{DuplexStream, duplex};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::edge::Edge;
use crate::faults::socket::FaultySocket;
use crate::faults::words::Surface;
use crate::http::socket_config;
use crate::listener::Transport;

/// Bytes between both ends that nobody has read.
const BETWEEN_BYTES: usize = 65_536;

/// The connection as it is, or one that leads through the plans.
pub async fn under_plans(
    edge: &Arc<Edge>,
    (transport, read): (Transport, Vec<u8>),
    session: SessionId,
) -> (Transport, Vec<u8>) {
    if edge.faults.generation() == 0 {
        return (transport, read);
    }
    let config = Some(socket_config(&edge.limits));
    let outer = WebSocketStream::from_partially_read(transport, read, Role::Server, config).await;
    let (near, far) = duplex(BETWEEN_BYTES);
    let inner = WebSocketStream::from_raw_socket(near, Role::Client, config).await;
    let faults = Arc::clone(&edge.faults);
    let outer = FaultySocket::new(outer, faults, Surface::Native, None).of_session(session.0);
    tokio::spawn(bridge(outer, inner));
    (Transport::Bridged(far), Vec::new())
}

/// Passes frames on until one end is gone; the other one goes with it.
async fn bridge(outer: FaultySocket, inner: WebSocketStream<DuplexStream>) {
    let (mut to_client, mut from_client) = outer.split();
    let (mut to_session, mut from_session) = inner.split();
    tokio::select! {
        () = pass(&mut from_client, &mut to_session) => {}
        () = pass(&mut from_session, &mut to_client) => {}
    }
}

async fn pass(
    from: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
    to: &mut (impl Sink<Message> + Unpin),
) {
    while let Some(Ok(frame)) = from.next().await {
        let is_last = frame.is_close();
        // Pings are answered, and closes returned, by the WebSocket layer of each end.
        let is_for_others = frame.is_text() || frame.is_binary() || is_last;
        if is_for_others && to.send(frame).await.is_err() {
            return;
        }
        if is_last {
            return;
        }
    }
}
