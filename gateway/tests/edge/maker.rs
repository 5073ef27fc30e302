//! What market makers ask: quotes, protection, the dead man's timer, lost connections.

use std::time::Duration;

use gateway::Limits;
use serde_json::{Value, json};

use crate::admin::operate;
use crate::participant::{Participant, limit};
use crate::venue::{Venue, limits};

/// A request of one quote, and its sides as `bid quantity @ price / ask quantity @ price`.
fn quote(id: u64, [bid, bid_quantity]: [&str; 2], [ask, ask_quantity]: [&str; 2]) -> String {
    format!(
        r#"{{"op":"mass_quote","id":{id},"mmp_group":1,"quotes":[{{"symbol":"BTCUSDT","bid_price":"{bid}","bid_quantity":"{bid_quantity}","ask_price":"{ask}","ask_quantity":"{ask_quantity}"}}]}}"#
    )
}

async fn hold(participant: &mut Participant, asset: &str) -> String {
    let answer = participant.ask(r#"{"op":"balances","id":500}"#).await;
    let balances = answer["balances"].as_array().unwrap();
    let found = balances.iter().find(|one| one["asset"] == asset).unwrap();
    found["hold"].as_str().unwrap().to_owned()
}

async fn open_orders(participant: &mut Participant) -> Vec<Value> {
    let answer = participant.ask(r#"{"op":"open_orders","id":501}"#).await;
    answer["orders"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_quote_takes_the_place_of_the_previous_one_and_holds_its_own_need_alone() {
    let venue = Venue::open().await;
    let mut maker = Participant::log_on(&venue, "alice").await;

    let first = maker.ask(&quote(1, ["99.00", "10"], ["101.00", "5"])).await;
    assert_eq!(
        (
            &first["type"],
            &first["bid_order_id"],
            &first["ask_order_id"]
        ),
        (&json!("quoted"), &json!(1), &json!(2))
    );
    assert_eq!(hold(&mut maker, "USDT").await, "990.00000000");
    assert_eq!(hold(&mut maker, "BTC").await, "5.00000000");

    let second = maker
        .ask(&quote(2, ["101.00", "10"], ["103.00", "5"]))
        .await;
    assert_eq!(
        (&second["bid_order_id"], &second["ask_order_id"]),
        (&json!(3), &json!(4))
    );
    assert_eq!(hold(&mut maker, "USDT").await, "1010.00000000");
    assert_eq!(hold(&mut maker, "BTC").await, "5.00000000");

    let same = maker
        .ask(&quote(3, ["101.00", "10"], ["103.00", "5"]))
        .await;
    assert!(same.get("bid_order_id").is_none());
    assert!(same.get("reason").is_none());

    let ended = r#"{"op":"mass_quote","id":4,"mmp_group":1,"quotes":[{"symbol":"BTCUSDT"}]}"#;
    maker.ask(ended).await;
    assert_eq!(open_orders(&mut maker).await, Vec::<Value>::new());
    assert_eq!(hold(&mut maker, "USDT").await, "0.00000000");
    assert_eq!(hold(&mut maker, "BTC").await, "0.00000000");
    venue.close().await;
}

#[tokio::test]
async fn each_quote_is_answered_by_itself_and_a_refused_one_leaves_the_others_alone() {
    let venue = Venue::open().await;
    let mut maker = Participant::log_on(&venue, "alice").await;
    let three = r#"{"op":"mass_quote","id":1,"mmp_group":1,"quotes":[
        {"symbol":"BTCUSDT","bid_price":"99.00","bid_quantity":"1","ask_price":"98.00","ask_quantity":"1"},
        {"symbol":"ETHUSDT","bid_price":"9.00","bid_quantity":"1"},
        {"symbol":"NOSUCH","bid_price":"9.00","bid_quantity":"1"}]}"#;

    maker.send(three).await;
    let mut answers: Vec<(String, Value)> = Vec::new();
    for _ in 0..3 {
        let quoted = maker
            .read_until(|message| message["type"] == "quoted")
            .await;
        answers.push((
            quoted["symbol"].as_str().unwrap().to_owned(),
            quoted["reason"].clone(),
        ));
    }
    answers.sort_by(|one, other| one.0.cmp(&other.0));

    assert_eq!(
        answers,
        [
            ("BTCUSDT".to_owned(), json!("invalid_price")),
            ("ETHUSDT".to_owned(), Value::Null),
            ("NOSUCH".to_owned(), json!("unknown_symbol")),
        ]
    );
    assert_eq!(hold(&mut maker, "USDT").await, "9.00000000");
    assert_eq!(open_orders(&mut maker).await.len(), 1);
    venue.close().await;
}

#[tokio::test]
async fn a_protected_group_is_pulled_frozen_and_reset() {
    let venue = Venue::open().await;
    let rules = r#"{"symbol":"BTCUSDT","rules":{"protected_groups":[{"group":1,"quantity":"2","window":"1h","kind":"sliding"}]}}"#;
    let (status, answer) = operate(&venue, "POST", "/v1/admin/rules", rules).await;
    assert_eq!(status, 200, "{answer}");
    let mut maker = Participant::log_on_and_follow(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    maker.ask(&quote(1, ["99.00", "5"], ["101.00", "5"])).await;

    bob.ask(&limit(1, "buy", "101.00", "2")).await;

    let pulled = maker
        .read_until(|message| message["reason"] == "market_maker_protection")
        .await;
    assert_eq!(pulled["kind"], "canceled");
    let frozen = maker.ask(&quote(2, ["99.00", "5"], ["101.00", "3"])).await;
    assert_eq!(frozen["reason"], "mmp_frozen");
    let reset = r#"{"op":"mmp_reset","id":3,"symbol":"BTCUSDT","mmp_group":1}"#;
    assert_eq!(maker.ask(reset).await["type"], "done");
    let again = maker.ask(&quote(4, ["99.00", "5"], ["101.00", "3"])).await;
    assert!(again.get("reason").is_none(), "{again}");
    maker.ask(r#"{"op":"mass_cancel","id":5}"#).await;
    assert_eq!(hold(&mut maker, "USDT").await, "0.00000000");
    assert_eq!(hold(&mut maker, "BTC").await, "0.00000000");
    venue.close().await;
}

#[tokio::test]
async fn the_dead_mans_timer_ends_every_order_unless_it_is_set_again_or_off() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "90.00", "1")).await;
    let long = r#"{"op":"cancel_after","id":2,"timeout_ms":3600000}"#;
    let off = r#"{"op":"cancel_after","id":3,"timeout_ms":0}"#;
    assert_eq!(alice.ask(long).await["type"], "done");
    assert_eq!(alice.ask(off).await["type"], "done");
    assert_eq!(open_orders(&mut alice).await.len(), 1);

    let soon = r#"{"op":"cancel_after","id":4,"timeout_ms":20}"#;
    assert_eq!(alice.ask(soon).await["type"], "done");

    let gone = alice
        .read_until(|message| message["kind"] == "canceled")
        .await;
    assert_eq!(gone["reason"], "disconnected");
    assert_eq!(hold(&mut alice, "USDT").await, "0.00000000");
    venue.close().await;
}

#[tokio::test]
async fn a_lost_connection_ends_what_was_to_go_with_it_and_nothing_else() {
    let venue = Venue::open_with_limits(Limits {
        disconnect_grace: Duration::from_millis(20),
        ..limits()
    })
    .await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "90.00", "1")).await;
    let leaving = limit(2, "buy", "91.00", "1").replace('}', r#","on_disconnect":"cancel"}"#);
    alice.ask(&leaving).await;
    alice.ask(&quote(3, ["89.00", "1"], ["111.00", "1"])).await;
    let mut watcher = Participant::greet(&venue).await;
    watcher
        .ask(r#"{"op":"subscribe","id":1,"channel":"depth","symbols":["BTCUSDT"]}"#)
        .await;

    drop(alice);

    // The ask of the quote goes last.
    watcher
        .read_until(|message| message["type"] == "depth" && message["asks"][0][1] == "0.00000")
        .await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let open = open_orders(&mut alice).await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["price"], "90.00");
    assert_eq!(hold(&mut alice, "USDT").await, "90.00000000");
    assert_eq!(hold(&mut alice, "BTC").await, "0.00000000");
    venue.close().await;
}

#[tokio::test]
async fn who_comes_back_in_time_keeps_its_orders() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&quote(1, ["89.00", "1"], ["111.00", "1"])).await;

    drop(alice);
    let mut alice = Participant::log_on(&venue, "alice").await;

    assert_eq!(open_orders(&mut alice).await.len(), 2);
    venue.close().await;
}
