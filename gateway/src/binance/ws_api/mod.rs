//! The WebSocket API: requests in frames, answers by their id, a session that may be logged on.

mod frame;
mod line;
mod session;
mod subscriptions;

use std::sync::Arc;

use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::binance::socket::{Socket, converse};
use crate::binance::sockets::{OpenSocket, Shape};
use crate::binance::time_unit::TimeUnit;
use crate::edge::Edge;
use crate::listener::Peer;
use crate::session::{Outbound, SessionEntry};

use session::Session;

/// Weight of a connection.
const CONNECT_WEIGHT: u32 = 2;

/// What the query of a handshake asks for.
#[derive(Debug, Clone, Copy)]
pub struct Handshake {
    unit: TimeUnit,
    limits: ShowLimits,
}

/// Whether answers show the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShowLimits {
    /// They do.
    Yes,
    /// They do not.
    No,
}

impl ShowLimits {
    /// As the flag says.
    pub const fn of(flag: bool) -> Self {
        if flag { Self::Yes } else { Self::No }
    }

    /// As a flag.
    pub const fn is_on(self) -> bool {
        matches!(self, Self::Yes)
    }
}

impl Handshake {
    /// Reads a query.
    ///
    /// # Errors
    /// A value is none of its kind, or binary answers are asked for, which are not offered.
    pub fn read(query: &str) -> Result<Self, Refusal> {
        let mut params = Params::of_http(query, "")?;
        let unit = params
            .text("timeUnit")?
            .map_or(Ok(TimeUnit::default()), |unit| TimeUnit::parse(&unit))?;
        let limits = params.flag("returnRateLimits")?.unwrap_or(true);
        if params
            .text("responseFormat")?
            .is_some_and(|format| format != "json")
        {
            return Err(Refusal::new(-1020, "SBE is not offered by this server."));
        }
        Ok(Self {
            unit,
            limits: ShowLimits::of(limits),
        })
    }
}

/// Serves a socket until it ends.
pub async fn serve(edge: Arc<Edge>, socket: Socket, peer: Peer, asked: Handshake) {
    let outbound = Arc::new(Outbound::new(&edge.limits));
    let entry = Arc::new(SessionEntry::new(
        edge.next_session(),
        peer.address,
        outbound,
    ));
    // The handshake is done: a connection that has used up its weight finds out with its first request.
    let _ = edge
        .binance
        .limits
        .charge(peer.address.ip(), CONNECT_WEIGHT, edge.at_us());
    let open = OpenSocket {
        entry: Arc::clone(&entry),
        shape: Shape::Api,
    };
    let session = Session::new(Arc::clone(&edge), entry, asked);
    converse(&edge, socket, open, session).await;
    drop(peer);
}
