//! The accept loop: it never waits for a client.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;
use tracing::{debug, warn};

use crate::counters::Counters;
use crate::limits::Limits;
use crate::listener::permits::{Permit, Permits};
use crate::listener::tls::Tls;
use crate::listener::transport::Transport;

/// Who is at the other end; each request carries it, and a session keeps it, so that the connection counts until both are done.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The other end's address.
    pub address: SocketAddr,
    _permit: Arc<Permit>,
}

const NO_ROOM: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 73\r\n\r\n{\"error\":\"too_many_connections\",\"text\":\"the connection limit is reached\"}";

/// When no file descriptor is left, accepting again at once would only spin.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// Resolves when the sender is dropped, which is the sign that the gateway ends.
pub async fn ended(is_stopping: &mut watch::Receiver<()>) {
    while is_stopping.changed().await.is_ok() {}
}

/// Accepts and serves connections until the gateway ends. A connection that stands idle then is closed, one
/// that waits for an answer gets it first.
pub async fn accept_until(
    listener: &TcpListener,
    router: &Router,
    permits: &Arc<Permits>,
    (limits, tls): (&Arc<Limits>, &Tls),
    counters: &Arc<Counters>,
    mut is_stopping: watch::Receiver<()>,
) {
    let is_stopping_for_connections = is_stopping.clone();
    loop {
        let accepted = tokio::select! {
            () = ended(&mut is_stopping) => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => {
                let Some(permit) = permits.admit(address.ip()) else {
                    Counters::count(&counters.connections_refused);
                    refuse(&stream);
                    continue;
                };
                Counters::count(&counters.connections);
                let peer = Peer {
                    address,
                    _permit: Arc::new(permit),
                };
                let (limits, tls) = (Arc::clone(limits), tls.clone());
                let is_stopping = is_stopping_for_connections.clone();
                let router = router.clone();
                tokio::spawn(async move {
                    set_options(&stream, &limits);
                    match tls.open(stream, limits.handshake_timeout).await {
                        Ok(transport) => serve(transport, peer, router, limits, is_stopping).await,
                        Err(error) => debug!(%error, "no handshake"),
                    }
                });
            }
            Err(error) => {
                warn!(%error, "accept failed");
                tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
            }
        }
    }
}

/// Says why and closes, without waiting: a fresh socket's buffer has room for so little.
fn refuse(stream: &TcpStream) {
    if let Err(error) = stream.try_write(NO_ROOM) {
        debug!(%error, "a refused connection was gone");
    }
}

fn set_options(stream: &TcpStream, limits: &Limits) {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "no TCP_NODELAY");
    }
    // What the kernel takes for a reader that does not read counts too; left to itself it takes megabytes.
    let send_buffer = limits.send_buffer_bytes;
    if let Err(error) = rustix::net::sockopt::set_socket_send_buffer_size(stream, send_buffer) {
        debug!(%error, "no SO_SNDBUF");
    }
}

async fn serve(
    transport: Transport,
    peer: Peer,
    router: Router,
    limits: Arc<Limits>,
    mut is_stopping: watch::Receiver<()>,
) {
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(peer.clone());
        let router = router.clone();
        async move { Ok::<_, Infallible>(into_infallible(router.oneshot(request).await)) }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.handshake_timeout)
            .max_buf_size(limits.header_bytes_max)
            .max_headers(limits.headers_max)
            .serve_connection(TokioIo::new(transport), service)
            .with_upgrades()
    );
    let until_the_end = async {
        tokio::select! {
            served = connection.as_mut() => served,
            () = ended(&mut is_stopping) => {
                connection.as_mut().graceful_shutdown();
                connection.as_mut().await
            }
        }
    };
    let served = match tokio::time::timeout(limits.http_lifetime_max, until_the_end).await {
        Ok(served) => Ok(served),
        Err(_elapsed) => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(limits.close_timeout, connection).await
        }
    };
    match served {
        Ok(Ok(())) => {}
        Ok(Err(error)) => debug!(%error, "connection failed"),
        Err(_elapsed) => debug!("connection spent its time"),
    }
}

fn into_infallible<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}
