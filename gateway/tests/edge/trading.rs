//! The verbs, end to end: each is answered once, by the one report that carries its `request`.

use serde_json::json;

use crate::participant::{Participant, limit};
use crate::venue::Venue;

#[tokio::test]
async fn an_order_is_accepted_rests_and_is_canceled() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;

    let accepted = alice.ask(&limit(1, "buy", "100.00", "2")).await;
    assert_eq!(accepted["kind"], "accepted");
    assert_eq!(accepted["order_id"], 1);
    assert_eq!(accepted["side"], "buy");
    assert_eq!(accepted["price"], "100.00");
    assert_eq!(accepted["quantity"], "2.00000");
    assert_eq!(accepted["filled_quantity"], "0.00000");
    assert_eq!(accepted["leaves_quantity"], "2.00000");
    assert_eq!(accepted["status"], "new");
    assert_eq!(accepted["event"], json!({"seq": 1, "k": 0}));
    assert!(accepted["at_us"].as_u64().unwrap() > 1_700_000_000_000_000);
    let rested = alice.read().await;
    assert_eq!(rested["kind"], "rested");
    assert_eq!(rested["event"], json!({"seq": 1, "k": 1}));
    assert!(rested.get("request").is_none());

    let canceled = alice
        .ask(r#"{"op":"cancel","id":2,"symbol":"BTCUSDT","order_id":1}"#)
        .await;
    assert_eq!(canceled["kind"], "canceled");
    assert_eq!(canceled["reason"], "requested");
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(canceled["canceled_quantity"], "2.00000");
    assert_eq!(canceled["leaves_quantity"], "0.00000");
    assert_eq!(canceled["event"], json!({"seq": 2, "k": 0}));

    let again = alice
        .ask(r#"{"op":"cancel","id":3,"symbol":"BTCUSDT","order_id":1}"#)
        .await;
    assert_eq!(again["kind"], "rejected");
    assert_eq!(again["reason"], "too_late");
    assert!(again.get("status").is_none());
    venue.close().await;
}

#[tokio::test]
async fn two_orders_trade_and_both_parties_are_told_their_part() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    let mut bob = Participant::log_on_and_follow(&venue, "bob").await;
    let order = r#"{"op":"submit","id":1,"symbol":"BTCUSDT","client_order_id":"a-1","side":"sell","type":"limit","price":"100.00","quantity":"2"}"#;
    alice.ask(order).await;

    let accepted = bob.ask(&limit(1, "buy", "101.00", "3")).await;

    assert_eq!(accepted["order_id"], 2);
    let taker = bob.read().await;
    assert_eq!(taker["kind"], "trade");
    assert_eq!(taker["last_price"], "100.00");
    assert_eq!(taker["last_quantity"], "2.00000");
    assert_eq!(taker["liquidity"], "taker");
    assert_eq!(taker["status"], "partially_filled");
    assert_eq!(taker["leaves_quantity"], "1.00000");
    assert_eq!(taker["trade_id"], 1);
    let rested = bob.read().await;
    assert_eq!(rested["kind"], "rested");
    assert_eq!(rested["leaves_quantity"], "1.00000");
    assert_eq!(rested["filled_quantity"], "2.00000");

    let maker = alice.read_until(|message| message["kind"] == "trade").await;
    assert_eq!(maker["client_order_id"], "a-1");
    assert_eq!(maker["order_id"], 1);
    assert_eq!(maker["liquidity"], "maker");
    assert_eq!(maker["status"], "filled");
    assert_eq!(maker["leaves_quantity"], "0.00000");
    assert_eq!(maker["trade_id"], 1);
    assert_eq!(maker["event"], taker["event"]);
    venue.close().await;
}

#[tokio::test]
async fn a_replace_keeps_the_order_and_says_whether_it_kept_its_place() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "100.00", "2")).await;

    let smaller = alice
        .ask(r#"{"op":"replace","id":2,"symbol":"BTCUSDT","order_id":1,"quantity":"1"}"#)
        .await;
    assert_eq!(smaller["kind"], "replaced");
    assert_eq!(smaller["priority"], "kept");
    assert_eq!(smaller["quantity"], "1.00000");
    let dearer = alice
        .ask(r#"{"op":"replace","id":3,"symbol":"BTCUSDT","order_id":1,"price":"101"}"#)
        .await;
    assert_eq!(dearer["priority"], "lost");
    assert_eq!(dearer["order_id"], 1);
    assert_eq!(dearer["price"], "101.00");

    let unknown = alice
        .ask(r#"{"op":"replace","id":4,"symbol":"BTCUSDT","order_id":9,"price":"101"}"#)
        .await;
    assert_eq!(unknown["reason"], "unknown_order");
    venue.close().await;
}

#[tokio::test]
async fn a_replace_may_follow_its_submit_without_waiting_for_the_answer() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let submit = r#"{"op":"submit","id":1,"symbol":"BTCUSDT","client_order_id":"quick","side":"sell","type":"limit","price":"100.00","quantity":"2"}"#;
    let replace = r#"{"op":"replace","id":2,"symbol":"BTCUSDT","client_order_id":"quick","quantity":"3","price":"101.00"}"#;
    let again =
        r#"{"op":"replace","id":3,"symbol":"BTCUSDT","client_order_id":"quick","quantity":"1"}"#;
    let back =
        r#"{"op":"replace","id":4,"symbol":"BTCUSDT","client_order_id":"quick","quantity":"3"}"#;

    alice.send(submit).await;
    alice.send(replace).await;
    alice.read_until(|message| message["request"] == 2).await;
    assert_eq!(alice.passed.last().unwrap()["kind"], "accepted");
    // The second gives back what the third needs again, before either is answered.
    alice.send(again).await;
    let last = alice.ask(back).await;

    assert_eq!(last["kind"], "replaced");
    assert_eq!(last["quantity"], "3.00000");
    venue.close().await;
}

#[tokio::test]
async fn a_cancel_replace_is_answered_by_what_became_of_the_new_order() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "100.00", "2")).await;

    let entered = alice
        .ask(r#"{"op":"cancel_replace","id":2,"symbol":"BTCUSDT","cancel_order_id":1,"side":"buy","type":"limit","price":"99.00","quantity":"1"}"#)
        .await;
    assert_eq!(entered["kind"], "accepted");
    assert_eq!(entered["order_id"], 2);
    let stopped = alice
        .ask(r#"{"op":"cancel_replace","id":3,"symbol":"BTCUSDT","cancel_order_id":1,"side":"buy","type":"limit","price":"99.00","quantity":"1"}"#)
        .await;
    assert_eq!(stopped["kind"], "rejected");
    assert_eq!(stopped["reason"], "too_late");
    let entered_anyway = alice
        .ask(r#"{"op":"cancel_replace","id":4,"symbol":"BTCUSDT","cancel_order_id":1,"on_cancel_failure":"continue","side":"buy","type":"limit","price":"98.00","quantity":"1"}"#)
        .await;
    assert_eq!(entered_anyway["kind"], "accepted");

    let open = alice.ask(r#"{"op":"open_orders","id":5}"#).await;
    let ids: Vec<_> = open["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| order["order_id"].clone())
        .collect();
    assert_eq!(ids, [2, 3]);
    venue.close().await;
}

#[tokio::test]
async fn a_mass_cancel_is_answered_when_every_instrument_has_answered() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "100.00", "1")).await;
    alice.ask(&limit(2, "sell", "200.00", "1")).await;
    alice
        .ask(&limit(3, "buy", "10.00", "1").replace("BTCUSDT", "ETHUSDT"))
        .await;

    let sells = alice
        .ask(r#"{"op":"mass_cancel","id":4,"symbol":"BTCUSDT","side":"sell"}"#)
        .await;
    assert_eq!(sells["type"], "mass_canceled");
    assert_eq!(sells["canceled_orders"], 1);
    let rest = alice.ask(r#"{"op":"mass_cancel","id":5}"#).await;

    assert_eq!(rest["canceled_orders"], 2);
    let told = alice
        .passed
        .iter()
        .filter(|message| message["reason"] == "mass_cancel")
        .count();
    assert_eq!(told, 3);
    let open = alice.ask(r#"{"op":"open_orders","id":6}"#).await;
    assert_eq!(open["orders"], json!([]));
    venue.close().await;
}

#[tokio::test]
async fn a_mass_cancel_by_session_ends_what_that_session_entered() {
    let venue = Venue::open().await;
    let mut first = Participant::connect(&venue).await;
    let hello = first.ask(r#"{"op":"hello","id":1,"protocol":1}"#).await;
    let number = hello["session"].as_u64().unwrap();
    first.ask(r#"{"op":"logon","id":2,"key":"alice"}"#).await;
    let mut second = Participant::log_on_and_follow(&venue, "alice").await;
    first.ask(&limit(3, "buy", "100.00", "1")).await;
    first
        .ask(&limit(4, "buy", "10.00", "1").replace("BTCUSDT", "ETHUSDT"))
        .await;
    second.ask(&limit(5, "buy", "99.00", "1")).await;

    // Also when that session is gone.
    drop(first);
    let bad = second
        .ask(r#"{"op":"mass_cancel","id":6,"session":0}"#)
        .await;
    let here = second
        .ask(&format!(
            r#"{{"op":"mass_cancel","id":7,"symbol":"BTCUSDT","session":{number}}}"#
        ))
        .await;
    let everywhere = second
        .ask(&format!(
            r#"{{"op":"mass_cancel","id":8,"session":{number}}}"#
        ))
        .await;

    assert_eq!(bad["code"], "bad_field");
    assert_eq!(here["canceled_orders"], 1);
    assert_eq!(everywhere["canceled_orders"], 1);
    let open = second.ask(r#"{"op":"open_orders","id":9}"#).await;
    assert_eq!(open["orders"].as_array().unwrap().len(), 1);
    assert_eq!(open["orders"][0]["price"], "99.00");
    venue.close().await;
}

#[tokio::test]
async fn what_is_entered_right_behind_a_mass_cancel_stays() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    for round in 0..20_u64 {
        let id = round * 10;
        alice.ask(&limit(id + 1, "buy", "100.00", "1")).await;
        // Nobody waits for an answer in between.
        alice
            .send(&format!(r#"{{"op":"mass_cancel","id":{}}}"#, id + 2))
            .await;
        let elsewhere = limit(id + 3, "buy", "10.00", "1").replace("BTCUSDT", "ETHUSDT");
        alice.send(&elsewhere).await;
        alice.send(&limit(id + 4, "buy", "101.00", "1")).await;

        let mut canceled = json!(null);
        for _answer in 2..=4 {
            let answer = alice.read().await;
            if answer["type"] == "mass_canceled" {
                canceled = answer["canceled_orders"].clone();
            } else {
                assert_eq!(answer["kind"], "accepted");
            }
        }
        let open = alice
            .ask(&format!(r#"{{"op":"open_orders","id":{}}}"#, id + 5))
            .await;

        assert_eq!(canceled, if round == 0 { 1 } else { 3 });
        assert_eq!(open["orders"].as_array().unwrap().len(), 2, "round {round}");
    }
    venue.close().await;
}

#[tokio::test]
async fn id_1_a_repeated_client_order_id_returns_the_original_or_is_refused() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let order = r#"{"op":"submit","id":1,"symbol":"BTCUSDT","client_order_id":"once","side":"buy","type":"limit","price":"100.00","quantity":"2"}"#;
    let accepted = alice.ask(order).await;
    assert_eq!(accepted["kind"], "accepted");

    let same = alice.ask(&order.replace(r#""id":1"#, r#""id":2"#)).await;
    assert_eq!(same["kind"], "repeated");
    assert_eq!(same["order_id"], 1);
    assert_eq!(same["status"], "new");
    assert_eq!(same["leaves_quantity"], "2.00000");
    let other = alice
        .ask(
            &order
                .replace(r#""id":1"#, r#""id":3"#)
                .replace("100.00", "99.00"),
        )
        .await;
    assert_eq!(other["kind"], "rejected");
    assert_eq!(other["reason"], "duplicate_client_order_id");
    assert_eq!(other["status"], "rejected");

    let open = alice.ask(r#"{"op":"open_orders","id":4}"#).await;
    assert_eq!(open["orders"].as_array().unwrap().len(), 1);
    assert_eq!(open["has_more"], false);
    venue.close().await;
}

#[tokio::test]
async fn what_cannot_rest_ends_with_its_reason() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    let order = |id: u64, tif: &str| {
        limit(id, "buy", "100.00", "1").replace('}', &format!(r#","time_in_force":"{tif}"}}"#))
    };

    alice.ask(&order(1, "IOC")).await;
    let ioc = alice.read().await;
    assert_eq!(
        (&ioc["kind"], &ioc["reason"]),
        (&json!("canceled"), &json!("immediate_or_cancel"))
    );
    alice.ask(&order(2, "FOK")).await;
    let fok = alice.read().await;
    assert_eq!(
        (&fok["kind"], &fok["reason"]),
        (&json!("canceled"), &json!("fill_or_kill"))
    );
    let market = alice
        .ask(r#"{"op":"submit","id":3,"symbol":"BTCUSDT","side":"buy","type":"market","quantity":"1"}"#)
        .await;
    assert_eq!(
        (&market["kind"], &market["reason"]),
        (&json!("rejected"), &json!("no_reference"))
    );
    venue.close().await;
}

#[tokio::test]
async fn own_orders_do_not_trade_with_each_other_unless_asked() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    alice.ask(&limit(1, "sell", "100.00", "1")).await;

    alice.ask(&limit(2, "buy", "100.00", "1")).await;

    let prevented = alice
        .read_until(|message| message["kind"] == "prevented")
        .await;
    assert_eq!(prevented["reason"], "self_trade_prevention");
    let canceled = alice
        .read_until(|message| message["kind"] == "canceled")
        .await;
    assert_eq!(canceled["order_id"], 2);
    assert_eq!(canceled["reason"], "self_trade_prevention");
    venue.close().await;
}

#[tokio::test]
async fn who_asked_for_a_cancel_replace_hears_that_the_old_order_is_gone_though_the_new_one_is_refused()
 {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "100.00", "1")).await;

    let answer = alice
        .ask(r#"{"op":"cancel_replace","id":2,"symbol":"BTCUSDT","cancel_order_id":1,"side":"sell","type":"limit","price":"100.00","quantity":"100000"}"#)
        .await;

    assert_eq!(answer["kind"], "rejected");
    let canceled: Vec<_> = alice
        .passed
        .iter()
        .filter(|message| message["kind"] == "canceled")
        .collect();
    assert_eq!(canceled.len(), 1);
    assert_eq!(canceled[0]["order_id"], 1);
    assert!(canceled[0]["request"].is_null());
    venue.close().await;
}

#[tokio::test]
async fn an_order_that_decrement_leaves_nothing_of_is_told_to_be_over() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "100.00", "3")).await;

    alice
        .ask(r#"{"op":"submit","id":2,"symbol":"BTCUSDT","side":"sell","type":"limit","price":"100.00","quantity":"1","self_trade_prevention":"decrement"}"#)
        .await;
    let taker = alice
        .read_until(|message| message["kind"] == "prevented" && message["liquidity"] == "taker")
        .await;
    let maker = alice
        .read_until(|message| message["kind"] == "prevented" && message["liquidity"] == "maker")
        .await;

    assert_eq!(taker["status"], "canceled");
    assert_eq!(maker["status"], "new");
    venue.close().await;
}
