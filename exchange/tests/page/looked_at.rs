//! Who looks on costs those who trade next to nothing.
//!
//! A client without a screen takes the page's place: the same subscriptions, the same questions as often, and nothing drawn,
//! since the renderer would take the processor from the exchange that runs on the same machine. In each round the exchange is
//! left alone, looked at, and left alone again; its own histograms say how long commands took meanwhile.

use std::collections::BTreeMap;
use std::future::pending;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::exchange::Exchange;

const ROUNDS: u32 = 5;
/// How long each of the three parts of a round is; longer with `RIALTO_LOOKED_AT_MS`.
const PART_MS: u64 = 400;
/// What the exchange trades meanwhile, in orders per second.
const RATE: u32 = 1_000;
/// What p99 may be with somebody who looks on, of what it is without.
const RATIO_MAX: f64 = 1.1;
/// What it may be beyond what two runs without anybody differ by.
const NOISE: f64 = 0.1;

/// Times of commands: by the end of their bucket in ns, how many.
#[derive(Debug, Default, Clone)]
struct Times(BTreeMap<u64, u64>);

impl Times {
    /// From when a command is read until its outcome is published.
    async fn of(http: &str) -> Self {
        let told: Value = serde_json::from_str(&get(http, "/v1/performance").await).unwrap();
        let stages = told["stages"].as_array().unwrap();
        let total = stages.iter().find(|stage| stage["stage"] == "total");
        let buckets: Vec<(u64, u64)> =
            serde_json::from_value(total.unwrap()["buckets"].clone()).unwrap();
        Self(buckets.into_iter().collect())
    }

    fn since(mut self, before: &Self) -> Self {
        for (end, count) in &mut self.0 {
            *count -= before.0.get(end).copied().unwrap_or(0);
        }
        self
    }

    fn add(&mut self, other: &Self) {
        for (end, count) in &other.0 {
            *self.0.entry(*end).or_default() += count;
        }
    }

    fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// The 99th percentile, evenly within its bucket.
    fn p99_ns(&self) -> u64 {
        let wanted = (self.count() * 99).div_ceil(100);
        let (mut below, mut begin_ns) = (0, 0);
        for (end_ns, count) in &self.0 {
            if below + count >= wanted {
                return begin_ns + (end_ns - begin_ns) * (wanted - below) / count;
            }
            (below, begin_ns) = (below + count, *end_ns);
        }
        panic!("no command was measured");
    }

    fn p99_us(&self) -> f64 {
        let us = self.p99_ns() / 1_000;
        f64::from(u32::try_from(us).expect("nothing takes an hour"))
    }
}

/// One answer over HTTP.
async fn get(http: &str, path: &str) -> String {
    let host = http.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
    body.to_owned()
}

/// The page without its screen.
struct Onlooker {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    http: String,
}

impl Onlooker {
    async fn open(http: &str) -> Self {
        let url = format!("{}/v1/ws", http.replacen("http", "ws", 1));
        let (mut socket, _) = connect_async(url).await.unwrap();
        for asked in [
            json!({"op": "hello", "id": 1, "protocol": 1, "client": "onlooker"}),
            json!({"op": "subscribe", "id": 2, "channel": "top", "delivery": "interval", "interval_ms": 500}),
            json!({"op": "subscribe", "id": 3, "channel": "status"}),
            json!({"op": "subscribe", "id": 4, "channel": "depth", "symbols": ["BTCUSDT"], "levels": 250,
                "delivery": "interval", "interval_ms": 100}),
        ] {
            socket.send(Message::text(asked.to_string())).await.unwrap();
        }
        let http = http.to_owned();
        Self { socket, http }
    }

    /// Reads and asks as the page does, without an end.
    async fn look(&mut self, messages: &mut u64) {
        let every = |ms| {
            let mut beat = interval(Duration::from_millis(ms));
            beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
            beat
        };
        let (mut trades, mut candles, mut engine) = (every(333), every(400), every(1_000));
        loop {
            let path = tokio::select! {
                message = self.socket.next() => {
                    let message = message.unwrap().unwrap();
                    assert!(!message.is_close(), "it was cut off: {message}");
                    *messages += 1;
                    continue;
                }
                _ = trades.tick() => "/v1/trades/BTCUSDT?count=60",
                _ = candles.tick() => "/v1/candles/BTCUSDT?interval=1s&count=300",
                _ = engine.tick() => "/v1/performance",
            };
            get(&self.http, path).await;
        }
    }
}

/// What commands took in a part of a round in which nobody looks on.
async fn alone(http: &str, part: Duration) -> Times {
    let before = Times::of(http).await;
    let over = timeout(part, pending::<()>()).await;
    assert!(over.is_err(), "nothing is waited for but the time");
    Times::of(http).await.since(&before)
}

/// What they took in one in which somebody does.
async fn looked_at(http: &str, part: Duration, messages: &mut u64) -> Times {
    let mut onlooker = Onlooker::open(http).await;
    let before = Times::of(http).await;
    let over = timeout(part, onlooker.look(messages)).await;
    assert!(over.is_err(), "looking has no end of its own");
    Times::of(http).await.since(&before)
}

#[tokio::test]
async fn an_onlooker_costs_those_who_trade_next_to_nothing() {
    let part_ms =
        std::env::var("RIALTO_LOOKED_AT_MS").map_or(PART_MS, |text| text.parse().unwrap());
    let part = Duration::from_millis(part_ms);
    let exchange = Exchange::demo(RATE);
    let http = exchange.http.as_str();
    let [mut before, mut during, mut after] = [const { Times(BTreeMap::new()) }; 3];
    let mut messages = 0;
    // What begins is slower than what goes on.
    alone(http, part).await;

    for _ in 0..ROUNDS {
        before.add(&alone(http, part).await);
        during.add(&looked_at(http, part, &mut messages).await);
        after.add(&alone(http, part).await);
    }

    let [p99_before, p99_during, p99_after] = [&before, &during, &after].map(Times::p99_us);
    let ratio = p99_during / p99_before.midpoint(p99_after);
    let noise = (p99_before / p99_after).max(p99_after / p99_before);
    let bar = RATIO_MAX.max(noise + NOISE);
    println!(
        "GOAL page_onlooker rounds={ROUNDS} part_ms={part_ms} commands={} messages={messages} \
         p99_us={p99_before:.0}/{p99_during:.0}/{p99_after:.0} ratio={ratio:.3} alone_by_alone={noise:.3} bar={bar:.3} {}",
        during.count(),
        if ratio <= bar { "held" } else { "MISSED" }
    );
    assert!(messages > 0, "the onlooker was told nothing");
    if std::env::var("RIALTO_TIME_BARS").is_ok_and(|bars| bars == "1") {
        assert!(ratio <= bar, "{ratio:.3} is more than {bar:.3}");
    }
}

#[test]
fn a_percentile_lies_within_its_bucket_and_readings_differ_by_what_was_between_them() {
    let times = |buckets: &[(u64, u64)]| Times(buckets.iter().copied().collect());
    let between = times(&[(1_000, 150), (2_000, 100), (4_000, 10)])
        .since(&times(&[(1_000, 100), (2_000, 50)]));

    assert_eq!(between.count(), 110);
    // The 109th of them is the ninth of ten between 2,000 and 4,000.
    assert_eq!(between.p99_ns(), 3_800);
}
