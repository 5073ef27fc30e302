//! Goal: each kind of fault does to a connection what it says, on native sessions and on the Binance persona, and is listed;
//! whoever has no plan notices nothing. Method: a plan by the admin verb, then raw sockets.

use serde_json::{Value, json};

use crate::admin::operate;
use crate::binance::bot::{alice, ask, bob, send};
use crate::binance::socket_api::Api;
use crate::binance::streams::Streams;
use crate::participant::{Participant, limit};
use crate::venue::{Venue, within};

/// An exchange at which a plan was bound that is for nobody: native sessions notice what comes after.
async fn watched_venue() -> Venue {
    let venue = Venue::open().await;
    let plan = json!({"name":"nobody","session":0,"fault":[{"kind":"drop"}]});
    bind_plan(&venue, &plan).await;
    venue
}

/// Binds a plan with this one fault to a key.
async fn bind(venue: &Venue, key: &str, fault: Value) {
    let plan = json!({ "name": "test", "seed": 7, "key": key, "fault": [fault] });
    bind_plan(venue, &plan).await;
}

async fn bind_plan(venue: &Venue, plan: &Value) {
    let (status, answer) = operate(venue, "POST", "/v1/admin/faults", &plan.to_string()).await;
    assert_eq!(status, 200, "{answer}");
}

/// The kinds that were injected on a surface, and how often.
async fn injected(venue: &Venue, surface: &str) -> Vec<String> {
    let (status, report) = operate(venue, "GET", "/v1/admin/faults", "").await;
    assert_eq!(status, 200, "{report}");
    let listed = report["injected"].as_array().unwrap();
    let meant = listed.iter().filter(|it| it["surface"] == surface);
    meant
        .map(|it| it["kind"].as_str().unwrap().to_owned())
        .collect()
}

/// How a native session sees each kind that it gets an answer to.
#[tokio::test]
async fn native_requests_are_refused_as_the_plan_says_and_those_of_others_are_not() {
    for (fault, request, name, wanted) in [
        (
            json!({"kind":"rate_limit","times":1,"last":"2s"}),
            limit(5, "buy", "100", "1"),
            "code",
            "rate_limited",
        ),
        (
            json!({"kind":"reject","times":1}),
            limit(5, "buy", "100", "1"),
            "reason",
            "insufficient_funds",
        ),
        (
            json!({"kind":"reject","times":1,"reason":"price_limit"}),
            limit(5, "buy", "100", "1"),
            "reason",
            "price_limit",
        ),
        (
            json!({"kind":"cancel_reject","times":1}),
            r#"{"op":"cancel","id":5,"symbol":"BTCUSDT","order_id":1}"#.to_owned(),
            "reason",
            "too_late",
        ),
    ] {
        let venue = watched_venue().await;
        let mut alice = Participant::log_on(&venue, "alice").await;
        let mut bob = Participant::log_on(&venue, "bob").await;
        bind(&venue, "alice", fault.clone()).await;

        let answer = alice.ask(&request).await;
        assert_eq!(answer[name], wanted, "{fault}: {answer}");
        assert_eq!(
            bob.ask(&limit(6, "buy", "100", "1")).await["kind"],
            "accepted"
        );
        assert_eq!(
            alice.ask(&limit(7, "buy", "100", "1")).await["kind"],
            "accepted"
        );
        assert_eq!(injected(&venue, "native").await.len(), 1, "{fault}");
        venue.close().await;
    }
}

#[tokio::test]
async fn a_native_connection_breaks_or_stands_still() {
    let venue = watched_venue().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    // After the first request from now on.
    bind(
        &venue,
        "alice",
        json!({"kind":"disconnect","skip":1,"times":1}),
    )
    .await;
    assert_eq!(
        alice.ask(&limit(1, "buy", "100", "1")).await["kind"],
        "accepted"
    );
    alice.send(&limit(2, "buy", "100", "1")).await;
    let _ = alice.read_until_gone().await;

    let mut again = Participant::log_on(&venue, "alice").await;
    bind(
        &venue,
        "alice",
        json!({"kind":"half_open","times":1,"last":"200ms"}),
    )
    .await;
    again.send(&limit(3, "buy", "100", "1")).await;
    assert_eq!(
        again.read_until_gone().await.unwrap_or_default(),
        Vec::<Value>::new()
    );

    let mut third = Participant::log_on(&venue, "alice").await;
    bind(&venue, "alice", json!({"kind":"truncated_frame","times":1})).await;
    third.send(&limit(4, "buy", "100", "1")).await;
    assert!(
        third.read_until_gone().await.is_err(),
        "a frame that never ends"
    );

    let mut fourth = Participant::log_on(&venue, "alice").await;
    bind(
        &venue,
        "alice",
        json!({"kind":"maintenance","times":1,"last":"1s"}),
    )
    .await;
    fourth.send(&limit(5, "buy", "100", "1")).await;
    assert_eq!(fourth.read().await["type"], "going_away");
    assert_eq!(fourth.read_to_end().await.reason, "maintenance");
    assert_eq!(
        injected(&venue, "native").await,
        ["disconnect", "half_open", "truncated_frame", "maintenance"]
    );
    venue.close().await;
}

#[tokio::test]
async fn an_order_whose_outcome_is_unknown_is_there() {
    let venue = watched_venue().await;
    let mut first = Participant::log_on(&venue, "alice").await;
    bind(&venue, "alice", json!({"kind":"unknown_outcome","times":1})).await;

    first.send(&limit(1, "buy", "100", "1")).await;
    let heard = first.read_until_gone().await.unwrap_or_default();

    assert!(
        heard.iter().all(|message| message["request"] != 1),
        "{heard:?}"
    );
    let mut again = Participant::log_on(&venue, "alice").await;
    let open = again.ask(r#"{"op":"open_orders","id":2}"#).await;
    assert_eq!(open["orders"].as_array().unwrap().len(), 1);
    venue.close().await;
}

/// A follower of trades under one fault, five trades, and what it was told: their numbers.
async fn trades_under(fault: Value) -> (Venue, Vec<u64>) {
    let venue = watched_venue().await;
    let mut carol = Participant::log_on(&venue, "carol").await;
    let subscribe = r#"{"op":"subscribe","id":1,"channel":"trades"}"#;
    assert_eq!(carol.ask(subscribe).await["type"], "subscribed");
    bind(&venue, "carol", fault).await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    for id in 10..15 {
        bob.ask(&limit(id, "sell", "100", "0.1")).await;
        let mut taker = Participant::log_on(&venue, "alice").await;
        taker.ask(&limit(id, "buy", "100", "0.1")).await;
    }
    let mut told = Vec::new();
    while told.len() < 6 {
        let next = tokio::time::timeout(std::time::Duration::from_millis(400), carol.read()).await;
        match next {
            Ok(message) if message["type"] == "trade" => {
                told.push(message["seq"].as_u64().unwrap());
            }
            Ok(_) => {}
            Err(_elapsed) => break,
        }
    }
    (venue, told)
}

#[tokio::test]
async fn market_data_is_lost_doubled_or_in_another_order() {
    for (fault, wanted) in [
        (json!({"kind":"drop","skip":1,"times":1}), vec![1, 3, 4, 5]),
        (
            json!({"kind":"duplicate","skip":1,"times":1}),
            vec![1, 2, 2, 3, 4, 5],
        ),
        (
            json!({"kind":"reorder","skip":1,"times":1}),
            vec![1, 3, 2, 4, 5],
        ),
        (
            json!({"kind":"sequence_gap","skip":1,"times":1,"messages":2}),
            vec![1, 4, 5],
        ),
        (
            json!({"kind":"stale_feed","skip":1,"times":1,"last":"100ms"}),
            vec![1, 2, 3, 4, 5],
        ),
    ] {
        let (venue, told) = within(trades_under(fault.clone())).await;

        assert_eq!(told, wanted, "{fault}");
        assert_eq!(
            injected(&venue, "native").await,
            [fault["kind"].as_str().unwrap()]
        );
        venue.close().await;
    }
}

#[tokio::test]
async fn answers_are_late_and_times_are_off() {
    let venue = watched_venue().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    bind(
        &venue,
        "alice",
        json!({"kind":"latency","delay":"60ms","jitter":"20ms","distribution":"normal","times":2}),
    )
    .await;
    let began = tokio::time::Instant::now();
    alice.ask(r#"{"op":"ping","id":1}"#).await;
    assert!(
        began.elapsed().as_millis() >= 60,
        "two delays of 60 ms or so"
    );

    let plain = alice.ask(r#"{"op":"ping","id":2}"#).await["at_us"]
        .as_u64()
        .unwrap();
    bind(&venue, "alice", json!({"kind":"clock_skew","behind":"1h"})).await;
    let skewed = alice.ask(r#"{"op":"ping","id":3}"#).await["at_us"]
        .as_u64()
        .unwrap();
    assert!(
        skewed < plain - 3_000_000_000,
        "{skewed} is no hour before {plain}"
    );
    venue.close().await;
}

#[tokio::test]
async fn requests_of_the_persona_are_refused_late_cut_or_lost() {
    for (fault, wanted) in [
        (
            json!({"kind":"rate_limit","times":1,"last":"3s"}),
            (429, -1003),
        ),
        (json!({"kind":"reject","times":1}), (400, -2010)),
        (
            json!({"kind":"reject","times":1,"code":-1013,"text":"Filter failure: NOTIONAL"}),
            (400, -1013),
        ),
        (json!({"kind":"unknown_outcome","times":1}), (408, -1007)),
        (
            json!({"kind":"maintenance","times":1,"last":"1s"}),
            (503, -1016),
        ),
    ] {
        let venue = watched_venue().await;
        bind(&venue, "api-alice", fault.clone()).await;

        let refused = alice(&venue).limit("BUY", "100", "1", "").await;
        let others = bob(&venue).limit("BUY", "100", "1", "").await;
        let next = alice(&venue).limit("BUY", "99", "1", "").await;

        let (status, code, _) = refused.refusal();
        assert_eq!((status, code), wanted, "{fault}");
        assert_eq!(
            (others.status, next.status),
            (200, 200),
            "{fault}: {}",
            next.body
        );
        assert_eq!(
            injected(&venue, "rest").await,
            [fault["kind"].as_str().unwrap()]
        );
        let open = alice(&venue)
            .ask("GET", "openOrders", "symbol=BTCUSDT")
            .await
            .body();
        let is_unknown = fault["kind"] == "unknown_outcome";
        assert_eq!(
            open.as_array().unwrap().len(),
            if is_unknown { 2 } else { 1 },
            "{fault}"
        );
        venue.close().await;
    }
}

#[tokio::test]
async fn a_cancel_of_the_persona_comes_too_late_and_the_order_is_there() {
    let venue = watched_venue().await;
    let order = alice(&venue).limit("BUY", "100", "1", "").await.body();
    bind(
        &venue,
        "api-alice",
        json!({"kind":"cancel_reject","times":1}),
    )
    .await;

    let params = format!("symbol=BTCUSDT&orderId={}", order["orderId"]);
    let refused = alice(&venue).ask("DELETE", "order", &params).await;
    let canceled = alice(&venue).ask("DELETE", "order", &params).await;

    assert_eq!(refused.refusal(), (400, -2011, "Unknown order sent."));
    assert_eq!(canceled.body()["status"], "CANCELED");
    venue.close().await;
}

#[tokio::test]
async fn an_answer_of_the_persona_is_cut_and_its_clock_is_off() {
    let venue = watched_venue().await;
    let plain = ask(&venue, "GET", "/api/v3/time").await.body["serverTime"]
        .as_u64()
        .unwrap();
    let plan = json!({"name":"all","fault":[{"kind":"clock_skew","ahead":"1h","times":1}]});
    bind_plan(&venue, &plan).await;

    let skewed = ask(&venue, "GET", "/api/v3/time").await.body["serverTime"]
        .as_u64()
        .unwrap();
    assert!(skewed >= plain + 3_600_000);

    bind(
        &venue,
        "api-alice",
        json!({"kind":"truncated_frame","times":1}),
    )
    .await;
    let request =
        "GET /api/v3/exchangeInfo HTTP/1.1\r\nHost: localhost\r\nX-MBX-APIKEY: api-alice\r\n\r\n";
    let cut = crate::handshake::exchange(&venue, request).await;
    let (head, body) = cut.split_once("\r\n\r\n").unwrap();
    let announced = head.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length: ")
            .map(str::to_owned)
    });
    assert_eq!(announced.unwrap().parse::<usize>().unwrap() / 2, body.len());
    for kind in ["disconnect", "half_open"] {
        bind(
            &venue,
            "api-alice",
            json!({"kind":kind,"times":1,"last":"50ms"}),
        )
        .await;
        let broken = crate::handshake::exchange(&venue, request).await;
        assert!(!broken.contains("timezone"), "{kind}: {broken}");
    }
    let whole = send(
        &venue,
        "GET",
        "/api/v3/exchangeInfo",
        "X-MBX-APIKEY: api-alice\r\n",
        "",
    )
    .await;
    assert_eq!(whole.status, 200);
    venue.close().await;
}

#[tokio::test]
async fn the_socket_api_of_the_persona_has_them_too() {
    let venue = watched_venue().await;
    let mut api = Api::open(&venue, "").await;
    let order = json!({"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC","price":"100","quantity":"1"});
    for (fault, status, code) in [
        (json!({"kind":"rate_limit","times":1}), 429, -1003),
        (json!({"kind":"reject","times":1}), 400, -2010),
        (json!({"kind":"unknown_outcome","times":1}), 408, -1007),
    ] {
        bind(&venue, "api-alice", fault.clone()).await;
        let answer = api.ask_signed(&venue, "order.place", order.clone()).await;
        assert_eq!(
            (&answer["status"], &answer["error"]["code"]),
            (&json!(status), &json!(code)),
            "{answer}"
        );
        let answer = api.ask_signed(&venue, "order.place", order.clone()).await;
        assert_eq!(answer["status"], 200, "{answer}");
    }
    assert_eq!(
        injected(&venue, "ws_api").await,
        ["rate_limit", "reject", "unknown_outcome"]
    );
    venue.close().await;
}

#[tokio::test]
async fn streams_of_everybody_lose_what_a_plan_without_a_target_takes() {
    let venue = watched_venue().await;
    let mut streams = Streams::open(&venue, "/ws/btcusdt@trade").await;
    let plan = json!({"name":"all","fault":[{"kind":"drop","times":1}]});
    bind_plan(&venue, &plan).await;
    for price in ["100", "101"] {
        bob(&venue).limit("SELL", price, "0.1", "").await.body();
        alice(&venue).limit("BUY", price, "0.1", "").await.body();
    }

    assert_eq!(streams.next().await["p"], "101.00000000");
    assert_eq!(injected(&venue, "streams").await, ["drop"]);
    venue.close().await;
}

#[tokio::test]
async fn a_wrong_plan_is_refused_with_its_key_and_a_plan_that_is_taken_off_does_nothing() {
    let venue = watched_venue().await;
    for (plan, said) in [
        (json!({"name":"x","fault":[]}), "`fault`"),
        (json!({"name":"","fault":[{"kind":"drop"}]}), "`name`"),
        (
            json!({"name":"x","key":"a","session":1,"fault":[{"kind":"drop"}]}),
            "`session`",
        ),
        (
            json!({"name":"x","fault":[{"kind":"latency"}]}),
            "`fault.1.delay`",
        ),
        (
            json!({"name":"x","fault":[{"kind":"drop","chance_percent":"101"}]}),
            "`fault.1.chance_percent`",
        ),
        (
            json!({"name":"x","fault":[{"kind":"dropp"}]}),
            "unknown variant `dropp`",
        ),
        (
            json!({"name":"x","fault":[{"kind":"reject","reason":"mood"}]}),
            "`fault.1.reason`",
        ),
    ] {
        let (status, answer) = operate(&venue, "POST", "/v1/admin/faults", &plan.to_string()).await;
        assert_eq!(status, 400, "{plan}");
        assert!(answer["text"].as_str().unwrap().contains(said), "{answer}");
    }
    bind(&venue, "alice", json!({"kind":"reject"})).await;
    let (_, cleared) = operate(
        &venue,
        "POST",
        "/v1/admin/faults/clear",
        r#"{"name":"test"}"#,
    )
    .await;
    assert_eq!(cleared, json!({"cleared":1}));
    let mut alice = Participant::log_on(&venue, "alice").await;
    assert_eq!(
        alice.ask(&limit(1, "buy", "100", "1")).await["kind"],
        "accepted"
    );
    let (_, report) = operate(&venue, "GET", "/v1/admin/faults", "").await;
    assert_eq!(report["plans"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&report["injected_total"], &report["injected"]),
        (&json!(0), &json!([]))
    );
    venue.close().await;
}
