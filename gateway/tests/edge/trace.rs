//! Goal: an order that asks for it is told how long it took in each stage, and no other order is. Method: real sockets
//! with stamps on.

use serde_json::Value;

use crate::participant::{Participant, limit};
use crate::venue::Venue;

fn traced(id: u64, price: &str) -> String {
    format!(
        r#"{{"op":"submit","id":{id},"symbol":"BTCUSDT","side":"buy","type":"limit","price":"{price}","quantity":"1","trace":true}}"#
    )
}

const PARTS: [&str; 8] = [
    "read_ns",
    "decode_ns",
    "risk_ns",
    "queue_ns",
    "match_ns",
    "journal_ns",
    "publish_ns",
    "write_ns",
];

#[tokio::test]
async fn a_traced_order_is_told_the_time_of_each_stage_after_its_answer() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let accepted = alice.ask(&traced(1, "99.00")).await;
    let trace = alice.read().await;

    assert_eq!(accepted["kind"], "accepted");
    assert_eq!(trace["type"], "trace");
    assert_eq!(trace["request"], 1);
    assert_eq!(trace["symbol"], "BTCUSDT");
    assert_eq!(trace["order_id"], accepted["order_id"]);
    let ns = |field: &str| {
        let ns: &Value = &trace[field];
        ns.as_u64()
            .unwrap_or_else(|| panic!("`{field}` is missing in {trace}"))
    };
    let parts: u64 = PARTS.into_iter().map(ns).sum();
    assert!(parts <= ns("total_ns"), "{trace}");
    assert!(ns("total_ns") < 10_000_000_000, "{trace}");
    assert!(ns("decode_ns") > 0, "{trace}");
    venue.close().await;
}

#[tokio::test]
async fn an_order_that_does_not_ask_and_one_that_the_door_refuses_have_no_trace() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let accepted = alice.ask(&limit(1, "buy", "99.00", "1")).await;
    let refused = alice.ask(&traced(2, "99.005")).await;
    alice.assert_alive().await;

    assert_eq!(accepted["kind"], "accepted");
    assert_eq!(refused["reason"], "invalid_price");
    assert_eq!(alice.passed, Vec::<Value>::new());
    venue.close().await;
}

#[tokio::test]
async fn the_time_for_which_nothing_was_sent_is_in_no_trace() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let silent_since = tokio::time::Instant::now();
    for id in 1..=200 {
        bob.ask(&limit(id, "buy", "98.00", "0.00001")).await;
    }
    let silent = silent_since.elapsed();

    let sent = tokio::time::Instant::now();
    alice.ask(&traced(1, "99.00")).await;
    let trace = alice.read().await;
    let told = sent.elapsed();

    let total = u128::from(trace["total_ns"].as_u64().unwrap());
    assert!(
        total <= told.as_nanos(),
        "{trace} after {silent:?} without a word, told within {told:?}"
    );
    venue.close().await;
}
