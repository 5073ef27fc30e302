//! Balances and holds, as participants see them.

use serde_json::{Value, json};

use crate::participant::{Participant, limit};
use crate::venue::Venue;

/// `[total, available, hold]` of one asset.
async fn balance(participant: &mut Participant, asset: &str) -> [String; 3] {
    let answer = participant.ask(r#"{"op":"balances","id":500}"#).await;
    let found = answer["balances"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["asset"] == asset)
        .cloned();
    let found = found.unwrap();
    assert_eq!(found["pending"], "0.00000000");
    ["total", "available", "hold"].map(|field| text(&found[field]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_buy_holds_its_cost_and_a_fill_below_its_limit_gives_back() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&limit(1, "buy", "100.00", "10")).await;
    assert_eq!(
        balance(&mut alice, "USDT").await,
        ["100000.00000000", "99000.00000000", "1000.00000000"]
    );

    bob.ask(&limit(1, "sell", "95.00", "4")).await;
    assert_eq!(
        balance(&mut alice, "USDT").await,
        ["99600.00000000", "99000.00000000", "600.00000000"]
    );
    assert_eq!(
        balance(&mut alice, "BTC").await,
        ["14.00000000", "14.00000000", "0.00000000"]
    );
    assert_eq!(
        balance(&mut bob, "BTC").await,
        ["6.00000000", "6.00000000", "0.00000000"]
    );
    assert_eq!(
        balance(&mut bob, "USDT").await,
        ["100400.00000000", "100400.00000000", "0.00000000"]
    );

    alice
        .ask(r#"{"op":"cancel","id":2,"symbol":"BTCUSDT","order_id":1}"#)
        .await;
    assert_eq!(
        balance(&mut alice, "USDT").await,
        ["99600.00000000", "99600.00000000", "0.00000000"]
    );
    venue.close().await;
}

#[tokio::test]
async fn the_takers_fee_is_taken_from_what_it_receives_and_told() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    let mut bob = Participant::log_on_and_follow(&venue, "bob").await;
    alice
        .ask(&limit(1, "sell", "10.00", "2").replace("BTC", "ETH"))
        .await;

    bob.ask(&limit(1, "buy", "10.00", "2").replace("BTC", "ETH"))
        .await;

    let taker = bob.read_until(|message| message["kind"] == "trade").await;
    assert_eq!(
        (&taker["fee"], &taker["fee_asset"]),
        (&json!("0.00200000"), &json!("ETH"))
    );
    let maker = alice.read_until(|message| message["kind"] == "trade").await;
    assert_eq!(
        (&maker["fee"], &maker["fee_asset"]),
        (&json!("0.00000000"), &json!("USDT"))
    );
    assert_eq!(
        balance(&mut bob, "ETH").await,
        ["101.99800000", "101.99800000", "0.00000000"]
    );
    venue.close().await;
}

#[tokio::test]
async fn too_little_is_refused_at_the_door_or_by_the_engine_and_nothing_is_kept() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let at_the_door = alice.ask(&limit(1, "sell", "100.00", "10.00001")).await;
    assert_eq!(at_the_door["reason"], "insufficient_funds");
    assert!(at_the_door.get("event").is_none());
    let by_the_engine = alice
        .ask(&limit(2, "sell", "100.00", "10.00001").replace('}', r#","client_order_id":"retry"}"#))
        .await;
    assert_eq!(by_the_engine["reason"], "insufficient_funds");
    assert_eq!(by_the_engine["event"]["seq"], 1);
    let exact = alice.ask(&limit(3, "sell", "100.00", "10")).await;
    assert_eq!(exact["kind"], "accepted");

    assert_eq!(
        balance(&mut alice, "BTC").await,
        ["10.00000000", "0.00000000", "10.00000000"]
    );
    assert_eq!(venue.view.counters().refused_at_door, 1);
    venue.close().await;
}

#[tokio::test]
async fn everything_may_be_moved_to_another_price() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "sell", "100.00", "10")).await;

    let moved = alice
        .ask(r#"{"op":"cancel_replace","id":2,"symbol":"BTCUSDT","cancel_order_id":1,"side":"sell","type":"limit","price":"101.00","quantity":"10"}"#)
        .await;
    assert_eq!(moved["kind"], "accepted");
    let too_much = alice
        .ask(r#"{"op":"replace","id":3,"symbol":"BTCUSDT","order_id":2,"quantity":"11"}"#)
        .await;
    assert_eq!(too_much["reason"], "insufficient_funds");

    assert_eq!(
        balance(&mut alice, "BTC").await,
        ["10.00000000", "0.00000000", "10.00000000"]
    );
    venue.close().await;
}

#[tokio::test]
async fn a_market_buy_holds_the_protected_price_and_pays_the_makers() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    let mut bob = Participant::log_on_and_follow(&venue, "bob").await;
    alice.ask(&limit(1, "sell", "100.00", "1")).await;
    alice.ask(&limit(2, "sell", "104.00", "1")).await;
    // The touch must be published before it can measure.
    bob.ask(r#"{"op":"subscribe","id":1,"channel":"top","symbols":["BTCUSDT"]}"#)
        .await;

    let accepted = bob
        .ask(r#"{"op":"submit","id":2,"symbol":"BTCUSDT","side":"buy","type":"market","quantity":"2"}"#)
        .await;

    assert_eq!(accepted["kind"], "accepted");
    let last = bob
        .read_until(|message| message["status"] == "filled")
        .await;
    assert_eq!(last["last_price"], "104.00");
    assert_eq!(
        balance(&mut bob, "USDT").await,
        ["99796.00000000", "99796.00000000", "0.00000000"]
    );
    venue.close().await;
}

#[tokio::test]
async fn an_order_for_an_amount_of_money_ends_filled_or_says_what_is_left() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on_and_follow(&venue, "bob").await;
    alice.ask(&limit(1, "sell", "100.00", "5")).await;

    let accepted = bob
        .ask(r#"{"op":"submit","id":1,"symbol":"BTCUSDT","side":"buy","type":"market","quote_amount":"250.00"}"#)
        .await;

    assert_eq!(accepted["quote_amount"], "250.0000000");
    let trade = bob.read_until(|message| message["kind"] == "trade").await;
    assert_eq!(trade["last_quantity"], "2.50000");
    bob.assert_alive().await;
    let open = bob.ask(r#"{"op":"open_orders","id":2}"#).await;
    assert_eq!(open["orders"], json!([]));
    assert_eq!(
        balance(&mut bob, "USDT").await,
        ["99750.00000000", "99750.00000000", "0.00000000"]
    );
    venue.close().await;
}

#[tokio::test]
async fn after_a_mass_cancel_nothing_is_held() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    for n in 0..20 {
        let side = if n % 2 == 0 { "buy" } else { "sell" };
        let price = if n % 2 == 0 { "99.00" } else { "101.00" };
        alice.ask(&limit(n, side, price, "0.1")).await;
    }

    alice.ask(r#"{"op":"mass_cancel","id":100}"#).await;

    assert_eq!(
        balance(&mut alice, "USDT").await,
        ["100000.00000000", "100000.00000000", "0.00000000"]
    );
    assert_eq!(
        balance(&mut alice, "BTC").await,
        ["10.00000000", "10.00000000", "0.00000000"]
    );
    venue.close().await;
}
