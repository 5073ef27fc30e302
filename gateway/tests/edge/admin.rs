//! The admin port: who may, what its verbs do, and that none of them is on the public port.

use std::net::SocketAddr;

use gateway::{ResetDone, StopCause};
use sequencer::Epoch;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::participant::{Participant, limit};
use crate::venue::{ADMIN_KEY, VIEWER_KEY, Venue, within};

/// Every verb of the admin port that wants the key: method, path, a body that it takes.
const VERBS: [(&str, &str, &str); 28] = [
    ("GET", "/v1/admin/accounts", ""),
    ("GET", "/v1/admin/accounts/1", ""),
    ("POST", "/v1/admin/accounts", "{}"),
    ("GET", "/v1/admin/conservation", ""),
    (
        "POST",
        "/v1/admin/fund",
        r#"{"account":1,"asset":"BTC","amount":"1"}"#,
    ),
    (
        "POST",
        "/v1/admin/withdraw",
        r#"{"account":1,"asset":"BTC","amount":"1"}"#,
    ),
    ("GET", "/v1/admin/keys", ""),
    ("POST", "/v1/admin/keys", r#"{"account":1}"#),
    ("POST", "/v1/admin/keys/revoke", r#"{"id":"desk"}"#),
    ("POST", "/v1/admin/reset", "{}"),
    ("GET", "/v1/admin/faults", ""),
    (
        "POST",
        "/v1/admin/faults",
        r#"{"name":"none","session":0,"fault":[{"kind":"drop"}]}"#,
    ),
    ("POST", "/v1/admin/faults/clear", "{}"),
    ("POST", "/v1/admin/log_level", r#"{"filter":"debug"}"#),
    ("POST", "/v1/admin/kill", r#"{"scope":"exchange"}"#),
    (
        "POST",
        "/v1/admin/admit",
        r#"{"scope":"exchange","admission":"open"}"#,
    ),
    (
        "POST",
        "/v1/admin/limits",
        r#"{"account":1,"symbol":"BTCUSDT"}"#,
    ),
    (
        "POST",
        "/v1/admin/fee_tier",
        r#"{"account":1,"fee_tier":1}"#,
    ),
    ("GET", "/v1/admin/positions/1", ""),
    ("GET", "/v1/admin/instruments/BTCUSDT", ""),
    (
        "POST",
        "/v1/admin/rules",
        r#"{"symbol":"BTCUSDT","rules":{}}"#,
    ),
    ("POST", "/v1/admin/grid", r#"{"symbol":"BTCUSDT"}"#),
    (
        "POST",
        "/v1/admin/session",
        r#"{"symbol":"BTCUSDT","state":"halted"}"#,
    ),
    ("POST", "/v1/admin/uncross", r#"{"symbol":"BTCUSDT"}"#),
    ("POST", "/v1/admin/delist", r#"{"symbol":"BTCUSDT"}"#),
    ("POST", "/v1/admin/mass_cancel", r#"{"account":1}"#),
    (
        "POST",
        "/v1/admin/bust",
        r#"{"instrument":"BTCUSDT","trade_id":1}"#,
    ),
    ("GET", "/v1/admin/state", ""),
];

/// Status and JSON body of a request with these headers.
async fn ask(
    address: SocketAddr,
    (method, path, body): (&str, &str, &str),
    headers: &str,
) -> (u16, Value) {
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    let mut stream = within(TcpStream::connect(address)).await.unwrap();
    within(stream.write_all(request.as_bytes())).await.unwrap();
    let mut answer = String::new();
    within(stream.read_to_string(&mut answer)).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, serde_json::from_str(body).unwrap())
}

fn with_key(key: &str) -> String {
    format!("Authorization: Bearer {key}\r\n")
}

/// A verb, asked by an operator.
pub async fn operate(venue: &Venue, method: &str, path: &str, body: &str) -> (u16, Value) {
    ask(
        venue.admin_address,
        (method, path, body),
        &with_key(ADMIN_KEY),
    )
    .await
}

#[tokio::test]
async fn no_verb_answers_without_the_key_or_with_a_wrong_one() {
    let venue = Venue::open().await;

    for verb in VERBS {
        for headers in [
            String::new(),
            with_key(""),
            with_key("canary-0123456789abcdeX"),
            with_key("demo-alice"),
        ] {
            let (status, body) = ask(venue.admin_address, verb, &headers).await;

            assert_eq!(
                (status, &body["error"]),
                (401, &json!("bad_admin_key")),
                "{verb:?}"
            );
        }
    }
    assert_eq!(venue.view.counters().commands, 0);
    venue.close().await;
}

#[tokio::test]
async fn no_verb_is_on_the_public_port_with_the_right_key_neither() {
    let venue = Venue::open().await;

    for verb in VERBS {
        let (status, body) = ask(venue.address, verb, &with_key(ADMIN_KEY)).await;

        assert_eq!(
            (status, &body["error"]),
            (404, &json!("unknown_path")),
            "{verb:?}"
        );
    }
    venue.close().await;
}

#[tokio::test]
async fn a_page_of_another_origin_operates_nothing() {
    let venue = Venue::open().await;
    let headers = format!("{}Origin: http://evil.example\r\n", with_key(ADMIN_KEY));

    let verb = (
        "POST",
        "/v1/admin/fund",
        r#"{"account":1,"asset":"BTC","amount":"1"}"#,
    );
    let (status, body) = ask(venue.admin_address, verb, &headers).await;

    assert_eq!((status, &body["error"]), (403, &json!("foreign_origin")));
    venue.close().await;
}

#[tokio::test]
async fn money_that_is_paid_in_can_be_spent_and_paid_out_again() {
    let venue = Venue::open().await;

    let fund = r#"{"account":"alice","asset":"BTC","amount":"2.5"}"#;
    let (status, funded) = operate(&venue, "POST", "/v1/admin/fund", fund).await;
    assert_eq!(status, 200, "{funded}");
    assert_eq!(funded["account"], 1);
    assert_eq!(funded["amount"], "2.50000000");
    assert_eq!(funded["balance"]["available"], "12.50000000");

    let mut alice = Participant::log_on(&venue, "alice").await;
    let sold = alice.ask(&limit(1, "sell", "100.00", "12")).await;
    assert_eq!(sold["kind"], "accepted");

    let all = r#"{"account":1,"asset":"BTC","amount":"12.5"}"#;
    let (status, refused) = operate(&venue, "POST", "/v1/admin/withdraw", all).await;
    assert_eq!(
        (status, &refused["error"]),
        (409, &json!("insufficient_funds"))
    );
    let rest = r#"{"account":1,"asset":"BTC","amount":"0.5"}"#;
    let (status, paid) = operate(&venue, "POST", "/v1/admin/withdraw", rest).await;
    assert_eq!(status, 200);
    assert_eq!(paid["balance"]["available"], "0.00000000");
    assert_eq!(paid["balance"]["hold"], "12.00000000");

    for path in ["/conservation", "/v1/admin/conservation"] {
        let (status, books) = operate(&venue, "GET", path, "").await;
        assert_eq!((status, &books["conserved"]), (200, &json!(true)));
        assert_eq!(books["assets"][1]["asset"], "BTC");
        assert_eq!(books["assets"][1]["deposited"], "32.50000000");
        assert_eq!(books["assets"][1]["withdrawn"], "0.50000000");
        assert_eq!(books["assets"][1]["balances"], "32.00000000");
    }
    venue.close().await;
}

#[tokio::test]
async fn an_account_is_opened_under_the_lowest_free_number_or_the_one_that_is_asked_for() {
    let venue = Venue::open().await;

    let (status, opened) = operate(&venue, "POST", "/v1/admin/accounts", "").await;
    assert_eq!((status, &opened["account"]), (201, &json!(4)));
    let nine = r#"{"account":9,"deposits":{"BTC":"1.5","USDT":"7"}}"#;
    let (status, opened) = operate(&venue, "POST", "/v1/admin/accounts", nine).await;
    assert_eq!((status, &opened["account"]), (201, &json!(9)));
    assert_eq!(opened["balances"][1]["available"], "1.50000000");
    let (status, refused) = operate(&venue, "POST", "/v1/admin/accounts", r#"{"account":9}"#).await;
    assert_eq!((status, &refused["error"]), (409, &json!("account_exists")));
    let (status, refused) =
        operate(&venue, "POST", "/v1/admin/accounts", r#"{"account":16}"#).await;
    assert_eq!(
        (status, &refused["error"]),
        (409, &json!("too_many_accounts"))
    );

    let (_, all) = operate(&venue, "GET", "/v1/admin/accounts", "").await;
    let numbers: Vec<_> = all["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["account"])
        .collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4, 9]);
    let (_, alice) = operate(&venue, "GET", "/v1/admin/accounts/alice", "").await;
    assert_eq!(
        (&alice["account"], &alice["name"]),
        (&json!(1), &json!("alice"))
    );
    venue.close().await;
}

#[tokio::test]
async fn a_request_that_makes_no_sense_is_refused_by_its_field() {
    let venue = Venue::open().await;

    for (body, status, code) in [
        ("{", 400, "bad_request"),
        ("[]", 400, "bad_request"),
        (r#"{"account":1,"asset":"BTC"}"#, 400, "bad_request"),
        (
            r#"{"account":1,"asset":"BTC","amount":"1","fee":"1"}"#,
            400,
            "bad_request",
        ),
        (
            r#"{"account":1,"asset":"BTC","amount":1}"#,
            400,
            "bad_request",
        ),
        (
            r#"{"account":1,"asset":"BTC","amount":"0"}"#,
            400,
            "bad_amount",
        ),
        (
            r#"{"account":1,"asset":"BTC","amount":"-1"}"#,
            400,
            "bad_amount",
        ),
        (
            r#"{"account":1,"asset":"BTC","amount":"0.000000001"}"#,
            400,
            "bad_amount",
        ),
        (
            r#"{"account":1,"asset":"BTC","amount":"1e9"}"#,
            400,
            "bad_amount",
        ),
        (
            r#"{"account":99,"asset":"BTC","amount":"1"}"#,
            404,
            "unknown_account",
        ),
        (
            r#"{"account":"mallory","asset":"BTC","amount":"1"}"#,
            404,
            "unknown_account",
        ),
        (
            r#"{"account":1,"asset":"XYZ","amount":"1"}"#,
            404,
            "unknown_asset",
        ),
    ] {
        let (found, answer) = operate(&venue, "POST", "/v1/admin/fund", body).await;

        assert_eq!(
            (found, &answer["error"]),
            (status, &json!(code)),
            "{body}: {answer}"
        );
        assert!(answer["text"].is_string(), "{body}: {answer}");
    }
    let (status, answer) = operate(&venue, "GET", "/v1/admin/fund", "").await;
    assert_eq!((status, &answer["error"]), (405, &json!("wrong_method")));
    let (status, answer) = operate(&venue, "POST", "/v1/admin/nothing", "").await;
    assert_eq!((status, &answer["error"]), (404, &json!("unknown_path")));
    venue.close().await;
}

#[tokio::test]
async fn a_key_is_entered_once_shown_without_its_secret_and_ended_for_ever() {
    let venue = Venue::open().await;

    let desk = r#"{"account":"alice","id":"desk"}"#;
    let (status, hmac) = operate(&venue, "POST", "/v1/admin/keys", desk).await;
    assert_eq!(status, 201, "{hmac}");
    assert_eq!(
        (&hmac["kind"], &hmac["permissions"]),
        (&json!("hmac"), &json!(["read", "trade"]))
    );
    assert_eq!(hmac["secret"].as_str().unwrap().len(), 64);
    let public = json!({
        "account": 2,
        "permissions": ["read"],
        "public_key": "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAr+qSSMICa1X6Q5pErjgdpxubUtsvuPLLcIRHRq2aEQ4=\n-----END PUBLIC KEY-----\n",
    });
    let (status, ed25519) = operate(&venue, "POST", "/v1/admin/keys", &public.to_string()).await;
    assert_eq!((status, &ed25519["kind"]), (201, &json!("ed25519")));
    assert_eq!(ed25519["id"].as_str().unwrap().len(), 16);
    assert!(ed25519.get("secret").is_none());

    let (status, refused) = operate(&venue, "POST", "/v1/admin/keys", desk).await;
    assert_eq!((status, &refused["error"]), (409, &json!("key_exists")));
    let (status, refused) = operate(
        &venue,
        "POST",
        "/v1/admin/keys",
        r#"{"account":1,"id":"a b"}"#,
    )
    .await;
    assert_eq!((status, &refused["error"]), (400, &json!("bad_key")));
    let (_, ended) = operate(&venue, "POST", "/v1/admin/keys/revoke", r#"{"id":"desk"}"#).await;
    assert_eq!(ended["state"], "revoked");
    let (status, refused) = operate(
        &venue,
        "POST",
        "/v1/admin/keys/revoke",
        r#"{"id":"nobody"}"#,
    )
    .await;
    assert_eq!((status, &refused["error"]), (404, &json!("unknown_key")));

    let (_, all) = operate(&venue, "GET", "/v1/admin/keys", "").await;
    let keys = all["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    let desk = keys.iter().find(|key| key["id"] == "desk").unwrap();
    assert_eq!(
        (&desk["account"], &desk["state"]),
        (&json!(1), &json!("revoked"))
    );
    assert!(!all.to_string().contains(hmac["secret"].as_str().unwrap()));
    venue.close().await;
}

#[tokio::test]
async fn a_reset_is_answered_when_whoever_starts_the_next_generation_says_so() {
    let venue = Venue::open().await;
    let requests = venue.reset_requests.clone();
    let starter = tokio::spawn(async move {
        let refused = requests.recv_async().await.unwrap();
        refused
            .reply
            .send(Err("the disk is full".to_owned()))
            .unwrap();
        let granted = requests.recv_async().await.unwrap();
        let done = ResetDone {
            generation: 2,
            epoch: Epoch(8),
            took_ms: 40,
        };
        granted.reply.send(Ok(done)).unwrap();
    });

    let (status, answer) = operate(&venue, "POST", "/v1/admin/reset", "").await;
    assert_eq!((status, &answer["error"]), (500, &json!("not_reset")));
    let (status, answer) = operate(&venue, "POST", "/v1/admin/reset", "{}").await;
    assert_eq!(status, 200);
    assert_eq!(answer, json!({"generation": 2, "epoch": 8, "took_ms": 40}));
    starter.await.unwrap();
    venue.close().await;
}

#[tokio::test]
async fn sessions_hear_that_it_is_a_reset() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let stopping = tokio::spawn(venue.stop_gateway_for(StopCause::Reset));
    let ending = alice.read_to_end().await;
    let (stopped, _sequencer) = stopping.await.unwrap();

    assert_eq!(
        (ending.code, ending.reason.as_str()),
        (CloseCode::Away, "reset")
    );
    let going = alice
        .passed
        .iter()
        .find(|message| message["type"] == "going_away");
    assert_eq!(going.unwrap()["reason"], "reset");
    assert_eq!((stopped.cause, stopped.unanswered), (StopCause::Reset, 0));
}

#[tokio::test]
async fn a_killed_account_enters_nothing_until_it_is_let_in_again() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    assert_eq!(
        alice.ask(&limit(1, "sell", "100.00", "1")).await["kind"],
        "accepted"
    );

    let kill = r#"{"scope":"account","account":"alice"}"#;
    let (status, killed) = operate(&venue, "POST", "/v1/admin/kill", kill).await;
    assert_eq!((status, &killed["applied"]), (200, &json!(true)));

    let refused = alice.ask(&limit(2, "sell", "100.00", "1")).await;
    assert_eq!(refused["reason"], "account_killed");
    let admit = r#"{"scope":"account","account":1,"admission":"open"}"#;
    let (status, _) = operate(&venue, "POST", "/v1/admin/admit", admit).await;
    assert_eq!(status, 200);
    // All ten can be sold again: the kill switch gave back what the first order held.
    assert_eq!(
        alice.ask(&limit(3, "sell", "100.00", "10")).await["kind"],
        "accepted"
    );
    venue.close().await;
}

#[tokio::test]
async fn limits_of_an_account_are_changed_while_it_trades() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let limits = r#"{"account":"alice","symbol":"BTCUSDT","quantity_max":"2","price_band_percent":"5",
        "order_rate":{"orders_max":100,"window_ms":1000}}"#;
    let (status, set) = operate(&venue, "POST", "/v1/admin/limits", limits).await;
    assert_eq!((status, &set["applied"]), (200, &json!(true)), "{set}");

    let refused = alice.ask(&limit(1, "sell", "100.00", "2.00001")).await;
    assert_eq!(refused["reason"], "quantity_limit");
    assert_eq!(
        alice.ask(&limit(2, "sell", "100.00", "2")).await["kind"],
        "accepted"
    );
    let (status, _) = operate(
        &venue,
        "POST",
        "/v1/admin/limits",
        r#"{"account":1,"symbol":"BTCUSDT"}"#,
    )
    .await;
    assert_eq!(status, 200);
    assert_eq!(
        alice.ask(&limit(3, "sell", "100.00", "3")).await["kind"],
        "accepted"
    );
    venue.close().await;
}

#[tokio::test]
async fn what_a_switch_or_a_limit_cannot_mean_is_refused() {
    let venue = Venue::open().await;
    for (path, body) in [
        ("/v1/admin/kill", r#"{"scope":"account"}"#),
        ("/v1/admin/kill", r#"{"scope":"exchange","account":1}"#),
        ("/v1/admin/kill", r#"{"scope":"instrument"}"#),
        ("/v1/admin/admit", r#"{"scope":"exchange"}"#),
        (
            "/v1/admin/limits",
            r#"{"account":1,"symbol":"BTCUSDT","quantity_max":"-1"}"#,
        ),
        (
            "/v1/admin/limits",
            r#"{"account":1,"symbol":"BTCUSDT","order_rate":{"orders_max":1,"window_ms":0}}"#,
        ),
        ("/v1/admin/fee_tier", r#"{"account":1,"fee_tier":8}"#),
    ] {
        let (status, answer) = operate(&venue, "POST", path, body).await;
        assert_eq!(
            (status, &answer["error"]),
            (400, &json!("bad_request")),
            "{body}"
        );
    }
    let unknown = r#"{"account":1,"symbol":"NONE"}"#;
    let (status, answer) = operate(&venue, "POST", "/v1/admin/limits", unknown).await;
    assert_eq!((status, &answer["error"]), (404, &json!("unknown_symbol")));
    venue.close().await;
}

#[tokio::test]
async fn a_position_says_what_was_bought_and_what_it_cost() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    assert_eq!(
        alice.ask(&limit(1, "sell", "100.00", "3")).await["kind"],
        "accepted"
    );
    bob.ask(&limit(1, "buy", "100.00", "2")).await;

    let (status, answer) = operate(&venue, "GET", "/v1/admin/positions/2", "").await;
    assert_eq!(status, 200, "{answer}");
    let position = &answer["positions"][0];
    assert_eq!(position["symbol"], "BTCUSDT");
    for (field, figure) in [
        ("position", "2.00000"),
        ("cost", "200.0000000"),
        ("average_price", "100.00"),
        ("realized", "0.0000000"),
        ("unrealized_at_last", "0.0000000"),
    ] {
        assert_eq!(position[field], figure, "{field} of {answer}");
    }
    let (_, sold) = operate(&venue, "GET", "/v1/admin/positions/alice", "").await;
    assert!(
        sold["positions"][0]["position"]
            .as_str()
            .unwrap()
            .starts_with("-2")
    );
    venue.close().await;
}

#[tokio::test]
async fn the_filter_of_the_log_is_set_and_what_is_none_is_refused() {
    let venue = Venue::open().await;

    let set = operate(
        &venue,
        "POST",
        "/v1/admin/log_level",
        r#"{"filter":"debug"}"#,
    )
    .await;
    let refused = operate(
        &venue,
        "POST",
        "/v1/admin/log_level",
        r#"{"filter":"loud"}"#,
    )
    .await;

    assert_eq!(set, (200, json!({"filter": "debug"})));
    assert_eq!(
        refused,
        (
            400,
            json!({"error": "bad_request", "text": "`filter`: no level is called loud"})
        )
    );
    venue.close().await;
}

#[tokio::test]
async fn a_viewer_sees_everything_and_changes_nothing() {
    let venue = Venue::open().await;

    for (method, path, body) in VERBS {
        let (status, answer) = ask(
            venue.admin_address,
            (method, path, body),
            &with_key(VIEWER_KEY),
        )
        .await;

        if method == "GET" {
            assert_eq!(status, 200, "{path}: {answer}");
        } else {
            assert_eq!(
                (status, &answer["error"]),
                (403, &json!("viewer_only")),
                "{path}"
            );
        }
    }
    let (_, keys) = operate(&venue, "GET", "/v1/admin/keys", "").await;
    assert_eq!(keys["keys"], json!([]));
    assert_eq!(venue.view.counters().commands, 0);
    assert!(venue.reset_requests.is_empty());
    venue.close().await;
}
