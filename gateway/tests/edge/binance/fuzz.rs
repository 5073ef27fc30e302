//! Random requests: each is answered by a success or a refusal in the venue's form, and the exchange goes on.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::binance::bot::{alice, ask};
use crate::binance::socket_api::Api;
use crate::binance::streams::Streams;
use crate::venue::{Setup, Venue};

/// As many requests of each surface, unless `RIALTO_FUZZ_REQUESTS` says otherwise.
const REQUESTS: usize = 300;

fn requests() -> usize {
    std::env::var("RIALTO_FUZZ_REQUESTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(REQUESTS)
}

#[expect(clippy::print_stdout, reason = "a failure is repeated by its seed")]
fn chance() -> ChaCha8Rng {
    let seed = std::env::var("RIALTO_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_260_401);
    println!("RIALTO_SEED={seed}");
    ChaCha8Rng::seed_from_u64(seed)
}

async fn patient_venue() -> Venue {
    let mut setup = Setup::default();
    setup.venue.limits.request_weight_max = u32::MAX;
    setup.venue.limits.raw_requests_max = u32::MAX;
    setup.venue.limits.orders_per_10s_max = u32::MAX;
    setup.venue.limits.orders_per_day_max = u32::MAX;
    Venue::open_with(setup).await
}

const NAMES: [&str; 24] = [
    "symbol",
    "side",
    "type",
    "timeInForce",
    "price",
    "quantity",
    "quoteOrderQty",
    "stopPrice",
    "trailingDelta",
    "icebergQty",
    "newClientOrderId",
    "newOrderRespType",
    "orderId",
    "origClientOrderId",
    "limit",
    "fromId",
    "startTime",
    "endTime",
    "cancelReplaceMode",
    "cancelOrderId",
    "newQty",
    "selfTradePreventionMode",
    "pegPriceType",
    "symbols",
];
const VALUES: [&str; 30] = [
    "BTCUSDT",
    "ETHUSDT",
    "btcusdt",
    "BUY",
    "SELL",
    "LIMIT",
    "MARKET",
    "LIMIT_MAKER",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "GTC",
    "IOC",
    "FOK",
    "1",
    "0",
    "100",
    "99.5",
    "-1",
    "1e9",
    "99999999999999999999999",
    "0.000000001",
    "",
    "NONE",
    "EXPIRE_BOTH",
    "STOP_ON_FAILURE",
    "FULL",
    "PRIMARY_PEG",
    "币",
    "[\"BTCUSDT\"]",
];
const PATHS: [&str; 20] = [
    "ping",
    "time",
    "exchangeInfo",
    "depth",
    "trades",
    "historicalTrades",
    "ticker/price",
    "ticker/bookTicker",
    "order",
    "order/test",
    "order/cancelReplace",
    "order/amend/keepPriority",
    "openOrders",
    "allOrders",
    "myTrades",
    "account",
    "myPreventedMatches",
    "order/amendments",
    "userDataStream",
    "nope",
];
const VERBS: [&str; 4] = ["GET", "POST", "PUT", "DELETE"];

fn one<'a>(chance: &mut ChaCha8Rng, of: &[&'a str]) -> &'a str {
    of[chance.random_range(0..of.len())]
}

/// Mostly a plausible order, with some of its parameters changed.
fn random_params(chance: &mut ChaCha8Rng) -> Vec<(&'static str, &'static str)> {
    let mut params = vec![
        ("symbol", "BTCUSDT"),
        ("side", one(chance, &["BUY", "SELL"])),
        ("type", one(chance, &["LIMIT", "MARKET", "LIMIT_MAKER"])),
        ("quantity", one(chance, &["1", "2", "0.5"])),
        ("price", one(chance, &["99", "100", "101"])),
        ("timeInForce", one(chance, &["GTC", "IOC", "FOK"])),
    ];
    for _ in 0..chance.random_range(0..5) {
        let (name, value) = (one(chance, &NAMES), one(chance, &VALUES));
        params.retain(|(known, _)| *known != name || chance.random_range(0..8) == 0);
        if chance.random_range(0..4) > 0 {
            params.push((name, value));
        }
    }
    params
}

fn encoded(params: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | b'-' | b'_' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    params
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

#[tokio::test]
async fn every_rest_request_is_answered_in_the_venues_form() {
    let venue = patient_venue().await;
    let alice = alice(&venue);
    let mut chance = chance();
    let mut successes = 0;
    for _ in 0..requests() {
        let (verb, path) = match chance.random_range(0..2) {
            0 => ("POST", "order"),
            _ => (one(&mut chance, &VERBS), one(&mut chance, &PATHS)),
        };
        let params = encoded(&random_params(&mut chance));

        let answer = alice.ask(verb, path, &params).await;

        if answer.status == 200 {
            successes += 1;
            continue;
        }
        let (status, code, text) = answer.refusal();
        assert!(status < 500, "{verb} {path}?{params}: {}", answer.body);
        assert!(
            code < 0 && !text.is_empty(),
            "{verb} {path}?{params}: {}",
            answer.body
        );
    }
    assert!(successes > 0);
    assert_eq!(ask(&venue, "GET", "/api/v3/ping").await.body(), json!({}));
    venue.close().await;
}

#[tokio::test]
async fn every_frame_of_the_socket_api_is_answered_in_the_venues_form() {
    const METHODS: [&str; 16] = [
        "ping",
        "time",
        "exchangeInfo",
        "depth",
        "order.place",
        "order.test",
        "order.cancel",
        "order.cancelReplace",
        "order.amend.keepPriority",
        "openOrders.cancelAll",
        "account.status",
        "order.status",
        "session.logon",
        "userDataStream.subscribe.signature",
        "userDataStream.unsubscribe",
        "nope",
    ];
    let venue = patient_venue().await;
    let mut api = Api::open(&venue, "").await;
    let mut chance = chance();
    for number in 0..requests() {
        let params: serde_json::Map<_, _> = random_params(&mut chance)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let method = one(&mut chance, &METHODS);
        let answer = match chance.random_range(0..10) {
            0 => {
                let text = json!({"id": number, "method": method, "params": params}).to_string();
                let cut = chance.random_range(1..text.len());
                let cut = (1..=cut)
                    .rev()
                    .find(|it| text.is_char_boundary(*it))
                    .unwrap();
                api.ask(&text[..cut]).await
            }
            1 => {
                let text = json!({"id": number, "method": method, "params": params});
                api.ask(&text.to_string()).await
            }
            _ => api.ask_signed(&venue, method, json!(params)).await,
        };

        let status = answer["status"].as_u64().unwrap();
        if status == 200 {
            assert!(answer.get("result").is_some(), "{answer}");
            continue;
        }
        assert!(status < 500, "{method}: {answer}");
        assert!(
            answer["error"]["code"].as_i64().unwrap() < 0,
            "{method}: {answer}"
        );
    }
    venue.close().await;
}

/// Mostly a frame of the streams, with names that are there and names that are not.
fn random_frame(chance: &mut ChaCha8Rng, number: usize) -> String {
    const STREAMS: [&str; 16] = [
        "btcusdt@trade",
        "btcusdt@depth@100ms",
        "btcusdt@depth5",
        "btcusdt@bookTicker",
        "btcusdt@kline_1m",
        "btcusdt@kline_1m@+08:00",
        "!miniTicker@arr",
        "btcusdt@aggTrade",
        "ethusdt@ticker_1h",
        "BTCUSDT@trade",
        "nope@trade",
        "btcusdt@kline_9x",
        "@",
        "",
        "币@trade",
        "!@arr",
    ];
    const METHODS: [&str; 8] = [
        "SUBSCRIBE",
        "SUBSCRIBE",
        "UNSUBSCRIBE",
        "LIST_SUBSCRIPTIONS",
        "SET_PROPERTY",
        "GET_PROPERTY",
        "subscribe",
        "",
    ];
    let names: Vec<&str> = (0..chance.random_range(0..4))
        .map(|_| one(chance, &STREAMS))
        .collect();
    let params = match chance.random_range(0..8) {
        0 => json!(["combined", chance.random_range(0..2) == 0]),
        1 => json!(["combined"]),
        2 => json!(one(chance, &VALUES)),
        3 => json!([1, null, {"a": []}]),
        _ => json!(names),
    };
    let id = match chance.random_range(0..8) {
        0 => json!("0123456789012345678901234567890123456789"),
        1 => json!(null),
        2 => json!(-1.5),
        3 => json!({"no": "id"}),
        _ => json!(number),
    };
    json!({"method": one(chance, &METHODS), "params": params, "id": id}).to_string()
}

#[tokio::test]
async fn every_frame_of_the_streams_is_answered_in_the_venues_form() {
    const FRAMES_PER_SOCKET: usize = 40;
    let mut setup = Setup::default();
    setup.venue.limits.stream_frames_per_s_max = u32::MAX;
    setup.venue.limits.sockets_opened_max = u32::MAX;
    let venue = Venue::open_with(setup).await;
    let mut chance = chance();
    let mut results = 0;
    for first in (0..requests()).step_by(FRAMES_PER_SOCKET) {
        let path = one(
            &mut chance,
            &["/ws", "/stream", "/stream?streams=", "/ws/0"],
        );
        let mut socket = Streams::open(&venue, path).await;
        for number in first..requests().min(first + FRAMES_PER_SOCKET) {
            let text = random_frame(&mut chance, number);
            let cut = match chance.random_range(0..8) {
                0 => chance.random_range(1..text.len()),
                _ => text.len(),
            };
            let cut = (1..=cut)
                .rev()
                .find(|it| text.is_char_boundary(*it))
                .unwrap();

            socket.say(&text[..cut]).await;
            let answer = socket.answer().await;

            if answer.get("result").is_some() {
                results += 1;
                continue;
            }
            let code = answer["code"].as_u64().unwrap();
            assert!(code <= 3, "{text}: {answer}");
            assert!(!answer["msg"].as_str().unwrap().is_empty(), "{answer}");
        }
    }
    assert!(results > 0);
    venue.close().await;
}
