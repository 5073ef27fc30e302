//! Streams: raw ones, combined ones, and what is said on them to follow more or fewer.

mod control;
mod format;
mod frame_pace;
mod hub;
mod pulse;
mod session;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::binance::socket::{Socket, converse};
use crate::binance::sockets::{OpenSocket, Shape as SocketShape};
use crate::binance::time_unit::TimeUnit;
use crate::edge::Edge;
use crate::listener::Peer;
use crate::session::{Outbound, SessionEntry};

pub use hub::Hub;
pub use pulse::{Pulse, keep_pulse};

use format::Shape;
use session::StreamSession;

/// What the path and query of a handshake ask for.
#[derive(Debug, Clone)]
pub struct Handshake {
    shape: Shape,
    unit: TimeUnit,
    names: Vec<String>,
}

impl Handshake {
    /// Reads a path, from `/ws` or `/stream` on, and its query.
    ///
    /// # Errors
    /// A value is none of its kind.
    pub fn read(path: &str, query: &str) -> Result<Self, Refusal> {
        let mut params = Params::of_http(query, "")?;
        let unit = params
            .text("timeUnit")?
            .map_or(Ok(TimeUnit::default()), |unit| TimeUnit::parse(&unit))?;
        // `/stream/ws/0` is raw: some clients know spot by the word in the path.
        let raw = path
            .strip_prefix("/stream/ws")
            .or_else(|| path.strip_prefix("/ws"));
        let (shape, names) = match raw {
            Some(rest) => (Shape::Raw, rest.split('/').map(str::to_owned).collect()),
            None => (Shape::Combined, streams_of(query)),
        };
        let is_name = |name: &String| !name.is_empty();
        Ok(Self {
            shape,
            unit,
            names: names.into_iter().filter(is_name).collect(),
        })
    }
}

/// The names behind `streams=`, which may be none.
fn streams_of(query: &str) -> Vec<String> {
    query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("streams="))
        .flat_map(|names| names.split('/'))
        .map(|name| name.replace("%40", "@").replace("%21", "!"))
        .collect()
}

/// Serves a socket until it ends.
pub async fn serve(edge: Arc<Edge>, socket: Socket, peer: Peer, asked: Handshake) {
    let outbound = Arc::new(Outbound::new(&edge.limits));
    let entry = Arc::new(SessionEntry::new(
        edge.next_session(),
        peer.address,
        outbound,
    ));
    let is_combined = Arc::new(AtomicBool::new(asked.shape == Shape::Combined));
    let open = OpenSocket {
        entry: Arc::clone(&entry),
        shape: SocketShape::Streams(Arc::clone(&is_combined)),
    };
    let session = StreamSession::open(Arc::clone(&edge), entry, is_combined, asked);
    converse(&edge, socket, open, session).await;
    drop(peer);
}
