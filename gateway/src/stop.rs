//! How sessions end when the gateway stops: announced, answered, closed, in bounded time.

use std::borrow::Cow;
use std::time::Duration;

use protocol::{GoingAway, GoingAwayReason};
use tokio::time::{Instant, timeout_at};
use tracing::{error, info};

use crate::edge::Edge;
use crate::listener::Permits;
use crate::lock::read;
use crate::server::StopCause;
use crate::session::{Audience, SessionEnd};
use crate::wire;

/// Who does not take its last frames so soon is not waited for when the exchange begins again: its session
/// ends by itself, and belongs to what is over.
const RESET_PATIENCE: Duration = Duration::from_millis(200);

/// Announces the stop, waits for answers that are due, and closes every session, in bounded time.
pub async fn stop_sessions(edge: &Edge, permits: &Permits, cause: StopCause) -> u64 {
    let timeout = match cause {
        StopCause::Reset => edge.limits.stop_timeout.min(RESET_PATIENCE),
        StopCause::Asked | StopCause::Halted | StopCause::PublisherFailed => {
            edge.limits.stop_timeout
        }
    };
    // One budget for all of it: who is slow in one part has less for the next.
    let end = Instant::now() + timeout;
    edge.stop_admitting();
    announce(edge, cause);
    edge.binance.sockets.announce_stop(edge.at_us() / 1_000);
    if matches!(cause, StopCause::Asked | StopCause::Reset) {
        let answered = until(|| edge.in_flight() == 0 || edge.ports.is_halted());
        if timeout_at(end, answered).await.is_err() {
            error!(
                in_flight = edge.in_flight(),
                "some commands got no answer in time"
            );
        }
    }
    let farewell = match cause {
        StopCause::Reset => SessionEnd::Reset,
        StopCause::Asked | StopCause::Halted | StopCause::PublisherFailed => SessionEnd::GoingAway,
    };
    for session in read(&edge.routing).sessions() {
        session.outbound.end(farewell);
    }
    edge.binance.sockets.end(farewell);
    let closed = until(|| read(&edge.routing).count() == 0 && edge.binance.sockets.count() == 0);
    if timeout_at(end, closed).await.is_err() {
        info!(
            sessions = read(&edge.routing).count(),
            "some sessions did not close in time"
        );
    }
    // Sessions say goodbye after they have left the routing; their connections tell when they are through.
    let gone = until(|| permits.admitted() == 0);
    let end = end.min(Instant::now() + edge.limits.close_timeout);
    if timeout_at(end, gone).await.is_err() {
        info!(
            connections = permits.admitted(),
            "some connections did not close in time"
        );
    }
    edge.in_flight()
}

fn announce(edge: &Edge, cause: StopCause) {
    let (reason, text) = match cause {
        StopCause::Asked => (
            GoingAwayReason::Shutdown,
            "the exchange stops; answers that are due still come",
        ),
        StopCause::Reset => (
            GoingAwayReason::Reset,
            "the exchange begins again, with other numbers: open orders and balances are gone, connect again",
        ),
        StopCause::Halted | StopCause::PublisherFailed => (
            GoingAwayReason::Internal,
            "the exchange halted; what became of requests without an answer is not known",
        ),
    };
    let message = GoingAway {
        reason,
        text: Cow::Borrowed(text),
    };
    let message = wire::encode(&mut Vec::new(), |buffer| message.encode(buffer));
    for session in read(&edge.routing).sessions() {
        if session.outbound.push(message.clone(), Audience::Private) {
            session.outbound.wake();
        }
    }
}

/// Looks a few hundred times a second: this is the end of the process, not its hot path.
async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
