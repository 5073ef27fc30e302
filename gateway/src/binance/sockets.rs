//! All sockets of this persona, so that a stop can announce itself and close them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio_tungstenite::tungstenite::Message;

use crate::lock::lock;
use crate::session::{Audience, SessionEnd, SessionEntry};

/// All sockets.
#[derive(Debug, Default)]
pub struct Sockets {
    open: Mutex<HashMap<u64, OpenSocket>>,
}

/// A socket that is open.
#[derive(Debug, Clone)]
pub struct OpenSocket {
    /// What waits for it.
    pub entry: Arc<SessionEntry>,
    /// How events stand on it.
    pub shape: Shape,
}

/// How events stand on a socket.
#[derive(Debug, Clone)]
pub enum Shape {
    /// The WebSocket API.
    Api,
    /// Streams; combined ones where the flag is set, which the client may change.
    Streams(Arc<AtomicBool>),
}

impl Sockets {
    /// A socket is open from now on.
    pub fn join(&self, socket: OpenSocket) {
        lock(&self.open).insert(socket.entry.id.0, socket);
    }

    /// A socket is gone.
    pub fn leave(&self, socket: u64) {
        lock(&self.open).remove(&socket);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        lock(&self.open).len()
    }

    /// Announces the stop.
    pub fn announce_stop(&self, time: u64) {
        let event = format!(r#"{{"e":"serverShutdown","E":{time}}}"#);
        for socket in lock(&self.open).values() {
            let text = match &socket.shape {
                Shape::Api => format!(r#"{{"event":{event}}}"#),
                Shape::Streams(is_combined) if is_combined.load(Ordering::Relaxed) => {
                    format!(r#"{{"stream":"!serverShutdown","data":{event}}}"#)
                }
                Shape::Streams(_) => event.clone(),
            };
            let outbound = &socket.entry.outbound;
            if outbound.push(Message::text(text), Audience::Private) {
                outbound.wake();
            }
        }
    }

    /// Lets every socket end once what waits is written.
    pub fn end(&self, end: SessionEnd) {
        for socket in lock(&self.open).values() {
            socket.entry.outbound.end(end);
        }
    }
}
