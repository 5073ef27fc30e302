//! Batches over a socket: one answer, instruction by instruction, and what they hold.

use gateway::Limits;
use serde_json::{Value, json};

use crate::participant::{Participant, limit};
use crate::venue::{Venue, limits};

fn submit(client: &str, side: &str, price: &str, quantity: &str) -> String {
    format!(
        r#"{{"op":"submit","client_order_id":"{client}","side":"{side}","type":"limit","price":"{price}","quantity":"{quantity}"}}"#
    )
}

fn batch(id: u64, mode: &str, instructions: &[String]) -> String {
    let instructions = instructions.join(",");
    format!(
        r#"{{"op":"batch","id":{id},"symbol":"BTCUSDT","mode":"{mode}","instructions":[{instructions}]}}"#
    )
}

/// What became of each instruction: its kind, or its reason.
fn words(answer: &Value) -> Vec<String> {
    let results = answer["results"].as_array().unwrap();
    let word = |(place, result): (usize, &Value)| {
        assert_eq!(result["index"], json!(place));
        let reason = result["reason"].as_str();
        reason.or(result["kind"].as_str()).unwrap().to_owned()
    };
    results.iter().enumerate().map(word).collect()
}

async fn hold(participant: &mut Participant, asset: &str) -> String {
    let answer = participant.ask(r#"{"op":"balances","id":500}"#).await;
    let balances = answer["balances"].as_array().unwrap();
    let found = balances.iter().find(|one| one["asset"] == asset).unwrap();
    found["hold"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_sequential_batch_answers_each_instruction_and_a_refused_one_stops_nobody() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let instructions = [
        submit("a", "buy", "99.00", "2"),
        r#"{"op":"cancel","order_id":77}"#.to_owned(),
        r#"{"op":"replace","client_order_id":"a","price":"98.00"}"#.to_owned(),
    ];
    let answer = alice.ask(&batch(1, "sequential", &instructions)).await;

    assert_eq!(answer["type"], json!("batched"));
    assert_eq!(words(&answer), ["accepted", "unknown_order", "replaced"]);
    assert_eq!(answer["results"][0]["client_order_id"], json!("a"));
    assert_eq!(hold(&mut alice, "USDT").await, "196.00000000");
}

#[tokio::test]
async fn a_refused_all_or_none_batch_says_which_and_why_and_holds_nothing() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "98.00", "1")).await;
    let before = hold(&mut alice, "USDT").await;

    let instructions = [
        submit("a", "buy", "99.00", "2"),
        r#"{"op":"cancel","order_id":77}"#.to_owned(),
    ];
    let answer = alice.ask(&batch(2, "all_or_none", &instructions)).await;

    assert_eq!(words(&answer), ["batch_refused", "unknown_order"]);
    assert_eq!(
        answer["results"][0]["text"],
        json!("instruction 1 of the batch would be refused: no such order")
    );
    assert_eq!(hold(&mut alice, "USDT").await, before);
}

#[tokio::test]
async fn an_all_or_none_batch_that_cannot_be_held_whole_is_refused_whole() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let instructions = [
        submit("a", "buy", "99.00", "1"),
        submit("b", "sell", "200.00", "11"),
    ];
    let answer = alice.ask(&batch(3, "all_or_none", &instructions)).await;

    assert_eq!(words(&answer), ["batch_refused", "insufficient_funds"]);
    assert_eq!(hold(&mut alice, "USDT").await, "0.00000000");
    assert_eq!(hold(&mut alice, "BTC").await, "0.00000000");
}

#[tokio::test]
async fn an_instruction_off_the_grid_refuses_the_batch_at_the_door() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let instructions = [
        submit("a", "buy", "99.00", "1"),
        submit("b", "buy", "99.001", "1"),
    ];
    let answer = alice.ask(&batch(4, "sequential", &instructions)).await;

    assert_eq!(words(&answer), ["batch_refused", "invalid_price"]);
    assert_eq!(hold(&mut alice, "USDT").await, "0.00000000");
}

#[tokio::test]
async fn a_batch_of_none_is_an_error_of_its_field() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let answer = alice.ask(&batch(5, "sequential", &[])).await;

    assert_eq!(
        (&answer["type"], &answer["code"], &answer["request"]),
        (&json!("error"), &json!("bad_field"), &json!(5))
    );
}

#[tokio::test]
async fn each_order_of_a_batch_counts_for_the_open_orders_of_its_account() {
    let limits = Limits {
        open_orders_per_account_max: 3,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "98.00", "1")).await;

    let three = ["a", "b", "c"].map(|id| submit(id, "buy", "97.00", "1"));
    let refused = alice.ask(&batch(2, "sequential", &three)).await;
    let taken = alice.ask(&batch(3, "sequential", &three[..2])).await;
    let again = alice.ask(&batch(4, "sequential", &three[..2])).await;

    assert_eq!(
        words(&refused),
        ["batch_refused", "batch_refused", "too_many_open_orders"]
    );
    assert_eq!(words(&taken), ["accepted", "accepted"]);
    assert_eq!(words(&again), ["repeated", "repeated"]);
    assert_eq!(hold(&mut alice, "USDT").await, "292.00000000");
}
