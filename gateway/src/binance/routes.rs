//! Which path leads where, and how a socket is opened.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::response::Response;
use axum::routing::any;

use crate::binance::refusal::Refusal;
use crate::binance::rest;
use crate::binance::streams;
use crate::binance::ws_api;
use crate::edge::Edge;
use crate::faults::Surface;
use crate::http::{open_socket, switch_protocols};
use crate::listener::Peer;

/// The paths of this persona.
pub fn routes() -> Router<Arc<Edge>> {
    let mut router = Router::new()
        .route("/ws-api/v3", any(socket_api))
        .route("/ws-api/v3/", any(socket_api));
    for path in [
        "/ws",
        "/ws/",
        "/ws/{*streams}",
        "/stream",
        "/stream/",
        "/stream/{*streams}",
    ] {
        router = router.route(path, any(streams));
    }
    for prefix in ["/api", "/sapi", "/fapi", "/dapi", "/eapi", "/papi"] {
        router = router
            .route(prefix, any(rest::answer))
            .route(&format!("{prefix}/{{*rest}}"), any(rest::answer));
    }
    router
}

async fn socket_api(
    State(edge): State<Arc<Edge>>,
    Extension(peer): Extension<Peer>,
    mut request: Request,
) -> Response {
    let asked = match ws_api::Handshake::read(request.uri().query().unwrap_or("")) {
        Ok(asked) => asked,
        Err(refusal) => return rest::refused(&refusal),
    };
    if let Err(refusal) = admit(&edge, &peer) {
        return rest::refused(&refusal);
    }
    let key = rest::key_of(request.headers());
    let upgrade = hyper::upgrade::on(&mut request);
    let Ok(response) = switch_protocols(request) else {
        return rest::refused(&no_upgrade());
    };
    tokio::spawn(async move {
        if let Some(socket) = open_socket(upgrade, &edge, (Surface::SocketApi, key)).await {
            ws_api::serve(edge, socket, peer, asked).await;
        }
    });
    rest::named(response)
}

async fn streams(
    State(edge): State<Arc<Edge>>,
    Extension(peer): Extension<Peer>,
    mut request: Request,
) -> Response {
    let uri = request.uri();
    let asked = match streams::Handshake::read(uri.path(), uri.query().unwrap_or("")) {
        Ok(asked) => asked,
        Err(refusal) => return rest::refused(&refusal),
    };
    if let Err(refusal) = admit(&edge, &peer) {
        return rest::refused(&refusal);
    }
    let key = rest::key_of(request.headers());
    let upgrade = hyper::upgrade::on(&mut request);
    let Ok(response) = switch_protocols(request) else {
        return rest::refused(&no_upgrade());
    };
    tokio::spawn(async move {
        if let Some(socket) = open_socket(upgrade, &edge, (Surface::Streams, key)).await {
            streams::serve(edge, socket, peer, asked).await;
        }
    });
    rest::named(response)
}

/// Whether one more socket may be opened.
fn admit(edge: &Edge, peer: &Peer) -> Result<(), Refusal> {
    if !edge.is_admitting() {
        return Err(Refusal::new(-1016, "This service is no longer available.").with_status(503));
    }
    edge.binance.limits.connect(peer.address.ip(), edge.at_us())
}

/// The path speaks WebSocket, and the request does not.
fn no_upgrade() -> Refusal {
    Refusal::new(-1000, "This path speaks WebSocket.").with_status(426)
}
