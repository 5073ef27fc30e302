//! From an HTTP request to a WebSocket.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::response::Response;
use http::StatusCode;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tracing::debug;

use crate::edge::Edge;
use crate::faults::{FaultySocket, Surface};
use crate::http::error::ErrorAnswer;
use crate::limits::Limits;
use crate::listener::{Peer, Transport};
use crate::native;

/// Opens a session of the native persona.
pub async fn native(
    State(edge): State<Arc<Edge>>,
    Extension(peer): Extension<Peer>,
    mut request: Request,
) -> Result<Response, ErrorAnswer> {
    if !edge.is_admitting() {
        return Err(ErrorAnswer::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "the exchange takes no sessions now",
        ));
    }
    let upgrade = hyper::upgrade::on(&mut request);
    let response = switch_protocols(request)?;
    tokio::spawn(async move {
        if let Some((transport, read)) = open_transport(upgrade).await {
            native::serve(edge, (transport, read), peer).await;
        }
    });
    Ok(response)
}

/// The answer that turns a request into a WebSocket.
///
/// # Errors
/// It asks for none.
pub fn switch_protocols(request: Request) -> Result<Response, ErrorAnswer> {
    let (parts, _body) = request.into_parts();
    let request = http::Request::from_parts(parts, ());
    create_response_with_body(&request, Body::empty).map_err(|error| {
        ErrorAnswer::new(
            StatusCode::BAD_REQUEST,
            "bad_upgrade",
            format!("this path speaks WebSocket: {error}"),
        )
    })
}

/// The connection's own bytes, and those that were read already: nothing of HTTP stays in between, its buffer neither.
async fn open_transport(upgrade: OnUpgrade) -> Option<(Transport, Vec<u8>)> {
    let upgraded: Upgraded = match upgrade.await {
        Ok(upgraded) => upgraded,
        Err(error) => {
            debug!(%error, "upgrade failed");
            return None;
        }
    };
    let parts = upgraded
        .downcast::<TokioIo<Transport>>()
        .expect("the listener serves its own transport only");
    // A copy: however few these bytes are, they would keep all of HTTP's buffer for the connection's life.
    Some((parts.io.into_inner(), parts.read_buf.to_vec()))
}

/// The WebSocket on them.
pub async fn open_socket(
    upgrade: OnUpgrade,
    edge: &Edge,
    (surface, key): (Surface, Option<String>),
) -> Option<FaultySocket> {
    let (transport, read) = open_transport(upgrade).await?;
    let socket = WebSocketStream::from_partially_read(
        transport,
        read,
        Role::Server,
        Some(socket_config(&edge.limits)),
    );
    let faults = Arc::clone(&edge.faults);
    Some(FaultySocket::new(socket.await, faults, surface, key))
}

/// tungstenite's own defaults (128 KiB read buffer, unlimited write buffer) are for other servers.
pub fn socket_config(limits: &Limits) -> WebSocketConfig {
    // One message is written beyond a full buffer before the socket has to take it.
    let write_buffer_max = limits
        .write_buffer_bytes
        .saturating_add(limits.outbound_bytes_max);
    WebSocketConfig::default()
        .read_buffer_size(limits.read_buffer_bytes)
        .write_buffer_size(limits.write_buffer_bytes)
        .max_write_buffer_size(write_buffer_max)
        .max_message_size(Some(limits.transport_bytes_max()))
        .max_frame_size(Some(limits.transport_bytes_max()))
}
