//! Depth, top of book and trades: a snapshot, then increments without a gap, equal to the engine's book.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::participant::{Participant, limit};
use crate::venue::Venue;

/// A book that a follower keeps: price text to quantity text, per side.
#[derive(Debug, Default)]
struct Followed {
    seq: u64,
    bids: BTreeMap<u64, String>,
    asks: BTreeMap<u64, String>,
}

impl Followed {
    fn from_snapshot(snapshot: &Value) -> Self {
        let mut book = Self {
            seq: snapshot["seq"].as_u64().unwrap(),
            ..Self::default()
        };
        book.change(snapshot);
        book
    }

    fn apply(&mut self, depth: &Value) {
        assert_eq!(
            depth["seq"].as_u64().unwrap(),
            self.seq + 1,
            "no number is left out"
        );
        assert_eq!(depth["epoch"], 7);
        self.seq += 1;
        self.change(depth);
        if let (Some(bid), Some(ask)) = (self.bids.keys().next_back(), self.asks.keys().next()) {
            assert!(bid < ask, "the book is never crossed");
        }
    }

    fn change(&mut self, message: &Value) {
        for (side, levels) in [("bids", &mut self.bids), ("asks", &mut self.asks)] {
            for level in message[side].as_array().unwrap() {
                let price = cents(level[0].as_str().unwrap());
                match level[1].as_str().unwrap() {
                    "0.00000" => levels.remove(&price),
                    quantity => levels.insert(price, quantity.to_owned()),
                };
            }
        }
    }
}

fn cents(price: &str) -> u64 {
    price.replace('.', "").parse().unwrap()
}

async fn follow(venue: &Venue, channel: &str) -> Participant {
    let mut watcher = Participant::greet(venue).await;
    let request =
        format!(r#"{{"op":"subscribe","id":1,"channel":"{channel}","symbols":["BTCUSDT"]}}"#);
    let subscribed = watcher.ask(&request).await;
    assert_eq!(subscribed["symbols"], json!(["BTCUSDT"]));
    watcher
}

#[tokio::test]
async fn a_snapshot_and_its_increments_make_the_book() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&limit(1, "buy", "99.00", "1")).await;
    alice.ask(&limit(2, "buy", "98.00", "2")).await;
    let mut watcher = follow(&venue, "depth").await;

    let mut book = Followed::from_snapshot(&watcher.read().await);
    assert_eq!(book.seq, 2);
    bob.ask(&limit(1, "sell", "101.00", "3")).await;
    bob.ask(&limit(2, "sell", "98.50", "4")).await;
    alice
        .ask(r#"{"op":"cancel","id":3,"symbol":"BTCUSDT","order_id":2}"#)
        .await;
    for _ in 0..3 {
        book.apply(&watcher.read().await);
    }

    assert_eq!(book.bids, BTreeMap::from([]));
    let asks = BTreeMap::from([
        (9_850, "3.00000".to_owned()),
        (10_100, "3.00000".to_owned()),
    ]);
    assert_eq!(book.asks, asks);
    venue.close().await;
}

#[tokio::test]
async fn what_many_orders_leave_is_what_followers_see() {
    let venue = Venue::open().await;
    let mut watcher = follow(&venue, "depth").await;
    let mut book = Followed::from_snapshot(&watcher.read().await);
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;

    // Prices and quantities walk through fixed cycles, so that orders rest, trade and sweep.
    for n in 0_u64..150 {
        let price = format!("{}.00", 95 + n * 7 % 11);
        let quantity = format!("0.{:05}", 1 + n * 13 % 997);
        let side = if n % 2 == 0 { "buy" } else { "sell" };
        let trader = if n % 3 == 0 { &mut alice } else { &mut bob };
        trader.ask(&limit(n + 1, side, &price, &quantity)).await;
    }
    watcher.send(r#"{"op":"ping","id":2}"#).await;
    while let message = watcher.read().await
        && message["type"] == "depth"
    {
        book.apply(&message);
    }

    let snapshot = follow(&venue, "depth").await.read().await;
    let engine = Followed::from_snapshot(&snapshot);
    // What came after the pong is still on its way.
    while book.seq < engine.seq {
        book.apply(&watcher.read().await);
    }
    assert_eq!(book.bids, engine.bids);
    assert_eq!(book.asks, engine.asks);
    assert!(!book.bids.is_empty() || !book.asks.is_empty());
    venue.close().await;
}

#[tokio::test]
async fn the_top_is_repeated_at_the_start_and_told_when_it_changes() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "99.00", "1")).await;
    let mut watcher = follow(&venue, "top").await;

    let first = watcher.read().await;
    assert_eq!(first["seq"], 1);
    assert_eq!(first["bid"], json!(["99.00", "1.00000"]));
    assert!(first.get("ask").is_none());
    // Behind the best bid: no change of the top.
    alice.ask(&limit(2, "buy", "98.00", "1")).await;
    alice.ask(&limit(3, "sell", "101.00", "2")).await;
    let second = watcher.read().await;
    assert_eq!(second["seq"], 2);
    assert_eq!(second["ask"], json!(["101.00", "2.00000"]));
    venue.close().await;
}

#[tokio::test]
async fn trades_are_told_in_order_with_the_takers_side() {
    let venue = Venue::open().await;
    let mut watcher = follow(&venue, "trades").await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&limit(1, "sell", "100.00", "1")).await;
    alice.ask(&limit(2, "sell", "100.50", "1")).await;

    bob.ask(&limit(1, "buy", "101.00", "1.5")).await;

    for (seq, price, quantity) in [(1, "100.00", "1.00000"), (2, "100.50", "0.50000")] {
        let trade = watcher.read().await;
        assert_eq!(trade["type"], "trade");
        assert_eq!(trade["seq"], seq);
        assert_eq!(trade["trade_id"], seq);
        assert_eq!(trade["price"], price);
        assert_eq!(trade["quantity"], quantity);
        assert_eq!(trade["aggressor_side"], "buy");
    }
    venue.close().await;
}

#[tokio::test]
async fn hidden_orders_are_not_in_the_depth() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice
        .ask(&limit(1, "buy", "99.00", "1").replace('}', r#","hidden":true}"#))
        .await;
    alice.ask(&limit(2, "buy", "98.00", "1")).await;

    let snapshot = follow(&venue, "depth").await.read().await;

    assert_eq!(snapshot["bids"], json!([["98.00", "1.00000"]]));
    venue.close().await;
}

#[tokio::test]
async fn subscriptions_are_checked_as_a_whole() {
    let venue = Venue::open().await;
    let mut watcher = Participant::greet(&venue).await;
    let unknown = watcher
        .ask(r#"{"op":"subscribe","id":1,"channel":"depth","symbols":["BTCUSDT","NOSUCH"]}"#)
        .await;
    assert_eq!(unknown["code"], "unknown_symbol");
    let not_yet = watcher
        .ask(r#"{"op":"unsubscribe","id":2,"channel":"depth"}"#)
        .await;
    assert_eq!(not_yet["code"], "not_subscribed");
    let doubled = watcher
        .ask(r#"{"op":"subscribe","id":7,"channel":"top","symbols":["BTCUSDT","BTCUSDT"]}"#)
        .await;
    assert_eq!(doubled["code"], "bad_field");

    let all = watcher
        .ask(r#"{"op":"subscribe","id":3,"channel":"trades"}"#)
        .await;
    assert_eq!(all["symbols"], json!(["BTCUSDT", "ETHUSDT"]));
    let twice = watcher
        .ask(r#"{"op":"subscribe","id":4,"channel":"trades","symbols":["ETHUSDT"]}"#)
        .await;
    assert_eq!(twice["code"], "already_subscribed");
    let one = watcher
        .ask(r#"{"op":"unsubscribe","id":5,"channel":"trades","symbols":["ETHUSDT"]}"#)
        .await;
    assert_eq!(one["symbols"], json!(["ETHUSDT"]));
    let rest = watcher
        .ask(r#"{"op":"unsubscribe","id":6,"channel":"trades"}"#)
        .await;
    assert_eq!(rest["symbols"], json!(["BTCUSDT"]));
    venue.close().await;
}
