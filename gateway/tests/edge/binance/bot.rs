//! A client of the persona: requests over HTTP, signed with the secret of its key.

use data_encoding::HEXLOWER;
use ring::hmac;
use serde_json::Value;

use crate::handshake::exchange;
use crate::venue::Venue;

/// What the persona answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Value,
}

impl Answer {
    /// Status, code and sentence of a refusal.
    pub fn refusal(&self) -> (u16, i64, &str) {
        let code = self.body["code"].as_i64().unwrap_or(0);
        let text = self.body["msg"].as_str().unwrap_or("");
        (self.status, code, text)
    }

    /// The body of a success.
    pub fn body(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// A header of it; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// A client with a key.
pub struct Bot<'a> {
    pub venue: &'a Venue,
    pub key: &'static str,
    pub secret: &'static str,
}

/// Alice's client.
pub const fn alice(venue: &Venue) -> Bot<'_> {
    Bot {
        venue,
        key: "api-alice",
        secret: "secret-of-alice",
    }
}

/// Bob's client.
pub const fn bob(venue: &Venue) -> Bot<'_> {
    Bot {
        venue,
        key: "api-bob",
        secret: "secret-of-bob",
    }
}

/// Asks as written, without a key.
pub async fn ask(venue: &Venue, verb: &str, target: &str) -> Answer {
    send(venue, verb, target, "", "").await
}

/// Sends a request with these headers, each line with its end, and this body.
pub async fn send(venue: &Venue, verb: &str, target: &str, headers: &str, body: &str) -> Answer {
    let request = format!(
        "{verb} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(venue, &request).await;
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer {
        status,
        head: head.to_owned(),
        body: serde_json::from_str(body).unwrap(),
    }
}

/// The exchange's time in milliseconds.
pub async fn now_ms(venue: &Venue) -> u64 {
    let answer = ask(venue, "GET", "/api/v3/time").await;
    answer.body["serverTime"].as_u64().unwrap()
}

/// HMAC-SHA256 in hexadecimal.
pub fn hmac_of(secret: &str, payload: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    HEXLOWER.encode(hmac::sign(&key, payload.as_bytes()).as_ref())
}

impl Bot<'_> {
    /// Sends a signed request with its parameters in the query.
    pub async fn ask(&self, verb: &str, path: &str, params: &str) -> Answer {
        let now_ms = now_ms(self.venue).await;
        let separator = if params.is_empty() { "" } else { "&" };
        let query = format!("{params}{separator}timestamp={now_ms}");
        let signature = hmac_of(self.secret, &query);
        let target = format!("/api/v3/{path}?{query}&signature={signature}");
        send(self.venue, verb, &target, &self.header(), "").await
    }

    /// The header with its key.
    pub fn header(&self) -> String {
        format!("X-MBX-APIKEY: {}\r\n", self.key)
    }

    /// Enters a limit order for BTCUSDT and returns the answer.
    pub async fn limit(&self, side: &str, price: &str, quantity: &str, more: &str) -> Answer {
        let params = format!(
            "symbol=BTCUSDT&side={side}&type=LIMIT&timeInForce=GTC&price={price}&quantity={quantity}{more}"
        );
        self.ask("POST", "order", &params).await
    }
}
