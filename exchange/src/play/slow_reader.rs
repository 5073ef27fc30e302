//! A session that follows everything and, for a while, reads nothing of it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use protocol::{
    Channel, GoingAwayReason, Hello, Logon, Operation, PROTOCOL_VERSION, Request, ServerMessage,
    Subscription,
};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// What the kernel keeps for a reader that does not read; more would hide that it does not.
const RECEIVE_BUFFER_BYTES: u32 = 4_096;
/// How long what has piled up may take to be read.
const READING_TIME: Duration = Duration::from_secs(3);

/// Follows everything, reads nothing `over` so long, then reads what there is. Says how it was told that it fell behind,
/// if it was.
///
/// # Errors
/// There is no session to be had.
pub async fn stop_reading(url: &str, key: &str, over: Duration) -> Result<Option<String>, String> {
    let mut socket = open(url).await?;
    for operation in operations(key) {
        let request = Request {
            id: Some(1),
            operation,
        };
        let frame = Message::text(request.to_json());
        socket
            .send(frame)
            .await
            .map_err(|error| error.to_string())?;
    }
    tokio::time::sleep(over).await;
    let told = tokio::time::timeout(READING_TIME, until_told(&mut socket)).await;
    Ok(told.ok().flatten())
}

async fn open(url: &str) -> Result<WebSocketStream<TcpStream>, String> {
    let place = url.strip_prefix("ws://").unwrap_or(url);
    let host = place.split('/').next().unwrap_or(place);
    let mut addresses = lookup_host(host)
        .await
        .map_err(|error| format!("{host}: {error}"))?;
    let address = addresses
        .next()
        .ok_or_else(|| format!("{host} has no address"))?;
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    };
    let socket = socket.map_err(|error| error.to_string())?;
    socket
        .set_recv_buffer_size(RECEIVE_BUFFER_BYTES)
        .map_err(|error| error.to_string())?;
    let stream = socket
        .connect(address)
        .await
        .map_err(|error| error.to_string())?;
    let (socket, _) = client_async(url, stream)
        .await
        .map_err(|error| error.to_string())?;
    Ok(socket)
}

fn operations(key: &str) -> Vec<Operation> {
    let hello = Hello {
        protocol: PROTOCOL_VERSION,
        client: Some("rialto play: slow reader".to_owned()),
        frames: protocol::Frames::Text,
        schema_version: None,
    };
    let logon = Logon::DemoKey(key.to_owned());
    let mut operations = vec![Operation::Hello(hello), Operation::Logon(logon)];
    let channels = [
        Channel::Depth,
        Channel::Top,
        Channel::Orders,
        Channel::Trades,
    ];
    operations
        .extend(channels.map(|channel| Operation::Subscribe(Subscription::of(channel, None))));
    operations
}

/// Reads until it is told that it fell behind, or is cut off for it.
async fn until_told(socket: &mut WebSocketStream<TcpStream>) -> Option<String> {
    while let Some(Ok(frame)) = socket.next().await {
        match frame {
            Message::Text(text) => match ServerMessage::decode(&text) {
                Ok(ServerMessage::Lagged(lagged)) => {
                    let (channel, from, to) = (lagged.channel.word(), lagged.from, lagged.to);
                    return Some(format!(
                        "told that {from} to {to} of {channel} were dropped"
                    ));
                }
                Ok(ServerMessage::GoingAway(away))
                    if away.reason == GoingAwayReason::SlowConsumer =>
                {
                    return Some(format!("cut off: {}", away.text));
                }
                Ok(_) | Err(_) => {}
            },
            Message::Close(Some(frame)) if frame.reason == "slow_consumer" => {
                return Some("cut off as a slow consumer".to_owned());
            }
            Message::Close(_)
            | Message::Binary(_)
            | Message::Ping(_)
            | Message::Pong(_)
            | Message::Frame(_) => {}
        }
    }
    None
}
