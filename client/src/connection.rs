//! Opens one connection: socket, WebSocket handshake, `hello`, `logon`.

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use protocol::{
    BINARY_SCHEMA_VERSION, ErrorCode, Frames, Hello, HelloAnswer, InstrumentTable, Logon,
    Operation, PROTOCOL_VERSION, Request, ServerMessage,
};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::config::{ClientConfig, ClientLimits};
use crate::credentials::Credentials;
use crate::error::ClientError;

/// Where requests go.
pub(crate) type FrameSink = SplitSink<WebSocketStream<TcpStream>, Message>;
/// Where messages come from.
pub(crate) type FrameStream = SplitStream<WebSocketStream<TcpStream>>;

/// A connection on which `hello` and, with a key, `logon` have been answered.
pub(crate) struct Connection {
    pub(crate) frames_out: FrameSink,
    pub(crate) frames_in: FrameStream,
    pub(crate) hello: HelloAnswer,
    pub(crate) account: Option<u64>,
}

/// Opens a connection within the configured time.
pub(crate) async fn open(config: &ClientConfig) -> Result<Connection, ClientError> {
    tokio::time::timeout(config.connect_timeout, open_unhurried(config))
        .await
        .unwrap_or(Err(ClientError::TimedOut))
}

async fn open_unhurried(config: &ClientConfig) -> Result<Connection, ClientError> {
    let mut socket = open_socket(config).await?;
    let hello = greet(&mut socket, config).await?;
    let account = match logon(&config.credentials, &hello)? {
        Some(logon) => Some(log_on(&mut socket, logon).await?),
        None => None,
    };
    let (frames_out, frames_in) = socket.split();
    Ok(Connection {
        frames_out,
        frames_in,
        hello,
        account,
    })
}

async fn open_socket(config: &ClientConfig) -> Result<WebSocketStream<TcpStream>, ClientError> {
    let bad_url = |why: String| ClientError::BadUrl {
        url: config.url.clone(),
        why,
    };
    let request = config
        .url
        .as_str()
        .into_client_request()
        .map_err(|error| bad_url(error.to_string()))?;
    if request.uri().scheme_str() != Some("ws") {
        return Err(bad_url("the scheme is not ws".to_owned()));
    }
    let host = request
        .uri()
        .host()
        .ok_or_else(|| bad_url("it has no host".to_owned()))?;
    let address = format!("{host}:{}", request.uri().port_u16().unwrap_or(80));
    let connect = async {
        let stream = TcpStream::connect(&address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    };
    let stream = connect
        .await
        .map_err(|source| ClientError::Connect { address, source })?;
    let websocket = websocket_config(&config.limits);
    let (socket, _) =
        tokio_tungstenite::client_async_with_config(request, stream, Some(websocket)).await?;
    Ok(socket)
}

fn websocket_config(limits: &ClientLimits) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(limits.read_buffer_bytes)
        .write_buffer_size(limits.write_buffer_bytes)
        .max_write_buffer_size(limits.write_buffer_bytes_max)
        .max_message_size(Some(limits.message_bytes_max))
        .max_frame_size(Some(limits.message_bytes_max))
}

async fn greet(
    socket: &mut WebSocketStream<TcpStream>,
    config: &ClientConfig,
) -> Result<HelloAnswer, ClientError> {
    let hello = Operation::Hello(Hello {
        protocol: PROTOCOL_VERSION,
        client: Some(config.client_name.clone()),
        frames: config.frames,
        schema_version: match config.frames {
            Frames::Text => None,
            Frames::Binary => Some(u32::from(BINARY_SCHEMA_VERSION)),
        },
    });
    let ServerMessage::Hello(answer) = ask(socket, hello).await? else {
        return Err(out_of_turn("hello"));
    };
    Ok(answer)
}

/// How to log on to the session that was greeted so; a nobody does not.
fn logon(credentials: &Credentials, hello: &HelloAnswer) -> Result<Option<Logon>, ClientError> {
    match credentials {
        Credentials::Nobody => Ok(None),
        Credentials::DemoKey(key) => Ok(Some(key.log_on())),
        Credentials::Signing(key) => match &hello.challenge {
            Some(challenge) => Ok(Some(key.log_on(challenge))),
            None => Err(ClientError::NoChallenge),
        },
    }
}

async fn log_on(socket: &mut WebSocketStream<TcpStream>, logon: Logon) -> Result<u64, ClientError> {
    let ServerMessage::LoggedOn(answer) = ask(socket, Operation::Logon(logon)).await? else {
        return Err(out_of_turn("logon"));
    };
    Ok(answer.account)
}

/// Sends one request and reads its answer; nothing else flows before the first subscription.
async fn ask(
    socket: &mut WebSocketStream<TcpStream>,
    operation: Operation,
) -> Result<ServerMessage, ClientError> {
    let request = Request {
        id: None,
        operation,
    };
    socket.send(Message::text(request.to_json())).await?;
    loop {
        let frame = socket.next().await.ok_or_else(|| ClientError::Closed {
            reason: "the exchange closed it before it answered".to_owned(),
        })??;
        match frame {
            Message::Text(text) => return accepted(ServerMessage::decode(&text)?),
            // A refusal may come as bytes; no instrument is in it.
            Message::Binary(bytes) => {
                let none = InstrumentTable::default();
                return accepted(ServerMessage::decode_binary(&bytes, &none)?);
            }
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {}
        }
    }
}

/// Turns the two messages that mean no into errors.
fn accepted(message: ServerMessage) -> Result<ServerMessage, ClientError> {
    if let ServerMessage::Error(error) = &message {
        return Err(ClientError::Refused {
            code: error.code,
            text: error.text.to_string(),
        });
    }
    if let ServerMessage::GoingAway(going_away) = &message {
        return Err(ClientError::Closed {
            reason: going_away.text.to_string(),
        });
    }
    Ok(message)
}

fn out_of_turn(op: &str) -> ClientError {
    ClientError::Refused {
        code: ErrorCode::Other,
        text: format!("`{op}` was answered by a message of another kind"),
    }
}
