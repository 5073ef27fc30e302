//! The public and the admin port by plain HTTP.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::handshake::exchange;
use crate::participant::{Participant, limit};
use crate::venue::{Venue, until, within};

/// Status and JSON body of a GET.
pub async fn get(venue: &Venue, path: &str) -> (u16, Value) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    split(&exchange(venue, &request).await)
}

fn split(answer: &str) -> (u16, Value) {
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn health_and_instruments_are_told() {
    let venue = Venue::open().await;

    assert_eq!(
        get(&venue, "/healthz").await,
        (200, json!({"status": "ok"}))
    );
    let (status, body) = get(&venue, "/v1/instruments").await;

    assert_eq!(status, 200);
    assert_eq!(body["instruments"][1]["symbol"], "ETHUSDT");
    assert_eq!(body["instruments"][1]["lot_size"], "0.0001");
    venue.close().await;
}

#[tokio::test]
async fn depth_and_trades_are_told_as_the_channels_tell_them() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&limit(1, "buy", "100.00", "2")).await;
    alice.ask(&limit(2, "buy", "99.00", "1")).await;
    bob.ask(&limit(1, "sell", "100.00", "0.5")).await;
    until("the trade is published", || {
        venue.view.counters().trades == 1
    })
    .await;

    let (status, depth) = get(&venue, "/v1/depth/BTCUSDT?levels=1").await;
    assert_eq!(status, 200);
    assert_eq!(depth["type"], "depth_snapshot");
    assert_eq!(depth["seq"], 3);
    assert_eq!(depth["epoch"], 7);
    assert_eq!(depth["bids"], json!([["100.00", "1.50000"]]));
    assert_eq!(depth["asks"], json!([]));

    let (status, trades) = get(&venue, "/v1/trades/BTCUSDT?count=5").await;
    assert_eq!(status, 200);
    assert_eq!(trades["trades"][0]["price"], "100.00");
    assert_eq!(trades["trades"][0]["quantity"], "0.50000");
    assert_eq!(trades["trades"][0]["aggressor_side"], "sell");
    assert_eq!(trades["trades"][0]["seq"], 1);
    assert!(trades["trades"][0].get("account").is_none());
    venue.close().await;
}

#[tokio::test]
async fn what_is_not_there_is_refused_as_json() {
    let venue = Venue::open().await;

    for (path, status, code) in [
        ("/v1/depth/NOSUCH", 404, "unknown_symbol"),
        ("/v1/trades/NO%20SUCH", 404, "unknown_symbol"),
        ("/v1/depth/BTCUSDT?levels=many", 400, "bad_query"),
        ("/v1/depth/BTCUSDT?lvls=1", 400, "bad_query"),
        ("/v1/status", 404, "unknown_path"),
        ("/nosuch", 404, "unknown_path"),
    ] {
        let (answered, body) = get(&venue, path).await;
        assert_eq!(answered, status, "{path}");
        assert_eq!(body["error"], code, "{path}");
    }
    let wrong = exchange(
        &venue,
        "POST /v1/instruments HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    assert_eq!(split(&wrong).0, 405);
    venue.close().await;
}

#[tokio::test]
async fn the_admin_port_tells_counters_queues_and_sessions() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "100.00", "2")).await;
    let mut admin = within(TcpStream::connect(venue.admin_address))
        .await
        .unwrap();
    let request = b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    within(admin.write_all(request)).await.unwrap();
    let mut answer = String::new();
    within(admin.read_to_string(&mut answer)).await.unwrap();

    let (status, body) = split(&answer);

    assert_eq!(status, 200);
    assert_eq!(body["condition"], "ok");
    assert_eq!(body["clock"], "realtime");
    assert_eq!(body["sessions"], 1);
    assert_eq!(body["gateway"]["commands"], 1);
    assert_eq!(body["gateway"]["accepted"], 1);
    assert_eq!(body["instruments"][0]["bid"], "100.00");
    assert_eq!(body["instruments"][0]["open_orders"], 1);
    assert_eq!(body["instruments"][0]["queue_depth"], 0);
    assert_eq!(body["matchers"][0]["refused_full"], 0);
    venue.close().await;
}

#[tokio::test]
async fn candles_and_statistics_have_every_trade_that_was_reported() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let (_, nothing) = get(&venue, "/v1/statistics/BTCUSDT").await;
    assert_eq!(nothing["statistics"], Value::Null);
    alice.ask(&limit(1, "buy", "100.00", "2")).await;
    alice.ask(&limit(2, "buy", "99.00", "1")).await;
    bob.ask(&limit(1, "sell", "99.00", "2.5")).await;
    until("both trades are published", || {
        venue.view.counters().trades == 2
    })
    .await;

    let (status, candles) = get(&venue, "/v1/candles/BTCUSDT?interval=1d").await;
    assert_eq!(status, 200);
    assert_eq!(candles["interval"], "1d");
    let day = candles["candles"].as_array().unwrap().last().unwrap();
    assert_eq!(
        [&day["open"], &day["high"], &day["low"], &day["close"]],
        ["100.00", "100.00", "99.00", "99.00"]
    );
    assert_eq!(day["volume"], "2.50000");
    assert_eq!(day["quote_volume"], "249.5000000");
    assert_eq!(day["taker_buy_volume"], "0.00000");
    assert_eq!(
        (&day["trades"], &day["is_closed"]),
        (&json!(2), &json!(false))
    );

    let (status, told) = get(&venue, "/v1/statistics/BTCUSDT").await;
    assert_eq!(status, 200);
    let told = &told["statistics"];
    assert_eq!(told["average_price"], "99.80");
    assert_eq!(
        (&told["first_trade_id"], &told["last_trade_id"]),
        (&json!(1), &json!(2))
    );

    let (status, refused) = get(&venue, "/v1/candles/BTCUSDT?interval=7m").await;
    assert_eq!((status, &refused["error"]), (400, &json!("bad_query")));
    venue.close().await;
}

pub async fn own(venue: &Venue, key: &str, path: &str) -> (u16, Value) {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\r\n"
    );
    split(&exchange(venue, &request).await)
}

#[tokio::test]
async fn an_accounts_past_is_told_to_its_key_page_by_page_and_to_nobody_else() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&limit(1, "buy", "100.00", "2")).await;
    alice.ask(&limit(2, "buy", "99.00", "1")).await;
    bob.ask(&limit(1, "sell", "99.00", "2.5")).await;
    bob.ask(&limit(2, "sell", "98.00", "0.1")).await;

    let (status, told) = own(&venue, "alice", "/v1/account/orders/BTCUSDT").await;
    assert_eq!(status, 200);
    let [closed] = &told["records"].as_array().unwrap()[..] else {
        panic!("one order of two is closed: {told}")
    };
    assert_eq!(closed["status"], "filled");
    assert_eq!(
        (&closed["quantity"], &closed["filled_quote"]),
        (&json!("2.00000"), &json!("200.0000000"))
    );
    let (_, told) = own(&venue, "alice", "/v1/account/orders/BTCUSDT?open=true").await;
    assert_eq!(told["records"][1]["status"], "partially_filled");

    let path = "/v1/account/executions/BTCUSDT";
    let (_, all) = own(&venue, "alice", path).await;
    assert_eq!(all["records"].as_array().unwrap().len(), 3);
    assert_eq!(all["records"][0]["liquidity"], "maker");
    assert_eq!(all["next_from_id"], Value::Null);
    let mut paged = Vec::new();
    let mut next = json!(1);
    while let Some(from) = next.as_u64() {
        let (_, page) = own(&venue, "alice", &format!("{path}?from_id={from}&count=2")).await;
        paged.extend(page["records"].as_array().unwrap().clone());
        next = page["next_from_id"].clone();
    }
    assert_eq!(json!(paged), all["records"]);
    let (_, bobs) = own(&venue, "bob", path).await;
    assert_eq!(bobs["records"][2]["liquidity"], "taker");
    assert_eq!(bobs["records"][2]["order_id"], 4);
    let (_, one) = own(&venue, "bob", &format!("{path}?order_id=4")).await;
    assert_eq!(one["records"].as_array().unwrap().len(), 1);

    let (status, refused) = own(&venue, "mallory", path).await;
    assert_eq!((status, &refused["error"]), (401, &json!("bad_key")));
    let (status, _) = get(&venue, path).await;
    assert_eq!(status, 401);
    venue.close().await;
}

#[tokio::test]
async fn every_path_of_the_served_document_answers_with_what_it_says() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&limit(1, "sell", "100.00", "1")).await;
    bob.ask(&limit(1, "buy", "100.00", "0.5")).await;
    let (status, asyncapi) = get(&venue, "/v1/asyncapi.json").await;
    assert_eq!((status, &asyncapi["asyncapi"]), (200, &json!("3.0.0")));
    let (_, document) = get(&venue, "/v1/openapi.json").await;

    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 16);
    for (path, verbs) in paths {
        let mut asked = path.replace("{symbol}", "BTCUSDT");
        if path.starts_with("/v1/candles") {
            asked.push_str("?interval=1m");
        }
        let is_own = verbs["get"]["security"].is_array();
        let (status, answer) = if is_own {
            own(&venue, "alice", &asked).await
        } else {
            get(&venue, &asked).await
        };

        assert_eq!(status, 200, "{path}: {answer}");
        let schema = &verbs["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let schema = schema["$ref"].as_str().unwrap().trim_start_matches('#');
        let required = document.pointer(&format!("{schema}/required"));
        for field in required.and_then(Value::as_array).into_iter().flatten() {
            assert!(
                answer.get(field.as_str().unwrap()).is_some(),
                "{path}: {field}"
            );
        }
        let unknown = asked.replace("BTCUSDT", "NONESUCH");
        if path.contains("{symbol}") {
            let (status, _) = if is_own {
                own(&venue, "alice", &unknown).await
            } else {
                get(&venue, &unknown).await
            };
            assert_eq!(status, 404, "{path}");
        }
    }
    venue.close().await;
}
