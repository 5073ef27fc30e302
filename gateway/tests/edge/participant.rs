//! A WebSocket client that says what it means.

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::venue::{Venue, within};

/// A connection to `/v1/ws`.
pub struct Participant {
    socket: WebSocketStream<TcpStream>,
    /// Messages that were read past.
    pub passed: Vec<Value>,
}

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Ending {
    pub code: CloseCode,
    pub reason: String,
}

impl Participant {
    /// Connects and says nothing.
    pub async fn connect(venue: &Venue) -> Self {
        let stream = within(TcpStream::connect(venue.address)).await.unwrap();
        let url = format!("ws://{}/v1/ws", venue.address);
        let (socket, _) = within(client_async(url, stream)).await.unwrap();
        Self {
            socket,
            passed: Vec::new(),
        }
    }

    /// Connects, says hello, and lets the kernel keep little of what it does not read.
    pub async fn greet_narrowly(venue: &Venue) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let stream = within(socket.connect(venue.address)).await.unwrap();
        let url = format!("ws://{}/v1/ws", venue.address);
        let (socket, _) = within(client_async(url, stream)).await.unwrap();
        let mut participant = Self {
            socket,
            passed: Vec::new(),
        };
        let hello = participant
            .ask(r#"{"op":"hello","id":9000,"protocol":1}"#)
            .await;
        assert_eq!(hello["type"], "hello");
        participant
    }

    /// Connects and says hello.
    pub async fn greet(venue: &Venue) -> Self {
        let mut participant = Self::connect(venue).await;
        let hello = participant
            .ask(r#"{"op":"hello","id":9000,"protocol":1}"#)
            .await;
        assert_eq!(hello["type"], "hello");
        participant
    }

    /// Connects, says hello and logs on.
    pub async fn log_on(venue: &Venue, key: &str) -> Self {
        let mut participant = Self::greet(venue).await;
        let logon = format!(r#"{{"op":"logon","id":9001,"key":"{key}"}}"#);
        assert_eq!(participant.ask(&logon).await["type"], "logged_on");
        participant
    }

    /// Logs on and follows the account's executions.
    pub async fn log_on_and_follow(venue: &Venue, key: &str) -> Self {
        let mut participant = Self::log_on(venue, key).await;
        let subscribe = r#"{"op":"subscribe","id":9002,"channel":"executions"}"#;
        assert_eq!(participant.ask(subscribe).await["type"], "subscribed");
        participant
    }

    /// Sends a text frame.
    pub async fn send(&mut self, text: &str) {
        self.send_frame(Message::text(text)).await;
    }

    /// Sends any frame.
    pub async fn send_frame(&mut self, frame: Message) {
        within(self.socket.send(frame)).await.unwrap();
    }

    /// Sends a request with an `id` and reads up to its answer.
    pub async fn ask(&mut self, request: &str) -> Value {
        let id = serde_json::from_str::<Value>(request).unwrap()["id"].clone();
        assert!(
            id.is_u64(),
            "a request without id has no answer to wait for"
        );
        self.send(request).await;
        self.read_until(|message| message["request"] == id).await
    }

    /// Reads up to the first message that is meant, and remembers those before it.
    pub async fn read_until(&mut self, is_meant: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.read().await;
            if is_meant(&message) {
                return message;
            }
            self.passed.push(message);
        }
    }

    /// The next message.
    pub async fn read(&mut self) -> Value {
        loop {
            match within(self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("a message was expected, not {other:?}"),
            }
        }
    }

    /// The next frame that is no ping.
    pub async fn read_frame(&mut self) -> Message {
        loop {
            let frame = within(self.socket.next()).await.unwrap().unwrap();
            if !matches!(frame, Message::Ping(_) | Message::Pong(_)) {
                return frame;
            }
        }
    }

    /// Whether the session still answers.
    pub async fn assert_alive(&mut self) {
        let pong = self.ask(r#"{"op":"ping","id":777777}"#).await;
        assert_eq!(pong["type"], "pong");
    }

    /// Reads everything up to the close frame.
    pub async fn read_to_end(&mut self) -> Ending {
        loop {
            match within(self.socket.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Ending {
                        code: frame.code,
                        reason: frame.reason.to_string(),
                    };
                }
                Some(Ok(Message::Text(text))) => {
                    self.passed.push(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(_)) => {}
                other => panic!("a close frame was expected, not {other:?}"),
            }
        }
    }

    /// Reads until the connection is gone, however it goes.
    pub async fn read_until_gone(&mut self) -> Result<Vec<Value>, Error> {
        let mut texts = Vec::new();
        while let Some(frame) = within(self.socket.next()).await {
            if let Message::Text(text) = frame? {
                texts.push(serde_json::from_str(&text).unwrap());
            }
        }
        Ok(texts)
    }

    /// The bare socket.
    pub fn stream(&mut self) -> &mut TcpStream {
        self.socket.get_mut()
    }
}

/// A limit order on BTCUSDT.
pub fn limit(id: u64, side: &str, price: &str, quantity: &str) -> String {
    format!(
        r#"{{"op":"submit","id":{id},"symbol":"BTCUSDT","side":"{side}","type":"limit","price":"{price}","quantity":"{quantity}"}}"#
    )
}
