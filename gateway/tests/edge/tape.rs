//! Candles and statistics: told from what is so, numbered by time, without a gap, and the same that HTTP tells.

use engine::{Command, SessionState};
use serde_json::{Value, json};

use crate::participant::{Participant, limit};
use crate::venue::Venue;

async fn follow(venue: &Venue, channel: &str, more: &str) -> Participant {
    let mut watcher = Participant::greet(venue).await;
    let subscribe =
        format!(r#"{{"op":"subscribe","id":1,"channel":"{channel}","symbols":["BTCUSDT"]{more}}}"#);
    let answer = watcher.ask(&subscribe).await;
    assert_eq!(answer["type"], "subscribed", "{answer}");
    watcher
}

/// One trade of alice with bob at this price.
async fn trade(alice: &mut Participant, bob: &mut Participant, price: &str, quantity: &str) {
    alice.ask(&limit(1, "sell", price, quantity)).await;
    bob.ask(&limit(1, "buy", price, quantity)).await;
}

#[tokio::test]
async fn a_running_candle_is_told_at_once_and_each_one_when_it_is_over_without_a_gap() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    trade(&mut alice, &mut bob, "100.00", "1").await;

    let mut watcher = follow(&venue, "candles", r#","interval":"1s""#).await;
    let first = watcher.read().await;
    trade(&mut alice, &mut bob, "102.00", "2").await;
    let mut told = vec![first.clone()];
    while told
        .iter()
        .filter(|it| it["candle"]["is_closed"] == json!(true))
        .count()
        < 4
    {
        told.push(watcher.read().await);
    }

    assert_eq!(first["type"], "candle");
    assert_eq!(
        (&first["epoch"], &first["interval"]),
        (&json!(7), &json!("1s"))
    );
    for message in &told {
        // A second's number is the second.
        let start = message["candle"]["start_us"].as_u64().unwrap();
        assert_eq!(message["seq"], json!(start / 1_000_000), "{message}");
        let is_over = message["at_us"].as_u64().unwrap() >= start + 1_000_000;
        assert_eq!(message["candle"]["is_closed"], json!(is_over), "{message}");
    }
    let closed: Vec<u64> = told
        .iter()
        .filter(|it| it["candle"]["is_closed"] == json!(true))
        .map(|it| it["seq"].as_u64().unwrap())
        .collect();
    let expected: Vec<u64> = (closed[0]..closed[0] + 4).collect();
    assert_eq!(closed, expected);
    let last = &told.last().unwrap()["candle"];
    // Nothing trades any more: the price stays, and the spans are told all the same.
    assert_eq!(
        (&last["open"], &last["close"]),
        (&json!("102.00"), &json!("102.00"))
    );
    assert_eq!(
        (&last["trades"], &last["volume"]),
        (&json!(0), &json!("0.00000"))
    );
    let traded: u64 = told
        .iter()
        .filter(|it| it["candle"]["is_closed"] == json!(true))
        .map(|it| it["candle"]["trades"].as_u64().unwrap())
        .sum();
    assert!(
        traded >= 1,
        "the second trade is in a candle that was told as over"
    );
    venue.close().await;
}

#[tokio::test]
async fn a_day_s_candle_is_told_again_when_it_has_changed_and_flags_what_an_auction_made() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    trade(&mut alice, &mut bob, "100.00", "1").await;
    let mut watcher = follow(&venue, "candles", r#","interval":"1d""#).await;
    let first = watcher.read().await;

    venue
        .command(Command::SetState(SessionState::Auction))
        .await;
    trade(&mut alice, &mut bob, "105.00", "0.5").await;
    venue
        .command(Command::SetState(SessionState::Continuous))
        .await;
    let second = watcher.read().await;
    let mut late = follow(&venue, "candles", r#","interval":"1d""#).await;

    assert_eq!(first["candle"]["auction_trades"], 0);
    let candle = &second["candle"];
    assert_eq!(second["seq"], first["seq"]);
    assert_eq!(
        [
            &candle["open"],
            &candle["high"],
            &candle["close"],
            &candle["volume"]
        ],
        ["100.00", "105.00", "105.00", "1.50000"]
    );
    assert_eq!(
        (&candle["trades"], &candle["auction_trades"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(candle["auction_volume"], "0.50000");
    assert_eq!(candle["is_closed"], false);
    // Who comes later is told what the others were told.
    assert_eq!(late.read().await, second);
    venue.close().await;
}

#[tokio::test]
async fn candles_of_several_intervals_are_followed_and_left_one_by_one() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    trade(&mut alice, &mut bob, "100.00", "1").await;
    let mut watcher = follow(&venue, "candles", r#","interval":"1h""#).await;
    assert_eq!(watcher.read().await["interval"], "1h");

    let again =
        r#"{"op":"subscribe","id":2,"channel":"candles","symbols":["BTCUSDT"],"interval":"1h"}"#;
    let other =
        r#"{"op":"subscribe","id":3,"channel":"candles","symbols":["BTCUSDT"],"interval":"1m"}"#;
    assert_eq!(watcher.ask(again).await["code"], "already_subscribed");
    assert_eq!(watcher.ask(other).await["type"], "subscribed");
    assert_eq!(watcher.read().await["interval"], "1m");
    let leave = r#"{"op":"unsubscribe","id":4,"channel":"candles","interval":"1h"}"#;
    assert_eq!(watcher.ask(leave).await["type"], "unsubscribed");
    assert_eq!(watcher.ask(leave).await["code"], "not_subscribed");
    let all = r#"{"op":"unsubscribe","id":5,"channel":"candles"}"#;
    assert_eq!(watcher.ask(all).await["type"], "unsubscribed");

    let refused = [
        (
            r#"{"op":"subscribe","id":6,"channel":"candles"}"#,
            "missing_field",
        ),
        (
            r#"{"op":"subscribe","id":6,"channel":"candles","interval":"2m"}"#,
            "bad_field",
        ),
        (
            r#"{"op":"subscribe","id":6,"channel":"trades","interval":"1m"}"#,
            "bad_field",
        ),
        (
            r#"{"op":"resume","id":6,"channel":"candles","symbol":"BTCUSDT","epoch":7,"from":1}"#,
            "snapshot_required",
        ),
        (
            r#"{"op":"resume","id":6,"channel":"statistics","symbol":"BTCUSDT","epoch":7,"from":1}"#,
            "snapshot_required",
        ),
    ];
    for (request, code) in refused {
        assert_eq!(watcher.ask(request).await["code"], code, "{request}");
    }
    venue.close().await;
}

#[tokio::test]
async fn statistics_are_told_once_a_second_when_they_have_changed() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let mut watcher = follow(&venue, "statistics", "").await;
    let nothing = watcher.read().await;

    trade(&mut alice, &mut bob, "100.00", "1").await;
    trade(&mut alice, &mut bob, "103.00", "2").await;
    let mut told = vec![watcher.read().await];
    while told.last().unwrap()["statistics"]["trades"] != json!(2) {
        told.push(watcher.read().await);
    }
    let asked = watcher
        .ask(r#"{"op":"statistics","id":2,"symbol":"BTCUSDT"}"#)
        .await;

    assert_eq!(nothing["type"], "statistics");
    assert_eq!(
        (&nothing["statistics"], &nothing["from"]),
        (&Value::Null, &Value::Null)
    );
    let mut last = nothing["seq"].as_u64().unwrap();
    for message in &told {
        assert_eq!(message["from"], json!(last + 1));
        last = message["seq"].as_u64().unwrap();
        assert_eq!(last, message["at_us"].as_u64().unwrap() / 1_000_000);
    }
    let statistics = &told.last().unwrap()["statistics"];
    assert_eq!(
        [
            &statistics["open"],
            &statistics["high"],
            &statistics["last"],
            &statistics["volume"],
            &statistics["quote_volume"],
            // (100 + 206) / 3.
            &statistics["average_price"]
        ],
        [
            "100.00",
            "103.00",
            "103.00",
            "3.00000",
            "306.0000000",
            "102.00"
        ]
    );
    assert_eq!(asked["statistics"]["quote_volume"], "306.0000000");
    venue.close().await;
}

#[tokio::test]
async fn a_socket_is_told_the_candles_that_http_tells() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    for price in ["100.00", "101.00", "99.00"] {
        trade(&mut alice, &mut bob, price, "1").await;
    }

    let asked = alice
        .ask(r#"{"op":"candles","id":2,"symbol":"BTCUSDT","interval":"1d","count":5}"#)
        .await;
    let none = alice
        .ask(r#"{"op":"candles","id":3,"symbol":"ETHUSDT","interval":"1d"}"#)
        .await;
    let (status, told) = crate::http::get(&venue, "/v1/candles/BTCUSDT?interval=1d&count=5").await;

    assert_eq!(status, 200);
    assert_eq!(asked["candles"], told["candles"]);
    let [candle] = &asked["candles"].as_array().unwrap()[..] else {
        panic!("it began today: {asked}")
    };
    assert_eq!(
        [
            &candle["open"],
            &candle["high"],
            &candle["low"],
            &candle["close"]
        ],
        ["100.00", "101.00", "99.00", "99.00"]
    );
    let day_us = 86_400_000_000;
    assert_eq!(
        asked["seq"],
        json!(candle["start_us"].as_u64().unwrap() / day_us)
    );
    assert_eq!((&none["candles"], &none["seq"]), (&json!([]), &Value::Null));
    let unknown = alice
        .ask(r#"{"op":"candles","id":4,"symbol":"NOPE","interval":"1d"}"#)
        .await;
    assert_eq!(unknown["code"], "unknown_symbol");
    venue.close().await;
}
