//! Streams: followed by path, query or request; the book by its update ids.

use std::collections::BTreeMap;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::binance::bot::{alice, ask, bob, send};
use crate::venue::{Venue, within};

/// A socket of streams.
pub struct Streams(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Streams {
    pub async fn open(venue: &Venue, target: &str) -> Self {
        let url = format!("ws://{}{target}", venue.address);
        Self(within(connect_async(url)).await.unwrap().0)
    }

    async fn read(&mut self) -> Value {
        loop {
            if let Message::Text(text) = within(self.0.next()).await.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// What is told next.
    pub async fn next(&mut self) -> Value {
        self.read().await
    }

    async fn read_until(&mut self, is_meant: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.read().await;
            if is_meant(&message) {
                return message;
            }
        }
    }

    /// The answer to what was said; news of streams are passed over.
    pub async fn answer(&mut self) -> Value {
        self.read_until(|message| message.get("result").is_some() || message.get("code").is_some())
            .await
    }

    pub async fn say(&mut self, text: &str) {
        within(self.0.send(Message::text(text))).await.unwrap();
    }

    /// The code and reason that the venue closes with; what it says before is passed over.
    async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = within(self.0.next()).await.unwrap().unwrap() {
                let frame = frame.unwrap();
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

#[tokio::test]
async fn trades_are_told_raw_and_combined_and_summed_by_taker_and_price() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    let mut raw = Streams::open(&venue, "/ws/btcusdt@trade").await;
    let mut combined =
        Streams::open(&venue, "/stream?streams=btcusdt@aggTrade/btcusdt@trade").await;
    bob.limit("SELL", "100.00", "1", "").await.body();
    bob.limit("SELL", "100.00", "2", "").await.body();
    alice.limit("BUY", "100.00", "2", "").await.body();

    let first = raw.read().await;
    assert_eq!(
        (&first["e"], &first["t"], &first["m"]),
        (&json!("trade"), &json!(1), &json!(false))
    );
    assert_eq!(first["p"], "100.00000000");
    let sum = combined
        .read_until(|message| message["stream"] == "btcusdt@aggTrade")
        .await;
    assert_eq!(sum["data"]["q"], "2.00000000");
    assert_eq!(
        (&sum["data"]["f"], &sum["data"]["l"]),
        (&json!(1), &json!(2))
    );
    venue.close().await;
}

#[tokio::test]
async fn diffs_follow_each_other_and_lead_to_the_book_of_rest() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let mut diffs = Streams::open(&venue, "/ws/btcusdt@depth@100ms").await;
    let mut bids: BTreeMap<String, String> = BTreeMap::new();
    let mut last = 0;
    for price in ["90.00", "91.00", "92.00"] {
        let placed = alice.limit("BUY", price, "1", "").await.body();
        let diff = diffs.read().await;
        assert_eq!(diff["U"], last + 1);
        last = diff["u"].as_u64().unwrap();
        apply(&mut bids, &diff);
        if price == "91.00" {
            let order = format!("symbol=BTCUSDT&orderId={}", placed["orderId"]);
            alice.ask("DELETE", "order", &order).await.body();
            let diff = diffs.read().await;
            assert_eq!(diff["U"], last + 1);
            last = diff["u"].as_u64().unwrap();
            apply(&mut bids, &diff);
        }
    }

    let book = ask(&venue, "GET", "/api/v3/depth?symbol=BTCUSDT")
        .await
        .body();
    assert_eq!(book["lastUpdateId"], last);
    let ours: Vec<Value> = bids.iter().rev().map(|(p, q)| json!([p, q])).collect();
    assert_eq!(book["bids"], json!(ours));
    venue.close().await;
}

fn apply(bids: &mut BTreeMap<String, String>, diff: &Value) {
    for level in diff["b"].as_array().unwrap() {
        let (price, quantity) = (level[0].as_str().unwrap(), level[1].as_str().unwrap());
        if quantity == "0.00000000" {
            bids.remove(price);
        } else {
            bids.insert(price.to_owned(), quantity.to_owned());
        }
    }
}

/// A book by the rule of the venue: diffs that belong to a snapshot.
#[derive(Debug, Default)]
struct ByRule {
    bids: BTreeMap<String, String>,
    last: u64,
    /// Whether a diff was applied to the snapshot.
    has_begun: bool,
}

/// What a diff is to a book.
#[derive(Debug, PartialEq, Eq)]
enum Fit {
    Dropped,
    Applied,
    Resync,
}

impl ByRule {
    async fn from_snapshot(venue: &Venue) -> Self {
        let book = ask(venue, "GET", "/api/v3/depth?symbol=BTCUSDT")
            .await
            .body();
        let mut by_rule = Self {
            last: book["lastUpdateId"].as_u64().unwrap(),
            ..Self::default()
        };
        apply(&mut by_rule.bids, &json!({ "b": book["bids"] }));
        by_rule
    }

    fn take(&mut self, diff: &Value) -> Fit {
        let (first, last) = (diff["U"].as_u64().unwrap(), diff["u"].as_u64().unwrap());
        if last <= self.last {
            return Fit::Dropped;
        }
        if first > self.last + 1 || (self.has_begun && first != self.last + 1) {
            return Fit::Resync;
        }
        apply(&mut self.bids, diff);
        self.last = last;
        self.has_begun = true;
        Fit::Applied
    }
}

#[tokio::test]
async fn md_7_older_diffs_are_dropped_the_first_one_fits_the_snapshot_and_a_gap_is_seen() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let mut too_old = ByRule::from_snapshot(&venue).await;
    alice.limit("BUY", "80.00", "1", "").await.body();
    let mut stream = Streams::open(&venue, "/ws/btcusdt@depth@100ms").await;
    let mut diffs = Vec::new();
    for price in ["90.00", "91.00"] {
        alice.limit("BUY", price, "1", "").await.body();
        diffs.push(stream.read().await);
    }

    let mut book = ByRule::from_snapshot(&venue).await;
    for price in ["92.00", "91.00", "93.00", "94.00"] {
        alice.limit("BUY", price, "1", "").await.body();
        diffs.push(stream.read().await);
    }

    assert_eq!(
        too_old.take(&diffs[0]),
        Fit::Resync,
        "this snapshot is older than what was followed"
    );
    let fits: Vec<_> = diffs[..4].iter().map(|diff| book.take(diff)).collect();
    assert_eq!(
        fits,
        [Fit::Dropped, Fit::Dropped, Fit::Applied, Fit::Applied]
    );
    let expected = [
        ("80.00000000", "1.00000000"),
        ("90.00000000", "1.00000000"),
        ("91.00000000", "2.00000000"),
        ("92.00000000", "1.00000000"),
    ];
    let expected: BTreeMap<_, _> = expected
        .map(|(price, quantity)| (price.to_owned(), quantity.to_owned()))
        .into();
    assert_eq!(book.bids, expected);
    assert_eq!(book.take(&diffs[5]), Fit::Resync, "the fifth is lost");
    let mut again = ByRule::from_snapshot(&venue).await;
    assert_eq!(again.take(&diffs[5]), Fit::Dropped);
    assert_eq!(again.bids.len(), 6);
    venue.close().await;
}

#[tokio::test]
async fn a_socket_is_told_what_to_follow_and_says_what_it_follows() {
    let venue = Venue::open().await;
    let mut bare = Streams::open(&venue, "/ws").await;
    for (said, answer) in [
        (
            r#"{"method":"SUBSCRIBE","params":["btcusdt@depth","nope@trade"],"id":1}"#,
            json!({"result": null, "id": 1}),
        ),
        (
            r#"{"method":"LIST_SUBSCRIPTIONS","id":"two"}"#,
            json!({"result": ["btcusdt@depth", "nope@trade"], "id": "two"}),
        ),
        (
            r#"{"method":"GET_PROPERTY","params":["combined"],"id":3}"#,
            json!({"result": false, "id": 3}),
        ),
        (
            r#"{"method":"UNSUBSCRIBE","params":["nope@trade"],"id":4}"#,
            json!({"result": null, "id": 4}),
        ),
    ] {
        bare.say(said).await;
        assert_eq!(bare.read().await, answer);
    }
    bare.say(r#"{"method":"FOO","params":[],"id":5}"#).await;
    let bad = bare.read().await;
    assert_eq!((&bad["code"], &bad["id"]), (&json!(2), &json!(5)));

    let mut alias = Streams::open(&venue, "/stream/ws/0").await;
    alias
        .say(r#"{"method":"GET_PROPERTY","params":["combined"],"id":1}"#)
        .await;
    assert_eq!(alias.read().await, json!({"result": false, "id": 1}));
    venue.close().await;
}

#[tokio::test]
async fn a_listen_key_opens_its_accounts_events() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let opened = send(
        &venue,
        "POST",
        "/api/v3/userDataStream",
        &alice.header(),
        "",
    )
    .await;
    let key = opened.body()["listenKey"].as_str().unwrap().to_owned();
    let mut events = Streams::open(&venue, &format!("/ws/{key}")).await;

    alice.limit("BUY", "90.00", "1", "").await.body();

    let event = events.read().await;
    assert_eq!(
        (&event["e"], &event["X"]),
        (&json!("executionReport"), &json!("NEW"))
    );
    venue.close().await;
}

#[tokio::test]
async fn candles_and_tickers_tell_what_traded() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    for price in ["100.00", "102.00", "101.00"] {
        bob.limit("SELL", price, "1", "").await.body();
        alice.limit("BUY", price, "1", "").await.body();
    }

    let target = "/api/v3/klines?symbol=BTCUSDT&interval=1M";
    let candles = ask(&venue, "GET", target).await.body();
    let candle = candles.as_array().unwrap().last().unwrap();
    assert_eq!(candle[1], "100.00000000");
    assert_eq!(candle[2], "102.00000000");
    assert_eq!(candle[4], "101.00000000");
    assert_eq!(candle[5], "3.00000000");
    assert_eq!(candle[7], "303.00000000");
    assert_eq!(candle[8], 3);
    let target = "/api/v3/ticker/24hr?symbol=BTCUSDT";
    let ticker = ask(&venue, "GET", target).await.body();
    assert_eq!(ticker["priceChange"], "1.00000000");
    assert_eq!(ticker["priceChangePercent"], "1.000");
    assert_eq!(ticker["weightedAvgPrice"], "101.00000000");
    assert_eq!(
        (&ticker["firstId"], &ticker["lastId"]),
        (&json!(1), &json!(3))
    );
    venue.close().await;
}

#[tokio::test]
async fn the_book_of_rest_is_the_one_at_the_end_of_a_diff() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let mut slow = Streams::open(&venue, "/ws/btcusdt@depth").await;
    let mut fast = Streams::open(&venue, "/ws/btcusdt@depth@100ms").await;

    for price in ["90.00", "91.00", "92.00"] {
        alice.limit("BUY", price, "1", "").await.body();
        let book = ask(&venue, "GET", "/api/v3/depth?symbol=BTCUSDT")
            .await
            .body();

        for diffs in [&mut slow, &mut fast] {
            let end = diffs
                .read_until(|diff| diff["u"].as_u64() >= book["lastUpdateId"].as_u64())
                .await;
            assert_eq!(end["u"], book["lastUpdateId"]);
        }
    }
    venue.close().await;
}

#[tokio::test]
async fn a_socket_that_says_more_than_five_frames_in_a_second_is_closed() {
    let venue = Venue::open().await;
    let mut talker = Streams::open(&venue, "/ws").await;
    let mut pinger = Streams::open(&venue, "/stream").await;

    for number in 0..5 {
        let asked = json!({"method": "LIST_SUBSCRIPTIONS", "id": number});
        talker.say(&asked.to_string()).await;
        assert_eq!(talker.answer().await["id"], number);
    }
    talker
        .say(r#"{"method":"LIST_SUBSCRIPTIONS","id":5}"#)
        .await;
    for _ in 0..6 {
        let ping = Message::Ping("life".into());
        within(pinger.0.send(ping)).await.unwrap();
    }

    let told = (1008, "Too many requests".to_owned());
    assert_eq!(talker.closed().await, told);
    assert_eq!(pinger.closed().await, told);
    venue.close().await;
}
