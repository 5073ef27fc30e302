//! The WebSocket API: requests by their id, sessions, user data.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::binance::bot::{alice, hmac_of, now_ms};
use crate::venue::{Venue, within};

/// A connection of the WebSocket API.
pub struct Api {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What came beside answers.
    pub events: Vec<Value>,
}

impl Api {
    pub async fn open(venue: &Venue, query: &str) -> Self {
        let url = format!("ws://{}/ws-api/v3{query}", venue.address);
        let (socket, _) = within(connect_async(url)).await.unwrap();
        Self {
            socket,
            events: Vec::new(),
        }
    }

    pub async fn say(&mut self, text: &str) {
        within(self.socket.send(Message::text(text))).await.unwrap();
    }

    /// The next frame with text.
    pub async fn read(&mut self) -> Value {
        loop {
            let frame = within(self.socket.next()).await.unwrap().unwrap();
            if let Message::Text(text) = frame {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// Asks, and returns the answer; events that come before it are kept.
    pub async fn ask(&mut self, text: &str) -> Value {
        self.say(text).await;
        loop {
            let frame = self.read().await;
            if frame.get("event").is_none() {
                return frame;
            }
            self.events.push(frame);
        }
    }

    /// The next event of this kind; others are passed over.
    pub async fn event(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.read().await;
            if frame["event"]["e"] == kind {
                return frame["event"].clone();
            }
        }
    }

    /// Asks with a signature.
    pub async fn ask_signed(&mut self, venue: &Venue, method: &str, params: Value) -> Value {
        let text = json!({"id": 1, "method": method, "params": signed(venue, params).await});
        self.ask(&text.to_string()).await
    }
}

/// The parameters with key, time and signature of alice.
async fn signed(venue: &Venue, params: Value) -> Value {
    let bot = alice(venue);
    let mut params = params;
    params["apiKey"] = json!(bot.key);
    params["timestamp"] = json!(now_ms(venue).await);
    let mut pairs: Vec<String> = params
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| match value.as_str() {
            Some(text) => format!("{name}={text}"),
            None => format!("{name}={value}"),
        })
        .collect();
    pairs.sort();
    params["signature"] = json!(hmac_of(bot.secret, &pairs.join("&")));
    params
}

fn limit_order() -> Value {
    json!({"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": 90.5, "quantity": 1})
}

#[tokio::test]
async fn answers_repeat_the_id_and_tell_the_limits_unless_they_are_unwanted() {
    let venue = Venue::open().await;
    let mut api = Api::open(&venue, "").await;

    let answer = api.ask(r#"{"id":"abc-1","method":"v3/time"}"#).await;
    assert_eq!(answer["id"], "abc-1");
    assert_eq!(answer["status"], 200);
    assert_eq!(answer["rateLimits"][0]["rateLimitType"], "REQUEST_WEIGHT");
    let answer = api
        .ask(r#"{"id":2,"method":"ping","params":{"returnRateLimits":"false"}}"#)
        .await;
    assert_eq!(answer, json!({"id": 2, "status": 200, "result": {}}));
    let answer = api.ask(r#"{"id":3,"method":"nope"}"#).await;
    assert_eq!(
        (answer["status"].clone(), answer["error"]["code"].clone()),
        (json!(400), json!(-1020))
    );
    let answer = api.ask("{bad").await;
    assert_eq!(
        (answer["id"].clone(), answer["status"].clone()),
        (json!(null), json!(400))
    );

    let mut api = Api::open(&venue, "?returnRateLimits=false&timeUnit=MICROSECOND").await;
    let answer = api.ask(r#"{"id":1,"method":"time"}"#).await;
    assert_eq!(answer.get("rateLimits"), None);
    assert!(answer["result"]["serverTime"].as_u64().unwrap() > 1_000_000_000_000_000);
    venue.close().await;
}

#[tokio::test]
async fn an_order_of_json_numbers_is_signed_by_their_text_and_told_to_who_follows() {
    let venue = Venue::open().await;
    let mut api = Api::open(&venue, "").await;
    let followed = api
        .ask_signed(&venue, "userDataStream.subscribe.signature", json!({}))
        .await;
    assert_eq!(followed["result"], json!({"subscriptionId": 0}));
    let again = api
        .ask_signed(&venue, "userDataStream.subscribe.signature", json!({}))
        .await;
    assert_eq!(again["error"]["code"], -2035);

    let placed = api.ask_signed(&venue, "order.place", limit_order()).await;
    assert_eq!(placed["status"], 200, "{placed}");
    assert_eq!(placed["result"]["price"], "90.50000000");
    assert_eq!(placed["rateLimits"][0]["rateLimitType"], "ORDERS");
    let id = placed["result"]["orderId"].clone();
    let name = placed["result"]["clientOrderId"].clone();
    let canceled = api
        .ask_signed(
            &venue,
            "order.cancel",
            json!({"symbol": "BTCUSDT", "orderId": id.to_string()}),
        )
        .await;
    assert_eq!(canceled["result"]["origClientOrderId"], name);

    while api.events.len() < 4 {
        let event = api.read().await;
        api.events.push(event);
    }
    let kinds: Vec<&Value> = api.events.iter().map(|it| &it["event"]["e"]).collect();
    assert_eq!(
        kinds,
        [
            "executionReport",
            "outboundAccountPosition",
            "executionReport",
            "outboundAccountPosition"
        ]
    );
    let (new, end) = (&api.events[0]["event"], &api.events[2]["event"]);
    assert_eq!(
        (&new["x"], &new["X"], &new["C"], &new["w"]),
        (&json!("NEW"), &json!("NEW"), &json!(""), &json!(true))
    );
    assert_eq!((&end["x"], &end["C"]), (&json!("CANCELED"), &name));
    assert!(new["I"].as_u64() < end["I"].as_u64());
    assert_eq!(
        api.events[1]["event"]["B"],
        json!([{"a": "USDT", "f": "99909.50000000", "l": "90.50000000"}])
    );
    venue.close().await;
}

#[tokio::test]
async fn a_session_that_is_logged_on_needs_no_signature_until_it_logs_out() {
    let venue = Venue::open().await;
    let mut api = Api::open(&venue, "").await;
    let status = api.ask(r#"{"id":1,"method":"session.status"}"#).await;
    assert_eq!(status["result"]["apiKey"], json!(null));

    let on = api.ask_signed(&venue, "session.logon", json!({})).await;
    assert_eq!(on["result"]["apiKey"], "api-alice");
    let followed = api
        .ask(r#"{"id":2,"method":"userDataStream.subscribe"}"#)
        .await;
    assert_eq!(followed["result"]["subscriptionId"], 0);
    let now = now_ms(&venue).await;
    let account = format!(r#"{{"id":3,"method":"account.status","params":{{"timestamp":{now}}}}}"#);
    assert_eq!(api.ask(&account).await["result"]["uid"], 1);

    let out = api.ask(r#"{"id":4,"method":"session.logout"}"#).await;
    assert_eq!(out["result"]["apiKey"], json!(null));
    assert_eq!(api.ask(&account).await["status"], 400);
    venue.close().await;
}

#[tokio::test]
async fn a_stop_is_announced_as_a_shutdown() {
    let venue = Venue::open().await;
    let mut api = Api::open(&venue, "").await;
    api.ask(r#"{"id":1,"method":"ping"}"#).await;

    let (stopped, _stop) = venue.stop_gateway().await;

    assert_eq!(api.read().await["event"]["e"], "serverShutdown");
    assert_eq!(stopped.unanswered, 0);
}

#[tokio::test]
async fn a_query_that_is_sent_with_the_order_finds_it() {
    let venue = Venue::open().await;
    let mut api = Api::open(&venue, "").await;
    let mut order = limit_order();
    order["newClientOrderId"] = json!("one-breath");
    let order = signed(&venue, order).await;
    let named = json!({"symbol": "BTCUSDT", "origClientOrderId": "one-breath"});
    let named = signed(&venue, named).await;

    for (id, method, params) in [
        (1, "order.place", &order),
        (2, "order.status", &named),
        (3, "order.cancel", &named),
        (4, "order.status", &named),
    ] {
        let text = json!({"id": id, "method": method, "params": params});
        api.say(&text.to_string()).await;
    }

    for (id, status) in [(1, "NEW"), (2, "NEW"), (3, "CANCELED"), (4, "CANCELED")] {
        let answer = api.read().await;
        assert_eq!(answer["id"], id, "{answer}");
        assert_eq!(answer["result"]["status"], status, "{answer}");
    }
    venue.close().await;
}

#[tokio::test]
async fn a_logout_ends_what_was_followed_for_the_logon() {
    let venue = Venue::open().await;
    let mut api = Api::open(&venue, "").await;
    api.ask_signed(&venue, "session.logon", json!({})).await;
    api.ask(r#"{"id":2,"method":"userDataStream.subscribe"}"#)
        .await;

    let answer = api.ask(r#"{"id":3,"method":"session.logout"}"#).await;
    let ended = api.read().await;

    assert_eq!(answer["result"]["userDataStream"], false);
    assert_eq!(ended["subscriptionId"], 0);
    assert_eq!(ended["event"]["e"], "eventStreamTerminated");
    venue.close().await;
}
