//! A WebSocket server of a few lines that says what a test tells it to say.

use futures_util::{SinkExt, StreamExt};
use protocol::{Operation, Request};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// The answer to `hello` in every test.
pub const HELLO: &str = r#"{"type":"hello","protocol":1,"server":"scripted","epoch":1,"session":1,"clock":"realtime","at_us":1000,"limits":{"frame_bytes_max":16384,"outbound_messages_max":1024,"subscriptions_max":64,"depth_levels_max":1000},"instruments":[{"symbol":"BTCUSDT","base":"BTC","quote":"USDT","tick_size":"0.01","lot_size":"0.00001","price_decimals":2,"quantity_decimals":5,"price_min":"0.01","price_max":"1000000.00","quantity_min":"0.00001","quantity_max":"9000.00000"}]}"#;

/// Listens on a free port.
pub struct ScriptedExchange {
    listener: TcpListener,
}

/// One accepted connection.
pub struct Peer {
    socket: WebSocketStream<TcpStream>,
}

impl ScriptedExchange {
    pub async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self { listener }
    }

    pub fn url(&self) -> String {
        let address = self.listener.local_addr().expect("it is bound");
        format!("ws://{address}/v1/ws")
    }

    pub async fn accept(&self) -> Peer {
        let (stream, _) = self.listener.accept().await.expect("a client connects");
        let socket = tokio_tungstenite::accept_async(stream)
            .await
            .expect("the client speaks WebSocket");
        Peer { socket }
    }

    /// Accepts a connection and answers its `hello`.
    pub async fn greet(&self) -> Peer {
        let mut peer = self.accept().await;
        let Operation::Hello(hello) = peer.hear().await.operation else {
            panic!("hello comes first")
        };
        assert_eq!(hello.protocol, 1);
        peer.say(HELLO).await;
        peer
    }
}

impl Peer {
    pub async fn hear(&mut self) -> Request {
        let frame = self
            .socket
            .next()
            .await
            .expect("the client is there")
            .expect("the client speaks WebSocket");
        Request::decode(&frame.into_data(), 65_536).expect("the client sends requests")
    }

    pub async fn say(&mut self, frame: &str) {
        self.socket
            .send(Message::text(frame))
            .await
            .expect("the client is there");
    }

    /// Waits until the client has said good-bye, and answers it.
    pub async fn hear_close(&mut self) {
        while let Some(Ok(frame)) = self.socket.next().await {
            assert!(frame.is_close(), "nothing else was sent");
        }
    }

    /// Says good-bye as WebSocket wants it.
    pub async fn close(mut self) {
        self.socket.close(None).await.expect("the client is there");
    }
}
